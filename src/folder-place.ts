/**
 * Whether a directory can become a synced folder: it is there, can be read and written, and neither contains nor lies in another
 * one or the state directory (which holds the secrets). Looks, and changes nothing.
 */
import { access, constants, realpath, stat } from 'node:fs/promises'
import { isAbsolute, sep } from 'node:path'
import { reasonOf, SyncError } from './core/errors.ts'

/**
 * The real path of a directory that can be added. `own` are directories on disks that are Berrysync's own. Throws `directory-missing`,
 * `directory-unusable`, `directory-holds-state`, `directory-holds-own`, `folder-exists` or `folder-nested`.
 */
export async function checkPlace(
  path: string,
  home: string,
  synced: readonly string[],
  own: readonly string[] = [],
): Promise<string> {
  return (await surveyPlaces(home, synced, own))(path)
}

/** Looks at the synced folders once; what it returns does what `checkPlace` does, for many directories. */
export async function surveyPlaces(
  home: string,
  synced: readonly string[],
  own: readonly string[] = [],
): Promise<(path: string) => Promise<string>> {
  const homeInode = await inodeOf(home)
  const syncedByInode = new Map<string, string>()
  for (const other of synced) {
    const inode = await inodeOf(other)
    if (inode !== undefined) syncedByInode.set(inode, other)
  }
  return async (path) => {
    if (!isAbsolute(path))
      throw new SyncError('request-invalid', { reason: `${path} is not an absolute path.` })
    const real = await realDirectory(path)
    await checkAccess(path, real, constants.R_OK | constants.X_OK, 'read')
    await checkAccess(path, real, constants.W_OK, 'written')
    // One directory can have two real paths: a bind mount.
    const inode = await inodeOf(real)
    const isHome = real === home || (inode !== undefined && inode === homeInode)
    if (isHome || isSameOrInside(real, home) || isSameOrInside(home, real)) {
      const how = isHome ? 'is' : isSameOrInside(real, home) ? 'lies in' : 'contains'
      throw new SyncError('directory-holds-state', { path, how, home })
    }
    const held = own.find((one) => isSameOrInside(real, one) || isSameOrInside(one, real))
    if (held !== undefined) throw new SyncError('directory-holds-own', { path, own: held })
    const same = synced.find((other) => other === real) ?? syncedByInode.get(inode ?? '')
    if (same !== undefined) throw new SyncError('folder-exists', { path: same })
    const other = synced.find((one) => isSameOrInside(real, one) || isSameOrInside(one, real))
    if (other !== undefined) throw new SyncError('folder-nested', { path: real, other })
    return real
  }
}

async function realDirectory(path: string): Promise<string> {
  try {
    const real = await realpath(path)
    if ((await stat(real)).isDirectory()) return real
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      throw new SyncError(
        'directory-unusable',
        { path, what: 'reached', reason: reasonOf(error) },
        { cause: error },
      )
    }
  }
  throw new SyncError('directory-missing', { path })
}

async function checkAccess(path: string, real: string, mode: number, what: string): Promise<void> {
  try {
    await access(real, mode)
  } catch (error) {
    throw new SyncError('directory-unusable', { path, what, reason: reasonOf(error) }, { cause: error })
  }
}

/** By their paths, which have to be real ones. */
export function isSameOrInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** Undefined for what is not there at the moment. */
async function inodeOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path, { bigint: true })
    return `${dev}:${ino}`
  } catch {
    return undefined
  }
}
