/**
 * Lets the device be seen where computers list what is in their network (SSDP), by node-ssdp: one server for each segment, with the address it has
 * there. Follows interfaces that come and go. Sends nothing while it is switched off.
 */
import type { Server, ServerOptions } from 'node-ssdp'
import { type Interfaces, type Segment, segmentsOf } from '../net/lan-segments.ts'
import { ownInterfaces } from '../net/own-interfaces.ts'
import type { Clock, Log } from '../ports.ts'
import { descriptionPath, deviceType } from './device-description.ts'
import { SsdpSocket } from './ssdp-socket.ts'

/** Others forget the device after half an hour, so one lost advertisement does no harm. */
const advertiseEveryMs = 10 * 60_000
/** The library advertises three seconds after its start, once; of the first advertisements one may get lost. */
const advertiseAgainMs = 6_000
const lookEveryMs = 30_000
/** A goodbye needs as long to leave; sockets that are closed at once take it with them. */
const goodbyeMs = 250

export interface AdvertiseNeeds {
  readonly clock: Clock
  readonly log: Log
  /** As `uniqueName` gives it. */
  readonly udn: string
  readonly version: string
  /** Where the web interface is; undefined while the device is not to be seen. */
  reachable(): { readonly scheme: 'http' | 'https'; readonly host: string; readonly port: number } | undefined
  readonly interfaces?: () => Interfaces
}

export interface Advertising extends AsyncDisposable {
  /** Whether it is to be seen, and where, may be other than before. */
  reconsider(): void
}

interface Running {
  readonly server: Server
  readonly timer: Disposable
}

export function createAdvertising(needs: AdvertiseNeeds): Advertising {
  const { clock, log, interfaces = ownInterfaces } = needs
  const running = new Map<string, Running>()
  let timer: Disposable | undefined
  let work = Promise.resolve()
  let isOver = false

  /** What is to be served: each segment with the address of the page there. */
  function wanted(): Map<string, Segment> {
    const web = needs.reachable()
    if (web === undefined || isOver) return new Map()
    return new Map(
      segmentsOf(interfaces())
        .filter(({ family, address }) => family === 'IPv4' && !address.startsWith('127.'))
        // A web interface at one address is nowhere else.
        .filter(({ address }) => web.host === '0.0.0.0' || web.host === '::' || web.host === address)
        .map((segment) => [`${segment.key} ${web.scheme} ${web.port}`, segment]),
    )
  }

  async function start(key: string, segment: Segment): Promise<void> {
    const { scheme, port } = needs.reachable()!
    const server = await makeServer({
      location: { protocol: `${scheme}://`, port, path: descriptionPath },
      ...{ udn: needs.udn, adInterval: advertiseEveryMs },
      ssdpSig: `Linux UPnP/1.1 Berrysync/${needs.version}`,
      // What the library writes into its own log.
      customLogger: () => undefined,
    })
    const socket = new SsdpSocket({ clock, log, segment })
    server.sockets = { [segment.address]: socket }
    server.addUSN('upnp:rootdevice')
    server.addUSN(deviceType)
    const broken = Promise.withResolvers<'broken'>()
    socket.once('broken', () => broken.resolve('broken'))
    const timer = clock.after(advertiseAgainMs, () => server.advertise())
    running.set(key, { server, timer })
    const how = await Promise.race([server.start(), broken.promise])
    // The next look tries again.
    void broken.promise.then(() => {
      forget(key)
      if (how === 'broken') socket.close()
      else server.stop()
    })
    if (how !== 'broken')
      log.debug({ interface: segment.interface, address: segment.address }, 'the device can be seen by SSDP')
  }

  function forget(key: string): Running | undefined {
    const found = running.get(key)
    found?.timer[Symbol.dispose]()
    running.delete(key)
    return found
  }

  async function stop(keys: readonly string[]): Promise<void> {
    const servers = keys.flatMap((key) => forget(key)?.server ?? [])
    if (servers.length === 0) return
    for (const server of servers) server.advertise(false)
    const { promise, resolve } = Promise.withResolvers<void>()
    clock.after(goodbyeMs, resolve)
    await promise
    for (const server of servers) server.stop()
  }

  async function look(): Promise<void> {
    const all = wanted()
    await stop([...running.keys()].filter((key) => !all.has(key)))
    for (const [key, segment] of all) if (!running.has(key)) await start(key, segment)
  }

  function reconsider(): void {
    work = work.then(look).catch((error) => log.warn({ error }, 'the device cannot be seen by SSDP now'))
  }

  function lookOften(): void {
    reconsider()
    timer = clock.after(lookEveryMs, lookOften)
  }
  lookOften()

  return {
    reconsider,
    async [Symbol.asyncDispose]() {
      timer?.[Symbol.dispose]()
      isOver = true
      reconsider()
      await work
    },
  }
}

/** Sockets that are there when it starts are used instead of its own. */
type ServerWithSockets = Server & { sockets: Readonly<Record<string, SsdpSocket>> }

async function makeServer(options: ServerOptions): Promise<ServerWithSockets> {
  const { default: ssdp } = await import('node-ssdp')
  return new ssdp.Server(options) as ServerWithSockets
}
