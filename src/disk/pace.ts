/**
 * Where a small call of the file system is made. On the main thread it costs a few microseconds as long as the kernel's caches answer; the way
 * through Node's threads and back costs more than most of these calls. So small calls are made at once while the disk answers at once,
 * never for long on end, and in the threads for a while after it did not. What waits for the disk by its nature (fsync) or may
 * take long on any disk is no small call.
 */

/** What of one turn of the event loop may go to the disk: others wait for their turn, among them the person at the web page. */
const maxTurnMs = 20
/** Longer than any cache takes to answer, even on a slow machine. */
const slowMs = 16
/** A disk that kept us waiting twice within so long is asked only in threads for so long: one that is always slow stops us twice in it. */
const threadsMs = 1000

export interface Pace {
  /** Makes a call now, or in a thread; both must do the same. */
  run<T>(atOnce: () => T, inThread: () => Promise<T>): Promise<T>
}

export interface PaceSurroundings {
  /** Never jumps. */
  nowMs(): number
  /** Calls back once the event loop has been to everybody else. */
  onNextTurn(callback: () => void): void
  /** How often the processor was taken from this process so far: then a call that took long says nothing about the disk. */
  preemptions(): number
}

export function createPace({ nowMs, onNextTurn, preemptions }: PaceSurroundings): Pace {
  let slowUntilMs = Number.NEGATIVE_INFINITY
  let lastSlowMs = Number.NEGATIVE_INFINITY
  let turn: { readonly endMs: number; readonly preemptions: number } | undefined

  return {
    async run(atOnce, inThread) {
      const startMs = nowMs()
      if (turn === undefined) {
        turn = { endMs: startMs + maxTurnMs, preemptions: preemptions() }
        onNextTurn(() => {
          turn = undefined
        })
      }
      if (startMs < slowUntilMs || startMs >= turn.endMs) return inThread()
      try {
        return atOnce()
      } finally {
        const endMs = nowMs()
        if (endMs - startMs > slowMs && preemptions() === turn.preemptions) {
          if (startMs - lastSlowMs < threadsMs) slowUntilMs = endMs + threadsMs
          lastSlowMs = endMs
        }
      }
    },
  }
}
