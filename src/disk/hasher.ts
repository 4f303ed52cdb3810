/**
 * Hashes the blocks of open files: small ones here, larger ones in worker threads that read the same descriptor, so that the main
 * thread only waits. All folders share one hasher, so that they do not hash against each other.
 */
import { createHash, hash } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { blockCount, blockHashBytes } from '../core/blocks.ts'
import { createWorkerPool, workerModule } from '../worker-pool.ts'
import type { OpenFile } from './files.ts'

export interface Hasher extends AsyncDisposable {
  /**
   * SHA-256 of each block of the first `sizeBytes`, 32 bytes a block, or of those from `fromBytes` on, where one begins; undefined when the
   * file ends before that. The file must stay open until then.
   */
  hash(
    file: OpenFile,
    sizeBytes: number,
    blockSizeBytes: number,
    fromBytes?: number,
  ): Promise<Uint8Array | undefined>
}

export interface HashJob {
  readonly descriptor: number
  readonly sizeBytes: number
  readonly blockSizeBytes: number
  readonly fromBytes: number
}

export type HashAnswer = { readonly state: 'done'; readonly hashes: Uint8Array } | { readonly state: 'ended' }

/** Files up to this size are not worth the way to a worker: hashing them takes less time than asking. */
const inlineLimitBytes = 64 * 1024
/** Large reads are what disks like; this much per running hash is what a small machine can spare. */
export const readPieceBytes = 1024 * 1024
/** More would fight over the disk. */
const maxWorkers = 4

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
  fromBytes = 0,
): Promise<Uint8Array | undefined> {
  const hashes = Buffer.alloc(blockCount(sizeBytes - fromBytes, blockSizeBytes) * blockHashBytes)
  const piece = Buffer.allocUnsafe(Math.min(sizeBytes, blockSizeBytes, readPieceBytes))
  for (let offset = fromBytes; offset < sizeBytes; offset += blockSizeBytes) {
    const at = ((offset - fromBytes) / blockSizeBytes) * blockHashBytes
    const end = Math.min(offset + blockSizeBytes, sizeBytes)
    if (end - offset <= piece.length) {
      const whole = piece.subarray(0, end - offset)
      if ((await file.read(whole, offset)) < whole.length) return undefined
      hash('sha256', whole, 'buffer').copy(hashes, at)
      continue
    }
    const running = createHash('sha256')
    for (let from = offset; from < end; from += piece.length) {
      const part = piece.subarray(0, Math.min(piece.length, end - from))
      if ((await file.read(part, from)) < part.length) return undefined
      running.update(part)
    }
    running.digest().copy(hashes, at)
  }
  return hashes
}

export interface HashPoolOptions {
  readonly workerUrl?: URL
  readonly workers?: number
}

/** Hashes in as many threads as there are processors. */
export function createHashPool(options: HashPoolOptions = {}): Hasher {
  const pool = createWorkerPool<HashJob, HashAnswer>({
    workerUrl: options.workerUrl ?? workerModule('hash-worker', import.meta.url),
    workers: options.workers ?? Math.min(availableParallelism(), maxWorkers),
    task: 'hashing',
  })
  return {
    async hash(file, sizeBytes, blockSizeBytes, fromBytes = 0) {
      const { descriptor } = file
      if (descriptor === undefined || sizeBytes - fromBytes <= inlineLimitBytes)
        return hashHere(file, sizeBytes, blockSizeBytes, fromBytes)
      const answer = await pool.run({ descriptor, sizeBytes, blockSizeBytes, fromBytes })
      return answer.state === 'done' ? answer.hashes : undefined
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}
