/**
 * Turns what SQLite throws into errors of the table: damage, or a database that cannot be used right now. Anything else it throws
 * is a bug of ours and passes through.
 */
import SqliteDatabase from 'better-sqlite3'
import { SyncError } from '../core/errors.ts'

/** The disk, its permissions, or another process is in the way; the file itself may be well. */
const unusable = /^SQLITE_(FULL|IOERR|CANTOPEN|READONLY|BUSY|LOCKED|PERM|NOMEM|NOLFS|PROTOCOL|AUTH)/

export function isDamage(thrown: unknown): boolean {
  return thrown instanceof SqliteDatabase.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(thrown.code)
}

/** Whether a statement names what is not there, or makes what is. */
export function isOfOtherSchema(thrown: unknown): boolean {
  return thrown instanceof SqliteDatabase.SqliteError && thrown.code === 'SQLITE_ERROR'
}

/** The error for what cannot be done with this file right now; undefined when something else was thrown. */
export function unusableError(thrown: unknown, file: string): SyncError | undefined {
  if (!(thrown instanceof SqliteDatabase.SqliteError) || !unusable.test(thrown.code)) return undefined
  return new SyncError('database-unusable', { file, reason: sqliteReason(thrown) }, { cause: thrown })
}

export function sqliteReason(thrown: unknown): string {
  return thrown instanceof SqliteDatabase.SqliteError ? `${thrown.code}: ${thrown.message}` : String(thrown)
}
