/**
 * Deletions are carried out together, once no more of them have turned up for a while: deleting a tree takes its time, here and on the
 * wire, and the mass-delete guard has to see all of it at once. Knows numbers and times only.
 */
import type { Clock } from '../ports.ts'

/** So long nothing more may turn up. Programs that delete many files need less between two of them, and people wait less gladly. */
export const restMs = 1_000
/** Whoever deletes without a pause for so long is not waited for any more. */
const maxWaitMs = 60_000

export interface Gathering {
  /** Tells how many deletions are known now. Returns for how many milliseconds more they have to wait; 0 when they may happen. */
  waitMs(count: number): number
}

export function createGathering(clock: Clock): Gathering {
  let known = 0
  let sinceMs = 0
  let grewMs = 0
  return {
    waitMs(count) {
      const nowMs = clock.monotonicMs()
      if (known === 0) sinceMs = nowMs
      if (count > known) grewMs = nowMs
      known = count
      if (count === 0) return 0
      return Math.max(0, Math.min(grewMs + restMs, sinceMs + maxWaitMs) - nowMs)
    },
  }
}
