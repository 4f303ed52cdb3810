/**
 * Hashes the blocks of open files: small ones here, larger ones in worker threads that read the same descriptor, so that the main
 * thread only waits. All folders share one hasher, so that they do not hash against each other.
 */
import { createHash, hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { blockCount, blockHashBytes } from '../core/blocks.ts'
import { SyncError } from '../core/errors.ts'
import type { OpenFile } from './files.ts'

export interface Hasher extends AsyncDisposable {
  /**
   * SHA-256 of each block of the first `sizeBytes`, 32 bytes a block; undefined when the file ends before that.
   * The file must stay open until then.
   */
  hash(file: OpenFile, sizeBytes: number, blockSizeBytes: number): Promise<Uint8Array | undefined>
}

export interface HashJob {
  readonly descriptor: number
  readonly sizeBytes: number
  readonly blockSizeBytes: number
}

export type HashAnswer =
  | { readonly state: 'done'; readonly hashes: Uint8Array }
  | { readonly state: 'ended' }
  | { readonly state: 'failed'; readonly code: string; readonly message: string }

/** Files up to this size are not worth the way to a worker: hashing them takes less time than asking. */
const inlineLimitBytes = 64 * 1024
/** Large reads are what disks like; this much per running hash is what a small machine can spare. */
export const readPieceBytes = 1024 * 1024
/** More would fight over the disk. */
const maxWorkers = 4
/** A worker costs some megabytes: not kept between scans. */
const idleMs = 30_000

/** Hashes on this thread: for the simulator, and for small files. */
export function createInlineHasher(): Hasher {
  return {
    hash: hashHere,
    async [Symbol.asyncDispose]() {
      return undefined
    },
  }
}

async function hashHere(
  file: OpenFile,
  sizeBytes: number,
  blockSizeBytes: number,
): Promise<Uint8Array | undefined> {
  const hashes = Buffer.alloc(blockCount(sizeBytes, blockSizeBytes) * blockHashBytes)
  const piece = Buffer.allocUnsafe(Math.min(sizeBytes, blockSizeBytes, readPieceBytes))
  for (let offset = 0; offset < sizeBytes; offset += blockSizeBytes) {
    const end = Math.min(offset + blockSizeBytes, sizeBytes)
    if (end - offset <= piece.length) {
      const whole = piece.subarray(0, end - offset)
      if ((await file.read(whole, offset)) < whole.length) return undefined
      hash('sha256', whole, 'buffer').copy(hashes, (offset / blockSizeBytes) * blockHashBytes)
      continue
    }
    const running = createHash('sha256')
    for (let at = offset; at < end; at += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, end - at))
      if ((await file.read(part, at)) < part.length) return undefined
      running.update(part)
    }
    running.digest().copy(hashes, (offset / blockSizeBytes) * blockHashBytes)
  }
  return hashes
}

export interface HashPoolOptions {
  /** The worker's module: beside this one in the sources as in the bundle. */
  readonly workerUrl?: URL
  readonly workers?: number
}

interface PendingJob {
  readonly job: HashJob
  readonly settle: (answer: HashAnswer | SyncError) => void
}

interface PoolWorker {
  readonly thread: Worker
  current: PendingJob | undefined
  idle: NodeJS.Timeout | undefined
}

/** Hashes in as many threads as there are processors. Threads start when needed and end when idle; none keeps the process alive. */
export function createHashPool(options: HashPoolOptions = {}): Hasher {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'mjs'
  const workerUrl = options.workerUrl ?? new URL(`./hash-worker.${extension}`, import.meta.url)
  const limit = options.workers ?? Math.min(availableParallelism(), maxWorkers)
  const workers = new Set<PoolWorker>()
  const queue: PendingJob[] = []
  let isClosed = false

  function startWorker(): PoolWorker {
    const worker: PoolWorker = { thread: new Worker(workerUrl), current: undefined, idle: undefined }
    worker.thread.on('message', (answer: HashAnswer) => {
      finish(worker, answer)
      giveWork()
    })
    const onEnd = (reason: string) => {
      workers.delete(worker)
      finish(worker, new SyncError('io-error', { path: 'hashing', reason }))
      giveWork()
    }
    worker.thread.on('error', (error) => onEnd(error.message))
    worker.thread.on('exit', () => onEnd('the worker ended'))
    workers.add(worker)
    return worker
  }

  function finish(worker: PoolWorker, answer: HashAnswer | SyncError): void {
    const { current } = worker
    worker.current = undefined
    worker.thread.unref()
    clearTimeout(worker.idle)
    worker.idle = setTimeout(() => void worker.thread.terminate(), idleMs).unref()
    if (current !== undefined) current.settle(answer)
  }

  function giveWork(): void {
    while (queue.length > 0 && !isClosed) {
      const free = [...workers].find((worker) => worker.current === undefined)
      const worker = free ?? (workers.size < limit ? startWorker() : undefined)
      if (worker === undefined) return
      worker.current = queue.shift()!
      clearTimeout(worker.idle)
      worker.thread.ref()
      worker.thread.postMessage(worker.current.job)
    }
  }

  return {
    async hash(file, sizeBytes, blockSizeBytes) {
      const { descriptor } = file
      if (descriptor === undefined || sizeBytes <= inlineLimitBytes)
        return hashHere(file, sizeBytes, blockSizeBytes)
      if (isClosed) throw new SyncError('closing')
      const answer = await new Promise<HashAnswer | SyncError>((settle) => {
        queue.push({ job: { descriptor, sizeBytes, blockSizeBytes }, settle })
        giveWork()
      })
      if (answer instanceof SyncError) throw answer
      if (answer.state === 'failed') throw Object.assign(new Error(answer.message), { code: answer.code })
      return answer.state === 'done' ? answer.hashes : undefined
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      for (const pending of queue.splice(0)) pending.settle(new SyncError('closing'))
      for (const worker of workers) {
        clearTimeout(worker.idle)
        worker.current?.settle(new SyncError('closing'))
        worker.current = undefined
      }
      await Promise.all([...workers].map((worker) => worker.thread.terminate()))
    },
  }
}
