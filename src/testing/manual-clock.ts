/**
 * A clock that stands still until it is told to move. Timers run in order of their time, those of the same time in the order they
 * were made, so that the same steps always give the same run (I12). Wall clock and monotonic clock move together unless `jumpWall`.
 */
import type { Clock } from '../ports.ts'

export interface ManualClock extends Clock {
  /** Moves time on, running each timer when it is due; promises get to run before, between and after them. */
  advance(durationMs: number): Promise<void>
  /** Goes to the next timer and runs it, promises too; false when there is none. */
  runNext(): Promise<boolean>
  /** Sets the wall clock forward or back, as a person or a time server does. */
  jumpWall(byMs: number): void
  /** How many timers wait. */
  readonly waiting: number
}

interface Timer {
  readonly dueMs: number
  readonly callback: () => void
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** `startMs` is the wall clock at the start; the monotonic clock starts at 0. `settle` lets every promise that can go on do so. */
export function createManualClock(startMs: number, settle = turn): ManualClock {
  /** By time, then by creation. */
  const timers: Timer[] = []
  let elapsedMs = 0
  let wallOffsetMs = startMs

  function runFirst(): void {
    const timer = timers.shift()!
    elapsedMs = Math.max(elapsedMs, timer.dueMs)
    timer.callback()
  }

  return {
    now: () => wallOffsetMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    after(delayMs, callback) {
      const timer = { dueMs: elapsedMs + Math.max(0, delayMs), callback }
      let low = 0
      for (let high = timers.length; low < high; ) {
        const middle = (low + high) >> 1
        if (timers[middle]!.dueMs <= timer.dueMs) low = middle + 1
        else high = middle
      }
      timers.splice(low, 0, timer)
      return {
        [Symbol.dispose]() {
          const at = timers.indexOf(timer)
          if (at >= 0) timers.splice(at, 1)
        },
      }
    },
    async advance(durationMs) {
      const untilMs = elapsedMs + durationMs
      await settle()
      while (timers.length > 0 && timers[0]!.dueMs <= untilMs) {
        runFirst()
        await settle()
      }
      elapsedMs = Math.max(elapsedMs, untilMs)
    },
    async runNext() {
      await settle()
      if (timers.length === 0) return false
      runFirst()
      await settle()
      return true
    },
    jumpWall(byMs) {
      wallOffsetMs += byMs
    },
    get waiting() {
      return timers.length
    },
  }
}
