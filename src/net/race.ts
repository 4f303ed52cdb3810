/** Tries several ways to the same place, each a moment after the one before, and keeps the first that works (after RFC 8305). */
import { isIPv6 } from 'node:net'
import type { Clock } from '../ports.ts'

/** What the RFC recommends: a way that works is rarely slower. */
const headStartMs = 250

export interface RaceOptions<T> {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** Ends what came of a way that worked too late. */
  readonly discard: (late: T) => void
  /** Whether there is no use in trying the others after this. */
  readonly isFinal: (error: unknown) => boolean
}

/** Resolves with what came first, and gives up the others. Throws what is final, or how the last of them failed. Takes at least one way. */
export async function race<W, T>(
  ways: readonly W[],
  attempt: (way: W, signal: AbortSignal) => Promise<T>,
  { clock, signal, discard, isFinal }: RaceOptions<T>,
): Promise<T> {
  const over = new AbortController()
  const outcome = Promise.withResolvers<T>()
  const waiting = [...ways]
  let underway = 0
  let isOver = false
  let timer: Disposable | undefined

  function end(): void {
    isOver = true
    timer?.[Symbol.dispose]()
    over.abort()
  }

  function startNext(): void {
    timer?.[Symbol.dispose]()
    const [way] = waiting.splice(0, 1)
    if (isOver || way === undefined) return
    underway += 1
    attempt(way, over.signal).then(
      (made) => {
        if (isOver) return discard(made)
        end()
        outcome.resolve(made)
      },
      (error: unknown) => {
        underway -= 1
        if (isOver) return
        if (isFinal(error) || (underway === 0 && waiting.length === 0)) {
          end()
          outcome.reject(error)
        } else startNext()
      },
    )
    if (waiting.length > 0) timer = clock.after(headStartMs, startNext)
  }

  const onAbort = () => over.abort()
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  startNext()
  try {
    return await outcome.promise
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** IPv6 and IPv4 in turns, each in its order, IPv6 first. */
export function interleave(addresses: readonly string[]): string[] {
  const six = addresses.filter(isIPv6)
  const four = addresses.filter((address) => !isIPv6(address))
  return Array.from({ length: Math.max(six.length, four.length) }, (_, at) => [six[at], four[at]])
    .flat()
    .filter((address) => address !== undefined)
}
