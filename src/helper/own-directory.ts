/**
 * Makes the directory that is ours on a disk, and nothing else on it. Whoever wrote the disk may have put anything in its place, and the
 * daemon may do so while this runs: no link is followed, and what is opened stays what is worked on.
 */

import { constants } from 'node:fs'
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { ownDirectoryName } from '../appliance/disk-facts.ts'
import type { Owner, Surroundings } from './surroundings.ts'

const directoryOnly = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW
/** Millions of files, once, after the card was exchanged. */
const handOverTimeoutMs = 8 * 60_000

/** `obstructed`: something else lies there, which is a person's. `failed`: it cannot be made. */
export type OwnDirectory = 'there' | 'obstructed' | 'failed'

/** `keepsOwners`: the file system has owners, unlike FAT. */
export async function makeOwnDirectory(
  { run, log }: Surroundings,
  mountPoint: string,
  owner: Owner,
  keepsOwners: boolean,
): Promise<OwnDirectory> {
  await using root = await open(mountPoint, directoryOnly)
  // By the handle of its parent, so that it cannot be exchanged between two steps.
  const path = `/proc/self/fd/${root.fd}/${ownDirectoryName}`
  try {
    await mkdir(path, { mode: 0o750 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') {
      log(`${ownDirectoryName} cannot be made at ${mountPoint}: ${String(error)}`)
      return 'failed'
    }
  }
  const own = await open(path, directoryOnly).catch(() => undefined)
  if (own === undefined) return 'obstructed'
  await using directory = own
  const [above, here] = [await root.stat(), await directory.stat()]
  if (above.dev !== here.dev) return 'obstructed'
  if (keepsOwners && (here.uid !== owner.uid || here.gid !== owner.gid)) {
    // Made by another installation of ours, where the same user had another number: its content comes along.
    if (here.uid !== 0 && here.uid !== owner.uid && (await isOurs(directory)))
      await handOver(run, directory, here.uid, owner)
    await directory.chown(owner.uid, owner.gid)
  }
  return 'there'
}

async function isOurs(directory: FileHandle): Promise<boolean> {
  const marker = await open(`/proc/self/fd/${directory.fd}/.berrysync`, directoryOnly).catch(() => undefined)
  if (marker === undefined) return false
  await using kept = marker
  return (await kept.stat()).uid !== 0
}

/** chown(1) goes down by handles, follows no link, and takes only what belonged to the other number. */
async function handOver(
  run: Surroundings['run'],
  directory: FileHandle,
  from: number,
  { uid, gid }: Owner,
): Promise<void> {
  const place = `/proc/${process.pid}/fd/${directory.fd}/.`
  const flags = ['--recursive', '-P', '--no-dereference', `--from=${from}`]
  await run('chown', [...flags, `${uid}:${gid}`, '--', place], { timeoutMs: handOverTimeoutMs })
}
