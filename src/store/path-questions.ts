/**
 * Questions about paths, answered from the indexes made for them: what is needed, what lies below a directory, what changed here,
 * how much of everything. Changes nothing.
 */
import type { Database } from 'better-sqlite3'
import { idToBytes } from '../core/ids.ts'
import { comparePaths, type DirPath, type RelPath } from '../core/path.ts'
import type { Version } from '../core/version.ts'
import type { FolderStore, ListedPath, PathState } from './folder-store.ts'
import { damageToBytes, hereColumns, type PathRow, rowToHere, rowToState, toSigned } from './path-row.ts'

export type PathQuestions = Pick<
  FolderStore,
  | 'state'
  | 'childrenHere'
  | 'hereBelow'
  | 'hasLiveBelow'
  | 'hasHereBelow'
  | 'hasDeletionsBelow'
  | 'needs'
  | 'hereWithRoot'
  | 'damaged'
  | 'damagedAs'
  | 'countDamaged'
  | 'countIgnored'
  | 'fileHereAfter'
  | 'directoryHere'
  | 'localChanges'
  | 'pathsAfter'
  | 'conflictCopies'
  | 'countConflictCopies'
  | 'counts'
  | 'pendingDeletions'
  | 'pendingLosses'
  | 'deletionsPending'
  | 'filesHere'
  | 'needsRoot'
  | 'isContentNeeded'
  | 'isContentLiveElsewhere'
>

interface Totals {
  readonly file_count: number
  readonly file_bytes: number
  readonly need_count: number
  readonly need_bytes: number
  readonly here_count: number
  readonly pending_deletions: number
  readonly local_changes: number
  readonly unkept_count: number
  readonly unkept_bytes: number
}

type ListedRow = Omit<ListedPath, 'ignored'> & { readonly ignored: number }

type Need = 'live' | 'deleted' | 'unkept'

interface RankedPath {
  readonly rank: number
  readonly path: RelPath
}

export function createPathQuestions(
  database: Database,
  versionAt: (sequence: number) => Version,
): PathQuestions {
  const rowColumns = ['path', 'winner', 'agreed', 'ignored', 'asked', 'unkept', ...hereColumns].join(', ')
  const selectRow = database
    .prepare<[string], PathRow>(`SELECT ${rowColumns} FROM paths WHERE path = ?`)
    .safeIntegers()
  const selectFirstHere = database
    .prepare<[Range['from'], Range['to']], PathRow>(
      `SELECT ${rowColumns} FROM paths
       WHERE path >= ? AND path < ? AND here_kind IS NOT NULL ORDER BY path LIMIT 1`,
    )
    .safeIntegers()
  const selectHereBelow = database
    .prepare<[Range['from'], Range['to'], number], RelPath>(
      `SELECT path FROM paths
       WHERE path > ? AND path < ? AND here_kind IS NOT NULL ORDER BY path LIMIT 0 + ?`,
    )
    .pluck()
  const existsHere = existsBelow('here_kind IS NOT NULL')
  const existsLive = existsBelow("winner_kind <> 'deleted'")
  const existsDeletion = existsBelow("need = 'deleted' AND held IN (0, 1) AND here_kind IS NOT NULL")
  const needs = (['unkept', 'live', 'deleted'] as const).map((need) => {
    const direction = need === 'deleted' ? 'DESC' : 'ASC'
    const sign = need === 'deleted' ? -1 : 1
    return {
      selectFree: prepareNeeds(need, direction),
      selectRetries: prepareRetries(need, direction),
      compare: (a: RankedPath, b: RankedPath) => sign * (a.rank - b.rank || comparePaths(a.path, b.path)),
    }
  })
  const existsRetry = database
    .prepare<[number], number>('SELECT EXISTS (SELECT 1 FROM problems WHERE retry_ms > 0 AND retry_ms <= ?)')
    .pluck()
  const selectWithRoot = database
    .prepare<[Buffer], PathRow>(
      // Sorted here: for SQLite that is the most of the work, and nearly always there is one row or none.
      `SELECT ${rowColumns} FROM paths
       WHERE here_root = ? AND here_kind IN ('file', 'link') AND here_verified = 1 AND here_kind = 'file'`,
    )
    .safeIntegers()
  const selectDirectory = database
    .prepare<[bigint, bigint], RelPath>(
      `SELECT path FROM paths WHERE here_inode = ? AND here_kind = 'directory' AND here_device = ?
       ORDER BY path LIMIT 1`,
    )
    .pluck()
  const selectLocalChanges = database
    .prepare<[string, number], PathRow>(
      `SELECT ${rowColumns} FROM paths WHERE local_change = 1 AND path > ? ORDER BY path LIMIT 0 + ?`,
    )
    .safeIntegers()
  const selectDamaged = database
    .prepare<[string, number], PathRow>(
      `SELECT ${rowColumns} FROM paths WHERE here_damage IS NOT NULL AND path > ? ORDER BY path LIMIT 0 + ?`,
    )
    .safeIntegers()
  const selectDamagedAs = database
    .prepare<[Buffer, bigint, bigint], PathRow>(
      `SELECT ${rowColumns} FROM paths WHERE here_damage = ? AND here_inode = ? AND here_device = ? ORDER BY path`,
    )
    .safeIntegers()
  const countDamaged = database
    .prepare<[], number>('SELECT count(*) FROM paths WHERE here_damage IS NOT NULL')
    .pluck()
  const countIgnored = database
    .prepare<[], number>('SELECT count(*) FROM paths WHERE ignored = 1 AND file_count = 1')
    .pluck()
  const selectFileAfter = database
    .prepare<[string], PathRow>(
      `SELECT ${rowColumns} FROM paths
       WHERE path > ? AND here_kind IS NOT NULL AND here_kind = 'file' AND here_verified = 1 ORDER BY path LIMIT 1`,
    )
    .safeIntegers()
  const selectListed = {
    // Each half reads only its own index: what was deleted, which may be most of the table, costs nothing.
    all: prepareListed(
      `SELECT path FROM (SELECT path FROM paths WHERE path > :after AND winner_kind <> 'deleted' ORDER BY path LIMIT 0 + :limit)
       UNION
       SELECT path FROM (SELECT path FROM paths WHERE path > :after AND here_kind IS NOT NULL ORDER BY path LIMIT 0 + :limit)`,
    ),
    needed: prepareListed(
      `SELECT path FROM paths INDEXED BY needs
       WHERE need IS NOT NULL AND path > :after AND (winner_kind <> 'deleted' OR here_kind IS NOT NULL)`,
    ),
  }
  const selectCopies = database
    .prepare<[number], number>(
      'SELECT winner FROM paths WHERE conflict_copy = 1 AND file_count = 1 ORDER BY path LIMIT 0 + ?',
    )
    .pluck()
  const countCopies = database
    .prepare<[], number>('SELECT count(*) FROM paths WHERE conflict_copy = 1 AND file_count = 1')
    .pluck()
  const selectLosses = database
    .prepare<[], number>(
      `SELECT count(*) FROM paths AS gone WHERE need = 'deleted' AND pending_deletion AND NOT EXISTS (
         SELECT 1 FROM paths WHERE winner_root = gone.here_root AND winner_kind = 'file' AND path <> gone.path
       )`,
    )
    .pluck()
  const selectPending = database
    .prepare<[number], RelPath>(
      "SELECT path FROM paths WHERE need = 'deleted' AND pending_deletion ORDER BY path LIMIT 0 + ?",
    )
    .pluck()
  const existsElsewhere = database
    .prepare<{ root: Buffer; path: string }, number>(
      "SELECT EXISTS (SELECT 1 FROM paths WHERE winner_root = :root AND winner_kind = 'file' AND path <> :path)",
    )
    .pluck()
  const selectNeedingRoot = database
    .prepare<{ root: Buffer; nowMs: number }, RelPath>(
      `SELECT path FROM paths WHERE winner_root = :root AND need = 'live' AND winner_kind = 'file'
         AND (held = 0
           OR EXISTS (SELECT 1 FROM problems WHERE problems.path = paths.path AND retry_ms > 0 AND retry_ms <= :nowMs))
       ORDER BY path LIMIT 1`,
    )
    .pluck()
  const existsNeeded = database
    .prepare<[Buffer], number>(
      // No join, which takes SQLite twenty times as long.
      `SELECT EXISTS (SELECT 1 FROM records WHERE root = ? AND superseded = 0 AND kind = 'file'
         AND (SELECT need FROM paths WHERE paths.path = records.path) = 'live')`,
    )
    .pluck()
  const selectTotals = database.prepare<[], Totals>('SELECT * FROM totals')

  function prepareListed(paths: string) {
    return database.prepare<{ after: string; limit: number }, ListedRow>(
      `SELECT paths.path,
         CASE WHEN winner_kind <> 'deleted' THEN winner_kind ELSE here_kind END AS kind,
         CASE WHEN winner_kind <> 'deleted' THEN winner_size ELSE here_size END AS sizeBytes,
         ignored
       FROM (SELECT path FROM (${paths}) ORDER BY path LIMIT 0 + :limit) AS listed
         CROSS JOIN paths ON paths.path = listed.path
       ORDER BY listed.path`,
    )
  }

  function existsBelow(condition: string) {
    return database
      .prepare<[Range['from'], Range['to']], number>(
        `SELECT EXISTS (SELECT 1 FROM paths WHERE path > ? AND path < ? AND ${condition})`,
      )
      .pluck()
  }

  /** Paths that nothing holds back, straight from the index. Of one rank are all deletions. */
  function prepareNeeds(need: Need, direction: 'ASC' | 'DESC') {
    return database.prepare<[number], RankedPath>(
      `SELECT rank, path FROM paths WHERE need = '${need}' AND held = 0
         ORDER BY rank ${direction}, path ${direction} LIMIT 0 + ?`,
    )
  }

  /** Paths that are held back, whose time to try again has come. */
  function prepareRetries(need: Need, direction: 'ASC' | 'DESC') {
    return database.prepare<{ nowMs: number; limit: number }, RankedPath>(
      `SELECT rank, paths.path FROM problems CROSS JOIN paths ON paths.path = problems.path
         WHERE retry_ms > 0 AND retry_ms <= :nowMs AND need = '${need}'
         ORDER BY rank ${direction}, paths.path ${direction} LIMIT 0 + :limit`,
    )
  }

  function state(path: RelPath): PathState | undefined {
    const row = selectRow.get(path)
    return row && rowToState(row, versionAt)
  }

  function totals(): Totals {
    return selectTotals.get()!
  }

  return {
    state,

    childrenHere(directory) {
      const { from, to } = rangeBelow(directory)
      const children: PathState[] = []
      let next = from
      for (;;) {
        const row = selectFirstHere.get(next, to)
        if (row === undefined) return children
        const slash = row.path.indexOf('/', from.length)
        // What lies deeper is left out by going on behind it, however much it is.
        if (slash >= 0) {
          next = `${row.path.slice(0, slash)}0`
        } else {
          children.push(rowToState(row, versionAt))
          next = `${row.path}\0`
        }
      }
    },

    hereBelow(directory, after, limit) {
      const { from, to } = rangeBelow(directory)
      return selectHereBelow.all(after ?? from, to, limit)
    },
    hasLiveBelow: (directory) => isBelow(existsLive, directory),
    hasHereBelow: (directory) => isBelow(existsHere, directory),
    hasDeletionsBelow: (directory) => isBelow(existsDeletion, directory),

    needs(nowMs, limit) {
      const paths: RelPath[] = []
      const mayRetry = existsRetry.get(nowMs) === 1
      for (const { selectFree, selectRetries, compare } of needs) {
        const left = limit - paths.length
        if (left <= 0) break
        const rows = selectFree.all(left)
        // Merged only where there is something to merge.
        if (mayRetry) rows.push(...selectRetries.all({ nowMs, limit: left }))
        if (mayRetry) rows.sort(compare)
        paths.push(...rows.slice(0, left).map(({ path }) => path))
      }
      return paths
    },

    hereWithRoot: (root) =>
      selectWithRoot
        .all(idToBytes(root))
        .sort((a, b) => comparePaths(a.path, b.path))
        .map((row) => ({ path: row.path, here: rowToHere(row)! })),
    damaged: (limit, after = '') => selectDamaged.all(after, limit).map((row) => rowToState(row, versionAt)),
    damagedAs: (damage, inode, device) =>
      selectDamagedAs
        .all(damageToBytes(damage), toSigned(inode), toSigned(device))
        .map((row) => ({ path: row.path, here: rowToHere(row)! })),
    countDamaged: () => countDamaged.get()!,
    countIgnored: () => countIgnored.get()!,
    fileHereAfter(after) {
      const row = selectFileAfter.get(after)
      return row && { path: row.path, here: rowToHere(row)! }
    },
    directoryHere: (inode, device) => selectDirectory.get(toSigned(inode), toSigned(device)),
    pathsAfter: (which, after, limit) =>
      selectListed[which].all({ after, limit }).map((row) => ({ ...row, ignored: row.ignored === 1 })),
    localChanges: (limit, after = '') =>
      selectLocalChanges.all(after, limit).map((row) => rowToState(row, versionAt)),
    conflictCopies: (limit) => selectCopies.all(limit).map(versionAt),
    countConflictCopies: () => countCopies.get()!,

    counts() {
      const sums = totals()
      return {
        files: sums.file_count,
        bytes: sums.file_bytes,
        needFiles: sums.need_count,
        needBytes: sums.need_bytes,
        localChanges: sums.local_changes,
        unkeptFiles: sums.unkept_count,
        unkeptBytes: sums.unkept_bytes,
      }
    },
    pendingDeletions: () => totals().pending_deletions,
    pendingLosses: () => selectLosses.get() ?? 0,
    deletionsPending: (limit) => selectPending.all(limit),
    filesHere: () => totals().here_count,
    isContentLiveElsewhere: (root, path) => existsElsewhere.get({ root: idToBytes(root), path }) === 1,
    needsRoot: (root, nowMs) => selectNeedingRoot.get({ root: idToBytes(root), nowMs }),
    isContentNeeded: (root) => existsNeeded.get(idToBytes(root)) === 1,
  }
}

interface Range {
  readonly from: string
  readonly to: string | Buffer
}

/** Everything below a directory sorts behind `from` and before `to`: 0 follows / in the order of bytes. */
function rangeBelow(directory: DirPath): Range {
  // SQLite sorts every text before any bytes.
  return directory === '' ? { from: '', to: Buffer.alloc(0) } : { from: `${directory}/`, to: `${directory}0` }
}

function isBelow(
  statement: { get(from: Range['from'], to: Range['to']): number | undefined },
  directory: RelPath,
): boolean {
  const { from, to } = rangeBelow(directory)
  return statement.get(from, to) === 1
}
