/**
 * Names on disks that do not keep them as they are: where two spellings are the same, or a name comes back changed. Nothing is ever
 * put over another spelling, and a name that is not stored as asked is not stored at all.
 */
import { SyncError } from '../core/errors.ts'
import type { Directory } from './files.ts'

function foldName(name: string): string {
  // The one letter with two small forms: exFAT and NTFS compare capitals.
  return name.normalize('NFC').toLowerCase().replaceAll('ς', 'σ')
}

/** Another spelling of a name that lies there. */
export async function findRival(parent: Directory, name: string): Promise<string | undefined> {
  return (await parent.list()).find((stored) => stored !== name && foldName(stored) === foldName(name))
}

/** Throws `name-collides` when another spelling of a name that is to be new lies there. */
export async function checkFree(parent: Directory, name: string, path: string): Promise<void> {
  const other = await findRival(parent, name)
  if (other !== undefined) throw new SyncError('name-collides', { path, other })
}

/** Whether what these names lead to, one below the other, has them exactly so. */
export async function isSpelled(
  openRoot: () => Promise<Directory>,
  names: readonly string[],
): Promise<boolean> {
  let directory = await openRoot()
  for (const [depth, name] of names.entries()) {
    using above = directory
    if (!(await above.list()).includes(name)) return false
    if (depth < names.length - 1) directory = await above.directory(name)
  }
  return true
}

/** Undoes and throws `name-not-possible-here` when a name just made is not stored exactly as asked. */
export async function checkSpelling(
  parent: Directory,
  name: string,
  path: string,
  undo: () => Promise<void>,
): Promise<void> {
  if ((await parent.list()).includes(name)) return
  await undo()
  throw new SyncError('name-not-possible-here', { path, reason: 'it would be stored under another spelling' })
}
