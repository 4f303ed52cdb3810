/**
 * Which files of a folder are kept on this disk when only the newest are: finds the edge between those and the older ones, and keeps a flag at
 * each path in step with it. A file that a person asked for is kept beside them.
 */
import type { Database } from 'better-sqlite3'
import type { RelPath } from '../core/path.ts'
import type { FolderStore, KeepLimits } from './folder-store.ts'
import type { Records } from './records.ts'
import type { Transactions } from './transaction.ts'

export interface Keeping extends Pick<FolderStore, 'keepNewest' | 'setAsked'> {
  /** Files came, went or changed: the edge may be another one. */
  outOfDate(): void
  /** Sets the flag of one path. Forgets what was agreed where an unkept file is absent. */
  follow(path: RelPath): void
  /** Something was taken over: what was asked for has its place now, unless it would have none without having been asked for. */
  taken(path: RelPath): void
}

interface KeepingRow {
  readonly files: number
  readonly bytes: number
  readonly edge_mtime: number | null
  readonly edge_path: string | null
  readonly out_of_date: number
}

type Edge = Pick<KeepingRow, 'edge_mtime' | 'edge_path'>

const noEdge: Edge = { edge_mtime: null, edge_path: null }
/** No limit, as a number that is never reached. */
const plenty = Number.MAX_SAFE_INTEGER
/** No file is older. */
const earliest = -(2 ** 52)

/** Whether the file of a row would be left out, were it not asked for. */
const isBeyond = `winner_kind IS 'file' AND EXISTS (
  SELECT 1 FROM keeping WHERE winner_size > bytes
    OR winner_mtime < edge_mtime OR (winner_mtime = edge_mtime AND paths.path > edge_path))`

/** Set for good when something else than keeping everything was asked for. */
const usedFact = 'keepingUsed'

export function createKeeping(
  database: Database,
  { atomically }: Transactions,
  facts: Pick<FolderStore, 'fact' | 'setFact'>,
  records: Records,
): Keeping {
  const selectKeeping = database.prepare<[], KeepingRow>('SELECT * FROM keeping')
  const insertKeeping = database.prepare(
    'INSERT INTO keeping VALUES (:files, :bytes, :edge_mtime, :edge_path, 0)',
  )
  const deleteKeeping = database.prepare('DELETE FROM keeping')
  const markOutOfDate = database.prepare('UPDATE keeping SET out_of_date = 1 WHERE out_of_date = 0')
  const selectEdge = database.prepare<{ files: number; bytes: number }, Edge>(
    `SELECT edge_mtime, edge_path FROM (
       SELECT lag(winner_mtime) OVER from_new AS edge_mtime, lag(path) OVER from_new AS edge_path,
         row_number() OVER from_new AS files, sum(winner_size) OVER from_new AS bytes
       FROM paths WHERE winner_kind = 'file' AND ignored = 0 AND asked = 0 AND winner_size <= :bytes
       WINDOW from_new AS (ORDER BY winner_mtime DESC, path ROWS UNBOUNDED PRECEDING)
     ) WHERE files > :files OR bytes > :bytes LIMIT 1`,
  )
  const updateBetween = database.prepare<{ low: number; high: number }>(
    `UPDATE paths SET unkept = NOT unkept
     WHERE winner_kind = 'file' AND winner_mtime BETWEEN :low AND :high AND unkept <> (NOT asked AND ${isBeyond})`,
  )
  const selectAbsentUnkept = database
    .prepare<{ low: number; high: number }, RelPath>(
      `SELECT path FROM paths WHERE winner_kind = 'file' AND winner_mtime BETWEEN :low AND :high
         AND unkept = 1 AND here_kind IS NULL AND agreed IS NOT NULL`,
    )
    .pluck()
  const updateFlag = database.prepare<[string]>(
    `UPDATE paths SET unkept = NOT unkept WHERE path = ? AND unkept <> (NOT asked AND ${isBeyond})`,
  )
  const clearFlags = database.prepare('UPDATE paths SET unkept = 0 WHERE unkept = 1')
  const clearAgreed = database.prepare<[string]>(
    `UPDATE paths SET agreed = NULL, agreed_kind = NULL, agreed_root = NULL
     WHERE path = ? AND unkept = 1 AND here_kind IS NULL AND agreed IS NOT NULL`,
  )
  const updateAsked = database.prepare<[number, string]>('UPDATE paths SET asked = ? WHERE path = ?')
  const clearAsked = database.prepare<[string]>(
    `UPDATE paths SET asked = 0 WHERE path = ? AND asked = 1 AND winner IS agreed AND NOT (${isBeyond})`,
  )
  const selectAskedAndTaken = database
    .prepare<[], RelPath>('SELECT path FROM paths WHERE asked = 1 AND winner IS agreed')
    .pluck()

  /**
   * Most folders keep everything, and nobody asks for a file: then each change of a path is spared looking. Once set it stays so in this run:
   * where a transaction is undone, looking costs nothing but time.
   */
  let isUsed = facts.fact(usedFact) !== undefined

  function use(): void {
    isUsed = true
    if (facts.fact(usedFact) === undefined) facts.setFact(usedFact, 'yes')
  }

  /** The index is there only where something is asked of it. */
  function indexAges(needed: boolean): void {
    if (needed)
      database.exec(
        `CREATE INDEX IF NOT EXISTS ages ON paths (winner_mtime DESC, path, winner_size, ignored, asked)
           WHERE winner_kind = 'file'`,
      )
    else database.exec('DROP INDEX IF EXISTS ages')
  }

  function forgetAbsent(path: RelPath): void {
    if (clearAgreed.run(path).changes > 0) records.sweepSuperseded(path)
  }

  function keepEverything(): void {
    deleteKeeping.run()
    clearFlags.run()
    indexAges(false)
    for (const path of selectAskedAndTaken.all()) clearAsked.run(path)
  }

  function keepWithin(before: KeepingRow | undefined, files: number, bytes: number): void {
    use()
    if (before === undefined) indexAges(true)
    const edge = selectEdge.get({ files, bytes }) ?? noEdge
    deleteKeeping.run()
    insertKeeping.run({ files, bytes, ...edge })
    // Only what lies between the two edges can have changed sides.
    const edges = [edge.edge_mtime, before?.edge_mtime ?? null].map((mtime) => mtime ?? earliest)
    const range =
      before?.bytes === bytes
        ? { low: Math.min(...edges), high: Math.max(...edges) }
        : { low: earliest, high: -earliest }
    updateBetween.run(range)
    for (const path of selectAbsentUnkept.all(range)) forgetAbsent(path)
  }

  return {
    keepNewest: (limits: KeepLimits) =>
      atomically(() => {
        const files = limits.files || plenty
        const bytes = limits.bytes || plenty
        const before = selectKeeping.get()
        if (files === plenty && bytes === plenty) {
          if (before !== undefined) keepEverything()
        } else if (before?.files !== files || before.bytes !== bytes || before.out_of_date === 1)
          keepWithin(before, files, bytes)
      }),
    setAsked: (path, asked) =>
      atomically(() => {
        use()
        updateAsked.run(Number(asked), path)
        markOutOfDate.run()
        updateFlag.run(path)
        forgetAbsent(path)
      }),
    outOfDate() {
      if (isUsed) markOutOfDate.run()
    },
    follow(path) {
      if (!isUsed) return
      updateFlag.run(path)
      forgetAbsent(path)
    },
    taken(path) {
      if (isUsed && clearAsked.run(path).changes > 0) markOutOfDate.run()
    },
  }
}
