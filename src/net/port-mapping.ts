/**
 * Keeps a port of the router forwarded to this device while that is wanted: asks for it, asks again in time, looks for another router or takes
 * another port when things change, and takes it back at the end. Sends nothing while it is not wanted. What the router says is not
 * checked; see `port-check` for what it is worth.
 */
import { reasonOf } from '../core/errors.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { type HostPort, scopeOf } from './address.ts'
import type { Interfaces } from './lan-segments.ts'
import { ownInterfaces } from './own-interfaces.ts'
import { type RetryLimits, retryDelayMs } from './retry-delay.ts'
import type { SearchResult } from './search.ts'
import { openRouter, type Refusal, type RouterConnection, upnpErrors } from './upnp.ts'
import { askedSegments, searchRouters, ssdpGroup } from './upnp-search.ts'

/** Short, because a router that was restarted has forgotten it, and nobody tells: it is asked again after half of it. */
const leaseSeconds = 1_200
export const renewAfterMs = (leaseSeconds / 2) * 1000
/** A router that comes back takes minutes; where none forwards ports, few packets are lost in asking for one that does. */
const retryLimits: RetryLimits = { firstMs: 15_000, lastMs: 1_800_000 }
/** How soon another network is noticed. A look takes about 50 µs. */
const lookEveryMs = 30_000
/** Other ports that are tried when one is taken. */
const maxPortsTried = 8
/** A daemon that ends does not wait longer for a router: the mapping ends by itself. */
export const endLimitMs = 5_000
/** Ports below are for the system. */
const lowestPort = 1_024

/** What the router lets in for this device. The host is missing while the router has no public address, or does not say. */
export interface ExternalAddress {
  readonly host?: string
  readonly port: number
}

export interface PortMappingOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  /** The TCP port this device listens at. Asked anew each time. */
  readonly port: () => number
  /** What `external` gives has changed. */
  readonly onChange: (external: ExternalAddress | undefined) => void
  /** Default: those of this machine. */
  readonly interfaces?: () => Interfaces
  /** Where routers are asked for. Default: where UPnP says. */
  readonly group?: HostPort
}

/** Disposing takes the mapping back, within seconds or not at all. */
export interface PortMapping extends AsyncDisposable {
  setWanted(isOn: boolean): void
  external(): ExternalAddress | undefined
  /** What came of it: one for each router that was asked; empty while it is not wanted. */
  results(): readonly SearchResult[]
}

/** A mapping that stands, as far as is known. */
interface Held {
  readonly connection: RouterConnection
  readonly externalPort: number
  readonly internalPort: number
  /** The networks of this device when it was made. */
  readonly networks: string
}

/** What came of asking. */
interface Outcome {
  readonly held?: Held
  readonly external?: ExternalAddress
  readonly rows: readonly SearchResult[]
}

export function createPortMapping(options: PortMappingOptions): PortMapping {
  const { clock, chance, log, port, onChange, group = ssdpGroup, interfaces = ownInterfaces } = options
  let stop: AbortController | undefined
  let running: Promise<void> = Promise.resolve()
  let shown: Outcome = { rows: [] }

  function show(next: Outcome): void {
    const before = shown
    shown = next
    for (const { at, message } of next.rows)
      if (!before.rows.some((row) => row.at === at && row.message === message)) log.info({ at }, message)
    const { external } = next
    if (external?.host !== before.external?.host || external?.port !== before.external?.port)
      onChange(external)
  }

  function row(at: string, state: SearchResult['state'], message: string): SearchResult {
    return { at, state, message, found: 0, atMs: clock.now() }
  }

  function networksNow(): string {
    return askedSegments(interfaces())
      .map(({ key }) => key)
      .join()
  }

  function isMoved({ networks, internalPort }: Held): boolean {
    return networks !== networksNow() || internalPort !== port()
  }

  /** One time of being wanted, from beginning to end. */
  async function keep(signal: AbortSignal): Promise<void> {
    let held: Held | undefined
    /** Held now or before: its port is asked for first. */
    let last: Held | undefined
    let failures = 0
    while (!signal.aborted) {
      if (held !== undefined && isMoved(held)) {
        await takeBack(held)
        held = undefined
      }
      const outcome = (held && (await renew(held, signal))) ?? (await mapAnew(last, signal))
      held = outcome.held
      last = held ?? last
      failures = held === undefined ? failures + 1 : 0
      if (signal.aborted) break
      show(outcome)
      await rest(held === undefined ? retryDelayMs(failures, retryLimits, chance) : renewAfterMs, signal)
    }
    if (held !== undefined) await takeBack(held)
  }

  /** Asks the router once more for what stands. Undefined when it does not do it, which leaves nothing to take back. */
  async function renew(held: Held, signal: AbortSignal): Promise<Outcome | undefined> {
    const { connection, internalPort, externalPort } = held
    const { refusal } = await addMapping(connection, internalPort, [externalPort], signal).catch(unanswered)
    return refusal === undefined ? outcomeOf(held, signal) : undefined
  }

  async function mapAnew(last: Held | undefined, signal: AbortSignal): Promise<Outcome> {
    const networks = networksNow()
    const internalPort = port()
    const ports = portsToTry(last?.internalPort === internalPort ? last.externalPort : internalPort)
    const routers = await searchRouters({ clock, interfaces: interfaces(), group, signal })
    const rows: SearchResult[] = []
    for (const router of routers) {
      if (signal.aborted) return { rows }
      const at = router.location.hostname
      let message = ''
      try {
        for (const connection of await openRouter(clock, router, signal)) {
          if (signal.aborted) return { rows }
          const { externalPort, refusal } = await addMapping(connection, internalPort, ports, signal)
          if (refusal === undefined)
            return outcomeOf({ connection, externalPort, internalPort, networks }, signal)
          if (signal.aborted) return { rows }
          message = await refusedText(connection, refusal)
        }
      } catch (error) {
        message = `the router (${at}, UPnP) cannot be asked: ${reasonOf(error)}`
      }
      rows.push(row(at, 'failed', message))
    }
    if (rows.length > 0) return { rows }
    return { rows: [row('UPnP', 'failed', 'no router answered: it cannot forward ports, or is set not to')] }
  }

  function portsToTry(first: number): number[] {
    const others = Array.from({ length: maxPortsTried }, () =>
      Math.floor(lowestPort + chance.fraction() * (65_536 - lowestPort)),
    )
    return [first, ...others]
  }

  /** Asks for one port after another as long as they are taken. */
  async function addMapping(
    connection: RouterConnection,
    internalPort: number,
    ports: readonly number[],
    signal: AbortSignal,
  ): Promise<{ readonly externalPort: number; readonly refusal: Refusal }> {
    let refusal: Refusal
    let externalPort = 0
    for (externalPort of ports) {
      const mapping = { externalPort, internalPort, leaseSeconds }
      refusal = await connection.addMapping(mapping)
      if (refusal?.code === upnpErrors.onlyPermanent && !signal.aborted)
        refusal = await connection.addMapping({ ...mapping, leaseSeconds: 0 })
      if (refusal?.code !== upnpErrors.portTaken || signal.aborted) break
    }
    return { externalPort, refusal }
  }

  /** Of a mapping that was just made or renewed: what it leads to. */
  async function outcomeOf(held: Held, signal: AbortSignal): Promise<Outcome> {
    if (signal.aborted) return { held, rows: [] }
    const { connection, externalPort } = held
    const address = await connection.externalAddress().catch(() => undefined)
    const mapped = `the router (${connection.router}, UPnP) forwards port ${externalPort} to this device`
    if (address !== undefined && scopeOf(address) !== 'public') {
      const rows = [row(connection.router, 'failed', `${mapped}, but ${notPublicText(address)}`)]
      return { held, external: { port: externalPort }, rows }
    }
    const rows = [row(connection.router, 'working', mapped)]
    return { held, external: { ...(address && { host: address }), port: externalPort }, rows }
  }

  async function refusedText(connection: RouterConnection, refusal: Refusal): Promise<string> {
    const said = `the router (${connection.router}, UPnP) refused: ${refusal!.reason || `error ${refusal!.code}`}`
    let address: string | undefined
    try {
      address = await connection.externalAddress()
    } catch {
      return said
    }
    if (address === undefined)
      return `${said}; it has no public address, or is offline: there may be another NAT in front of it`
    return scopeOf(address) === 'public' ? said : `${said}; ${notPublicText(address)}`
  }

  async function takeBack({ connection, externalPort }: Held): Promise<void> {
    try {
      await connection.removeMapping(externalPort)
    } catch (error) {
      log.debug(
        { router: connection.router, port: externalPort, reason: reasonOf(error) },
        'a port mapping could not be taken back and ends by itself',
      )
    }
  }

  /** Waits so long, or until the device has another network or port. */
  async function rest(durationMs: number, signal: AbortSignal): Promise<void> {
    const state = () => `${networksNow()} ${port()}`
    const before = state()
    const endMs = clock.monotonicMs() + durationMs
    while (!signal.aborted && state() === before) {
      const leftMs = endMs - clock.monotonicMs()
      if (leftMs <= 0) return
      await pause(Math.min(leftMs, lookEveryMs), signal)
    }
  }

  async function pause(durationMs: number, signal: AbortSignal): Promise<void> {
    const over = Promise.withResolvers<void>()
    const end = () => over.resolve()
    using _timer = clock.after(durationMs, end)
    signal.addEventListener('abort', end)
    await over.promise
    signal.removeEventListener('abort', end)
  }

  function setWanted(isOn: boolean): void {
    if (isOn === (stop !== undefined)) return
    stop?.abort()
    stop = isOn ? new AbortController() : undefined
    if (stop === undefined) {
      show({ rows: [] })
      return
    }
    show({ rows: [row('UPnP', 'waiting', 'looking for a router that forwards ports')] })
    const { signal } = stop
    // The one before takes back what this one may ask for.
    running = running.then(() => keep(signal))
  }

  return {
    setWanted,
    external: () => shown.external,
    results: () => shown.rows,
    async [Symbol.asyncDispose]() {
      setWanted(false)
      const tooLong = Promise.withResolvers<void>()
      using _limit = clock.after(endLimitMs, tooLong.resolve)
      await Promise.race([running, tooLong.promise])
    },
  }
}

/** No answer is a refusal of its own: whether it was done is not known. */
function unanswered(): { readonly refusal: Refusal } {
  return { refusal: { code: 0, reason: 'no answer' } }
}

function notPublicText(address: string): string {
  return `the router's own address ${address} is not public: there is another NAT in front of it`
}
