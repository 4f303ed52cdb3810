/**
 * Turns what the file system failed with into the sentences of the error table. The one place that knows errno codes' meaning.
 */
import { type ErrorCode, isSyncError, reasonOf, SyncError } from '../core/errors.ts'

const meanings: Readonly<Record<string, ErrorCode>> = {
  ENAMETOOLONG: 'name-not-possible-here',
  EINVAL: 'name-not-possible-here',
  EILSEQ: 'name-not-possible-here',
  ENOSPC: 'disk-full',
  EDQUOT: 'disk-full',
  EROFS: 'disk-read-only',
  EFBIG: 'too-large-here',
  ENOENT: 'obstructed',
  ENOTDIR: 'obstructed',
  EISDIR: 'obstructed',
  ELOOP: 'obstructed',
  ENOTEMPTY: 'obstructed',
  EXDEV: 'obstructed',
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'its directory is not there',
  ENOTDIR: 'a directory in its path is not one',
  EISDIR: 'a directory lies there',
  ELOOP: 'a directory in its path is a symbolic link',
  ENOTEMPTY: 'the directory there is not empty',
  EXDEV: 'another disk is mounted there',
}

/** The errno code of a failure of the file system, with its number where Node has no name for it; undefined for anything else. */
export function errnoOf(thrown: unknown): string | undefined {
  const code =
    thrown instanceof Error && !isSyncError(thrown) ? (thrown as NodeJS.ErrnoException).code : undefined
  return code !== undefined && /^(E[A-Z0-9]+|Unknown system error -\d+)$/.test(code) ? code : undefined
}

/** Whether a failure says that what was looked for is not there, or is something else by now. */
export function isGone(thrown: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP', 'ESTALE'].includes(errnoOf(thrown) ?? '')
}

/** As the system names them, or, where Node has no name for it, by its number: what cannot be read, or is not what its checksum says. */
const mediumErrors = ['EIO', 'EBADMSG', 'EUCLEAN', 'Unknown system error -74', 'Unknown system error -117']

/** Whether the disk itself failed: what was to be read is damaged, whoever may read it. */
export function isMediumError(thrown: unknown): boolean {
  const code = thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined
  return code !== undefined && mediumErrors.includes(code)
}

/** The error for a path that was being read or written. Bugs of our own pass through as they are. */
export function diskError(thrown: unknown, path: string, doing: 'read' | 'write'): unknown {
  const errno = errnoOf(thrown)
  if (errno === undefined) return thrown
  const reason = reasons[errno] ?? reasonOf(thrown)
  if (doing === 'read')
    return new SyncError('unreadable', { path, reason: reasonOf(thrown) }, { cause: thrown })
  if (errno === 'EACCES' || errno === 'EPERM')
    return new SyncError('not-writable', { path, reason }, { cause: thrown })
  const code = meanings[errno] ?? 'io-error'
  const data = code === 'disk-full' ? { path, freeBytes: 0, reserveBytes: 0 } : { path, reason }
  return new SyncError(code, data, { cause: thrown })
}

/** Runs something on a path, with failures told by `diskError`. */
export async function onPath<T>(path: string, doing: 'read' | 'write', work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (thrown) {
    throw diskError(thrown, path, doing)
  }
}
