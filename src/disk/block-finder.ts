/**
 * Takes blocks of a new version out of an old file into a stage: in worker threads that read and write the descriptors the main thread has
 * opened, or here where there are none. The search itself is `core/find-blocks.ts`. All folders share one finder.
 */
import { availableParallelism } from 'node:os'
import {
  type Access,
  type BlockSigns,
  findAnywhere,
  findInPlace,
  type WantedBlocks,
} from '../core/find-blocks.ts'
import { createWorkerPool, workerModule } from '../worker-pool.ts'
import { isMediumError } from './disk-error.ts'
import type { OpenFile } from './files.ts'

export interface Finding {
  readonly wanted: WantedBlocks
  /** Of the old file. */
  readonly sizeBytes: number
  /** How to recognise blocks at any offset; without it only what lies at its own offset is found. */
  readonly signs: BlockSigns | undefined
}

export interface BlockFinder extends AsyncDisposable {
  /**
   * Writes wanted blocks that are found in the old file to their places in the stage, each verified by its hash, and returns their numbers.
   * Both files must stay open until then. Aborted, it ends soon with what was found so far.
   */
  find(old: OpenFile, stage: OpenFile, finding: Finding, signal?: AbortSignal): Promise<readonly number[]>
}

export interface FindJob extends Finding {
  readonly oldDescriptor: number
  readonly stageDescriptor: number
  /** Not 0 when the answer is not wanted any more. */
  readonly aborted: Int32Array
}

export interface FindAnswer {
  readonly state: 'done'
  readonly numbers: readonly number[]
}

/** Files up to this size are not worth the way to a worker. */
const inlineLimitBytes = 64 * 1024
/** More would fight over the disk, and each may need room for two of the largest blocks. */
const maxWorkers = 2

/** The steps of a search. */
export function searchFor({
  wanted,
  sizeBytes,
  signs,
}: Finding): Generator<Access, readonly number[], number> {
  return signs === undefined ? findInPlace(wanted, sizeBytes) : findAnywhere(wanted, sizeBytes, signs)
}

/** Finds on this thread: for the simulator, and in small files. */
export function createInlineFinder(): BlockFinder {
  return {
    find: findHere,
    async [Symbol.asyncDispose]() {
      return undefined
    },
  }
}

async function findHere(
  old: OpenFile,
  stage: OpenFile,
  finding: Finding,
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const search = searchFor(finding)
  let step = search.next()
  while (!step.done) {
    const access = step.value
    if (access.kind === 'write') {
      await stage.write(access.offsetBytes, access.data)
      step = search.next(0)
    } else {
      // Nothing more to read ends a search, or passes over the block at hand.
      const isAborted = signal?.aborted === true
      step = search.next(
        isAborted ? 0 : await old.read(access.into, access.offsetBytes).catch(unreadAsNothing),
      )
    }
  }
  return step.value
}

/** Where the disk cannot read a block, the others are as good as they were. */
export function unreadAsNothing(thrown: unknown): number {
  if (!isMediumError(thrown)) throw thrown
  return 0
}

export function createFinderPool(): BlockFinder {
  const pool = createWorkerPool<FindJob, FindAnswer>({
    workerUrl: workerModule('find-worker', import.meta.url),
    workers: Math.min(availableParallelism(), maxWorkers),
    task: 'looking for blocks',
  })
  return {
    async find(old, stage, finding, signal) {
      const { descriptor: oldDescriptor } = old
      const { descriptor: stageDescriptor } = stage
      const isSmall = finding.sizeBytes <= inlineLimitBytes
      if (oldDescriptor === undefined || stageDescriptor === undefined || isSmall)
        return findHere(old, stage, finding, signal)
      const aborted = new Int32Array(new SharedArrayBuffer(4))
      const abort = () => void Atomics.store(aborted, 0, 1)
      signal?.addEventListener('abort', abort)
      if (signal?.aborted) abort()
      try {
        return (await pool.run({ ...finding, oldDescriptor, stageDescriptor, aborted })).numbers
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    },
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}
