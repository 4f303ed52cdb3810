/** The password, sessions and tokens of the web interface. Decides nothing but what stands in which cookie. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Session, Token } from '../../core/access.ts'
import { deviceNameFault } from '../../core/device-name.ts'
import { SyncError } from '../../core/errors.ts'
import type { Caller } from '../access.ts'
import { browserOf, type Door } from '../door.ts'
import {
  type Access as AccessBody,
  AccessSchema,
  LogInBody,
  PasswordBody,
  SessionsSchema,
  SetUpBody,
  TokenBody,
  TokenMadeSchema,
  TokenParams,
  type TokenRow,
  TokensSchema,
} from '../schemas/access.ts'
import { DoneSchema } from '../schemas/basics.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'access'

export function addAccessRoutes(app: App, steering: Steering, { access, cookie, callerOf }: Door): void {
  function show(caller: Caller): AccessBody {
    const [name, version] = [access.device.name(), access.device.version]
    if (caller.kind === 'nobody') return { state: access.isSetUp() ? 'locked' : 'set-up', name, version }
    const until = caller.kind === 'session' ? caller.session.confirmedUntilMs : 0
    return {
      ...{ state: 'open', name, version },
      scope: caller.kind === 'token' ? caller.token.scope : 'control',
      ...(access.isConfirmed(caller) ? { confirmedUntil: timeText(until) } : {}),
    }
  }

  /** The browser that sent this has a session from now on. */
  function begin(reply: FastifyReply, sessionToken: string): AccessBody {
    reply.header('set-cookie', cookie.set(sessionToken))
    return show(access.callerOf({ sessionToken }))
  }

  const own = (request: FastifyRequest): string | undefined => {
    const caller = callerOf(request)
    return caller.kind === 'session' ? caller.session.id : undefined
  }

  app.get(
    '/api/access',
    takes({}, AccessSchema, { tag, summary: 'What whoever asks may do', needs: 'nothing' }),
    (request) => show(callerOf(request)),
  )
  app.post(
    '/api/access/set-up',
    takes({ body: SetUpBody }, AccessSchema, {
      tag,
      summary: 'Choose the password of a device that has none',
      needs: 'nothing',
    }),
    async (request, reply) => {
      const { password, name } = request.body
      const fault = name === undefined ? undefined : deviceNameFault(name)
      if (fault !== undefined)
        throw new SyncError('setting-invalid', { key: 'name', value: name!, reason: fault })
      const sessionToken = await access.setUp(password, browserOf(request))
      if (name !== undefined) await steering.setDevice({ values: { name } })
      return begin(reply, sessionToken)
    },
  )
  app.post(
    '/api/access/log-in',
    takes({ body: LogInBody }, AccessSchema, { tag, summary: 'Begin a session', needs: 'nothing' }),
    async (request, reply) =>
      begin(reply, await access.logIn(callerOf(request), request.body.password, browserOf(request))),
  )
  app.post(
    '/api/access/log-out',
    takes({}, DoneSchema, { tag, summary: 'End the session', needs: 'nothing' }),
    async (request, reply) => {
      // First: the browser forgets it also where the disk is too full to do so.
      reply.header('set-cookie', cookie.clear())
      access.logOut(callerOf(request))
      return {}
    },
  )
  app.post(
    '/api/access/confirm',
    takes({ body: LogInBody }, AccessSchema, { tag, summary: 'Type the password again, for what needs it' }),
    async (request) => show(await access.confirm(callerOf(request), request.body.password)),
  )
  app.put(
    '/api/access/password',
    takes({ body: PasswordBody }, DoneSchema, { tag, summary: 'Change the password', needs: 'confirmed' }),
    async (request) => {
      await access.changePassword(callerOf(request), request.body.password)
      return {}
    },
  )
  app.get(
    '/api/access/sessions',
    takes({}, SessionsSchema, { tag, summary: 'Browsers that are logged in', needs: 'control' }),
    (request) => ({
      sessions: access
        .sessions()
        .map((session) => ({ ...showSession(session), own: session.id === own(request) })),
    }),
  )
  app.delete(
    '/api/access/sessions',
    takes({}, DoneSchema, { tag, summary: 'Log all other browsers out' }),
    async (request) => {
      access.endOtherSessions(callerOf(request))
      return {}
    },
  )
  app.get(
    '/api/access/tokens',
    takes({}, TokensSchema, { tag, summary: 'Tokens of programs', needs: 'control' }),
    () => ({
      tokens: access.tokens().map(showToken),
    }),
  )
  app.post(
    '/api/access/tokens',
    takes({ body: TokenBody }, TokenMadeSchema, { tag, summary: 'Make a token', needs: 'confirmed' }),
    ({ body }) => {
      const { name, scope, lifeSeconds } = body
      const lifeMs = lifeSeconds === undefined ? undefined : lifeSeconds * 1000
      const { made, text } = access.makeToken({ name, scope, lifeMs })
      return { ...showToken(made), token: text }
    },
  )
  app.delete(
    '/api/access/tokens/:token',
    takes({ params: TokenParams }, DoneSchema, { tag, summary: 'Revoke a token' }),
    async ({ params }) => {
      access.revokeToken(params.token)
      return {}
    },
  )
}

function timeText(ms: number): string {
  return new Date(ms).toISOString()
}

function showSession({ id, address, agent, createdMs, lastUsedMs }: Session) {
  return { id, address, agent, created: timeText(createdMs), lastUsed: timeText(lastUsedMs) }
}

function showToken({ id, name, scope, createdMs, expiresMs, lastUsedMs }: Token): TokenRow {
  return {
    ...{ id, name, scope, created: timeText(createdMs) },
    ...(expiresMs === undefined ? {} : { expires: timeText(expiresMs) }),
    ...(lastUsedMs === undefined ? {} : { lastUsed: timeText(lastUsedMs) }),
  }
}
