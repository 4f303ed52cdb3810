/**
 * One rate limit: lets pieces of bytes through in the order they were asked for, each when its time has come. Knows neither links nor
 * messages. Keeps no timer while nobody waits. Also says how many may be answered at once under a limit: a rate shared among too many
 * would look to each of them like a device that has stopped (P8).
 */
import {
  type Bucket,
  changeRate,
  drawFrom,
  fillBucket,
  fullBucket,
  pieceBytesFor,
  smallestRate,
  untilFilledMs,
} from '../core/token-bucket.ts'
import type { Clock } from '../ports.ts'
import { maxBlockPartBytes } from '../wire/messages.ts'

/** A place is kept so long for whoever was sent away: longer than peers wait before they ask again (25 s). */
const keptPlaceMs = 40_000

export interface RateGate {
  /** Bytes a second; 0 for no limit. */
  readonly rate: number
  setRate(rate: number): void
  /** Bytes to ask a turn for at once. */
  pieceBytes(): number
  /** Resolves when so many bytes may go; undefined: at once. Whoever is forgotten meanwhile goes through at no cost. */
  turn(owner: object, bytes: number): Promise<void> | undefined
  /** Takes a place among those answered at once. False: none is free, and one is kept for the owner for a while. */
  enter(owner: object): boolean
  leave(owner: object): void
  /** The owner is gone. */
  forget(owner: object): void
}

interface Waiting {
  readonly owner: object
  readonly bytes: number
  readonly resolve: () => void
}

export function createRateGate(clock: Clock): RateGate {
  let bucket: Bucket | undefined
  let waiting: Waiting[] = []
  let timer: Disposable | undefined
  const answered = new Set<object>()
  /** Sent away, longest ago first; until when their place is kept. */
  const sentAway = new Map<object, number>()

  function pump(): void {
    timer?.[Symbol.dispose]()
    timer = undefined
    if (bucket !== undefined) bucket = fillBucket(bucket, clock.monotonicMs())
    while (waiting.length > 0) {
      if (bucket !== undefined) {
        const delayMs = untilFilledMs(bucket)
        if (delayMs > 0) {
          timer = clock.after(delayMs, pump)
          return
        }
        bucket = drawFrom(bucket, waiting[0]!.bytes)
      }
      waiting.shift()!.resolve()
    }
  }

  function places(): number {
    return bucket === undefined ? Number.POSITIVE_INFINITY : Math.floor(bucket.rate / smallestRate)
  }

  return {
    get rate() {
      return bucket?.rate ?? 0
    },
    setRate(rate) {
      if (rate === (bucket?.rate ?? 0)) return
      const nowMs = clock.monotonicMs()
      if (rate === 0) bucket = undefined
      else bucket = bucket === undefined ? fullBucket(rate, nowMs) : changeRate(bucket, rate, nowMs)
      pump()
    },
    pieceBytes: () =>
      bucket === undefined ? maxBlockPartBytes : pieceBytesFor(bucket.rate, maxBlockPartBytes),
    turn(owner, bytes) {
      if (bucket === undefined) return undefined
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ owner, bytes, resolve })
      if (waiting.length === 1) pump()
      return promise
    },
    enter(owner) {
      const nowMs = clock.monotonicMs()
      for (const [other, untilMs] of sentAway) if (untilMs <= nowMs) sentAway.delete(other)
      const before = [...sentAway.keys()].indexOf(owner)
      const ahead = before === -1 ? sentAway.size : before
      if (ahead < places() - answered.size) {
        sentAway.delete(owner)
        answered.add(owner)
        return true
      }
      sentAway.set(owner, nowMs + keptPlaceMs)
      return false
    },
    leave: (owner) => void answered.delete(owner),
    forget(owner) {
      answered.delete(owner)
      sentAway.delete(owner)
      const gone = waiting.filter((other) => other.owner === owner)
      waiting = waiting.filter((other) => other.owner !== owner)
      for (const { resolve } of gone) resolve()
      // Only with somebody waiting is there a reason to wake up.
      if (gone.length > 0) pump()
    },
  }
}
