/** Has a target fuzzed in a thread, and makes a finding of an input that never comes back or fills all the memory there is. */
import { Worker } from 'node:worker_threads'
import type { Found, FuzzReport } from './fuzz-run.ts'

export interface FuzzOrder {
  readonly name: string
  readonly seed: number
  /** When to end; at least one of them. Seconds are those of a processor. */
  readonly seconds?: number
  readonly runs?: number
  /** To end with the first finding. */
  readonly untilFound?: boolean
  /** What takes longer than so many seconds of a processor never comes back. Default 8. */
  readonly hangSeconds?: number
  /** Shared: how many inputs were tried, the length of the present one, and its bytes. */
  readonly present: SharedArrayBuffer
}

/** Longer than any input of any target. */
const maxInputBytes = 256 * 1024
const watchEveryMs = 200
/** Of the heap of the thread. */
const maxHeapMebibytes = 512

export async function fuzzInThread(order: Omit<FuzzOrder, 'present'>): Promise<FuzzReport> {
  const present = new SharedArrayBuffer(8 + maxInputBytes)
  const [count, length] = [new Int32Array(present, 0, 1), new Int32Array(present, 4, 1)]
  const { hangSeconds = 8 } = order
  const worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), {
    workerData: { ...order, present } satisfies FuzzOrder,
    // A large young generation: little is collected while an input is measured.
    resourceLimits: { maxOldGenerationSizeMb: maxHeapMebibytes, maxYoungGenerationSizeMb: 64 },
  })
  const { promise, resolve, reject } = Promise.withResolvers<FuzzReport>()

  function endWith(kind: Found['kind'], message: string): void {
    const input = Buffer.from(new Uint8Array(present, 8, length[0]).slice())
    resolve({ runs: count[0]!, found: [{ kind, message, place: order.name, input }], kept: [], blocks: 0 })
  }

  let seen = 0
  let since = process.cpuUsage()
  const watch = setInterval(() => {
    const now = Atomics.load(count, 0)
    const { user } = process.cpuUsage(since)
    // Of a processor, so that a thread that has to wait for one is not taken for one that hangs.
    if (now === seen && now > 0 && user > hangSeconds * 1e6)
      endWith('slow', `${length[0]} bytes never come back`)
    if (now === seen) return
    seen = now
    since = process.cpuUsage()
  }, watchEveryMs)
  worker.on('message', (report: FuzzReport) =>
    // Buffers come over as plain bytes.
    resolve({
      ...report,
      kept: report.kept.map((input) => Buffer.from(input)),
      found: report.found.map((found) => ({ ...found, input: Buffer.from(found.input) })),
    }),
  )
  worker.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') endWith('large', 'it fills all the memory there is')
    else reject(error)
  })
  try {
    return await promise
  } finally {
    clearInterval(watch)
    await worker.terminate()
  }
}
