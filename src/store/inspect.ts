/**
 * Looks whether a database agrees with itself: what SQLite can say of its pages, and what the tables have to say of each other. Changes nothing.
 * Each fault is a sentence for a log; one of them is enough to make the database anew from the folder, so nothing may be called a fault that
 * could come about by any other way than damage or a bug.
 */
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { contentRootOf } from '../core/blocks.ts'
import { elect } from '../core/elect.ts'
import { reasonOf } from '../core/errors.ts'
import type { RelPath } from '../core/path.ts'
import type { FolderStore } from './folder-store.ts'
import type { Records } from './records.ts'
import { bytesToRoot } from './version-row.ts'

export type Inspection = Pick<FolderStore, 'inspect' | 'inspectPaths'>

/** More say nothing more. */
const maxFaults = 5

interface InspectedRow {
  readonly path: RelPath
  readonly winner: number | null
  readonly agreed: number | null
  readonly winner_kind: string | null
  readonly winner_root: Buffer | null
  readonly winner_size: number | null
  readonly agreed_kind: string | null
  readonly agreed_root: Buffer | null
  readonly here_kind: string | null
  readonly here_root: Buffer | null
}

interface NamedRecord {
  readonly path: string
  readonly kind: string
  readonly root: Buffer
  readonly size: number
  readonly superseded: number
}

/** Questions about the whole, each of which is to be answered with 0. */
const questions: Readonly<Record<string, string>> = {
  'sums that are not those of the paths': `SELECT
      (SELECT file_count, file_bytes, need_count, need_bytes, here_count, pending_deletions, local_changes, unkept_count, unkept_bytes
        FROM totals) IS NOT
      (SELECT coalesce(sum(file_count), 0), coalesce(sum(file_bytes), 0), coalesce(sum(need_count), 0), coalesce(sum(need_bytes), 0),
          coalesce(sum(here_count), 0), coalesce(sum(pending_deletion), 0), coalesce(sum(local_change), 0),
          coalesce(sum(unkept_count), 0), coalesce(sum(unkept_bytes), 0)
        FROM paths)`,
  'paths that are held back without a problem, or the other way round':
    'SELECT count(*) FROM paths WHERE held <> EXISTS (SELECT 1 FROM problems WHERE problems.path = paths.path)',
  'records beyond the last number': `SELECT count(*) FROM records
      WHERE sequence > (SELECT seq FROM sqlite_sequence WHERE name = 'records')`,
  'statements beyond the last number': `SELECT count(*) FROM statements
      WHERE sequence > (SELECT seq FROM sqlite_sequence WHERE name = 'records')`,
  'numbers given twice': 'SELECT count(*) FROM records JOIN statements USING (sequence)',
  'paths with versions of which none won': `SELECT count(*) FROM records
      WHERE superseded = 0 AND NOT EXISTS (SELECT 1 FROM paths WHERE paths.path = records.path AND winner IS NOT NULL)`,
}

export function createInspection(
  database: Database,
  records: Pick<Records, 'versionsOf' | 'versionAt'>,
): Inspection {
  const selectPage = database.prepare<[string, number], InspectedRow>(
    `SELECT path, winner, agreed, winner_kind, winner_root, winner_size, agreed_kind, agreed_root, here_kind, here_root
     FROM paths WHERE path > ? ORDER BY path LIMIT 0 + ?`,
  )
  const selectRecord = database.prepare<[number], NamedRecord>(
    'SELECT path, kind, root, size, superseded FROM records WHERE sequence = ?',
  )
  const selectHashes = database.prepare<[Buffer], Buffer>('SELECT hashes FROM blocks WHERE root = ?').pluck()

  function faultOf(row: InspectedRow): string | undefined {
    const winner = row.winner === null ? undefined : selectRecord.get(row.winner)
    const agreed = row.agreed === null ? undefined : selectRecord.get(row.agreed)
    if (row.winner !== null && !isNamed(row.path, winner, row.winner_kind, row.winner_root, row.winner_size))
      return 'its winner is not the record it names'
    if (row.agreed !== null && !isNamed(row.path, agreed, row.agreed_kind, row.agreed_root))
      return 'what it agreed to is not the record it names'
    return faultOfElection(row, winner) ?? faultOfBlocks(row)
  }

  function faultWhereReadable(row: InspectedRow): string | undefined {
    try {
      return faultOf(row)
    } catch (thrown) {
      // What the database itself complains of is told by whoever opened it.
      if (thrown instanceof SqliteDatabase.SqliteError) throw thrown
      return `it cannot be understood (${reasonOf(thrown)})`
    }
  }

  function faultOfElection(row: InspectedRow, winner: NamedRecord | undefined): string | undefined {
    const versions = records.versionsOf(row.path)
    if (versions.length === 0) {
      // A deletion nobody signed may stand there.
      const isRetracted = winner?.superseded === 1 && winner.kind === 'deleted'
      return winner === undefined || isRetracted ? undefined : 'a version won that is not in the index'
    }
    const named = row.winner === null ? undefined : records.versionAt(row.winner)
    return elect(versions).winner.id === named?.id ? undefined : 'another version should have won'
  }

  /** A list that is missing is made again when the file is read. */
  function faultOfBlocks({ here_kind: kind, here_root: root }: InspectedRow): string | undefined {
    const hashes = kind === 'file' && root !== null ? selectHashes.get(root) : undefined
    if (hashes === undefined || contentRootOf(hashes) === bytesToRoot(root!)) return undefined
    return 'the block list of what lies here is another one'
  }

  return {
    inspect() {
      const verdicts = database.pragma(`quick_check(${maxFaults})`) as readonly {
        readonly quick_check: string
      }[]
      const faults = verdicts.map(({ quick_check: verdict }) => verdict).filter((verdict) => verdict !== 'ok')
      if (faults.length > 0) return faults
      return Object.entries(questions)
        .filter(([, sql]) => database.prepare<[], number>(sql).pluck().get() !== 0)
        .map(([fault]) => fault)
    },
    inspectPaths(after, limit) {
      const rows = selectPage.all(after, limit)
      const faults = rows.flatMap((row) => {
        const fault = faultWhereReadable(row)
        return fault === undefined ? [] : [`${row.path}: ${fault}`]
      })
      return {
        faults: faults.slice(0, maxFaults),
        after: rows.length < limit ? undefined : rows.at(-1)!.path,
      }
    },
  }
}

function isNamed(
  path: string,
  record: NamedRecord | undefined,
  kind: string | null,
  root: Buffer | null,
  size?: number | null,
): boolean {
  return (
    record?.path === path &&
    record.kind === kind &&
    root !== null &&
    record.root.equals(root) &&
    (size === undefined || record.size === size)
  )
}
