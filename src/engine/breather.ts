/** Lets others have their turn in the middle of long work that waits for nothing: the loop of the process serves peers and people, too. */
import type { Clock } from '../ports.ts'

/** Nobody notices a wait as long as this. */
const maxStretchMs = 15

/** Call what it returns between two small parts of the work: it waits for a turn of the event loop when the last one is long past. */
export function createBreather(clock: Pick<Clock, 'monotonicMs' | 'after'>): () => Promise<void> {
  let sinceMs = clock.monotonicMs()
  return async () => {
    if (clock.monotonicMs() - sinceMs < maxStretchMs) return
    const { promise, resolve } = Promise.withResolvers<void>()
    using _timer = clock.after(0, resolve)
    await promise
    sinceMs = clock.monotonicMs()
  }
}
