/**
 * Seals and opens messages in worker threads. Where the processor has no instructions for AES, one core of a small board carries a quarter of
 * its network line; four carry all of it, and the main thread only moves buffers.
 */
import { randomBytes } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { free } from '../core/memory.ts'
import { frameHeaderBytes, maxFrameBytes } from '../wire/frames.ts'
import {
  type CipherName,
  createCipherState,
  keyBytes,
  type Reserved,
  sealReserved,
  tagBytes,
} from '../wire/noise.ts'
import { createWorkerPool, workerModule } from '../worker-pool.ts'

/** What one job carries: large enough that the way to a worker and back costs little beside it. */
export const jobBytes = 256 * 1024
/** Less is not worth the way. */
export const minJobBytes = 32 * 1024
/** Bytes of one link in the hands of workers: several jobs, so that several cores work for one peer. */
export const maxJobsBytes = 4 * jobBytes
/** The main thread and the disk want a core as well. */
const maxWorkers = 3
/** A core that seals faster does not hold up the fastest of usual lines. */
const slowBytesPerSecond = 250e6
const probeBytes = 64 * 1024
const probes = 8

/** What a frame has beside its plaintext: in front its length, behind the tag. */
export const frameExtraBytes = frameHeaderBytes + tagBytes
/** Memory of a job: one frame may reach beyond. */
const slotBytes = jobBytes + maxFrameBytes
/** Slots kept for the next jobs, because to get fresh memory costs as much as to seal what goes into it. */
const maxFreeSlots = 8

export interface CipherJob {
  readonly what: 'seal' | 'open'
  readonly reserved: Reserved
  /** Of the pool's memory, with messages one after another: to be sealed, each with room for its frame around it; to be opened, sealed. */
  readonly data: Uint8Array
  /** Of what is to be sealed, or opened. */
  readonly lengths: readonly number[]
}

/** With the messages in the places where they were: frames, or plaintexts with what was their tag behind each. */
export interface CipherAnswer {
  /** `garbage`: the message after the first `count` is not authentic. */
  readonly state: 'done' | 'garbage'
  readonly data: Uint8Array
  readonly count: number
}

export interface CipherPool extends AsyncDisposable {
  /** Memory for a job of up to `jobBytes` and what the last frame has beyond. */
  take(): Uint8Array
  /** Memory that came back from a job and is done with. */
  giveBack(data: Uint8Array): void
  /** The job's memory is the pool's until it comes back. */
  run(job: CipherJob): Promise<CipherAnswer>
}

export function createCipherPool(workers = Math.min(maxWorkers, availableParallelism() - 1)): CipherPool {
  const pool = createWorkerPool<CipherJob, CipherAnswer>({
    workerUrl: workerModule('cipher-worker', import.meta.url),
    workers,
    task: 'sealing and opening',
  })
  const freeSlots: Uint8Array[] = []
  return {
    take: () => freeSlots.pop() ?? new Uint8Array(slotBytes),
    giveBack(data) {
      // What was cut out of a slot where the key changed is none.
      if (freeSlots.length < maxFreeSlots && data.length === slotBytes) freeSlots.push(data)
      else free(data)
    },
    run: (job) => pool.run(job, [job.data.buffer as ArrayBuffer]),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

/** Whether a core seals slower here than lines carry, and there is more than one. Takes a few milliseconds. */
export function needsCipherPool(cipher: CipherName): boolean {
  if (availableParallelism() < 2) return false
  const plaintext = Buffer.alloc(probeBytes)
  const { reserve } = createCipherState(randomBytes(keyBytes), cipher)
  const seconds = Array.from({ length: probes }, () => {
    const startedMs = performance.now()
    sealReserved(reserve(1), 0, plaintext)
    return (performance.now() - startedMs) / 1000
  })
  // The first turns may find a processor that is still asleep.
  return probeBytes / Math.min(...seconds) < slowBytesPerSecond
}
