/** Has a target fuzzed in a thread, and makes a finding of an input that never comes back or fills all the memory there is. */
import { Worker } from 'node:worker_threads'
import type { Found, FuzzReport } from './fuzz-run.ts'

export interface FuzzOrder {
  readonly name: string
  readonly seed: number
  /** When to end; at least one of them. Seconds are those of a processor. */
  readonly seconds?: number
  readonly runs?: number
  /** Shared: how many inputs were tried, the length of the present one, and its bytes. */
  readonly present: SharedArrayBuffer
}

/** Longer than any input of any target. */
const maxInputBytes = 256 * 1024
/** Of the heap of the thread. */
const maxHeapMebibytes = 512

/** `hangMs`: what takes longer never comes back. The thread may have to wait for a processor. */
export async function fuzzInThread(order: Omit<FuzzOrder, 'present'>, hangMs = 60_000): Promise<FuzzReport> {
  const present = new SharedArrayBuffer(8 + maxInputBytes)
  const [count, length] = [new Int32Array(present, 0, 1), new Int32Array(present, 4, 1)]
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

  let seen = -1
  const watch = setInterval(() => {
    const now = Atomics.load(count, 0)
    if (now === seen && now > 0) endWith('slow', `${length[0]} bytes never come back`)
    seen = now
  }, hangMs)
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
