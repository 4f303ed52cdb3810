/**
 * Signed records by id, by path, and by sequence number: the index as peers see it. Elects nothing. A superseded record leaves the
 * index at once; its row stays while its path agrees to it, or did so before its present author's versions, or it is being put there.
 */
import type { Database } from 'better-sqlite3'
import { idToBytes, type RecordId, toId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { SignedRecord } from '../core/record.ts'
import type { Kind, Version } from '../core/version.ts'
import type { Facts } from './facts.ts'
import type { FolderStore, IndexRow } from './folder-store.ts'
import type { Transactions } from './transaction.ts'
import { rowToVersion, type VersionRow, versionColumns, versionToRow } from './version-row.ts'

export interface Records
  extends Pick<
    FolderStore,
    | 'addRecord'
    | 'isInIndex'
    | 'record'
    | 'versionsOf'
    | 'losersWithRoot'
    | 'indexAfter'
    | 'lastSequence'
    | 'recordsBy'
  > {
  /** What a path's row needs to know of a record; undefined when it is not here. */
  find(id: RecordId): RecordEntry | undefined
  versionAt(sequence: number): Version
  /** Forgets which versions were read lately. */
  forgetRecent(): void
  /** The record of a version; one that is not in the index (any more) is kept for being agreed to or put on the disk. */
  keep(version: Version): RecordEntry
  supersede(path: RelPath, id: RecordId): void
  /** Deletes the superseded records of a path, except those the path itself names and those in placings. */
  sweepSuperseded(path: RelPath): void
}

export interface RecordEntry {
  readonly sequence: number
  readonly superseded: number
  readonly path: string
  /** None where only the version is kept. */
  readonly author: Buffer | null
  readonly kind: Kind
  readonly root: Buffer
  readonly size: number
  /** Nanoseconds, as text. */
  readonly mtime: string
}

interface SignedColumns extends VersionRow {
  readonly body: Buffer
  readonly author: Buffer
  readonly batch_index: bigint
  readonly batch_count: bigint
  readonly siblings: Buffer
  readonly signature: Buffer
}

interface IndexColumns extends SignedColumns {
  readonly sequence: bigint
  readonly have: bigint
}

const proofColumns = ['body', 'author', 'batch_index', 'batch_count', 'siblings', 'signature'] as const

/** Versions kept as they were read: a path is looked at several times while something happens to it. */
const maxRecent = 1024

export function createRecords(
  database: Database,
  { atomically, onUndone }: Transactions,
  facts: Facts,
): Records {
  const versionList = versionColumns.join(', ')
  const insertRecord = database.prepare(insertInto([...versionColumns, ...proofColumns]))
  const insertSuperseded = database.prepare(insertInto(['superseded', ...versionColumns]))
  const selectEntry = database.prepare<[Buffer], RecordEntry>(
    'SELECT sequence, superseded, path, author, kind, root, size, mtime FROM records WHERE id = ?',
  )
  const selectBySequence = database
    .prepare<[number], VersionRow>(`SELECT ${versionList} FROM records WHERE sequence = ?`)
    .safeIntegers()
  const selectByPath = database
    .prepare<[string], number>('SELECT sequence FROM records WHERE path = ? AND superseded = 0')
    .pluck()
  const selectLosers = database
    .prepare<[Buffer], VersionRow>(
      `SELECT ${versionList} FROM records WHERE root = ? AND superseded = 0 AND kind = 'file'
         AND sequence IS NOT (SELECT winner FROM paths WHERE paths.path = records.path)`,
    )
    .safeIntegers()
  const selectSigned = database
    .prepare<[Buffer], SignedColumns>(
      `SELECT ${versionList}, ${proofColumns.join(', ')} FROM records WHERE id = ? AND author IS NOT NULL`,
    )
    .safeIntegers()
  const selectAfter = database
    .prepare<[number, number], IndexColumns>(
      `SELECT sequence, ${versionList}, ${proofColumns.join(', ')},
         kind NOT IN ('file', 'link') OR EXISTS (
           SELECT 1 FROM paths
           WHERE here_root = records.root AND here_kind IN ('file', 'link') AND here_verified = 1
         ) AS have
       FROM records WHERE sequence > ? AND superseded = 0 ORDER BY sequence LIMIT 0 + ?`,
    )
    .safeIntegers()
  const selectByAuthor = database
    .prepare<[Buffer], VersionRow>(
      `SELECT ${versionList} FROM records WHERE author = ? AND superseded = 0 ORDER BY sequence`,
    )
    .safeIntegers()
  const deleteRecord = database.prepare('DELETE FROM records WHERE sequence = ?')
  /** What names a record that gets another number. */
  const renumber = [
    'UPDATE paths SET agreed = :to WHERE path = :path AND agreed = :from',
    'UPDATE paths SET predecessor = :to WHERE path = :path AND predecessor = :from',
    'UPDATE placings SET sequence = :to WHERE path = :path AND sequence = :from',
  ].map((sql) => database.prepare(sql))
  const selectLast = database
    .prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'records'")
    .pluck()
  const markSuperseded = database.prepare('UPDATE records SET superseded = 1 WHERE id = ? AND path = ?')
  const deleteSuperseded = database.prepare(
    `DELETE FROM records WHERE path = :path AND superseded = 1
       AND NOT EXISTS (SELECT 1 FROM paths WHERE paths.path = :path AND sequence IN (winner, agreed, predecessor))
       AND sequence NOT IN (SELECT sequence FROM placings WHERE placings.path = :path)`,
  )

  /** By sequence number. A record never changes, and a number is given once, but for one whose record was undone. */
  const recent = new Map<number, Version>()
  const forgetRecent = (): void => recent.clear()
  onUndone(forgetRecent)

  function remember(sequence: number, version: Version): void {
    if (recent.size >= maxRecent) recent.delete(recent.keys().next().value!)
    recent.set(sequence, version)
  }

  function versionAt(sequence: number): Version {
    const known = recent.get(sequence)
    if (known !== undefined) return known
    const row = selectBySequence.get(sequence)
    if (row === undefined) throw new Error(`assertion: a path names record ${sequence}, which is gone`)
    const version = rowToVersion(row)
    remember(sequence, version)
    return version
  }

  function find(id: RecordId): RecordEntry | undefined {
    return selectEntry.get(idToBytes(id))
  }

  return {
    addRecord: (record) =>
      atomically(() => {
        // Looked up first: an insert that gives way to the one there would use up a sequence number.
        const kept = find(record.version.id)
        if (kept?.superseded === 0) return false
        if (kept !== undefined) deleteRecord.run(kept.sequence)
        const { lastInsertRowid } = insertRecord.run({
          ...versionToRow(record.version),
          ...proofToRow(record),
        })
        const sequence = Number(lastInsertRowid)
        if (kept !== undefined) {
          const moved = { path: kept.path, from: kept.sequence, to: sequence }
          for (const statement of renumber) statement.run(moved)
        }
        remember(sequence, record.version)
        facts.sawCounters(record.version.vector)
        return true
      }),
    isInIndex: (id) => find(id)?.superseded === 0,
    record(id) {
      const row = selectSigned.get(idToBytes(id))
      return row && rowToSigned(row)
    },
    losersWithRoot: (root) => selectLosers.all(idToBytes(root)).map(rowToVersion),
    versionsOf: (path) => selectByPath.all(path).map(versionAt),
    indexAfter: (sequence, limit) => selectAfter.all(sequence, limit).map(rowToIndexRow),
    recordsBy: (author) => selectByAuthor.all(idToBytes(author)).map(rowToVersion),
    lastSequence: () => selectLast.get() ?? 0,

    find,
    versionAt,
    forgetRecent,
    keep(version) {
      const known = find(version.id)
      if (known !== undefined) return known
      insertSuperseded.run({ ...versionToRow(version), superseded: 1 })
      return find(version.id)!
    },
    supersede(path, id) {
      markSuperseded.run(idToBytes(id), path)
    },
    sweepSuperseded(path) {
      deleteSuperseded.run({ path })
    },
  }
}

function insertInto(columns: readonly string[]): string {
  const values = columns.map((column) => `:${column}`)
  return `INSERT INTO records (${columns.join(', ')}) VALUES (${values.join(', ')})`
}

function proofToRow({ body, proof }: SignedRecord): Readonly<Record<(typeof proofColumns)[number], unknown>> {
  return {
    body,
    author: idToBytes(proof.author),
    batch_index: proof.index,
    batch_count: proof.count,
    siblings: proof.siblings,
    signature: proof.signature,
  }
}

function rowToIndexRow(row: IndexColumns): IndexRow {
  return {
    sequence: Number(row.sequence),
    have: row.have === 1n,
    record: rowToSigned(row),
  }
}

function rowToSigned(row: SignedColumns): SignedRecord {
  return {
    version: rowToVersion(row),
    body: row.body,
    proof: {
      author: toId('AuthorKey', row.author),
      index: Number(row.batch_index),
      count: Number(row.batch_count),
      siblings: row.siblings,
      signature: row.signature,
    },
  }
}
