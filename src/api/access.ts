/**
 * Who may do what: the password, sessions of browsers, tokens of programs. Knows nothing of HTTP: the doors say who asks, and the
 * routes what that needs.
 */
import { createHash } from 'node:crypto'
import {
  type AccessStore,
  confirmedMs,
  isConfirmed,
  isExpired,
  isIdle,
  maxSessions,
  maxTokens,
  noteUseEveryMs,
  type Scope,
  type Session,
  type Token,
} from '../core/access.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import { type PasswordHash, passwordFault } from '../core/password.ts'
import { isLanAddress, networkOf } from '../net/address.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { createAttempts, type Trier } from './attempts.ts'
import { createPasswordCheck } from './password-check.ts'
import type { Need } from './routes/typed-app.ts'

/** `owner` comes through the control socket, whose file only the owner of the daemon can open. */
export type Caller =
  | { readonly kind: 'owner' }
  | { readonly kind: 'nobody' }
  | { readonly kind: 'session'; readonly session: Session }
  | { readonly kind: 'token'; readonly token: Token }

/** Where a browser is, and what it calls itself. */
export interface Browser {
  /** Undefined for the control socket. */
  readonly address: string | undefined
  readonly agent: string
}

/** Where the password is kept. */
export interface PasswordKeeper {
  current(): PasswordHash | undefined
  /** `isFirst`: throws `set-up-done` when there is one by now. */
  keep(password: PasswordHash, isFirst: boolean): Promise<void>
}

export interface AccessNeeds {
  readonly clock: Pick<Clock, 'now' | 'monotonicMs'>
  readonly chance: Pick<Chance, 'bytes'>
  readonly log: Log
  readonly store: AccessStore
  readonly passwords: PasswordKeeper
  /** What everybody may know of the device. */
  readonly device: { readonly name: () => string; readonly version: string }
}

export interface Access {
  readonly device: AccessNeeds['device']
  /** Whether there is a password, and nobody may choose a new one just now. */
  isSetUp(): boolean
  /** Somebody at the device itself wants it: sessions end, and for so long anybody in the local network may choose a new password. */
  openSetUp(lifeMs: number): void
  /** By what it sent with its request; `nobody` for what is not good any more, or never was. */
  callerOf(sent: { readonly sessionToken?: string | undefined; readonly bearer?: string | undefined }): Caller
  /** Its password was typed just now. */
  isConfirmed(caller: Caller): boolean
  /** Throws `set-up-needed`, `log-in-needed`, `scope-too-small` or `confirmation-needed`. */
  demand(caller: Caller, need: Need): void
  /** Choose the first password and log in; returns what the browser has to send from now on. */
  setUp(password: string, browser: Browser): Promise<string>
  logIn(caller: Caller, password: string, browser: Browser): Promise<string>
  logOut(caller: Caller): void
  /** Returns the caller with its password typed just now. */
  confirm(caller: Caller, password: string): Promise<Caller>
  changePassword(caller: Caller, password: string): Promise<void>
  sessions(): readonly Session[]
  /** Ends every session but that of the caller. */
  endOtherSessions(caller: Caller): void
  tokens(): readonly Token[]
  makeToken(asked: { name: string; scope: Scope; lifeMs: number | undefined }): { made: Token; text: string }
  /** By its id. Throws `token-unknown`. */
  revokeToken(id: string): void
  /** Calls back whenever sessions or a token ended: who is still connected as one of them has to go. */
  onEnded(callback: () => void): void
}

const tokenBytes = 32
const idBytes = 8
const maxAgentCharacters = 200
/** Tells what it is to whoever finds one lying around. */
const bearerPrefix = 'bs_'

export function createAccess({ clock, chance, log, store, passwords, device }: AccessNeeds): Access {
  const attempts = createAttempts(clock, log)
  const check = createPasswordCheck(chance)
  const listeners: (() => void)[] = []

  /** Until when a new password may be chosen without the old one, by the monotonic clock. */
  let openUntilMs = Number.NEGATIVE_INFINITY

  function isOpen(): boolean {
    return clock.monotonicMs() < openUntilMs
  }

  function ended(): void {
    for (const callback of listeners) callback()
  }

  function newId(): string {
    return Buffer.from(chance.bytes(idBytes)).toString('hex')
  }

  function newSecret(): string {
    return Buffer.from(chance.bytes(tokenBytes)).toString('base64url')
  }

  /** That a disk is full is no reason to turn away who wants to look why. */
  function noteUse(lastMs: number | undefined, note: (nowMs: number) => void): void {
    const nowMs = clock.now()
    if (lastMs !== undefined && Math.abs(nowMs - lastMs) < noteUseEveryMs) return
    try {
      note(nowMs)
    } catch (error) {
      if (!isSyncError(error, 'database-unusable')) throw error
    }
  }

  function openSession({ address = '', agent }: Browser): string {
    const nowMs = clock.now()
    for (const [at, session] of store.sessions().entries())
      if (at >= maxSessions - 1 || isIdle(session, nowMs)) store.removeSession(session.id)
    const text = newSecret()
    store.addSession(hashOf(text), {
      ...{ id: newId(), address, agent: agent.slice(0, maxAgentCharacters) },
      ...{ createdMs: nowMs, lastUsedMs: nowMs, confirmedUntilMs: nowMs + confirmedMs },
    })
    return text
  }

  /** Known is a place from which a session was begun that has not ended since. */
  function strangerFrom(address = ''): Trier {
    const key = networkOf(address)
    return { key, isKnown: () => store.sessions().some((session) => networkOf(session.address) === key) }
  }

  async function checkPassword(password: string, trier: Trier): Promise<void> {
    const kept = passwords.current()
    if (kept === undefined) throw new SyncError('set-up-needed')
    attempts.take(trier)
    const isRight = await check.matches(password, kept)
    // It may have been changed meanwhile, to keep out who is just coming in.
    if (!isRight || passwords.current() !== kept) throw new SyncError('password-wrong')
    attempts.succeeded(trier)
  }

  function refuseWeak(password: string): void {
    const reason = passwordFault(password, device.name())
    if (reason !== undefined) throw new SyncError('password-weak', { reason })
  }

  function sessionOf(text: string): Session | undefined {
    const session = store.session(hashOf(text))
    if (session === undefined || isIdle(session, clock.now())) return undefined
    noteUse(session.lastUsedMs, (nowMs) => store.noteSessionUse(session.id, nowMs))
    return session
  }

  function tokenOf(text: string): Token | undefined {
    const token = store.token(hashOf(text))
    if (token === undefined || isExpired(token, clock.now())) return undefined
    noteUse(token.lastUsedMs, (nowMs) => store.noteTokenUse(token.id, nowMs))
    return token
  }

  function isCallerConfirmed(caller: Caller): boolean {
    return caller.kind === 'session' && isConfirmed(caller.session, clock.now())
  }

  const nobody: Caller = { kind: 'nobody' }

  return {
    device,
    isSetUp: () => passwords.current() !== undefined && !isOpen(),
    openSetUp(lifeMs) {
      store.removeSessionsExcept(undefined)
      openUntilMs = clock.monotonicMs() + lifeMs
      log.warn({ seconds: lifeMs / 1000 }, 'anybody in the local network may choose a new password now')
      ended()
    },
    callerOf({ sessionToken, bearer }) {
      if (bearer !== undefined) {
        const token = tokenOf(bearer)
        return token === undefined ? nobody : { kind: 'token', token }
      }
      const session = sessionToken === undefined ? undefined : sessionOf(sessionToken)
      return session === undefined ? nobody : { kind: 'session', session }
    },
    isConfirmed: isCallerConfirmed,
    demand(caller, need) {
      if (need === 'nothing' || caller.kind === 'owner') return
      switch (caller.kind) {
        case 'nobody':
          throw new SyncError(
            passwords.current() === undefined || isOpen() ? 'set-up-needed' : 'log-in-needed',
          )
        case 'token':
          if (need === 'confirmed') throw new SyncError('confirmation-needed')
          if (need === 'control' && caller.token.scope !== 'control') throw new SyncError('scope-too-small')
          return
        case 'session':
          if (need === 'confirmed' && !isCallerConfirmed(caller)) throw new SyncError('confirmation-needed')
      }
    },
    async setUp(password, browser) {
      const isFirst = !isOpen()
      if (isFirst && passwords.current() !== undefined) throw new SyncError('set-up-done')
      if (browser.address !== undefined && !isLanAddress(browser.address))
        throw new SyncError('set-up-from-afar')
      refuseWeak(password)
      const hash = await check.hash(password)
      // Of two who choose at once only one can: it closes the door behind itself.
      if (!isFirst && !isOpen()) throw new SyncError('set-up-done')
      const untilMs = openUntilMs
      openUntilMs = Number.NEGATIVE_INFINITY
      await passwords.keep(hash, isFirst).catch((error) => {
        openUntilMs = untilMs
        throw error
      })
      // Whoever came in with the old one meanwhile.
      store.removeSessionsExcept(undefined)
      ended()
      log.info({ address: browser.address ?? '' }, 'the password of the web interface was chosen')
      return openSession(browser)
    },
    async logIn(caller, password, browser) {
      await checkPassword(password, strangerFrom(browser.address))
      if (caller.kind === 'session') store.removeSession(caller.session.id)
      log.info({ address: browser.address ?? '' }, 'somebody logged in')
      const sessionToken = openSession(browser)
      // That before, and any there is no more room for.
      ended()
      return sessionToken
    },
    logOut(caller) {
      if (caller.kind !== 'session') return
      store.removeSession(caller.session.id)
      ended()
    },
    async confirm(caller, password) {
      if (caller.kind !== 'session') throw new SyncError('confirmation-needed')
      // Counted by itself, or strangers at the same address, or behind the same proxy, would hold it up.
      await checkPassword(password, { key: `session ${caller.session.id}`, isKnown: () => true })
      const confirmedUntilMs = clock.now() + confirmedMs
      store.confirmSession(caller.session.id, confirmedUntilMs)
      return { kind: 'session', session: { ...caller.session, confirmedUntilMs } }
    },
    async changePassword(caller, password) {
      refuseWeak(password)
      const hash = await check.hash(password)
      // Computing takes a while, in which the session may have been ended.
      if (caller.kind === 'session' && !store.sessions().some(({ id }) => id === caller.session.id))
        throw new SyncError('log-in-needed')
      await passwords.keep(hash, false)
      openUntilMs = Number.NEGATIVE_INFINITY
      log.info({}, 'the password of the web interface was changed')
      store.removeSessionsExcept(idOf(caller))
      ended()
    },
    sessions: () => store.sessions().filter((session) => !isIdle(session, clock.now())),
    endOtherSessions(caller) {
      store.removeSessionsExcept(idOf(caller))
      ended()
    },
    tokens: () => store.tokens(),
    makeToken({ name, scope, lifeMs }) {
      const nowMs = clock.now()
      const count = store.tokens().length
      if (count >= maxTokens) throw new SyncError('too-many-tokens', { count })
      const text = bearerPrefix + newSecret()
      const expiresMs = lifeMs === undefined ? undefined : nowMs + lifeMs
      const made = { id: newId(), name, scope, createdMs: nowMs, expiresMs, lastUsedMs: undefined }
      store.addToken(hashOf(text), made)
      return { made, text }
    },
    revokeToken(id) {
      if (!store.removeToken(id)) throw new SyncError('token-unknown', { token: id })
      ended()
    },
    onEnded: (callback) => void listeners.push(callback),
  }
}

/** The tokens are random: nothing slower is needed. */
function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function idOf(caller: Caller): string | undefined {
  return caller.kind === 'session' ? caller.session.id : undefined
}
