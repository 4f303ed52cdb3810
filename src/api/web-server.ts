/**
 * Listens for browsers and gives their requests to the application: with limits on how long anything may take, and with TLS where there
 * is a certificate. Who comes without TLS then is sent to the address that has it.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { HostPort } from '../net/address.ts'
import { listenWithServers } from '../net/listen.ts'
import type { Clock, Log } from '../ports.ts'
import type { WebConnections } from './web-connections.ts'
import { hostOfHeader } from './web-names.ts'

/** Cookies of every program on this host come along: cookies ignore ports. */
const maxHeaderBytes = 16 * 1024
/** From the first byte to the end of the headers: a browser sends them at once. */
const headersTimeoutMs = 10_000
/** Until the body is there; the largest is a few hundred kilobytes. */
const requestTimeoutMs = 30_000
/** A browser that shows a page asks again and again; longer than that nobody is there. */
const keepAliveMs = 65_000
/** How often all of these are looked at; they may take so much longer. Each look wakes an idle processor. */
const checkEveryMs = 15_000
/** For the first byte and the handshake of TLS, on a slow board with a slow phone. */
const handshakeTimeoutMs = 15_000
/** The first byte of everything TLS says; no request of HTTP begins with it. */
const handshakeByte = 0x16

export interface Certificate {
  /** PEM, both. */
  readonly key: string
  readonly certificate: string
}

export interface WebServerNeeds {
  readonly app: FastifyInstance
  readonly address: HostPort
  readonly certificate: Certificate | undefined
  readonly connections: WebConnections
  readonly clock: Pick<Clock, 'after'>
  readonly log: Log
}

export interface WebServer extends AsyncDisposable {
  /** Where it really listens. */
  readonly address: HostPort
}

/** Throws `web-port-in-use` or `listen-failed`. */
export async function openWebServer(needs: WebServerNeeds): Promise<WebServer> {
  const { app, certificate, connections, clock, log } = needs
  await app.ready()
  const context =
    certificate === undefined
      ? undefined
      : createSecureContext({ key: certificate.key, cert: certificate.certificate, minVersion: 'TLSv1.2' })

  function create(): Server {
    const options = {
      ...{
        maxHeaderSize: maxHeaderBytes,
        headersTimeout: headersTimeoutMs,
        requestTimeout: requestTimeoutMs,
      },
      ...{ keepAliveTimeout: keepAliveMs, connectionsCheckingInterval: checkEveryMs, noDelay: true },
    }
    const server = createServer(options, context === undefined ? app.routing : redirectPlain(app))
    if (context === undefined) server.on('connection', connections.add)
    else answerBoth(server, context, connections, clock)
    return server
  }

  const { servers, address } = await listenWithServers(create, needs.address, log).catch((error) => {
    throw isSyncError(error, 'port-in-use')
      ? new SyncError('web-port-in-use', error.data, { cause: error })
      : error
  })
  return {
    address,
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
      connections.closeAll()
      await Promise.all(closed)
      await app.close()
    },
  }
}

/** One server for both, so that its limits hold for both: what it gets is either the connection itself or TLS on top of it. */
function answerBoth(
  server: Server,
  secureContext: SecureContext,
  connections: WebConnections,
  clock: Pick<Clock, 'after'>,
): void {
  const [serve] = server.listeners('connection') as [(socket: Socket) => void]
  server.removeAllListeners('connection')
  server.on('connection', (carrier: Socket) => {
    connections.add(carrier)
    const patience = clock.after(handshakeTimeoutMs, () => carrier.destroy())
    carrier.on('error', () => carrier.destroy())
    carrier.once('close', () => patience[Symbol.dispose]())
    carrier.once('data', (first: Buffer) => {
      carrier.pause()
      carrier.unshift(first)
      if (first[0] !== handshakeByte) {
        patience[Symbol.dispose]()
        serve.call(server, carrier)
        carrier.resume()
        return
      }
      const socket = new TLSSocket(carrier, { isServer: true, secureContext, ALPNProtocols: ['http/1.1'] })
      connections.wrap(carrier, socket)
      socket.on('error', () => socket.destroy())
      socket.once('secure', () => {
        patience[Symbol.dispose]()
        serve.call(server, socket)
      })
    })
  })
}

function redirectPlain(app: FastifyInstance) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    if (request.socket instanceof TLSSocket) {
      app.routing(request, response)
      return
    }
    const { method, url = '', headers } = request
    const isPage = (method === 'GET' || method === 'HEAD') && url.startsWith('/')
    const location =
      isPage && hostOfHeader(headers.host) !== undefined ? { location: `https://${headers.host}${url}` } : {}
    response.writeHead(isPage ? 308 : 403, { 'content-type': 'text/plain', connection: 'close', ...location })
    response.end('This device speaks HTTPS here: write https:// before its address.\n')
  }
}
