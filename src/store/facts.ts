/** Small facts by name, and the counters of writers: what must outlive every record (E7, I11). */
import type { Database } from 'better-sqlite3'
import { type IndexId, idToBytes, type WriterId } from '../core/ids.ts'
import type { VersionVector } from '../core/version.ts'
import type { FolderStore } from './folder-store.ts'
import type { Transactions } from './transaction.ts'

const indexIdFact = 'indexId'
const indexIdBytes = 8

export interface Facts
  extends Pick<FolderStore, 'indexId' | 'renewIndexId' | 'fact' | 'setFact' | 'counterOf' | 'takeCounters'> {
  /** Notes every counter of a vector. */
  sawCounters(vector: VersionVector): void
}

export function createFacts(
  database: Database,
  { atomically }: Transactions,
  random: (count: number) => Uint8Array,
): Facts {
  const selectFact = database.prepare<[string], string>('SELECT value FROM facts WHERE name = ?').pluck()
  const upsertFact = database.prepare(
    'INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value',
  )
  const selectCounter = database
    .prepare<[Buffer], number>('SELECT highest FROM counters WHERE writer = ?')
    .pluck()
  const raiseCounter = database.prepare(
    `INSERT INTO counters (writer, highest) VALUES (?, ?)
     ON CONFLICT DO UPDATE SET highest = excluded.highest WHERE excluded.highest > highest`,
  )

  function renewIndexId(): void {
    upsertFact.run(indexIdFact, Buffer.from(random(indexIdBytes)).toString('hex'))
  }

  function indexId(): IndexId {
    return selectFact.get(indexIdFact) as IndexId
  }

  if (selectFact.get(indexIdFact) === undefined) renewIndexId()

  function counterOf(writer: WriterId): number {
    return selectCounter.get(idToBytes(writer)) ?? 0
  }

  return {
    indexId,
    renewIndexId,
    fact: (name) => selectFact.get(name),
    setFact(name, value) {
      upsertFact.run(name, value)
    },
    counterOf,
    takeCounters: (writer, count) =>
      atomically(() => {
        const first = counterOf(writer) + 1
        raiseCounter.run(idToBytes(writer), first + count - 1)
        return first
      }),
    sawCounters(vector) {
      for (const [writer, counter] of vector) raiseCounter.run(idToBytes(writer), counter)
    },
  }
}
