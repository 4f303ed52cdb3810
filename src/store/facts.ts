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
  { atomically, onUndone }: Transactions,
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

  /** They are few, and asked for with every path. */
  const known = new Map<string, string | undefined>()
  onUndone(() => known.clear())

  function fact(name: string): string | undefined {
    if (!known.has(name)) known.set(name, selectFact.get(name))
    return known.get(name)
  }

  function setFact(name: string, value: string): void {
    upsertFact.run(name, value)
    known.set(name, value)
  }

  function renewIndexId(): void {
    setFact(indexIdFact, Buffer.from(random(indexIdBytes)).toString('hex'))
  }

  if (fact(indexIdFact) === undefined) renewIndexId()

  function counterOf(writer: WriterId): number {
    return selectCounter.get(idToBytes(writer)) ?? 0
  }

  return {
    indexId: () => fact(indexIdFact) as IndexId,
    renewIndexId,
    fact,
    setFact,
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
