/** Local networks in memory: devices with interfaces that are plugged into switches, and sockets on them. Everything arrives at once and in order. */
import type { NetworkInterfaceInfo } from 'node:os'
import type { Interfaces, Segment } from '../net/lan-segments.ts'
import type { Audience, GroupSocket, LanNetwork, SegmentSocket, SocketEvents } from '../net/lan-sockets.ts'
import { lanPort } from '../net/lan-sockets.ts'

/** Something that was said to everybody on a switch, or to one. */
export interface Said {
  readonly way: Audience | 'answer'
  readonly bytes: Buffer
  readonly from: string
  readonly fromPort: number
}

export interface MemorySwitch {
  /** What went over it, oldest first. */
  readonly said: Said[]
  /** What it does not pass on. */
  readonly swallowed: Set<Audience>
}

export interface MemoryHost {
  readonly network: LanNetwork
  /** Sockets open at the moment, of both kinds. */
  readonly openSockets: number
  plug(name: string, into: MemorySwitch, info: NetworkInterfaceInfo): void
  unplug(name: string): void
  /** The system is done with every socket there is. */
  breakSockets(): void
  /** From now on the system refuses this. Undefined: it does not any more. */
  refuse(what: 'segment sockets' | 'group sockets' | Audience, error: Error | undefined): void
}

interface MemorySocket {
  readonly host: object
  readonly on: MemorySwitch
  readonly segment: Segment
  /** The one of all devices for those that hear what is said to everybody. */
  readonly port: number
  readonly events: SocketEvents
}

export function createMemorySwitch(): MemorySwitch {
  return { said: [], swallowed: new Set() }
}

export function infoOfIPv4(address: string, netmask = '255.255.255.0'): NetworkInterfaceInfo {
  return { address, netmask, family: 'IPv4', mac: '00:00:00:00:00:00', internal: false, cidr: null }
}

export function infoOfIPv6(address: string, scopeid = 2): NetworkInterfaceInfo {
  const netmask = 'ffff:ffff:ffff:ffff::'
  return { address, netmask, family: 'IPv6', mac: '00:00:00:00:00:00', internal: false, cidr: null, scopeid }
}

/** What an address is on every machine: the zone is each machine's own. */
function withoutZone(address: string): string {
  return address.replace(/%.*/, '')
}

/** Everything there is to be in one test. */
export function createMemoryLan(): { host(): MemoryHost } {
  const open = new Set<MemorySocket>()
  let portsTaken = 40_000

  function deliver(
    from: MemorySocket,
    way: Said['way'],
    bytes: Buffer,
    isFor: (to: MemorySocket) => boolean,
  ): void {
    const { on, segment, port } = from
    const address = withoutZone(segment.address)
    on.said.push({ way, bytes, from: address, fromPort: port })
    if (way !== 'answer' && on.swallowed.has(way)) return
    for (const to of [...open]) {
      if (to.on !== on || to.segment.family !== segment.family || !isFor(to) || !open.has(to)) continue
      const zone = segment.family === 'IPv6' ? `%${to.segment.interface}` : ''
      to.events.onHeard({
        bytes: Buffer.from(bytes),
        from: { host: `${address}${zone}`, port },
        answer: (reply) =>
          deliver(
            to,
            'answer',
            reply,
            (other) => withoutZone(other.segment.address) === address && other.port === port,
          ),
      })
    }
  }

  return {
    host() {
      const plugged = new Map<string, { on: MemorySwitch; infos: NetworkInterfaceInfo[] }>()
      const refusals = new Map<string, Error>()
      const host = {}

      function check(what: string): void {
        const refusal = refusals.get(what)
        if (refusal !== undefined) throw refusal
      }

      function listen(
        segment: Segment,
        port: number,
        events: SocketEvents,
      ): MemorySocket & Disposable & { isOpen(): boolean } {
        const socket = { host, on: plugged.get(segment.interface)!.on, segment, port, events }
        open.add(socket)
        return {
          ...socket,
          isOpen: () => open.has(socket),
          [Symbol.dispose]: () => void open.delete(socket),
        }
      }

      const network: LanNetwork = {
        interfaces: (): Interfaces =>
          Object.fromEntries(Array.from(plugged, ([name, { infos }]) => [name, infos])),
        async openGroupSocket(segments, events): Promise<GroupSocket> {
          check('group sockets')
          const sockets = segments.map((segment) => listen(segment, lanPort, events))
          return {
            segments,
            failures: new Map(),
            [Symbol.dispose]() {
              for (const socket of sockets) socket[Symbol.dispose]()
            },
          }
        },
        async openSegmentSocket(segment, events): Promise<SegmentSocket> {
          check('segment sockets')
          portsTaken += 1
          const socket = listen(segment, portsTaken, events)
          return {
            segment,
            async send(way, bytes) {
              check(way)
              if (!socket.isOpen()) throw new Error('the socket is closed')
              deliver(socket, way, bytes, (to) => to.port === lanPort)
            },
            [Symbol.dispose]: () => socket[Symbol.dispose](),
          }
        },
      }
      return {
        network,
        get openSockets() {
          return [...open].filter((socket) => socket.host === host).length
        },
        plug(name, into, info) {
          const before = plugged.get(name)?.infos ?? []
          plugged.set(name, { on: into, infos: [...before, info] })
        },
        unplug: (name) => void plugged.delete(name),
        breakSockets() {
          for (const socket of [...open]) if (socket.host === host) socket.events.onBroken()
        },
        refuse(what, error) {
          if (error === undefined) refusals.delete(what)
          else refusals.set(what, error)
        },
      }
    },
  }
}
