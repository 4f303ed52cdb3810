/** What is said of the folder's members, in the order it became known, and what it means together. */
import type { Database } from 'better-sqlite3'
import { type AuthorKey, idToBytes, type StatementId } from '../core/ids.ts'
import { type Roster, rosterOf } from '../core/roster.ts'
import { type Rotation, type SignedStatement, type Statement, statementIdOf } from '../core/statement.ts'
import { decodeStatement } from '../wire/statement-body.ts'
import type { FolderStore } from './folder-store.ts'
import type { Transactions } from './transaction.ts'

export type Statements = Pick<
  FolderStore,
  | 'addStatement'
  | 'hasStatement'
  | 'statementsAfter'
  | 'ownStatements'
  | 'statements'
  | 'roster'
  | 'carryOver'
  | 'rotationsFrom'
>

interface StatementColumns {
  readonly sequence: number
  readonly body: Buffer
  readonly signature: Buffer
}

export function createStatements(database: Database, { atomically, onUndone }: Transactions): Statements {
  const existsStatement = database
    .prepare<[Buffer], number>('SELECT EXISTS (SELECT 1 FROM statements WHERE id = ?)')
    .pluck()
  // One sequence for records and statements: a cursor stands for both.
  const nextSequence = database.prepare("UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = 'records'")
  const insertStatement = database.prepare(
    `INSERT INTO statements (sequence, id, body, signature, own)
     VALUES ((SELECT seq FROM sqlite_sequence WHERE name = 'records'), ?, ?, ?, ?)`,
  )
  const insertCarried = database.prepare(
    'INSERT OR IGNORE INTO statements (sequence, id, body, signature, own) VALUES (?, ?, ?, ?, ?)',
  )
  const selectOwn = database.prepare<[], StatementColumns>(
    'SELECT sequence, body, signature FROM statements WHERE own = 1 ORDER BY sequence',
  )
  const deleteStatements = database.prepare('DELETE FROM statements')
  const insertRotation = database.prepare(
    'INSERT INTO rotations (folder_id, body, signature) VALUES (?, ?, ?)',
  )
  const selectRotations = database.prepare<[Buffer], StatementColumns>(
    'SELECT sequence, body, signature FROM rotations WHERE folder_id = ? ORDER BY sequence',
  )
  const selectAfter = database.prepare<[number, number], StatementColumns>(
    'SELECT sequence, body, signature FROM statements WHERE sequence > ? ORDER BY sequence LIMIT 0 + ?',
  )

  /** All of them, once they were read, and what they mean. */
  let known: SignedStatement[] | undefined
  let roster: Roster | undefined
  function forgetRead(): void {
    known = undefined
    roster = undefined
  }
  onUndone(forgetRead)

  function statementsAfter(sequence: number, limit: number) {
    return selectAfter
      .all(sequence, limit)
      .map((row) => ({ sequence: row.sequence, signed: rowToSigned(row) }))
  }

  function statements(): readonly SignedStatement[] {
    known ??= statementsAfter(0, Number.MAX_SAFE_INTEGER).map(({ signed }) => signed)
    return known
  }

  function hasStatement(id: StatementId): boolean {
    return existsStatement.get(idToBytes(id)) === 1
  }

  function ownStatements(): readonly SignedStatement[] {
    return selectOwn.all().map(rowToSigned)
  }

  function addStatement(signed: SignedStatement, isOwn = false): boolean {
    return atomically(() => {
      const { id, body, signature } = signed
      if (hasStatement(id)) return false
      nextSequence.run()
      insertStatement.run(idToBytes(id), body, signature, isOwn ? 1 : 0)
      known?.push(signed)
      roster = undefined
      return true
    })
  }

  return {
    addStatement,
    hasStatement,
    statementsAfter,
    ownStatements,
    statements,
    carryOver: (former, rotation, carried) =>
      atomically(() => {
        const before = statementsAfter(0, Number.MAX_SAFE_INTEGER)
        const own = new Set(ownStatements().map(({ id }) => id))
        const sequences = new Map(before.map(({ sequence, signed }) => [signed.id, sequence]))
        const replaced = new Set(carried.map(({ replaces }) => replaces))
        const droppedByAuthor = Map.groupBy(
          before.filter(({ signed }) => !replaced.has(signed.id)),
          ({ signed }) => authorOf(signed.statement),
        )
        // In the place of another of the same author: the records that need it come later.
        function placeOf({ statement }: SignedStatement): number | undefined {
          const author = authorOf(statement)
          return author && droppedByAuthor.get(author)?.shift()?.sequence
        }
        deleteStatements.run()
        for (const { replaces, signed } of carried) {
          const sequence = sequences.get(replaces) ?? placeOf(signed)
          const isOwn = own.has(replaces)
          if (sequence === undefined) addStatement(signed)
          else insertCarried.run(sequence, idToBytes(signed.id), signed.body, signed.signature, isOwn ? 1 : 0)
        }
        for (const { signed } of before) {
          const { statement, body, signature } = signed
          if (statement.kind === 'rotation' && statement.id === rotation)
            insertRotation.run(idToBytes(former), body, signature)
        }
        forgetRead()
      }),
    rotationsFrom: (former) =>
      selectRotations.all(idToBytes(former)).map((row) => rowToSigned(row) as SignedStatement<Rotation>),
    roster() {
      roster ??= rosterOf(statements())
      return roster
    },
  }
}

function authorOf(statement: Statement): AuthorKey | undefined {
  return statement.kind === 'certificate' ? statement.author : undefined
}

function rowToSigned({ body, signature }: StatementColumns): SignedStatement {
  const statement = decodeStatement(body)
  if (statement === undefined) throw new Error('assertion: a statement of an unknown kind was stored')
  return { id: statementIdOf(body), statement, body, signature }
}
