/**
 * Transactions of one database. A nested one is a savepoint of the outer, so that its throw undoes exactly what it did and the
 * outer may go on. Nothing is awaited inside: the type forbids it, and a promise that slips through undoes everything.
 */
import type { Database } from 'better-sqlite3'
import { SyncError } from '../core/errors.ts'
import type { NotPromise } from './folder-store.ts'

export interface Transactions {
  transaction<T>(work: () => NotPromise<T>): T
  /** For writes of more than one statement: joins the transaction that is under way, or makes one. */
  atomically<T>(work: () => T): T
  /** Calls back whenever something that was written is undone: what is remembered of it outside the database is wrong then. */
  onUndone(callback: () => void): void
  /** Throws `database-unusable` when SQLite gave up the transaction we are in (disk full, I/O error): writing on would bypass it. */
  refuseLost(): void
}

export function createTransactions(database: Database, file: string): Transactions {
  const begin = database.prepare('BEGIN IMMEDIATE')
  const commit = database.prepare('COMMIT')
  const rollback = database.prepare('ROLLBACK')
  const save = database.prepare('SAVEPOINT nested')
  const release = database.prepare('RELEASE nested')
  const rollbackToSaved = database.prepare('ROLLBACK TO nested')
  const undone: (() => void)[] = []
  let depth = 0

  function refuseLost(): void {
    if (depth === 0 || database.inTransaction) return
    throw new SyncError('database-unusable', { file, reason: 'its transaction was given up' })
  }

  function run<T>(work: () => T): T {
    const outer = depth === 0
    if (outer) begin.run()
    else save.run()
    depth += 1
    try {
      const result = work()
      if (isPromiseLike(result)) throw new Error('assertion: a transaction returned a promise')
      refuseLost()
      if (outer) commit.run()
      else release.run()
      return result
    } catch (thrown) {
      for (const callback of undone) callback()
      // Closed when the database turned out to be damaged; not in a transaction when SQLite has rolled back by itself.
      if (database.open && database.inTransaction) {
        if (outer) {
          rollback.run()
        } else {
          rollbackToSaved.run()
          release.run()
        }
      }
      throw thrown
    } finally {
      depth -= 1
    }
  }

  return {
    transaction: (work) => run(work as () => never),
    atomically: (work) => (depth > 0 ? work() : run(work)),
    onUndone: (callback) => void undone.push(callback),
    refuseLost,
  }
}

function isPromiseLike(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
