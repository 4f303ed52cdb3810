/** Sessions and tokens. Which of them still hold is not decided here. */
import type { Database } from 'better-sqlite3'
import type { AccessStore, Session, Token } from '../core/access.ts'

interface SessionColumns {
  readonly id: string
  readonly created_ms: number
  readonly last_used_ms: number
  readonly address: string
  readonly agent: string
  readonly confirmed_until_ms: number
}

interface TokenColumns {
  readonly id: string
  readonly name: string
  readonly scope: Token['scope']
  readonly created_ms: number
  readonly expires_ms: number | null
  readonly last_used_ms: number | null
}

export function createDeviceAccess(database: Database): AccessStore {
  const selectSession = database.prepare<[Buffer], SessionColumns>('SELECT * FROM sessions WHERE hash = ?')
  const selectSessions = database.prepare<[], SessionColumns>(
    'SELECT * FROM sessions ORDER BY last_used_ms DESC, created_ms DESC, id',
  )
  const insertSession = database.prepare(
    `INSERT INTO sessions (hash, id, created_ms, last_used_ms, address, agent, confirmed_until_ms)
     VALUES (:hash, :id, :createdMs, :lastUsedMs, :address, :agent, :confirmedUntilMs)`,
  )
  const useSession = database.prepare('UPDATE sessions SET last_used_ms = ? WHERE id = ?')
  const confirm = database.prepare('UPDATE sessions SET confirmed_until_ms = ? WHERE id = ?')
  const deleteSession = database.prepare('DELETE FROM sessions WHERE id = ?')
  const deleteOthers = database
    .prepare<[string], string>('DELETE FROM sessions WHERE id <> ? RETURNING id')
    .pluck()
  const selectToken = database.prepare<[Buffer], TokenColumns>('SELECT * FROM tokens WHERE hash = ?')
  const selectTokens = database.prepare<[], TokenColumns>('SELECT * FROM tokens ORDER BY created_ms, id')
  const insertToken = database.prepare(
    `INSERT INTO tokens (hash, id, name, scope, created_ms, expires_ms, last_used_ms)
     VALUES (:hash, :id, :name, :scope, :createdMs, :expiresMs, :lastUsedMs)`,
  )
  const useToken = database.prepare('UPDATE tokens SET last_used_ms = ? WHERE id = ?')
  const deleteToken = database.prepare('DELETE FROM tokens WHERE id = ?')

  return {
    session: (hash) => optional(selectSession.get(hash), rowToSession),
    sessions: () => selectSessions.all().map(rowToSession),
    addSession: (hash, session) => void insertSession.run({ hash, ...session }),
    noteSessionUse: (id, atMs) => void useSession.run(atMs, id),
    confirmSession: (id, untilMs) => void confirm.run(untilMs, id),
    removeSession: (id) => void deleteSession.run(id),
    // No id is empty.
    removeSessionsExcept: (id = '') => deleteOthers.all(id),
    token: (hash) => optional(selectToken.get(hash), rowToToken),
    tokens: () => selectTokens.all().map(rowToToken),
    addToken: (hash, { expiresMs = null, lastUsedMs = null, ...token }) =>
      void insertToken.run({ hash, ...token, expiresMs, lastUsedMs }),
    noteTokenUse: (id, atMs) => void useToken.run(atMs, id),
    removeToken: (id) => deleteToken.run(id).changes > 0,
  }
}

function optional<R, T>(row: R | undefined, read: (row: R) => T): T | undefined {
  return row === undefined ? undefined : read(row)
}

function rowToSession(row: SessionColumns): Session {
  const { id, address, agent } = row
  return {
    ...{ id, address, agent },
    createdMs: row.created_ms,
    lastUsedMs: row.last_used_ms,
    confirmedUntilMs: row.confirmed_until_ms,
  }
}

function rowToToken(row: TokenColumns): Token {
  const { id, name, scope } = row
  return {
    ...{ id, name, scope },
    createdMs: row.created_ms,
    expiresMs: row.expires_ms ?? undefined,
    lastUsedMs: row.last_used_ms ?? undefined,
  }
}
