/**
 * The sockets of LAN search: one for each segment, from which this device speaks and on which it hears answers, and one a family that hears
 * what is said to everybody. Several daemons on one machine can have them. Knows nothing of what is said.
 */
import { createSocket, type Socket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import type { HostPort } from './address.ts'
import type { Interfaces, Segment } from './lan-segments.ts'

/** UDP, beside the port 4444 of peers, so that one firewall rule opens both. */
export const lanPort = 4445
/** Of the local scope (RFC 2365). The last two numbers are "BS". */
const group4 = '239.255.66.83'
/** Transient and link-local; such groups have ids from 8000:0000 on (RFC 3307). */
const group6 = 'ff12::b5b5:4445'

/** A datagram somebody sent. */
export interface Heard {
  readonly bytes: Buffer
  /** Link-local addresses of IPv6 with their zone. */
  readonly from: HostPort
  /** Sends something back, once. It may get lost. */
  answer(bytes: Buffer): void
}

export interface SocketEvents {
  onHeard(heard: Heard): void
  /** The system is done with it, and it is to be disposed of. */
  onBroken(): void
}

/** How a segment is spoken to: everybody who listens for this, or everybody. */
export type Audience = 'multicast' | 'broadcast'

export interface SegmentSocket extends Disposable {
  readonly segment: Segment
  /** Rejects when the system refuses. */
  send(to: Audience, bytes: Buffer): Promise<void>
}

export interface GroupSocket extends Disposable {
  readonly segments: readonly Segment[]
  /** Those on which only broadcasts are heard, and why. */
  readonly failures: ReadonlyMap<Segment, unknown>
}

/** What LAN search needs of the system. The daemon gives the real one, tests a network in memory. */
export interface LanNetwork {
  interfaces(): Interfaces
  /** Hears what is said to everybody on these segments, which are of one family. Rejects when it cannot hear at all. */
  openGroupSocket(segments: readonly Segment[], events: SocketEvents): Promise<GroupSocket>
  /** Speaks on a segment, and hears what is said to it alone. Rejects when it cannot. */
  openSegmentSocket(segment: Segment, events: SocketEvents): Promise<SegmentSocket>
}

export const systemLanNetwork: LanNetwork = {
  interfaces: networkInterfaces,

  async openGroupSocket(segments, events) {
    const isIPv4 = segments[0]!.family === 'IPv4'
    const socket = await open(isIPv4, isIPv4 ? '0.0.0.0' : '::', lanPort, events)
    const failures = new Map<Segment, unknown>()
    for (const segment of segments) {
      try {
        socket.addMembership(isIPv4 ? group4 : group6, interfaceOf(segment))
      } catch (error) {
        failures.set(segment, error)
      }
    }
    return { segments, failures, [Symbol.dispose]: () => close(socket) }
  },

  async openSegmentSocket(segment, events) {
    const isIPv4 = segment.family === 'IPv4'
    const socket = await open(isIPv4, segment.address, 0, events)
    try {
      socket.setMulticastInterface(interfaceOf(segment))
      if (isIPv4) socket.setBroadcast(true)
    } catch (error) {
      close(socket)
      throw error
    }
    const group = isIPv4 ? group4 : `${group6}%${segment.interface}`
    return {
      segment,
      send(to, bytes) {
        const address = to === 'multicast' ? group : segment.broadcast!
        return new Promise((resolve, reject) => {
          socket.send(bytes, lanPort, address, (error) => (error ? reject(error) : resolve()))
        })
      },
      [Symbol.dispose]: () => close(socket),
    }
  },
}

function interfaceOf(segment: Segment): string {
  return segment.family === 'IPv4' ? segment.address : `::%${segment.interface}`
}

async function open(isIPv4: boolean, address: string, port: number, events: SocketEvents): Promise<Socket> {
  const socket = createSocket({
    type: isIPv4 ? 'udp4' : 'udp6',
    ipv6Only: !isIPv4,
    // Only the port that all daemons have in common; sharing a port of its own with another one would lose answers.
    reuseAddr: port !== 0,
  })
  const bound = Promise.withResolvers<void>()
  socket.once('error', bound.reject)
  socket.bind({ address, port }, bound.resolve)
  try {
    await bound.promise
  } catch (error) {
    close(socket)
    throw error
  }
  socket.off('error', bound.reject)
  socket.on('error', () => events.onBroken())
  socket.on('message', (bytes, { address: host, port: senderPort }) => {
    // Only a made-up sender has no port, and sending there throws.
    if (senderPort === 0) return
    events.onHeard({
      bytes,
      from: { host, port: senderPort },
      // Whoever asked asks again.
      answer: (reply) => socket.send(reply, senderPort, host, () => undefined),
    })
  })
  // It lives as long as the daemon does, and does not keep it alive.
  socket.unref()
  return socket
}

function close(socket: Socket): void {
  socket.removeAllListeners('message')
  socket.close()
}
