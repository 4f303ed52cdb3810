/** The application behind the door of the web, without a port: requests are injected, time stands still until it is told to move. */
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify'
import { type Access, createAccess, type PasswordKeeper } from '../api/access.ts'
import { buildApp } from '../api/app.ts'
import { createSessionCookie } from '../api/session-cookie.ts'
import type { Steering } from '../api/steering.ts'
import { createWebDoor } from '../api/web-door.ts'
import { SyncError } from '../core/errors.ts'
import type { PasswordHash } from '../core/password.ts'
import { type DeviceStore, openDeviceStore } from '../store/open-device-store.ts'
import { systemChance } from '../system.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import { createMemoryLog, type MemoryLog } from './memory-log.ts'

export const goodPassword = 'correct horse battery'

interface Ask extends Omit<InjectOptions, 'headers'> {
  readonly headers?: Readonly<Record<string, string>>
}

export interface WebApp extends Disposable {
  readonly app: FastifyInstance
  readonly clock: ManualClock
  readonly log: MemoryLog
  readonly store: DeviceStore
  readonly access: Access
  /** What the steering was asked for, by name; it knows no folder. */
  readonly steered: string[]
  /** As a browser on this machine would, with JSON for a body. */
  ask(method: NonNullable<InjectOptions['method']>, url: string, rest?: Ask): Promise<LightMyRequestResponse>
  /** As `ask` of somebody who was handed that cookie, or with a token. */
  as(credential: string): WebApp['ask']
  /** Sets the password if there is none, and returns a browser's cookie, as `Cookie` has it. */
  logIn(): Promise<string>
}

function createMemoryPasswords(): PasswordKeeper {
  let kept: PasswordHash | undefined
  return {
    current: () => kept,
    async keep(password, isFirst) {
      if (isFirst && kept !== undefined) throw new SyncError('set-up-done')
      kept = password
    },
  }
}

/** The `Cookie` header for what an answer set. */
export function cookieOf(answer: LightMyRequestResponse): string {
  return String(answer.headers['set-cookie']).split(';')[0]!
}

/** `given`: what answers in the place of one that knows no folder. */
export function createWebApp(startMs = Date.UTC(2026, 10, 1), given?: Steering): WebApp {
  const clock = createManualClock(startMs)
  const log = createMemoryLog()
  const store = openDeviceStore(':memory:', () => undefined)
  const access = createAccess({
    ...{ clock, log, store, chance: systemChance, passwords: createMemoryPasswords() },
    device: { name: () => 'attic pi', version: '1.2.3' },
  })
  const steered: string[] = []
  const answered: ReadonlySet<string | symbol> = new Set(['deviceSettings', 'setDevice', 'rescan'])
  const steering =
    given ??
    new Proxy({} as Steering, {
      get: (_, name) => async () => {
        steered.push(String(name))
        if (answered.has(name)) return { settings: [] }
        throw new SyncError('folder-unknown', { path: '/none' })
      },
    })
  const bugs: unknown[] = []
  const door = createWebDoor({
    ...{ clock, access, cookie: createSessionCookie('d'.repeat(64), false), onTrusted: () => undefined },
    ownNames: {
      hostName: 'attic',
      allowed: () => ['nas.example'],
      addresses: () => ['127.0.0.1', '192.0.2.9'],
    },
  })
  const app = buildApp(steering, (bug) => bugs.push(bug), door)

  const web: WebApp = {
    ...{ app, clock, log, store, access, steered },
    async ask(method, url, { headers = {}, ...rest } = {}) {
      const own = { host: 'localhost:8888', 'sec-fetch-site': 'same-origin' }
      const answer = await app.inject({ method, url, ...rest, headers: { ...own, ...headers } })
      if (bugs.length > 0) throw bugs[0]
      return answer
    },
    as(credential) {
      const how = credential.includes('=')
        ? { cookie: credential }
        : { authorization: `Bearer ${credential}` }
      return (method, url, { headers, ...rest } = {}) =>
        web.ask(method, url, { ...rest, headers: { ...how, ...headers } })
    },
    async logIn() {
      const kind = access.isSetUp() ? 'log-in' : 'set-up'
      return cookieOf(await web.ask('POST', `/api/access/${kind}`, { payload: { password: goodPassword } }))
    },
    [Symbol.dispose]: () => store[Symbol.dispose](),
  }
  return web
}
