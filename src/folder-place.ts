/**
 * Whether a directory can become a synced folder: it is there, can be read and written, and neither contains nor lies in another
 * one or the state directory (which holds the secrets). Looks, and changes nothing.
 */
import { access, constants, realpath, stat } from 'node:fs/promises'
import { isAbsolute, sep } from 'node:path'
import { reasonOf, SyncError } from './core/errors.ts'

/**
 * The real path of a directory that can be added. Throws `directory-missing`, `directory-unusable`, `directory-holds-state`,
 * `folder-exists` or `folder-nested`.
 */
export async function checkPlace(path: string, home: string, synced: readonly string[]): Promise<string> {
  if (!isAbsolute(path))
    throw new SyncError('request-invalid', { reason: `${path} is not an absolute path.` })
  const real = await realDirectory(path)
  await checkAccess(path, real, constants.R_OK | constants.X_OK, 'read')
  await checkAccess(path, real, constants.W_OK, 'written')
  if (isSameOrInside(real, home) || isSameOrInside(home, real)) {
    const how = real === home ? 'is' : isSameOrInside(real, home) ? 'lies in' : 'contains'
    throw new SyncError('directory-holds-state', { path, how, home })
  }
  for (const other of synced) {
    if (real === other || (await isSameDirectory(real, other)))
      throw new SyncError('folder-exists', { path: other })
    if (isSameOrInside(real, other) || isSameOrInside(other, real)) {
      throw new SyncError('folder-nested', { path: real, other })
    }
  }
  return real
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

function isSameOrInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep)
}

/** One directory can have two real paths: a bind mount. */
async function isSameDirectory(path: string, other: string): Promise<boolean> {
  try {
    const [one, two] = await Promise.all([stat(path), stat(other)])
    return one.dev === two.dev && one.ino === two.ino
  } catch {
    // The other one is not there at the moment, so it is not this one.
    return false
  }
}
