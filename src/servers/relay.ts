/**
 * `berrysync relay`: forwards sealed bytes between peers that cannot reach each other (rules F1 to F5). Decides whom to let in, and
 * brings topics and calls together. Knows no secret and no content, keeps nothing on disk, and bounds what anybody can make it hold.
 */
import { createServer, type Server, type Socket } from 'node:net'
import { type HostPort, networkOf } from '../net/address.ts'
import { listenWithServers } from '../net/listen.ts'
import { createRelayChannel } from '../net/relay-channel.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { type RelayMessage, relayVersion, saltBytes } from '../wire/relay-protocol.ts'
import { createQuota } from './quota.ts'
import { type CallLimits, createCalls } from './relay-calls.ts'
import { createTopics, type Visitor } from './relay-topics.ts'

/** Who has not said in this time what it wants is gone, or holds a place on purpose. */
export const openingLimitMs = 10_000
/** Connections that have not said what they want, in all and from one network; one beyond them is dropped. */
const openingPlaces = { total: 256, each: 16 }
/** Topics one device may be in: more than most have folders. */
export const maxTopics = 64
/** What one direction of a pair takes from a socket at once, and holds while the other end is slow. */
const socketBufferBytes = 256 * 1024

export interface RelayLimits extends CallLimits {
  /** Devices here at once, and those of one network among them. */
  readonly clients: number
  readonly clientsPerNetwork: number
}

/** What a Raspberry Pi with 1 GB carries: a pair whose ends are both slow holds about 1 MiB. */
export const defaultRelayLimits: RelayLimits = {
  ...{ clients: 1024, clientsPerNetwork: 64 },
  ...{ pairs: 128, endsPerNetwork: 64, rate: 0, pairRate: 0 },
}

export interface RelayOptions {
  readonly address: HostPort
  readonly limits: RelayLimits
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
}

export interface Relay extends AsyncDisposable {
  /** Where it listens, with the port the system chose when 0 was asked for. */
  readonly address: HostPort
}

/** Throws `port-in-use` or `listen-failed`. */
export async function openRelay({ limits, clock, chance, log, ...options }: RelayOptions): Promise<Relay> {
  const salt = chance.bytes(saltBytes).toString('hex')
  const topics = createTopics({ clock, chance })
  const calls = createCalls({ clock, chance, log, limits })
  const openings = createQuota(openingPlaces)
  const clients = createQuota({ total: limits.clients, each: limits.clientsPerNetwork })
  const sockets = new Set<Socket>()

  function openServer(): Server {
    const server = createServer({
      ...{ allowHalfOpen: true, noDelay: true, highWaterMark: socketBufferBytes },
      ...{ pauseOnConnect: true },
    })
    server.on('connection', admit)
    return server
  }

  function admit(socket: Socket): void {
    socket.on('error', () => undefined)
    const network = networkOf(socket.remoteAddress ?? '')
    const place = openings.take(network)
    if (place === undefined) {
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => {
      sockets.delete(socket)
      place[Symbol.dispose]()
    })
    receive(socket, network, place)
  }

  /** The first message says what a connection is for; the place among those that have not said is free then. */
  function receive(socket: Socket, network: string, place: Disposable): void {
    const late = clock.after(openingLimitMs, () => socket.destroy())
    let client: Client | undefined
    const channel = createRelayChannel({
      ...{ socket, clock, pings: false },
      onMessage(message) {
        if (client !== undefined) {
          client.hear(message)
          return
        }
        late[Symbol.dispose]()
        place[Symbol.dispose]()
        if (message.kind === 'control') client = welcome(network, channel)
        else if (message.kind === 'data') {
          const released = channel.release()
          // A client says nothing before it is connected.
          if (released.readableLength > 0 || !calls.claim(message.token, released)) released.destroy()
        } else throw new Error('its first message says nothing of what it wants')
      },
      onClosed(reason) {
        late[Symbol.dispose]()
        client?.leave()
        log.debug({ network, reason }, 'a connection ended')
      },
    })
  }

  interface Client {
    hear(message: RelayMessage): void
    leave(): void
  }

  /** Undefined for one that finds no place. */
  function welcome(network: string, channel: ReturnType<typeof createRelayChannel>): Client | undefined {
    const place = clients.take(network)
    if (place === undefined) {
      channel.close({ kind: 'closed', reason: clients.taken >= limits.clients ? 'full' : 'crowded' })
      return undefined
    }
    const visitor: Visitor = { network, send: channel.send }
    channel.send({ kind: 'hello', version: relayVersion, maxTopics, salt })
    return {
      hear(message) {
        switch (message.kind) {
          case 'join':
            if (topics.countOf(visitor) >= maxTopics) throw new Error('it joins too many topics')
            topics.join(visitor, message.topic, message.tag)
            break
          case 'leave':
            topics.leave(visitor, message.topic)
            break
          case 'call':
            connect(visitor, message.number, message.id)
            break
          default:
            throw new Error(`a client says ${message.kind}`)
        }
      },
      leave() {
        topics.forget(visitor)
        place[Symbol.dispose]()
      },
    }
  }

  function connect(caller: Visitor, number: number, id: string): void {
    const callee = topics.find(caller, id)
    const call = callee === undefined ? 'gone' : calls.call(caller, callee)
    if (typeof call === 'string') {
      caller.send({ kind: 'refused', number, reason: call })
      return
    }
    const [first, second] = call.tokens
    callee!.send({ kind: 'called', token: second })
    caller.send({ kind: 'accepted', number, token: first })
  }

  const { servers, address } = await listenWithServers(openServer, options.address, log)

  return {
    address,
    async [Symbol.asyncDispose]() {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)))
      calls.stop()
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}
