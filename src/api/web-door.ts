/**
 * The door that stands open to the network: every request is judged by its headers, then by who sends it, before a route sees it, and
 * every answer tells the browser what it must not do with it.
 */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Clock } from '../ports.ts'
import type { Access, Caller } from './access.ts'
import type { Door } from './door.ts'
import type { Need } from './routes/typed-app.ts'
import type { SessionCookie } from './session-cookie.ts'
import { guardRequest, isApi } from './web-guard.ts'
import type { OwnNames } from './web-names.ts'

/** Nothing from another place, and no code but what the device itself serves as a file. Pictures may be made by the page. */
const contentPolicy = [
  "default-src 'none'",
  ...["script-src 'self'", "style-src 'self'", "img-src 'self' blob: data:", "connect-src 'self'"],
  ...[
    "font-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ],
].join('; ')

const headersOfAll: Readonly<Record<string, string>> = {
  'content-security-policy': contentPolicy,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy':
    'camera=(self), microphone=(), geolocation=(), display-capture=(), usb=(), payment=()',
}

export interface WebDoorNeeds {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly access: Access
  readonly cookie: SessionCookie
  readonly ownNames: OwnNames
  /** Told of each connection whose caller is known, while it is answered. */
  onTrusted(socket: Socket, isTrusted: boolean): void
}

export function createWebDoor({ clock, access, cookie, ownNames, onTrusted }: WebDoorNeeds): Door {
  const callers = new WeakMap<FastifyRequest, Caller>()
  /** Requests of known callers that are being answered; streams of events stay here for long. */
  const answering = new Set<FastifyRequest>()

  function callerOf(request: FastifyRequest): Caller {
    const caller = callers.get(request)
    if (caller === undefined) throw new Error('assertion: a request came past the door')
    return caller
  }

  function identify({ headers }: FastifyRequest): Caller {
    return access.callerOf({
      sessionToken: cookie.read(headers.cookie),
      bearer: /^Bearer +([\w-]{1,200})$/i.exec(headers.authorization ?? '')?.[1],
    })
  }

  function follow(request: FastifyRequest, reply: FastifyReply, caller: Caller): void {
    if (caller.kind === 'nobody') return
    answering.add(request)
    onTrusted(request.raw.socket, true)
    const end = caller.kind === 'token' ? caller.token.expiresMs : undefined
    const timer = end === undefined ? undefined : clock.after(end - clock.now(), cutOff)
    reply.raw.once('close', () => {
      timer?.[Symbol.dispose]()
      answering.delete(request)
      onTrusted(request.raw.socket, false)
    })
  }

  /** Whoever is still being told of events as somebody who may not know them any more. */
  function cutOff(): void {
    for (const request of answering) {
      // Among them is the one that ended the session; the others are looked at again when they are complete.
      if (request.url.startsWith('/api/access')) continue
      if (identify(request).kind === 'nobody') request.raw.socket.destroy()
    }
  }
  access.onEnded(cutOff)

  return {
    kind: 'web',
    access,
    cookie,
    callerOf,
    guard(app) {
      app.addHook('onRequest', async (request, reply) => {
        reply.headers(headersOfAll)
        if (isApi(request.url)) reply.header('cache-control', 'no-store')
        const { raw, headers } = request
        const isEncrypted = (raw.socket as TLSSocket).encrypted === true
        // Without TLS browsers ignore it, and complain of it in their console.
        if (isEncrypted) reply.header('cross-origin-opener-policy', 'same-origin')
        guardRequest(
          {
            ...{ method: request.method, url: raw.url ?? '', headers, rawHeaders: raw.rawHeaders ?? [] },
            isEncrypted,
            localAddress: raw.socket.localAddress,
            hasSession: cookie.read(headers.cookie) !== undefined,
          },
          ownNames,
        )
        const caller = identify(request)
        callers.set(request, caller)
        access.demand(caller, needOf(request))
        follow(request, reply, caller)
      })
      // Again: a body may take its time, and the session may have ended while it did.
      app.addHook('preHandler', async (request) => {
        const caller = identify(request)
        callers.set(request, caller)
        access.demand(caller, needOf(request))
        const { needs } = request.routeOptions.config
        if (typeof needs === 'function') access.demand(caller, needs(request.body))
      })
    },
  }
}

/** What is no route at all tells nobody anything. */
function needOf({ routeOptions, method, is404 }: FastifyRequest): Need {
  if (is404) return 'nothing'
  const { needs } = routeOptions.config
  if (typeof needs === 'string') return needs
  return method === 'GET' || method === 'HEAD' ? 'read' : 'control'
}
