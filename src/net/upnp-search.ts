/**
 * Asks the local networks for routers that forward ports, by SSDP (UPnP Device Architecture 1.1). Anybody there can answer, and
 * can make up where the answer comes from; so an answer only counts if it names a place on the very machine that it came from, and that machine
 * is another one of the network that was asked.
 */
import { createSocket, type Socket } from 'node:dgram'
import type { Clock } from '../ports.ts'
import type { HostPort } from './address.ts'
import { type Interfaces, type Segment, segmentsOf } from './lan-segments.ts'

export const ssdpGroup: HostPort = { host: '239.255.255.250', port: 1900 }
/** A router of the second version answers to the first one, too; not all do. */
const kinds = [1, 2].map((version) => `urn:schemas-upnp-org:device:InternetGatewayDevice:${version}`)
/** The time the routers are given to answer, as the question says. */
const answerWithinSeconds = 1
/** Questions get lost. */
const askAgainMs = 1_000
const searchMs = 2_500
/** What the architecture asks for. */
const hops = 2
const maxAnswerBytes = 2_048
/** Machines believed to be routers. Homes have one; somebody who pretends to be many shall not keep us busy. */
const maxRouters = 4

/** A machine that says it is a router, and where it says what it can do. */
export interface RouterAnswer {
  readonly location: URL
  /** The network it is in. */
  readonly segment: Segment
}

export interface RouterSearch {
  readonly clock: Clock
  readonly interfaces: Interfaces
  readonly group: HostPort
  /** Ends it early, with what was found so far. */
  readonly signal: AbortSignal
}

/** The IPv4 networks of this machine. IPv6 needs no ports forwarded. */
export function askedSegments(interfaces: Interfaces): readonly Segment[] {
  const outer = Object.entries(interfaces).map(([name, addresses = []]) => [
    name,
    addresses.filter(({ internal, family }) => !internal && family === 'IPv4'),
  ])
  return segmentsOf(Object.fromEntries(outer))
}

/** Never throws: what cannot be asked does not answer. */
export async function searchRouters(search: RouterSearch): Promise<readonly RouterAnswer[]> {
  const { clock, group, signal } = search
  const segments = askedSegments(search.interfaces)
  const own = new Set(segments.map(({ address }) => address))
  const answers = new Map<string, RouterAnswer>()
  /** Those that speak from the address of their network. Sending from any other would bind it to all of them. */
  const bound: Socket[] = []
  const sockets = segments.map((segment) => {
    const socket = createSocket('udp4')
    socket.on('message', (bytes, { address }) => {
      const location = locationIn(bytes, address)
      if (location === undefined || !segment.has(address) || own.has(address)) return
      if (!answers.has(address) && answers.size < maxRouters) answers.set(address, { location, segment })
    })
    // Others may be asked all the same.
    socket.on('error', () => undefined)
    socket.bind(0, segment.address, () => {
      try {
        socket.setMulticastInterface(segment.address)
        socket.setMulticastTTL(hops)
      } catch {
        // The address is gone again.
        return
      }
      bound.push(socket)
      ask(socket, group)
    })
    return socket
  })
  using _again = clock.after(askAgainMs, () => {
    for (const socket of bound) ask(socket, group)
  })
  const over = Promise.withResolvers<void>()
  const end = () => over.resolve()
  using _end = clock.after(searchMs, end)
  signal.addEventListener('abort', end)
  if (signal.aborted) end()
  await over.promise
  signal.removeEventListener('abort', end)
  for (const socket of sockets) socket.close()
  return [...answers.values()]
}

function ask(socket: Socket, group: HostPort): void {
  for (const kind of kinds) {
    const lines = [
      'M-SEARCH * HTTP/1.1',
      `HOST: ${ssdpGroup.host}:${ssdpGroup.port}`,
      'MAN: "ssdp:discover"',
      `MX: ${answerWithinSeconds}`,
      `ST: ${kind}`,
    ]
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, group.port, group.host, () => undefined)
  }
}

/** Where an answer says that more is to be read, if that is at its sender. */
export function locationIn(answer: Buffer, sender: string): URL | undefined {
  if (answer.length > maxAnswerBytes) return undefined
  const text = answer.toString('latin1')
  if (!/^HTTP\/1\.[01] 200\b/.test(text) || !/InternetGatewayDevice/.test(text)) return undefined
  const location = /^location:\s*(\S+)\s*$/im.exec(text)?.[1]
  const url = location === undefined ? null : URL.parse(location)
  return url?.protocol === 'http:' && url.hostname === sender ? url : undefined
}
