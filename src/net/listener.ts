/**
 * Accepts connections of peers, runs their handshakes within limits, and hands on the links that come of them. To whoever shares no
 * folder with this device it answers nothing. The links belong to whoever took them; disposing ends only what is not a link yet.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { reasonOf } from '../core/errors.ts'
import type { Link } from '../ports.ts'
import { formatHostPort, type HostPort, networkOf, plainHost } from './address.ts'
import { type LinkContext, socketBufferBytes } from './dial.ts'
import { respondHandshake } from './handshake.ts'
import { createLink } from './link.ts'
import { listenError } from './listen-error.ts'
import type { Membership } from './membership.ts'

/** Handshakes under way at once; a connection beyond them is dropped. Bounds what strangers can make us hold, at about 1 KiB each. */
const maxHandshakes = 64
/** Handshakes under way from one address: all folders of a device that comes back at once, and no more. */
export const maxHandshakesPerNetwork = 16

export interface ListenerOptions extends LinkContext {
  readonly address: HostPort
  /** The folders of this device, asked anew at each handshake. */
  readonly memberships: () => Iterable<Membership>
  readonly onLink: (link: Link) => void
}

export interface Listener extends AsyncDisposable {
  /** Where it listens, with the port the system chose when 0 was asked for. */
  readonly address: HostPort
}

/** Throws `port-in-use` or `listen-failed`. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { log, memberships, onLink } = options
  const underway = new Set<Promise<void>>()
  const countsByNetwork = new Map<string, number>()
  const stop = new AbortController()

  const server = createServer({ pauseOnConnect: true, noDelay: true, highWaterMark: socketBufferBytes })
  server.on('connection', (socket) => {
    // The part that waits at the moment listens too; this one is for the moments in between, and 'close' always follows.
    socket.on('error', () => undefined)
    const network = networkOf(socket.remoteAddress ?? '')
    const count = countsByNetwork.get(network) ?? 0
    if (underway.size >= maxHandshakes || count >= maxHandshakesPerNetwork || stop.signal.aborted) {
      socket.destroy()
      return
    }
    countsByNetwork.set(network, count + 1)
    const done = accept(socket).finally(() => {
      underway.delete(done)
      const left = countsByNetwork.get(network)! - 1
      if (left > 0) countsByNetwork.set(network, left)
      else countsByNetwork.delete(network)
    })
    underway.add(done)
  })

  async function accept(socket: Socket): Promise<void> {
    const address = formatHostPort({
      host: plainHost(socket.remoteAddress ?? '?'),
      port: socket.remotePort ?? 0,
    })
    let link: Link
    try {
      socket.resume()
      const channel = await respondHandshake(socket, address, memberships, {
        ...options,
        signal: stop.signal,
      })
      link = createLink({ ...options, socket, channel, address })
    } catch (thrown) {
      socket.destroy()
      log.debug({ address, reason: reasonOf(thrown) }, 'a connection did not become a link')
      return
    }
    onLink(link)
  }

  const text = formatHostPort(options.address)
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, text)))
    server.listen(options.address.port, options.address.host, resolve)
  })
  server.on('error', (error) => log.warn({ error }, 'a connection could not be accepted'))

  const bound = server.address() as AddressInfo
  return {
    address: { host: bound.address, port: bound.port },
    async [Symbol.asyncDispose]() {
      stop.abort()
      // The callback of `close` would wait for the links, too, which are not ours; the port is free when it returns.
      server.close()
      await Promise.all(underway)
    },
  }
}
