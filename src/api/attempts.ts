/**
 * Slows down whoever tries passwords: each for themselves and altogether, longer with every wrong one, but never for good, because the
 * right person may come from the same address. Counts an attempt before its outcome is known, so that many at once are no way around.
 */
import { LRUCache } from 'lru-cache'
import { SyncError } from '../core/errors.ts'
import type { Clock, Log } from '../ports.ts'

/** A person who mistypes is not held up. */
const freeAttempts = 5
/** As slow as it gets for one of them: 1440 passwords a day, and a person waits no longer either. */
const maxDelayMs = 60_000
/** Of all together; who is known is not held up by others. */
const freeAltogether = 30
const maxDelayAltogetherMs = 5000
/** Wrong passwords are forgotten when there was none for so long. */
const forgetAfterMs = 3_600_000
/** Remembered; who comes from more addresses than this meets the limit of all together. */
const maxBursts = 1000

interface Burst {
  readonly count: number
  /** Monotonic. */
  readonly lastMs: number
  readonly nextMs: number
}

/** Who tries a password. */
export interface Trier {
  /** What their attempts are counted under. */
  readonly key: string
  isKnown(): boolean
}

export interface Attempts {
  /** Takes a turn to try a password. Throws `too-many-attempts`. */
  take(trier: Trier): void
  /** The password that was tried was right. */
  succeeded(trier: Trier): void
}

export function createAttempts(clock: Pick<Clock, 'monotonicMs'>, log: Log): Attempts {
  const bursts = new LRUCache<string, Burst>({ max: maxBursts })
  let altogether: Burst | undefined

  function alive(burst: Burst | undefined): Burst | undefined {
    return burst !== undefined && clock.monotonicMs() - burst.lastMs < forgetAfterMs ? burst : undefined
  }

  function refuseEarly(burst: Burst | undefined): void {
    const waitMs = (burst?.nextMs ?? 0) - clock.monotonicMs()
    if (burst !== undefined && waitMs > 0)
      throw new SyncError('too-many-attempts', { seconds: Math.ceil(waitMs / 1000) })
  }

  function counted(burst: Burst | undefined, free: number, maxMs: number): Burst {
    const nowMs = clock.monotonicMs()
    const count = (burst?.count ?? 0) + 1
    const delayMs = count < free ? 0 : Math.min(1000 * 2 ** Math.min(count - free, 20), maxMs)
    return { count, lastMs: nowMs, nextMs: nowMs + delayMs }
  }

  return {
    take({ key, isKnown }) {
      const own = alive(bursts.get(key))
      const all = alive(altogether)
      refuseEarly(own)
      if (!isKnown()) refuseEarly(all)
      const next = counted(own, freeAttempts, maxDelayMs)
      bursts.set(key, next)
      altogether = counted(all, freeAltogether, maxDelayAltogetherMs)
      // Once a burst; where they come from everywhere, one line for all of them.
      if (next.count === freeAttempts && altogether.count < freeAltogether)
        log.warn({ from: key }, 'many passwords are tried from one place: slowing it down')
      if (altogether.count === freeAltogether)
        log.warn({}, 'many passwords are tried: slowing all of them down')
    },
    succeeded({ key }) {
      const own = bursts.get(key)
      bursts.delete(key)
      if (altogether === undefined) return
      const count = altogether.count - (own?.count ?? 0)
      altogether = count > 0 ? { ...altogether, count } : undefined
    },
  }
}
