/**
 * The door of an application: tells who calls, and lets nobody past who may not do what the route needs. The control socket's is open,
 * because only the owner can come to it.
 */
import type { FastifyRequest } from 'fastify'
import type { Access, Browser, Caller } from './access.ts'
import type { App } from './routes/typed-app.ts'
import type { SessionCookie } from './session-cookie.ts'

export interface Door {
  readonly kind: 'control' | 'web'
  readonly access: Access
  readonly cookie: SessionCookie
  /** Puts itself before every route of the application. */
  guard(app: App): void
  callerOf(request: FastifyRequest): Caller
}

/** For whom the file permissions of a socket are proof enough. */
export function createOwnerDoor(access: Access, cookie: SessionCookie): Door {
  return { kind: 'control', access, cookie, guard: () => undefined, callerOf: () => ({ kind: 'owner' }) }
}

export function browserOf({ headers, socket }: FastifyRequest): Browser {
  return { address: socket.remoteAddress, agent: headers['user-agent'] ?? '' }
}
