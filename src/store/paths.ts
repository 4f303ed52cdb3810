/**
 * Changes to the three sides of a path, and nothing else does: the winner, the agreed version, what lies here. Keeps the records
 * table in step: what is superseded and not agreed any more goes.
 */
import type { Database } from 'better-sqlite3'
import { conflictOriginal } from '../core/conflict-name.ts'
import { idToBytes } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Version } from '../core/version.ts'
import type { FolderStore, Here } from './folder-store.ts'
import { hereColumns, hereToRow } from './path-row.ts'
import type { Records } from './records.ts'
import type { Transactions } from './transaction.ts'

export type Paths = Pick<FolderStore, 'setWinner' | 'adopt' | 'setHere' | 'setIgnored' | 'clearIgnored' | 'disagree'>

export function createPaths(database: Database, { atomically }: Transactions, records: Records): Paths {
  const hereValues = hereColumns.map((column) => `${column} = :${column}`).join(', ')
  const addPath = database.prepare(
    'INSERT INTO paths (path, conflict_copy) VALUES (?, ?) ON CONFLICT DO NOTHING',
  )
  const updateWinner = database.prepare(
    'UPDATE paths SET winner = :winner, winner_kind = :kind, winner_size = :size, winner_root = :root WHERE path = :path',
  )
  const updateAgreedAndHere = database.prepare(
    `UPDATE paths SET agreed = :agreed, agreed_kind = :kind, agreed_root = :root, ${hereValues} WHERE path = :path`,
  )
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

  /** The number of the record to agree to; kept out of the index when it was forgotten meanwhile. */
  function agreedNumber(version: Version): number {
    return records.find(version.id)?.sequence ?? records.keepSuperseded(version)
  }

  function setHere(path: RelPath, here: Here | undefined): void {
    if (here !== undefined) ensurePath(path)
    updateHere.run({ path, ...hereToRow(path, here) })
    if (here === undefined) deleteEmpty.run(path)
  }

  return {
    setWinner: (path, winner, superseded) =>
      atomically(() => {
        const place = records.find(winner)
        const version = records.version(winner)
        if (place === undefined || version === undefined || place.superseded || version.path !== path) {
          throw new Error(`assertion: record ${winner} cannot be the winner of ${path}`)
        }
        ensurePath(path)
        updateWinner.run({ path, winner: place.sequence, kind: version.kind, size: version.sizeBytes, root: idToBytes(version.root) })
        for (const id of superseded) if (id !== winner) records.supersede(path, id)
        if (superseded.length > 0) records.sweepSuperseded(path)
      }),

    adopt: (path, given, here) =>
      atomically(() => {
        const version = typeof given === 'string' ? records.version(given) : given
        if (version === undefined || version.path !== path) {
          throw new Error(
            `assertion: ${path} cannot agree to record ${typeof given === 'string' ? given : given.id}`,
          )
        }
        ensurePath(path)
        updateAgreedAndHere.run({
          path,
          agreed: agreedNumber(version),
          kind: version.kind,
          root: idToBytes(version.root),
          ...hereToRow(path, here),
        })
        records.sweepSuperseded(path)
      }),

    setHere: (path, here) => atomically(() => setHere(path, here)),

    setIgnored: (path, ignored) =>
      atomically(() => {
        if (ignored) ensurePath(path)
        updateIgnored.run(Number(ignored), path)
        if (!ignored) deleteEmpty.run(path)
      }),

    clearIgnored: () =>
      atomically(() => {
        clearIgnored.run()
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
