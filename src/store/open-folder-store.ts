/**
 * Puts a folder's store together and stands guard over it: what SQLite throws leaves here as an error of the table, and a
 * database that turns out to be damaged is closed and moved aside on the spot, so that opening it again gives a fresh one.
 */
import type { Database } from 'better-sqlite3'
import { SyncError } from '../core/errors.ts'
import { createBlocks } from './blocks.ts'
import { type DatabaseOptions, moveAside, openDatabase } from './database.ts'
import { createFacts } from './facts.ts'
import { isDamage, sqliteReason, unusableError } from './failures.ts'
import type { FolderStore } from './folder-store.ts'
import { createInspection } from './inspect.ts'
import { createInvites } from './invites.ts'
import { createJournal } from './journal.ts'
import { createKeeping } from './keeping.ts'
import { createPathQuestions } from './path-questions.ts'
import { createPaths } from './paths.ts'
import { createPeers } from './peers.ts'
import { createRecords } from './records.ts'
import { createStatements } from './statements.ts'
import { createTransactions } from './transaction.ts'

export interface StoreOptions extends DatabaseOptions {
  /** Random bytes, for the index id. */
  readonly random: (count: number) => Uint8Array
  /**
   * Asked before a database that looks damaged is moved aside; left out, it always may be. A disk that is going makes SQLite speak of damage,
   * too: the database is only closed then.
   */
  readonly isDamageSure?: (() => boolean) | undefined
  /** The database was closed without being moved aside: open it again, and see. */
  readonly onSuspected?: (() => void) | undefined
}

/**
 * Opens or makes a folder's database; `':memory:'` for one that vanishes. Throws `database-newer` and `database-unusable`. Every
 * call may throw `database-unusable`, after which it may be tried again, and `database-damaged`, after which the store is closed:
 * open it again.
 */
export function openFolderStore(file: string, options: StoreOptions): FolderStore {
  return openDatabase(file, options, (database) => assemble(database, file, options))
}

function assemble(database: Database, file: string, options: StoreOptions): FolderStore {
  const transactions = createTransactions(database, file)
  let damage: SyncError | undefined

  function setAside(reason: string): SyncError {
    database.close()
    damage =
      options.isDamageSure?.() === false
        ? new SyncError('database-unusable', { file, reason })
        : moveAside(file, reason)
    if (damage.code === 'database-unusable') options.onSuspected?.()
    return damage
  }

  const facts = createFacts(database, transactions, options.random)
  const records = createRecords(database, transactions, facts)
  const keeping = createKeeping(database, transactions, facts, records)
  const store: FolderStore = {
    ...facts,
    ...records,
    ...createPaths(database, transactions, facts, records, keeping),
    ...{ keepNewest: keeping.keepNewest, setAsked: keeping.setAsked },
    ...createPathQuestions(database, records.versionAt),
    ...createBlocks(database),
    ...createInspection(database, records),
    ...createStatements(database, transactions),
    ...createPeers(database, transactions),
    ...createInvites(database),
    ...createJournal(database, transactions),
    transaction: transactions.transaction,
    setAside,
    freeMemory() {
      records.forgetRecent()
      database.pragma('shrink_memory')
    },
    [Symbol.dispose]: () => database.close(),
  }

  function translate(thrown: unknown): unknown {
    if (!isDamage(thrown)) return unusableError(thrown, file) ?? thrown
    return setAside(sqliteReason(thrown))
  }

  function guarded<A extends readonly unknown[], R>(call: (...args: A) => R): (...args: A) => R {
    return (...args) => {
      if (damage !== undefined) throw damage
      transactions.refuseLost()
      try {
        return call(...args)
      } catch (thrown) {
        throw translate(thrown)
      }
    }
  }

  const calls = Object.entries(store).map(([name, value]) => [
    name,
    typeof value === 'function' ? guarded(value as (...args: readonly unknown[]) => unknown) : value,
  ])
  return { ...store, ...Object.fromEntries(calls) }
}
