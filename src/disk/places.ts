/**
 * From paths to handles: opens the directory a path leads to one name at a time, so that a link or a file in the way is an error
 * and never a way out of the folder (I8).
 */
import type { DiskPath } from '../ports.ts'
import { errnoOf } from './disk-error.ts'
import type { Directory } from './files.ts'

/** The directory a name lies in, and the name. */
export function splitDiskPath(path: DiskPath): {
  readonly parents: readonly string[]
  readonly name: string
} {
  const parents = path.split('/')
  const name = parents.pop()!
  return { parents, name }
}

/** Opens a directory below the one `open` gives, or that one. Errors as of `Directory`. */
export async function openBelow(
  open: () => Promise<Directory>,
  names: readonly string[],
): Promise<Directory> {
  const directory = await open()
  if (names.length === 0) return directory
  using above = directory
  return await above.below(names)
}

/** Like `openBelow`, and makes what is missing, for its owner only. */
export async function makeBelow(
  open: () => Promise<Directory>,
  names: readonly string[],
): Promise<Directory> {
  try {
    return await openBelow(open, names)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
  }
  let directory = await open()
  for (const name of names) {
    using parent = directory
    directory = await makeDirectory(parent, name)
  }
  return directory
}

async function makeDirectory(parent: Directory, name: string): Promise<Directory> {
  try {
    return await parent.directory(name)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'ENOENT') throw thrown
  }
  try {
    await parent.mkdir(name, 0o700)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
  }
  return parent.directory(name)
}
