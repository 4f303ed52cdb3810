/**
 * On which disk of an appliance a folder lies and whether it may be opened now (A3, A4), and where its database belongs (A5). Decides from the
 * configuration and the disks that are attached; what it finds out is for the caller to keep.
 */
import { existsSync } from 'node:fs'
import { basename, join, relative, sep } from 'node:path'
import {
  type DatabasePlace,
  databasesOn,
  keepsDatabases,
  makeDatabasesOn,
  ownDirectoryOn,
} from './appliance/disk-database.ts'
import type { DiskFacts } from './appliance/disk-facts.ts'
import type { AttachedDisk, Disks } from './appliance/disks.ts'
import type { FolderDisk, FolderEntry } from './config.ts'
import { reasonOf, SyncError } from './core/errors.ts'
import type { DeviceId } from './core/ids.ts'
import { folderKeys } from './core/secret.ts'
import { isSameOrInside } from './folder-place.ts'

/** A folder that may be opened now. */
export interface Placed {
  /** As it is to stand in the configuration from now on; the very one that was asked about when nothing changes. */
  readonly entry: FolderEntry
  /** Another one each time its disk was attached; undefined for a folder on no disk of the appliance. */
  readonly attachment: string | undefined
}

export interface FolderPlaces {
  /** Returns why a folder cannot be opened now: that is no failure, it waits. */
  place(entry: FolderEntry): Placed | SyncError
  /** Directory of the folder's database, which is made; undefined while its disk is away. Throws `database-unusable`. */
  databases(entry: FolderEntry): Promise<string | undefined>
  /** Directories that are Berrysync's own and hold what must not be synced. */
  own(): readonly string[]
  /** Calls back when another answer may be given than before. */
  listen(changed: () => void): Disposable
}

/** Of a device that is no appliance: disks are the business of whoever mounts them. */
export function createPlainPlaces(databases: string): FolderPlaces {
  return {
    place: (entry) =>
      entry.disk === undefined ? { entry, attachment: undefined } : new SyncError('appliance-only'),
    databases: async (entry) => (entry.disk?.database === 'disk' ? undefined : databases),
    own: () => [],
    listen: () => ({ [Symbol.dispose]: () => undefined }),
  }
}

interface Needs {
  readonly disks: Pick<Disks, 'attached' | 'listen'>
  /** Directory in which the mount points lie. */
  readonly mounts: string
  readonly device: DeviceId
  /** Directory of the databases that lie with the state of the device. */
  readonly databases: string
}

export function createDiskPlaces({ disks, mounts, device, databases }: Needs): FolderPlaces {
  /** Where it lies already, there it stays. */
  function chooseDatabase(entry: FolderEntry, { facts, mountPoint }: AttachedDisk): DatabasePlace {
    const file = entry.isNew === true ? undefined : databaseFileOf(entry)
    if (file !== undefined && existsSync(join(databasesOn(mountPoint, device), file))) return 'disk'
    if (file !== undefined && existsSync(join(databases, file))) return 'device'
    return keepsDatabases(facts) ? 'disk' : 'device'
  }

  function place(entry: FolderEntry): Placed | SyncError {
    const located = locate(entry, mounts, disks.attached())
    switch (located.kind) {
      case 'elsewhere':
        return { entry, attachment: undefined }
      case 'away':
        return new SyncError('disk-away', { path: entry.path, disk: located.name })
      case 'here': {
        const { disk, path } = located
        if (disk.facts.readOnly) return new SyncError('disk-read-only', { path })
        const database = entry.disk?.database ?? chooseDatabase(entry, disk)
        return {
          entry: withDisk({ ...entry, path }, entry, disk.facts, database),
          attachment: disk.attachment,
        }
      }
    }
  }

  return {
    place,
    async databases(entry) {
      if (entry.disk?.database !== 'disk') return databases
      const located = locate(entry, mounts, disks.attached())
      if (located.kind !== 'here') return undefined
      const { mountPoint } = located.disk
      try {
        return await makeDatabasesOn(mountPoint, device)
      } catch (error) {
        const file = databasesOn(mountPoint, device)
        throw new SyncError('database-unusable', { file, reason: reasonOf(error) }, { cause: error })
      }
    },
    own: () => disks.attached().map(({ mountPoint }) => ownDirectoryOn(mountPoint)),
    listen: disks.listen,
  }
}

type Located =
  | { readonly kind: 'elsewhere' }
  | { readonly kind: 'away'; readonly name: string }
  | { readonly kind: 'here'; readonly disk: AttachedDisk; readonly path: string }

/**
 * A folder is where its disk is, wherever that is mounted by now. One whose disk is not known yet is on the one mounted above it: its directory
 * still has to be the right one (I10).
 */
export function locate(
  { path, disk }: Pick<FolderEntry, 'path' | 'disk'>,
  mounts: string,
  attached: readonly AttachedDisk[],
): Located {
  if (!isSameOrInside(path, mounts)) return { kind: 'elsewhere' }
  const [name = '', ...names] = relative(mounts, path).split(sep)
  const found =
    disk === undefined
      ? attached.find(({ mountPoint }) => mountPoint === join(mounts, name))
      : attached.find(({ facts }) => isSameDisk(facts, disk))
  if (found === undefined || name === '')
    return { kind: 'away', name: disk?.name ?? (name || basename(mounts)) }
  return { kind: 'here', disk: found, path: join(found.mountPoint, ...names) }
}

/** By the number of its file system; a name only counts where there is none. */
export function isSameDisk(
  { fileSystem, name }: DiskFacts,
  disk: Pick<FolderDisk, 'uuid' | 'name'>,
): boolean {
  const uuid = fileSystem?.uuid ?? undefined
  return uuid === disk.uuid && (uuid !== undefined || name === disk.name)
}

/** It keeps its name when the secret is changed. Undefined before the folder is joined. */
export function databaseFileOf({
  secret,
  former = [],
}: Pick<FolderEntry, 'secret' | 'former'>): string | undefined {
  const [first = secret] = former
  return first.kind === 'one-time' ? undefined : `${folderKeys(first).folderId}.db`
}

function withDisk(
  placed: FolderEntry,
  before: FolderEntry,
  { name, fileSystem }: DiskFacts,
  database: DatabasePlace,
): FolderEntry {
  const uuid = fileSystem?.uuid ?? undefined
  const { disk } = before
  const isSame =
    placed.path === before.path &&
    disk !== undefined &&
    disk.uuid === uuid &&
    disk.name === name &&
    disk.database === database
  return isSame ? before : { ...placed, disk: { ...(uuid === undefined ? {} : { uuid }), name, database } }
}
