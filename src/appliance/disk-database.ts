/**
 * Where on a disk the databases of folders lie, and which disks are fit for them (A5). Each device has a directory of its own there: a disk that
 * is carried from one device to another is no reason to forget what the first one knew. Opens no database.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeviceId } from '../core/ids.ts'
import { type DiskFacts, ownDirectoryName } from './disk-facts.ts'

/** With the files of its disk, or with the state of the device. */
export type DatabasePlace = 'disk' | 'device'

/** Those that a power cut in the middle of a write leaves whole, and on which what was flushed stays. */
const journalled: ReadonlySet<string> = new Set(['ext3', 'ext4', 'btrfs', 'xfs', 'f2fs'])

export function keepsDatabases({
  fileSystem,
  readOnly,
}: Pick<DiskFacts, 'fileSystem' | 'readOnly'>): boolean {
  return !readOnly && fileSystem !== null && journalled.has(fileSystem.kind)
}

/** What is Berrysync's own on a disk, and never synced. */
export function ownDirectoryOn(mountPoint: string): string {
  return join(mountPoint, ownDirectoryName, '.berrysync')
}

export function databasesOn(mountPoint: string, device: DeviceId): string {
  return join(ownDirectoryOn(mountPoint), 'databases', device)
}

/** Makes it where the disk has our directory; never that one, so that nothing is made where no disk is. Throws what `mkdir` throws. */
export async function makeDatabasesOn(mountPoint: string, device: DeviceId): Promise<string> {
  const own = ownDirectoryOn(mountPoint)
  for (const directory of [own, join(own, 'databases'), databasesOn(mountPoint, device)]) {
    try {
      await mkdir(directory, { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    }
  }
  return databasesOn(mountPoint, device)
}
