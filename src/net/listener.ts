/**
 * Accepts connections of peers, runs their handshakes within limits, and hands on the links that come of them. To whoever shares no
 * folder with this device it answers nothing. The links belong to whoever took them; disposing ends only what is not a link yet.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { reasonOf } from '../core/errors.ts'
import type { Link } from '../ports.ts'
import { formatHostPort, type HostPort, networkOf, plainHost } from './address.ts'
import { type LinkContext, type LinkEnd, socketBufferBytes } from './dial.ts'
import { respondHandshake } from './handshake.ts'
import { createLink } from './link.ts'
import { listenWithServers } from './listen.ts'
import type { Membership } from './membership.ts'

/** Handshakes under way at once; a connection beyond them is dropped. Bounds what strangers can make us hold, at about 1 KiB each. */
const maxHandshakes = 64
/** Handshakes under way from one address, or over one relay: all folders of a device that comes back at once, and no more. */
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
  /** Takes a connection that came over a relay at this address like one that came in here. */
  take(socket: Socket, relay: string): void
}

/** One that is under way. */
interface Handshake {
  readonly socket: Socket
  /** Its network; its relay for what comes over one, so that it takes no place of those who come from there. */
  readonly origin: string
  readonly done: Promise<void>
}

/** Throws `port-in-use` or `listen-failed`. */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { log, memberships, onLink } = options
  const underway = new Set<Handshake>()
  const stop = new AbortController()

  function openServer(): Server {
    const server = createServer({ pauseOnConnect: true, noDelay: true, highWaterMark: socketBufferBytes })
    server.on('connection', (socket) => {
      const host = socket.remoteAddress ?? '?'
      const address = formatHostPort({ host: plainHost(host), port: socket.remotePort ?? 0 })
      admit(socket, networkOf(host), { address, via: 'direct' })
    })
    return server
  }

  function admit(socket: Socket, origin: string, end: LinkEnd): void {
    // The part that waits at the moment listens too; this one is for the moments in between, and 'close' always follows.
    socket.on('error', () => undefined)
    const ofSame = [...underway].filter((each) => each.origin === origin).length
    const isFull = underway.size >= maxHandshakes && !makeRoomFor(ofSame)
    if (isFull || ofSame >= maxHandshakesPerNetwork || stop.signal.aborted) {
      socket.destroy()
      return
    }
    const done = accept(socket, end).finally(() => underway.delete(handshake))
    const handshake: Handshake = { socket, origin, done }
    underway.add(handshake)
  }

  /** The oldest of whoever has most makes room for one who has less: some strangers that say nothing shut nobody out. */
  function makeRoomFor(ofSame: number): boolean {
    const [most] = [...Map.groupBy(underway, ({ origin }) => origin).values()].sort(
      (a, b) => b.length - a.length,
    )
    if (most === undefined || most.length <= ofSame + 1) return false
    underway.delete(most[0]!)
    most[0]!.socket.destroy()
    return true
  }

  async function accept(socket: Socket, end: LinkEnd): Promise<void> {
    let link: Link
    try {
      socket.resume()
      const channel = await respondHandshake(socket, end.address, memberships, {
        ...options,
        signal: stop.signal,
      })
      link = createLink({ ...options, ...end, socket, channel })
    } catch (thrown) {
      socket.destroy()
      log.debug({ ...end, reason: reasonOf(thrown) }, 'a connection did not become a link')
      return
    }
    onLink(link)
  }

  const { servers, address } = await listenWithServers(openServer, options.address, log)

  return {
    address,
    take: (socket, relay) => admit(socket, `relay ${relay}`, { address: relay, via: 'relay' }),
    async [Symbol.asyncDispose]() {
      stop.abort()
      // The callback of `close` would wait for the links, too, which are not ours; the port is free when it returns.
      for (const server of servers) server.close()
      await Promise.all([...underway].map(({ done }) => done))
    },
  }
}
