/**
 * Changes to the three sides of a path, and nothing else does: the winner, the agreed version, what lies here. Keeps the records
 * table in step: what is superseded, not agreed any more and not being put there goes.
 */
import type { Database } from 'better-sqlite3'
import { conflictOriginal } from '../core/conflict-name.ts'
import type { RelPath } from '../core/path.ts'
import type { FetchOrder, FolderStore, Here } from './folder-store.ts'
import type { Keeping } from './keeping.ts'
import { hereColumns, hereToRow } from './path-row.ts'
import { mtimeMsOf, orderKeyOf, orderKeySql } from './rank.ts'
import type { Records } from './records.ts'
import type { Transactions } from './transaction.ts'

export type Paths = Pick<
  FolderStore,
  | 'setWinner'
  | 'addPlacing'
  | 'placingsOf'
  | 'pathsOfPlacings'
  | 'forgetPlacings'
  | 'adopt'
  | 'setHere'
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
  const addPath = database.prepare(
    'INSERT INTO paths (path, conflict_copy) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const updateWinner = database.prepare(
    `UPDATE paths SET winner = :winner, winner_kind = :kind, winner_size = :size, winner_root = :root,
       winner_mtime = :mtimeMs, order_key = :orderKey WHERE path = :path`,
  )
  const updateAgreedAndHere = database.prepare(
    `UPDATE paths SET agreed = :agreed, agreed_kind = :kind, agreed_root = :root, ${hereValues} WHERE path = :path`,
  )
  const insertPlacing = database.prepare('INSERT INTO placings VALUES (?, ?) ON CONFLICT DO NOTHING')
  const selectPlacings = database
    .prepare<[string], number>('SELECT sequence FROM placings WHERE path = ? ORDER BY sequence')
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

  function ensurePath(path: RelPath): void {
    addPath.run(path, Number(conflictOriginal(path) !== undefined))
  }

  function setHere(path: RelPath, here: Here | undefined): void {
    if (here !== undefined) ensurePath(path)
    updateHere.run({ path, ...hereToRow(path, here) })
    if (here !== undefined) return
    keeping.follow(path)
    deleteEmpty.run(path)
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
        ensurePath(path)
        const mtimeMs = mtimeMsOf(BigInt(record.mtime))
        updateWinner.run({
          path,
          winner: record.sequence,
          kind: record.kind,
          size: record.size,
          root: record.root,
          mtimeMs,
          orderKey: orderKeyOf(order(), record.size, mtimeMs),
        })
        keeping.outOfDate()
        keeping.follow(path)
        for (const id of superseded) if (id !== winner) records.supersede(path, id)
        if (superseded.length > 0) records.sweepSuperseded(path)
      }),

    adopt: (path, version, here) =>
      atomically(() => {
        const id = typeof version === 'string' ? version : version.id
        if (typeof version !== 'string' && !records.hasRecord(id)) records.keepSuperseded(version)
        const record = records.find(id)
        if (record?.path !== path) throw new Error(`assertion: ${path} cannot agree to record ${id}`)
        ensurePath(path)
        updateAgreedAndHere.run({
          path,
          agreed: record.sequence,
          kind: record.kind,
          root: record.root,
          ...hereToRow(path, here),
        })
        deletePlacings.run(path)
        keeping.taken(path)
        if (here === undefined) keeping.follow(path)
        records.sweepSuperseded(path)
      }),

    addPlacing: (path, version) =>
      atomically(() => {
        if (!records.hasRecord(version.id)) records.keepSuperseded(version)
        insertPlacing.run(path, records.find(version.id)!.sequence)
      }),
    placingsOf: (path) => selectPlacings.all(path).map(records.versionAt),
    pathsOfPlacings: () => selectPathsOfPlacings.all(),
    forgetPlacings: (path) =>
      atomically(() => {
        deletePlacings.run(path)
        records.sweepSuperseded(path)
      }),

    setHere: (path, here) => atomically(() => setHere(path, here)),

    setIgnored: (path, ignored) =>
      atomically(() => {
        if (ignored) ensurePath(path)
        updateIgnored.run(Number(ignored), path)
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
