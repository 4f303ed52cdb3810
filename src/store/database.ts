/**
 * Opens a folder's database file: settings, migrations, private file mode. A damaged file is moved aside, never deleted, and a
 * fresh one takes its place: the database is a cache of the folder and the peers (E7 covers what is lost with it).
 */
import { chmodSync, closeSync, constants, existsSync, openSync, renameSync, statSync } from 'node:fs'
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { reasonOf, SyncError } from '../core/errors.ts'
import { finishRestoring, keepCopy, restoreCopy } from './before-migration.ts'
import { isDamage, sqliteReason, unusableError } from './failures.ts'
import { migrate, migrations, refuseNewer, versionOf } from './migrations.ts'

/** Reading a database of this size through takes a few tenths of a second on a small board; a larger one is checked by using it. */
const quickCheckMaxBytes = 8 * 1024 ** 2
/** Another process, a backup say, may hold the file that long before we give up; the main thread waits meanwhile. */
const busyTimeoutMs = 2000
/** Memory for pages of one folder's database, whatever the number of files in it (I14). */
const cacheKib = 512
/** What is left of the write-ahead log after a large transaction. */
const journalSizeLimitBytes = 8 * 1024 ** 2

const inMemory = ':memory:'

export interface DatabaseOptions {
  /** Told, as `database-damaged`, when a damaged file was moved aside and a fresh one made. */
  readonly onDamage?: ((error: SyncError) => void) | undefined
  readonly migrations?: readonly string[] | undefined
  /** Whether an older release may go back to how it was before a newer one migrated it; so it does unless told not to. */
  readonly keepsCopies?: boolean | undefined
  /**
   * The disk may be pulled at any moment. The index of the log is kept in memory of our own then: mapped from a file there, it would end the
   * process when the file cannot be read any more. No other process can open the database meanwhile.
   */
  readonly isRemovable?: boolean
  /** Connects instead of opening the file; the simulator keeps what is connected, to copy it and to take it away. */
  readonly connect?: (() => Database) | undefined
}

/**
 * Opens the database and hands it to `use`, whose first reads are part of finding out whether it is well. Throws `database-newer`
 * or `database-unusable`; a damaged file is replaced instead.
 */
export function openDatabase<T>(file: string, options: DatabaseOptions, use: (database: Database) => T): T {
  try {
    return openChecked(file, options, use)
  } catch (thrown) {
    if (!isDamage(thrown)) throw unusableError(thrown, file) ?? thrown
    const damage = moveAside(file, sqliteReason(thrown))
    if (damage.code !== 'database-damaged') throw damage
    options.onDamage?.(damage)
    return openChecked(file, options, use)
  }
}

/**
 * Moves a closed database with its companions to the first free `….damaged-<n>`. Returns the error that tells so; that error is
 * `database-unusable` when the disk does not let it be moved.
 */
export function moveAside(file: string, reason: string): SyncError {
  let number = 1
  while (existsSync(`${file}.damaged-${number}`)) number += 1
  const aside = `${file}.damaged-${number}`
  // The log and its index belong to the file: a fresh database must never find them.
  try {
    for (const suffix of ['-wal', '-shm', '']) {
      if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix)
    }
  } catch (thrown) {
    return new SyncError(
      'database-unusable',
      { file, reason: `${reason}; ${reasonOf(thrown)}` },
      { cause: thrown },
    )
  }
  return new SyncError('database-damaged', { file, reason, aside })
}

function openChecked<T>(file: string, options: DatabaseOptions, use: (database: Database) => T): T {
  const steps = options.migrations ?? migrations
  const database = options.connect?.() ?? connect(file, options, steps.length)
  try {
    configure(database)
    refuseNewer(database, file, steps)
    // Kept in the file, so not before we know that it is ours to change.
    database.pragma('journal_mode = WAL')
    migrate(database, steps)
    if (file !== inMemory && statSync(file).size <= quickCheckMaxBytes) quickCheck(database)
    return use(database)
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** With a copy of what is about to be migrated kept beside, or one taken back where a newer release has migrated it. */
function connect(file: string, options: DatabaseOptions, ownVersion: number): Database {
  if (file === inMemory) return new SqliteDatabase(file)
  function open(): Database {
    const database = new SqliteDatabase(file, { timeout: busyTimeoutMs })
    // Before the log is looked at for the first time.
    if (options.isRemovable === true) database.pragma('locking_mode = EXCLUSIVE')
    return database
  }
  if (options.keepsCopies !== false) finishRestoring(file, ownVersion)
  makePrivate(file)
  if (options.keepsCopies === false) return open()
  const database = open()
  try {
    const version = versionOf(database)
    if (version === ownVersion || version === 0) return database
    // Takes the log in, and lets go of the file.
    database.close()
    if (version < ownVersion) keepCopy(file, version)
    else restoreCopy(file, version, ownVersion)
    return open()
  } catch (thrown) {
    database.close()
    throw thrown
  }
}

/** SQLite gives its log the mode of the database file. */
function makePrivate(file: string): void {
  try {
    closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600))
    chmodSync(file, 0o600)
  } catch (thrown) {
    throw new SyncError('database-unusable', { file, reason: reasonOf(thrown) }, { cause: thrown })
  }
}

function configure(database: Database): void {
  // A commit that power loss takes back would let an author use its counters twice (E7).
  database.pragma('synchronous = FULL')
  database.pragma(`cache_size = -${cacheKib}`)
  database.pragma(`journal_size_limit = ${journalSizeLimitBytes}`)
  // Large intermediate results go to a file: memory must not grow with the folder.
  database.pragma('temp_store = FILE')
  database.pragma('foreign_keys = ON')
  database.pragma('trusted_schema = OFF')
  database.pragma('cell_size_check = ON')
}

function quickCheck(database: Database): void {
  const verdict = database.pragma('quick_check(1)', { simple: true })
  if (verdict !== 'ok') throw new SqliteDatabase.SqliteError(String(verdict), 'SQLITE_CORRUPT')
}
