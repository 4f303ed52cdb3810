/**
 * Counts the bytes of all links, and how many of them pass in a second: over all, about each folder, with each peer. Adds a link when it opens
 * and keeps its sum when it closes. Looks once a second, and only while there are links, so that an idle daemon sleeps.
 */
import type { DeviceId, FolderId } from './core/ids.ts'
import { createSpeed, flowBytesPerSecond, type Speed, sampleEveryMs } from './core/speed.ts'
import type { Clock, Link } from './ports.ts'

export interface Speeds {
  readonly receivedPerSecond: number
  readonly sentPerSecond: number
}

export interface Traffic extends Speeds {
  readonly received: number
  readonly sent: number
}

/** Of the links about one folder. */
export interface FolderSpeeds extends Speeds {
  readonly byPeer: ReadonlyMap<DeviceId, Speeds>
}

/** What passed over all links from one look to the next. */
export interface Passed {
  /** Monotonic. */
  readonly fromMs: number
  readonly toMs: number
  readonly received: number
  readonly sent: number
  /** More than what keeps links open, now or a moment ago: speeds are others than at the last look. */
  readonly isFlowing: boolean
}

export interface TrafficMeter {
  add(link: Link): void
  read(): Traffic
  speedsOf(folder: FolderId): FolderSpeeds
  /** Is told at each look what passed since the one before. */
  listen(listener: (passed: Passed) => void): Disposable
}

/** Looks after which a flow that has ended is no part of any speed. */
const ebbLooks = 6

interface Sums {
  readonly received: number
  readonly sent: number
}

/** Of both directions. */
interface Gauge {
  note(nowMs: number, sums: Sums): void
  read(nowMs: number, sums: Sums): Speeds
}

export function createTrafficMeter(clock: Clock): TrafficMeter {
  const all = createGauge()
  const gauges = new Map<Link, Gauge>()
  const linksByFolder = new Map<FolderId, Set<Link>>()
  const listeners = new Set<(passed: Passed) => void>()
  let closed: Sums = { received: 0, sent: 0 }
  let looksSinceFlow = ebbLooks
  /** While there are links. */
  let before: (Sums & { readonly atMs: number }) | undefined

  function sumOfAll(): Sums {
    return [...gauges.keys()].map(sumsOf).reduce(add, closed)
  }

  function look(): void {
    const atMs = clock.monotonicMs()
    const now = sumOfAll()
    all.note(atMs, now)
    for (const [link, gauge] of gauges) gauge.note(atMs, sumsOf(link))
    if (before !== undefined) {
      const passed = { received: now.received - before.received, sent: now.sent - before.sent }
      looksSinceFlow = passed.received + passed.sent >= flowBytesPerSecond ? 0 : looksSinceFlow + 1
      const isFlowing = looksSinceFlow <= ebbLooks
      for (const listener of listeners) listener({ fromMs: before.atMs, toMs: atMs, ...passed, isFlowing })
    }
    before = gauges.size > 0 ? { ...now, atMs } : undefined
    if (before !== undefined) clock.after(sampleEveryMs, look)
  }

  return {
    add(link) {
      const gauge = createGauge()
      gauges.set(link, gauge)
      const links = linksByFolder.get(link.folderId) ?? new Set()
      linksByFolder.set(link.folderId, links.add(link))
      if (before === undefined) look()
      else gauge.note(clock.monotonicMs(), sumsOf(link))
      void link.closed.then(() => {
        gauges.delete(link)
        links.delete(link)
        if (links.size === 0 && linksByFolder.get(link.folderId) === links)
          linksByFolder.delete(link.folderId)
        closed = add(closed, sumsOf(link))
      })
    },
    read() {
      const sums = sumOfAll()
      return { ...sums, ...all.read(clock.monotonicMs(), sums) }
    },
    speedsOf(folder) {
      const nowMs = clock.monotonicMs()
      const byPeer = new Map<DeviceId, Speeds>()
      for (const link of linksByFolder.get(folder) ?? []) {
        const speeds = gauges.get(link)!.read(nowMs, sumsOf(link))
        byPeer.set(link.peer, addSpeeds(byPeer.get(link.peer) ?? noSpeeds, speeds))
      }
      return { ...[...byPeer.values()].reduce(addSpeeds, noSpeeds), byPeer }
    },
    listen(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}

export const noSpeeds: Speeds = { receivedPerSecond: 0, sentPerSecond: 0 }

function createGauge(): Gauge {
  const [received, sent]: readonly [Speed, Speed] = [createSpeed(), createSpeed()]
  return {
    note(nowMs, sums) {
      received.note(nowMs, sums.received)
      sent.note(nowMs, sums.sent)
    },
    read: (nowMs, sums) => ({
      receivedPerSecond: received.perSecond(nowMs, sums.received),
      sentPerSecond: sent.perSecond(nowMs, sums.sent),
    }),
  }
}

function sumsOf({ traffic }: Link): Sums {
  return { received: traffic.receivedBytes, sent: traffic.sentBytes }
}

function add(one: Sums, other: Sums): Sums {
  return { received: one.received + other.received, sent: one.sent + other.sent }
}

function addSpeeds(one: Speeds, other: Speeds): Speeds {
  return {
    receivedPerSecond: one.receivedPerSecond + other.receivedPerSecond,
    sentPerSecond: one.sentPerSecond + other.sentPerSecond,
  }
}
