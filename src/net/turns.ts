/** Lets so many pieces of work run at once; the others wait, in the order they came. Whoever calls bounds how many wait. */

/** Waits for its turn, does the work, and gives what came of it. Rejects with the reason of the signal when that ends the waiting. */
export type TakeTurn = <T>(signal: AbortSignal, work: () => Promise<T>) => Promise<T>

export function createTurns(most: number): TakeTurn {
  let running = 0
  const waiting = new Set<() => void>()

  function turn(signal: AbortSignal): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const begin = () => {
      signal.removeEventListener('abort', leave)
      waiting.delete(begin)
      running += 1
      resolve()
    }
    const leave = () => {
      waiting.delete(begin)
      reject(signal.reason)
    }
    if (signal.aborted) leave()
    else if (running < most) begin()
    else {
      waiting.add(begin)
      signal.addEventListener('abort', leave, { once: true })
    }
    return promise
  }

  return async (signal, work) => {
    await turn(signal)
    try {
      return await work()
    } finally {
      running -= 1
      const [next] = waiting
      next?.()
    }
  }
}
