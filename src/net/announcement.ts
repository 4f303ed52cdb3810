/**
 * This device under one topic of one day at one tracker: when it is announced, what came of it, and the goodbye. Asks through a function it is
 * given, and knows nothing of protocols.
 */
import type { Chance, Clock } from '../ports.ts'
import type { Announce } from '../wire/udp-tracker.ts'
import { networkReason } from './network-reason.ts'
import { type RetryLimits, retryDelayMs } from './retry-delay.ts'
import { type SearchResult, told } from './search.ts'
import type { Announced } from './tracker-announce.ts'
import { maxAddressesTold } from './tracker-answer.ts'

/** Trackers say when they want to be asked again, and lie. Not more often than once a minute, and once an hour to be found at all. */
const shortestIntervalMs = 60_000
const longestIntervalMs = 3_600_000
/** For a tracker that does not say. */
const usualIntervalMs = 1_800_000
/** A tracker that comes back is found within half an hour. */
const retryLimits: RetryLimits = { firstMs: 5_000, lastMs: 1_800_000 }
/** Between two questions, when what there is to tell has changed: a port that flaps must not become a stream of packets. */
const shortestPauseMs = 10_000
/** For saying goodbye. Trackers forget by themselves who does not come back, so it is not worth holding up the end of the daemon. */
const farewellLimitMs = 2_000
/**
 * Bytes said to be lacking. Never none: trackers tell those who have everything nothing of each other, and peers of a folder that is up to
 * date need each other all the same. For the same reason `completed` is never said.
 */
const left = 1

/**
 * Whoever has few peers asks again after this, and then after twice as long each time, up to what the tracker wants. Whoever comes first and cannot be dialled
 * would be alone for half an hour otherwise, and in a large folder some always would (docs/mesh.md).
 */
const soonMs = 300_000

export type Ask = (announce: Announce, signal: AbortSignal) => Promise<Announced>

export interface AnnouncementOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly port: () => number
  /** The written form of the tracker's address. */
  readonly tracker: string
  /** 20 bytes. */
  readonly infoHash: Buffer
  readonly ask: Ask
  /** Whether this device has few peers, and so is to ask again sooner. */
  readonly isShort: () => boolean
  /** Told of every failure. */
  readonly onFailure: (reason: string) => void
}

/** Disposing says goodbye. */
export interface Announcement extends AsyncDisposable {
  result(): SearchResult
  /** Announces anew soon if the port is not any more what was told last, or if this device has come to have few peers. */
  check(): void
}

export function createAnnouncement(options: AnnouncementOptions): Announcement {
  const { clock, chance, port, infoHash, ask } = options
  // Fresh for each: nothing beside its address connects the folders of a device, or its days.
  const peerId = chance.bytes(20)
  const key = chance.bytes(4).readUInt32BE()
  const stop = new AbortController()
  let last: SearchResult = {
    ...{ at: options.tracker, state: 'waiting', ...told('not-asked-yet'), found: 0 },
    atMs: clock.now(),
  }
  let isAsking = false
  /** Whether the tracker knows of this device. */
  let isKnown = false
  let failures = 0
  /** Times asked since this device has had few peers. */
  let asksWhileShort = 0
  let toldPort: number | undefined
  let askedMs = clock.monotonicMs()
  let nextMs = askedMs
  let timer: Disposable | undefined
  let running: Promise<void> = Promise.resolve()

  function plan(delayMs: number): void {
    timer?.[Symbol.dispose]()
    nextMs = clock.monotonicMs() + delayMs
    timer = clock.after(delayMs, () => {
      running = attempt()
    })
  }

  function planWithin(delayMs: number): void {
    const boundedMs = Math.max(0, delayMs)
    if (nextMs - clock.monotonicMs() > boundedMs) plan(boundedMs)
  }

  function saying(event: Announce['event']): Announce {
    const wanted = event === 'stopped' ? 0 : maxAddressesTold
    return { infoHash, peerId, key, left, event, wanted, port: toldPort ?? port() }
  }

  function become(
    state: SearchResult['state'],
    what: Pick<SearchResult, 'message' | 'why'>,
    found: number,
  ): void {
    last = { at: options.tracker, state, ...what, found, atMs: clock.now() }
  }

  async function attempt(): Promise<void> {
    isAsking = true
    toldPort = port()
    try {
      const { interval, found } = await ask(saying(isKnown ? 'none' : 'started'), stop.signal)
      isKnown = true
      failures = 0
      become('working', { message: `told ${countOf(found)}` }, found)
      plan(intervalMs(interval))
    } catch (thrown) {
      if (stop.signal.aborted) return
      failures += 1
      const { reason, why } = networkReason(thrown)
      become('failed', { message: reason, ...(why === undefined ? {} : { why }) }, 0)
      options.onFailure(reason)
      plan(retryDelayMs(failures, retryLimits, chance))
    } finally {
      isAsking = false
      askedMs = clock.monotonicMs()
    }
  }

  /** Somewhat later than asked for, so that what began at once does not stay at once. */
  function intervalMs(seconds: number | undefined): number {
    const saidMs = seconds !== undefined && seconds > 0 ? seconds * 1000 : usualIntervalMs
    const boundedMs = Math.min(longestIntervalMs, Math.max(shortestIntervalMs, saidMs))
    asksWhileShort = options.isShort() ? asksWhileShort + 1 : 0
    const shortMs = asksWhileShort === 0 ? boundedMs : soonMs * 2 ** Math.min(asksWhileShort - 1, 16)
    return Math.min(boundedMs, shortMs) * (1 + chance.fraction() / 10)
  }

  async function sayGoodbye(): Promise<void> {
    const limit = new AbortController()
    using _limit = clock.after(farewellLimitMs, () => limit.abort())
    await ask(saying('stopped'), limit.signal).catch(() => undefined)
  }

  plan(0)

  return {
    result() {
      if (isAsking) return { ...last, message: `${last.message}; being asked now` }
      if (last.state === 'waiting') return last
      const nextInMs = Math.max(0, nextMs - clock.monotonicMs())
      return { ...last, nextInMs, message: `${last.message}; asked again in ${durationToText(nextInMs)}` }
    },
    check() {
      if (isAsking || toldPort === undefined) return
      if (toldPort !== port()) planWithin(askedMs + shortestPauseMs - clock.monotonicMs())
      if (asksWhileShort === 0 && failures === 0 && options.isShort()) planWithin(soonMs)
    },
    async [Symbol.asyncDispose]() {
      stop.abort()
      timer?.[Symbol.dispose]()
      await running
      timer?.[Symbol.dispose]()
      if (isKnown) await sayGoodbye()
    },
  }
}

function countOf(found: number): string {
  return found === 0 ? 'no addresses' : found === 1 ? '1 address' : `${found} addresses`
}

function durationToText(durationMs: number): string {
  const seconds = Math.max(1, Math.round(durationMs / 1000))
  return seconds < 100 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
}
