/** Runs pieces of asynchronous work one after another, in the order they were given, whether those before succeed or not. */
export type Serial = <T>(work: () => Promise<T>) => Promise<T>

/** The queue is as long as there are callers waiting; the control socket bounds those by its number of connections. */
export function createSerial(): Serial {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const mine = last.then(work)
    // The failure belongs to whoever asked for that work; the next in line only waits for its end.
    last = mine.catch(() => undefined)
    return mine
  }
}
