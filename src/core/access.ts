/**
 * Who may steer a device through the web: sessions of browsers and tokens of programs. Pure; what is kept of either never lets anybody
 * use it.
 */

/** `read` sees everything that is no secret; `control` changes things, too. */
export type Scope = 'read' | 'control'

/** A browser whose person logged in. Times are of the wall clock. */
export interface Session {
  /** Names it without being the token. */
  readonly id: string
  readonly createdMs: number
  /** Rounded: see `noteUseEveryMs`. */
  readonly lastUsedMs: number
  /** Where it was begun. */
  readonly address: string
  /** What the browser called itself. */
  readonly agent: string
  /** Until when the password counts as typed just now; 0 when it does not. */
  readonly confirmedUntilMs: number
}

/** What a program may use in place of a session. */
export interface Token {
  readonly id: string
  readonly name: string
  readonly scope: Scope
  readonly createdMs: number
  readonly expiresMs: number | undefined
  /** Rounded likewise. */
  readonly lastUsedMs: number | undefined
}

/** Where sessions and tokens outlive the daemon. `hash` is all that is kept of what a browser or a program holds. */
export interface AccessStore {
  session(hash: Buffer): Session | undefined
  /** The last one used first. */
  sessions(): readonly Session[]
  addSession(hash: Buffer, session: Session): void
  noteSessionUse(id: string, atMs: number): void
  confirmSession(id: string, untilMs: number): void
  removeSession(id: string): void
  /** Returns the ids of those that were there. */
  removeSessionsExcept(id: string | undefined): readonly string[]
  token(hash: Buffer): Token | undefined
  /** The oldest first. */
  tokens(): readonly Token[]
  addToken(hash: Buffer, token: Token): void
  noteTokenUse(id: string, atMs: number): void
  /** Whether it was there. */
  removeToken(id: string): boolean
}

const hourMs = 3_600_000
const dayMs = 24 * hourMs

/** A session nobody used for so long is over. */
export const sessionIdleMs = 30 * dayMs
/** As many browsers as a family has, several times over; for one more the longest unused goes. */
export const maxSessions = 50
export const maxTokens = 100
/** For so long after the password was typed, secrets are shown and things are done that cannot be undone. */
export const confirmedMs = 5 * 60_000
/** When something was last used is written down no more often: the state lies on an SD card. */
export const noteUseEveryMs = hourMs

/** A wall clock that was set back does not end a session. */
export function isIdle({ lastUsedMs }: Session, nowMs: number): boolean {
  return nowMs - lastUsedMs > sessionIdleMs
}

/** Nor does it make a confirmation last longer than one may. */
export function isConfirmed({ confirmedUntilMs }: Session, nowMs: number): boolean {
  return nowMs < confirmedUntilMs && confirmedUntilMs - nowMs <= confirmedMs
}

export function isExpired({ expiresMs }: Token, nowMs: number): boolean {
  return expiresMs !== undefined && nowMs >= expiresMs
}
