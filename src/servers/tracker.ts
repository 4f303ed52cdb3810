/**
 * A tracker of one's own: the same swarms over HTTP and UDP, on one port. Remembers nothing across a restart: peers announce themselves anew within
 * minutes. Owns the sockets.
 */
import type { AddressInfo } from 'node:net'
import { isSyncError } from '../core/errors.ts'
import { formatHostPort, type HostPort } from '../net/address.ts'
import { listenError } from '../net/listen.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { createHttpTracker } from './http-tracker.ts'
import { createTrackerDesk } from './tracker-desk.ts'
import { createUdpTracker } from './udp-tracker.ts'

/** The port of most trackers, and of the programs that run them unless told otherwise. */
const usualPort = 6969
/** How often a port the system chose for HTTP may turn out to be taken for UDP. */
const maxTries = 10

export interface TrackerOptions {
  /** All addresses of the machine at port 6969 when left out. Port 0 lets the system choose. */
  readonly address: HostPort | undefined
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
}

export interface Tracker extends AsyncDisposable {
  /** Where it listens, with the port the system chose when 0 was asked for. */
  readonly address: HostPort
  readonly swarmCount: number
  readonly peerCount: number
}

/** Throws `port-in-use` or `listen-failed`. */
export async function openTracker(options: TrackerOptions): Promise<Tracker> {
  if (options.address !== undefined) return openAt(options.address, options, 1)
  try {
    return await openAt({ host: '::', port: usualPort }, options, 1)
  } catch (thrown) {
    // A machine without IPv6.
    if (!isSyncError(thrown, 'listen-failed')) throw thrown
    return openAt({ host: '0.0.0.0', port: usualPort }, options, 1)
  }
}

async function openAt(address: HostPort, options: TrackerOptions, tries: number): Promise<Tracker> {
  const { clock, chance, log } = options
  await using opened = new AsyncDisposableStack()
  const desk = opened.use(createTrackerDesk(clock, chance))
  const http = createHttpTracker(desk)
  await listening(http, address, () => http.listen(address.port, address.host))
  opened.defer(() => {
    http.close()
    http.closeAllConnections()
  })
  const bound = http.address() as AddressInfo
  const udp = createUdpTracker(bound.address, desk, clock, chance)
  const both = { host: bound.address, port: bound.port }
  try {
    await listening(udp, both, () => udp.bind(bound.port, bound.address))
  } catch (thrown) {
    udp.close()
    const isUnlucky = address.port === 0 && tries < maxTries && isSyncError(thrown, 'port-in-use')
    if (!isUnlucky) throw thrown
    await opened[Symbol.asyncDispose]()
    return openAt(address, options, tries + 1)
  }
  opened.defer(() => void udp.close())
  http.on('error', (error) => log.warn({ error }, 'a connection could not be accepted'))
  udp.on('error', (error) => log.warn({ error }, 'a packet could not be received'))
  const open = opened.move()
  return {
    address: both,
    get swarmCount() {
      return desk.swarmCount
    },
    get peerCount() {
      return desk.peerCount
    },
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

interface Listening {
  once(event: 'listening', listener: () => void): unknown
  once(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
  off(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

async function listening(server: Listening, address: HostPort, listen: () => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const onError = (error: NodeJS.ErrnoException) => reject(listenError(error, formatHostPort(address)))
  server.once('listening', resolve)
  server.once('error', onError)
  listen()
  await promise
  server.off('error', onError)
}
