/**
 * Changes to the three sides of a path, and nothing else does: the winner, the agreed version, what lies here. Keeps the records
 * table in step: what is superseded and nothing stands for any more goes.
 */
import type { Database, RunResult } from 'better-sqlite3'
import { conflictOriginal } from '../core/conflict-name.ts'
import type { RelPath } from '../core/path.ts'
import type { FetchOrder, FolderStore, Here } from './folder-store.ts'
import type { Keeping } from './keeping.ts'
import { hereColumns, hereToRow, toSigned } from './path-row.ts'
import { mtimeMsOf, orderKeyOf, orderKeySql } from './rank.ts'
import type { RecordEntry, Records } from './records.ts'
import type { Transactions } from './transaction.ts'

export type Paths = Pick<
  FolderStore,
  | 'setWinner'
  | 'dropWinner'
  | 'retract'
  | 'unsaid'
  | 'predecessor'
  | 'addPlacing'
  | 'placingsOf'
  | 'pathsOfPlacings'
  | 'forgetPlacings'
  | 'adopt'
  | 'setHere'
  | 'renumberDevice'
  | 'setIgnored'
  | 'clearIgnored'
  | 'disagree'
  | 'setOrder'
>

const orderFact = 'order'

export function createPaths(
  database: Database,
  { atomically }: Transactions,
  facts: Pick<FolderStore, 'fact' | 'setFact'>,
  records: Records,
  keeping: Keeping,
): Paths {
  const hereValues = hereColumns.map((column) => `${column} = :${column}`).join(', ')
  const addPath = database.prepare('INSERT INTO paths (path, conflict_copy) VALUES (?, ?)')
  const updateWinner = database.prepare(
    `UPDATE paths SET winner = :winner, winner_kind = :kind, winner_size = :size, winner_root = :root,
       winner_mtime = :mtimeMs, order_key = :orderKey WHERE path = :path`,
  )
  const updateDevice = database.prepare('UPDATE paths SET here_device = :to WHERE here_device = :from')
  const deleteWinner = database.prepare(
    `UPDATE paths SET winner = NULL, winner_kind = NULL, winner_size = NULL, winner_root = NULL, winner_mtime = NULL
     WHERE path = ?`,
  )
  const selectUnsaid = database
    .prepare<[number], RelPath>(
      'SELECT path FROM paths WHERE winner IS NULL AND agreed IS NOT NULL AND ignored = 0 ORDER BY path LIMIT 0 + ?',
    )
    .pluck()
  const selectPredecessor = database
    .prepare<[string], number | null>('SELECT predecessor FROM paths WHERE path = ?')
    .pluck()
  const updatePredecessor = database.prepare(
    `UPDATE paths SET predecessor = agreed WHERE path = :path AND EXISTS (
       SELECT 1 FROM records WHERE sequence = agreed AND author <> :author
     )`,
  )
  const updateAgreedAndHere = database.prepare(
    `UPDATE paths SET agreed = :agreed, agreed_kind = :kind, agreed_root = :root, ${hereValues} WHERE path = :path`,
  )
  const insertPlacing = database.prepare('INSERT INTO placings VALUES (?, ?) ON CONFLICT DO NOTHING')
  const selectPlacings = database
    .prepare<[string], number>('SELECT sequence FROM placings WHERE path = ?')
    .pluck()
  const selectPathsOfPlacings = database.prepare<[], RelPath>('SELECT DISTINCT path FROM placings').pluck()
  const deletePlacings = database.prepare('DELETE FROM placings WHERE path = ?')
  const updateHere = database.prepare(`UPDATE paths SET ${hereValues} WHERE path = :path`)
  const updateIgnored = database.prepare('UPDATE paths SET ignored = ? WHERE path = ?')
  const clearAgreed = database.prepare(
    'UPDATE paths SET agreed = NULL, agreed_kind = NULL, agreed_root = NULL WHERE path = ?',
  )
  const clearIgnored = database.prepare('UPDATE paths SET ignored = 0 WHERE ignored = 1')
  const deleteAllEmpty = database.prepare(
    'DELETE FROM paths WHERE winner IS NULL AND agreed IS NULL AND here_kind IS NULL AND ignored = 0',
  )
  const deleteEmpty = database.prepare(
    `DELETE FROM paths
     WHERE path = ? AND winner IS NULL AND agreed IS NULL AND here_kind IS NULL AND ignored = 0`,
  )

  /** Changes the row of a path, which nearly always is there already; makes it where it is not. */
  function change(path: RelPath, update: () => RunResult): void {
    if (update().changes > 0) return
    addPath.run(path, Number(conflictOriginal(path) !== undefined))
    update()
  }

  function setHere(path: RelPath, here: Here | undefined): void {
    const row = { path, ...hereToRow(path, here) }
    if (here !== undefined) return change(path, () => updateHere.run(row))
    updateHere.run(row)
    keeping.follow(path)
    deleteEmpty.run(path)
  }

  function putWinner(path: RelPath, record: RecordEntry): void {
    const mtimeMs = mtimeMsOf(BigInt(record.mtime))
    const row = {
      path,
      winner: record.sequence,
      kind: record.kind,
      size: record.size,
      root: record.root,
      mtimeMs,
      orderKey: orderKeyOf(order(), record.size, mtimeMs),
    }
    change(path, () => updateWinner.run(row))
    keeping.outOfDate()
    keeping.follow(path)
  }

  function order(): FetchOrder {
    return (facts.fact(orderFact) as FetchOrder | undefined) ?? 'alphabetical'
  }

  return {
    setOrder: (wanted) =>
      atomically(() => {
        if (wanted === order()) return
        facts.setFact(orderFact, wanted)
        database.exec(`UPDATE paths SET order_key = ${orderKeySql[wanted]} WHERE winner IS NOT NULL`)
      }),

    setWinner: (path, winner, superseded) =>
      atomically(() => {
        const record = records.find(winner)
        if (record?.path !== path || record.superseded === 1) {
          throw new Error(`assertion: record ${winner} cannot be the winner of ${path}`)
        }
        putWinner(path, record)
        for (const id of superseded) if (id !== winner) records.supersede(path, id)
        if (superseded.length > 0) records.sweepSuperseded(path)
      }),

    dropWinner: (path, forgotten) =>
      atomically(() => {
        deleteWinner.run(path)
        keeping.outOfDate()
        keeping.follow(path)
        for (const id of forgotten) records.supersede(path, id)
        records.sweepSuperseded(path)
        deleteEmpty.run(path)
      }),

    retract: (path, deletion) =>
      atomically(() => {
        if (deletion.kind !== 'deleted' || records.versionsOf(path).length > 0)
          throw new Error(`assertion: ${path} cannot be retracted`)
        putWinner(path, records.keep(deletion))
      }),
    unsaid: (limit) => selectUnsaid.all(limit),
    predecessor(path) {
      const sequence = selectPredecessor.get(path)
      return typeof sequence === 'number' ? records.versionAt(sequence) : undefined
    },

    adopt: (path, version, here) =>
      atomically(() => {
        const id = typeof version === 'string' ? version : version.id
        const record = typeof version === 'string' ? records.find(id) : records.keep(version)
        if (record?.path !== path) throw new Error(`assertion: ${path} cannot agree to record ${id}`)
        const row = {
          path,
          agreed: record.sequence,
          kind: record.kind,
          root: record.root,
          ...hereToRow(path, here),
        }
        updatePredecessor.run({ path, author: record.author })
        change(path, () => updateAgreedAndHere.run(row))
        deletePlacings.run(path)
        keeping.taken(path)
        if (here === undefined) keeping.follow(path)
        records.sweepSuperseded(path)
      }),

    addPlacing: (path, version) =>
      atomically(() => {
        insertPlacing.run(path, records.keep(version).sequence)
      }),
    placingsOf: (path) =>
      selectPlacings
        .all(path)
        .sort((a, b) => a - b)
        .map(records.versionAt),
    pathsOfPlacings: () => selectPathsOfPlacings.all(),
    forgetPlacings: (path) =>
      atomically(() => {
        deletePlacings.run(path)
        records.sweepSuperseded(path)
      }),

    setHere: (path, here) => atomically(() => setHere(path, here)),

    renumberDevice: (from, to) =>
      atomically(() => void updateDevice.run({ from: toSigned(from), to: toSigned(to) })),

    setIgnored: (path, ignored) =>
      atomically(() => {
        if (ignored) change(path, () => updateIgnored.run(1, path))
        else updateIgnored.run(0, path)
        keeping.outOfDate()
        if (!ignored) deleteEmpty.run(path)
      }),

    clearIgnored: () =>
      atomically(() => {
        clearIgnored.run()
        keeping.outOfDate()
        deleteAllEmpty.run()
      }),

    disagree: (path) =>
      atomically(() => {
        clearAgreed.run(path)
        records.sweepSuperseded(path)
        deleteEmpty.run(path)
      }),
  }
}
