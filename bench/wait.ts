/** Waiting, and stopping: every wait of the benchmark ends at once, with an error, when a person interrupts it. */
import { setMaxListeners } from 'node:events'
import { setTimeout as pauseFor } from 'node:timers/promises'

/** Every node of a case may wait at the same time. */
const maxWaitsAtOnce = 64

const shortestMs = 5

const stopping = new AbortController()
setMaxListeners(maxWaitsAtOnce, stopping.signal)

/** Makes every present and later wait throw, so that what is running is taken down in order. */
export function interrupt(): void {
  stopping.abort(new Error('interrupted'))
}

export async function pause(milliseconds: number): Promise<void> {
  stopping.signal.throwIfAborted()
  await pauseFor(milliseconds, undefined, { signal: stopping.signal })
}

export interface WaitOptions {
  readonly limitSeconds?: number
  /** Longest time between two looks. */
  readonly everyMs?: number
  /** Goes on waiting when a person interrupts: for taking things down. */
  readonly isCleanup?: boolean
}

/** Looking takes the machine no more than this share of the time. */
const lookingShare = 1 / 10
/** An error of so much is less than the rounds differ by. */
const imprecision = 1 / 50

/**
 * Looks until `check` gives something else than false or undefined. Looks less often the longer it takes and the more a look costs, because
 * what is asked has work to do.
 */
export async function waitUntil<T>(
  what: string,
  check: () => Promise<T | false | undefined> | T | false | undefined,
  { limitSeconds = 900, everyMs = 100, isCleanup = false }: WaitOptions = {},
): Promise<T> {
  const startedMs = performance.now()
  for (;;) {
    const lookedMs = performance.now()
    const answer = await check()
    if (answer !== false && answer !== undefined) return answer
    const nowMs = performance.now()
    const elapsedMs = nowMs - startedMs
    if (elapsedMs > limitSeconds * 1000) throw new Error(`not within ${limitSeconds} s: ${what}`)
    const waitMs = Math.max(shortestMs, elapsedMs * imprecision, (nowMs - lookedMs) / lookingShare)
    await (isCleanup ? pauseFor(Math.min(everyMs, waitMs)) : pause(Math.min(everyMs, waitMs)))
  }
}
