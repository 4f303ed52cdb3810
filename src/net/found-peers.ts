/**
 * The ways to peers of one folder that were found, not typed in: which of them is tried, when, how many at a time, and when one is forgotten. What
 * searches tell is unproven and may be hostile, so it is bounded in number, and a way that never works is left alone. How a way is gone is its own
 * matter.
 */
import { type ErrorCode, isSyncError, SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Chance, Clock, Link, Log } from '../ports.ts'
import { type DialFailure, failureOf, returnLimits, steadyAfterMs } from './dial-target.ts'
import { networkReason } from './network-reason.ts'
import { type RetryLimits, retryDelayMs } from './retry-delay.ts'

/** Ways that are remembered. A search tells some dozens at a time; who floods pushes out what never worked, not what did. */
export const maxWays = 200
/** Ways of one folder that are tried at a time; and of near ones, or others, while there are both: neither may take all turns of the other. */
const maxAttempts = 4
const maxAttemptsOfAKind = 3
/** What searches tell is mostly old. */
const retryLimits: RetryLimits = { firstMs: 5_000, lastMs: 600_000 }
/** Who says on the local network that it is here, is; but not more often than this. */
const heardRetryMs = 5_000
/** A way that failed as often, and is not told any more, is forgotten. */
const maxFailures = 8
/** A relay is asked only for those that no way led to directly by then. */
const relayAfterMs = 10_000

/** By what peers are found; each is the name of a switch of a folder. */
export const foundBy = ['lan', 'tracker', 'dht', 'relay'] as const
export type FoundBy = (typeof foundBy)[number]

const distances: Readonly<Record<FoundBy, number>> = { lan: 0, tracker: 1, dht: 1, relay: 2 }

/** A way to a peer. */
export interface Way {
  /** Names it, for people, and tells it from others: an address, or a member at a relay. */
  readonly at: string
  readonly by: FoundBy
  /** Whether it is known to lead to this device without being gone; only a relay tells that. */
  readonly isTo: (device: DeviceId) => boolean
  /** Throws a `SyncError`; `closing` when the signal ended it. */
  readonly go: (signal: AbortSignal) => Promise<Link>
}

/** What came of a way, for people. */
export interface WayResult {
  readonly at: string
  readonly by: FoundBy
  readonly state: 'connected' | 'trying' | 'waiting'
  readonly lastResult: DialFailure | undefined
  /** When one of the two last changed, wall clock. */
  readonly atMs: number
  readonly nextInMs: number | undefined
}

export interface FoundPeersOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  /** Links of this folder, whoever made them. */
  readonly links: () => readonly Link[]
  /** Links there should be before ways that are not near are left alone. */
  readonly wantedLinks: () => number
  /** Links there may be. */
  readonly maxLinks: () => number
  /** Takes one of the attempts that all folders share, of those for near ways if that is said; undefined while there is none. */
  readonly takeSlot: (isNear: boolean) => Disposable | undefined
  readonly onLink: (link: Link) => void
}

export interface FoundPeers extends AsyncDisposable {
  /** Ways one search has told. */
  offer(ways: readonly Way[]): void
  /** As `offer`, for a search that tells all it knows: what it does not tell any more is not tried any more. */
  replace(by: FoundBy, ways: readonly Way[]): void
  /** Forgets what only these found, and does not try it any more. Links stay. */
  keepOnly(by: ReadonlySet<FoundBy>): void
  /** Links came or went, or a slot is free: looks again at what to do. */
  look(): void
  results(): readonly WayResult[]
}

interface Entry {
  /** As the search that is to be believed most has told it. */
  way: Way
  readonly by: Set<FoundBy>
  /** Calls off the try that is under way. */
  stop: AbortController
  state: 'waiting' | 'trying' | 'connected'
  failures: number
  nextMs: number
  /** Who was met there last. */
  peer: DeviceId | undefined
  lastResult: WayResult['lastResult']
  atMs: number
}

export function createFoundPeers(options: FoundPeersOptions): FoundPeers {
  const { clock, chance, log, links } = options
  const entries = new Map<string, Entry>()
  const underway = new Map<Entry, Promise<void>>()
  let isOver = false
  let timer: Disposable | undefined

  function offer(ways: readonly Way[]): void {
    for (const way of ways) {
      const known = entries.get(way.at)
      if (known !== undefined) hearAgain(known, way)
      else if (makeRoomFor(way)) entries.set(way.at, newEntry(way))
    }
    look()
  }

  function newEntry(way: Way): Entry {
    const nextMs = clock.monotonicMs() + (way.by === 'relay' ? relayAfterMs : 0)
    const rest = { failures: 0, nextMs, peer: undefined, lastResult: undefined, atMs: clock.now() }
    return { way, by: new Set([way.by]), stop: new AbortController(), state: 'waiting', ...rest }
  }

  function hearAgain(entry: Entry, way: Way): void {
    entry.by.add(way.by)
    // What was found nearby is near, whoever tells of it as well.
    if (distances[way.by] <= distances[entry.way.by]) entry.way = way
    if (way.by !== 'lan' || entry.state !== 'waiting') return
    entry.nextMs = Math.min(entry.nextMs, clock.monotonicMs() + heardRetryMs)
  }

  /** The one that failed most goes, or for a nearer one the farthest that nobody has tried. False while there is none. */
  function makeRoomFor({ by }: Way): boolean {
    if (entries.size < maxWays) return true
    const [worst] = [...entries.values()]
      .filter(({ state, peer }) => state === 'waiting' && peer === undefined)
      .filter(({ way, failures }) => failures > 0 || distances[way.by] > distances[by])
      .sort((a, b) => b.failures - a.failures || distances[b.way.by] - distances[a.way.by])
    return worst !== undefined && entries.delete(worst.way.at)
  }

  /** A way through a relay is of no use to who is linked in any way, another one only to who is linked directly. */
  function isHeld({ way, peer }: Entry, present: readonly Link[]): boolean {
    return present.some(
      (link) => (link.peer === peer || way.isTo(link.peer)) && (way.by === 'relay' || link.via === 'direct'),
    )
  }

  /** A try under way counts as what it may become. For a direct way relayed links count for nothing. */
  function isWanted({ way }: Entry, present: readonly Link[]): boolean {
    const counted = present.filter(({ via }) => via === 'direct' || way.by === 'relay')
    const room = (way.by === 'lan' ? options.maxLinks() : options.wantedLinks()) - underway.size
    return counted.length < room
  }

  function look(): void {
    timer?.[Symbol.dispose]()
    if (isOver) return
    const nowMs = clock.monotonicMs()
    const present = links()
    const idle = [...entries.values()].filter((entry) => entry.state === 'waiting' && !isHeld(entry, present))
    const due = idle.filter(({ nextMs }) => nextMs <= nowMs).sort(compareEntries)
    const areBoth = due.some(isNear) && !due.every(isNear)
    for (const entry of due) {
      if (underway.size >= maxAttempts) return
      if ((areBoth && isKindBusy(isNear(entry))) || !isWanted(entry, present)) continue
      const slot = options.takeSlot(isNear(entry))
      if (slot !== undefined) start(entry, slot)
    }
    const next = Math.min(...idle.map(({ nextMs }) => nextMs).filter((atMs) => atMs > nowMs))
    if (next !== Number.POSITIVE_INFINITY) timer = clock.after(next - nowMs, look)
  }

  function isKindBusy(near: boolean): boolean {
    return [...underway.keys()].filter((entry) => isNear(entry) === near).length >= maxAttemptsOfAKind
  }

  function start(entry: Entry, slot: Disposable): void {
    entry.stop = new AbortController()
    become(entry, 'trying')
    const attempt = entry.way
      .go(entry.stop.signal)
      .then(
        (link) => reached(entry, link),
        (error: unknown) => failed(entry, error),
      )
      .finally(() => {
        underway.delete(entry)
        slot[Symbol.dispose]()
        look()
      })
    underway.set(entry, attempt)
  }

  /** A link there is stays. */
  function forget(entry: Entry): void {
    entries.delete(entry.way.at)
    entry.stop.abort()
  }

  function become(entry: Entry, state: Entry['state'], error?: SyncError): void {
    entry.state = state
    entry.atMs = clock.now()
    if (error !== undefined) entry.lastResult = failureOf(error)
  }

  function reached(entry: Entry, link: Link): void {
    // Its search was switched off meanwhile.
    if (entry.stop.signal.aborted) return link.close('folder-closed')
    const sinceMs = clock.monotonicMs()
    entry.peer = link.peer
    become(entry, 'connected')
    log.info({ peer: link.peer, at: entry.way.at, by: entry.way.by }, 'reached a peer')
    options.onLink(link)
    void link.closed.then((error) => {
      const isSteady = clock.monotonicMs() - sinceMs >= steadyAfterMs && error.code !== 'peer-stalled'
      entry.failures = isSteady ? 0 : entry.failures + 1
      become(entry, 'waiting', error)
      entry.nextMs = clock.monotonicMs() + delayAfterLinkMs(entry, error.code)
      look()
    })
  }

  function failed(entry: Entry, thrown: unknown): void {
    if (isSyncError(thrown, 'closing')) return become(entry, 'waiting')
    const error = isSyncError(thrown)
      ? thrown
      : new SyncError('unreachable', { address: entry.way.at, ...networkReason(thrown) }, { cause: thrown })
    become(entry, 'waiting', error)
    entry.failures += 1
    entry.nextMs = clock.monotonicMs() + retryDelayMs(entry.failures, retryLimits, chance)
    // This device itself is told by every search that works.
    if (error.code === 'peer-self') entry.nextMs = Number.POSITIVE_INFINITY
    else if (entry.failures >= maxFailures) entries.delete(entry.way.at)
    log.debug({ at: entry.way.at, by: entry.way.by, reason: error.message }, 'a peer was not reached')
  }

  /**
   * Who was sent away after a while, because others need the place, lacks nothing of that peer. A way on which a link stalled may swallow what
   * is large: until it is tried again a relay has time to carry all there is.
   */
  function delayAfterLinkMs({ failures }: Entry, code: ErrorCode): number {
    if (code === 'peer-stalled') return retryDelayMs(1, returnLimits, chance)
    if (failures > 0) return retryDelayMs(failures, retryLimits, chance)
    return code === 'peer-full' ? retryDelayMs(1, returnLimits, chance) : 0
  }

  return {
    offer,
    replace(by, ways) {
      const told = new Set(ways.map(({ at }) => at))
      for (const entry of entries.values())
        if (entry.way.by === by && entry.state === 'waiting' && !told.has(entry.way.at)) forget(entry)
      offer(ways)
    },
    keepOnly(by) {
      for (const entry of entries.values()) {
        for (const each of entry.by) if (!by.has(each)) entry.by.delete(each)
        if (entry.by.size === 0) forget(entry)
      }
      look()
    },
    look,
    results() {
      const present = links()
      return [...entries.values()].map((entry) => {
        const isConnected = entry.state === 'connected' || isHeld(entry, present)
        const { way, lastResult, atMs, nextMs } = entry
        return {
          ...{ at: way.at, by: way.by, lastResult, atMs },
          state: isConnected ? 'connected' : entry.state === 'trying' ? 'trying' : 'waiting',
          nextInMs:
            isConnected || nextMs === Number.POSITIVE_INFINITY
              ? undefined
              : Math.max(0, nextMs - clock.monotonicMs()),
        }
      })
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      timer?.[Symbol.dispose]()
      for (const { stop } of entries.values()) stop.abort()
      await Promise.all(underway.values())
    },
  }
}

/** Near ones first, relays last, then those that failed least, then those left alone longest. */
function compareEntries(a: Entry, b: Entry): number {
  return distances[a.way.by] - distances[b.way.by] || a.failures - b.failures || a.atMs - b.atMs
}

function isNear({ way }: Entry): boolean {
  return way.by === 'lan'
}
