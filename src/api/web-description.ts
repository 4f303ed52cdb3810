/** Serves the description of the device to who found it by SSDP, without a password: it says no more than the log-in page does. */
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { FastifyInstance } from 'fastify'
import { formatHostPort, plainHost } from '../net/address.ts'

export interface WebDescription {
  /** Where it is. */
  readonly path: string
  /** As XML, for who reaches this device there; undefined while the device is not to be seen. */
  describe(origin: string): string | undefined
}

export function addWebDescription(app: FastifyInstance, { path, describe }: WebDescription): void {
  app.get(path, { config: { needs: 'nothing' } }, (request, reply) => {
    const text = describe(originOf(request.raw.socket))
    if (text === undefined) return reply.callNotFound()
    return reply.header('cache-control', 'no-cache').type('text/xml; charset="utf-8"').send(text)
  })
}

/** Of the address that the connection came in at: whatever the request itself says may be made up. */
function originOf(socket: Socket): string {
  const scheme = (socket as TLSSocket).encrypted === true ? 'https' : 'http'
  const host = plainHost((socket.localAddress ?? '').split('%')[0]!)
  const port = socket.localPort ?? 0
  const isUsual = port === (scheme === 'https' ? 443 : 80)
  return `${scheme}://${isUsual ? formatHostPort({ host, port }).replace(/:\d+$/, '') : formatHostPort({ host, port })}`
}
