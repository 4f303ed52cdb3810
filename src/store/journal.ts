/** What people ask: what happened, and which paths cannot sync. A problem also holds its path back; the schema sees to that. */
import type { Database } from 'better-sqlite3'
import { idToBytes } from '../core/ids.ts'
import type { FolderStore, HistoryQuestion, KeptHistoryRow, ProblemRow } from './folder-store.ts'
import type { Transactions } from './transaction.ts'

/** Nobody reads further back, and it is a few megabytes. */
export const maxHistoryRows = 10_000
/** Paths looked at in one go while problems are cleared. */
const pageRows = 1000

export type Journal = Pick<
  FolderStore,
  | 'addHistory'
  | 'history'
  | 'problems'
  | 'problem'
  | 'setProblem'
  | 'clearProblem'
  | 'clearProblems'
  | 'clearProblemsOfContent'
  | 'forgetProblems'
  | 'clearProblemsExcept'
>

type KeptProblem = Omit<ProblemRow, 'data'> & { readonly data: string }

function toProblem(kept: KeptProblem): ProblemRow {
  return { ...kept, data: JSON.parse(kept.data) }
}

export function createJournal(database: Database, { atomically }: Transactions): Journal {
  const insertHistory = database.prepare(
    `INSERT INTO history (at_ms, path, action, device, size) VALUES (:atMs, :path, :action, :device, :sizeBytes)`,
  )
  const deleteHistory = database.prepare('DELETE FROM history WHERE number <= ?')
  // Sorts all rows there are: few enough that keeping an index would cost more.
  const selectHistory = database.prepare<[number, number], KeptHistoryRow>(
    `SELECT number, at_ms AS atMs, path, action, device, size AS sizeBytes FROM history
     WHERE (at_ms, number) < (?, ?) ORDER BY at_ms DESC, number DESC`,
  )
  const selectProblems = database.prepare<[string, number], KeptProblem>(
    'SELECT path, code, message, data, retry_ms AS retryMs FROM problems WHERE path > ? ORDER BY path LIMIT 0 + ?',
  )
  const selectProblem = database.prepare<[string], KeptProblem>(
    'SELECT path, code, message, data, retry_ms AS retryMs FROM problems WHERE path = ?',
  )
  const upsertProblem = database.prepare(
    `INSERT INTO problems (path, code, message, data, retry_ms) VALUES (:path, :code, :message, :data, :retryMs)
     ON CONFLICT DO UPDATE SET code = excluded.code, message = excluded.message, data = excluded.data, retry_ms = excluded.retry_ms`,
  )
  const deleteProblem = database.prepare('DELETE FROM problems WHERE path = ?')
  const deleteProblemsOf = database.prepare('DELETE FROM problems WHERE code = ?')
  const deleteProblemsOfContent = database.prepare(
    `DELETE FROM problems WHERE code = ? AND path IN (SELECT path FROM records WHERE root = ? AND superseded = 0 AND kind = 'file')`,
  )
  const deleteAllProblems = database.prepare('DELETE FROM problems')

  return {
    addHistory: (row) =>
      atomically(() => {
        const { lastInsertRowid } = insertHistory.run(row)
        deleteHistory.run(Number(lastInsertRowid) - maxHistoryRows)
      }),
    history(limit, { after, ...asked } = {}) {
      const { atMs, number } = after ?? { atMs: Number.MAX_SAFE_INTEGER, number: 0 }
      const rows: KeptHistoryRow[] = []
      for (const row of selectHistory.iterate(atMs, number)) {
        if (rows.length >= limit) break
        if (isAskedFor(row, asked)) rows.push(row)
      }
      return rows
    },
    problems: (limit, after = '') => selectProblems.all(after, limit).map(toProblem),
    problem(path) {
      const kept = selectProblem.get(path)
      return kept && toProblem(kept)
    },
    setProblem(row) {
      upsertProblem.run({ ...row, data: JSON.stringify(row.data) })
    },
    clearProblem(path) {
      deleteProblem.run(path)
    },
    clearProblems(code) {
      deleteProblemsOf.run(code)
    },
    clearProblemsOfContent: (code, roots) =>
      atomically(() => {
        for (const root of roots) deleteProblemsOfContent.run(code, idToBytes(root))
      }),
    forgetProblems() {
      deleteAllProblems.run()
    },
    clearProblemsExcept: (codes, still) =>
      atomically(() => {
        let after = ''
        for (;;) {
          const page = selectProblems.all(after, pageRows)
          for (const { path, code } of page)
            if (codes.includes(code) && !still.has(path)) deleteProblem.run(path)
          if (page.length < pageRows) return
          after = page.at(-1)!.path
        }
      }),
  }
}

/** Here and not in SQL, which knows the case of Latin letters only. */
function isAskedFor({ path, action }: KeptHistoryRow, asked: Omit<HistoryQuestion, 'after'>): boolean {
  if (asked.action !== undefined && action !== asked.action) return false
  return (
    asked.search === undefined || path.toLowerCase().includes(asked.search.normalize('NFC').toLowerCase())
  )
}
