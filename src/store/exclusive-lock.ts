/**
 * A lock that the operating system ends with the process, however it dies: SQLite's own file lock on a file that never holds
 * anything. Node has no flock, and a file with a process id in it survives `kill -9` and lies after the id is used again.
 * Nothing else in this process may open that file: closing any handle of it would drop the lock (POSIX).
 */
import { chmodSync, closeSync, openSync } from 'node:fs'
import Database from 'better-sqlite3'

/** Takes the lock, or tells by `undefined` that another process has it. Disposing gives it back. */
export function tryExclusiveLock(file: string): Disposable | undefined {
  makePrivate(file)
  const database = new Database(file, { timeout: 0 })
  try {
    database.exec('BEGIN EXCLUSIVE')
    // As an earlier version left it.
    chmodSync(file, 0o600)
  } catch (error) {
    database.close()
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined
    throw error
  }
  return { [Symbol.dispose]: () => database.close() }
}

/** Whoever can read the file could lock it; SQLite gives its journal the same mode. One that is there is not opened, since a lock of ours may be on it. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}
