/**
 * Paths that cannot be had right now: remembers why and until when, so that needs leave them out, and notices when failures concern the
 * whole folder. Written in batches, because each transaction costs an fsync. What kept a path from one winner says nothing of the next,
 * which may have arrived in the meantime: then nothing is written (I2).
 */

import { type ErrorCode, isRetryable, isSyncError, SyncError } from '../core/errors.ts'
import type { RecordId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { problemOf } from '../core/problem.ts'
import type { PathState, ProblemRow } from '../store/folder-store.ts'
import { damageError } from './damage.ts'
import type { FolderContext } from './folder-context.ts'
import { maxFailuresInARow } from './safety.ts'

/** A path that failed for a reason that may pass is tried again after this. */
const retryMs = 30_000
/** A peer tells as soon as it has something new; this is for the case that it did not. */
const noPeerRetryMs = 300_000
/** What waits for something below or beside it is looked at again after this, should nothing wake it earlier. */
const obstructedRetryMs = 5_000
/** Trying again cannot help before the path itself changes. */
const untilChanged = Number.POSITIVE_INFINITY

/** What is in the way, not known yet, cannot be told, or is no name or size for the disk says nothing about the health of the disk. */
const saysNothingOfDisk: ReadonlySet<ErrorCode> = new Set([
  'no-peer-has-it',
  'file-damaged',
  'own-file-damaged',
  'obstructed',
  'history-full',
  'too-large-here',
  'name-collides',
  'name-not-possible-here',
])

/** What kept a path from getting this winner. */
interface Hold {
  readonly winner: RecordId | undefined
  readonly problem: ProblemRow & { readonly path: RelPath }
}

export interface Holds {
  /** The path waits for something else to happen first. */
  wait(path: RelPath, reason: string): void
  /** `askableMs` tells when somebody can be asked for its content, monotonic; infinity while nobody is known to have it. */
  noPeerHas(path: RelPath, askableMs: () => number): void
  /** What lies there is damaged, and nobody but a person can help. */
  leaveDamaged(path: RelPath): void
  /** This disk can never hold it as it is. */
  impossible(path: RelPath, error: SyncError): void
  /** Holds back a path whose step failed. Returns the error when it concerns the whole folder and has to halt it. */
  fail(state: PathState, error: SyncError): SyncError | undefined
  /** The same for anything thrown; throws what halts the folder, and what is no `SyncError`. */
  failOrThrow(state: PathState, thrown: unknown): void
  succeeded(): void
  /** Whether this path was held back since the last `write`. */
  isNoted(path: RelPath): boolean
  /** Makes what was noted durable. */
  write(): void
}

export function createHolds(context: FolderContext): Holds {
  const { store, clock, log, rootPath, markDirty } = context
  const noted: Hold[] = []
  const unavailable = new Map<RelPath, { readonly winner: RecordId | undefined; askableMs(): number }>()
  let failuresInARow = 0

  /** Asked only now, because a peer may have told meanwhile that it has it, and will not tell again. */
  function noteUnavailable(): void {
    const nowMs = clock.monotonicMs()
    for (const [path, { winner, askableMs }] of unavailable) {
      const delayMs = Math.min(noPeerRetryMs, askableMs() - nowMs)
      if (delayMs > 0)
        note(path, winner, damageError(context, path) ?? new SyncError('no-peer-has-it', { path }), delayMs)
    }
    unavailable.clear()
  }

  function winnerOf(path: RelPath): RecordId | undefined {
    return store.state(path)?.winner?.id
  }

  function note(path: RelPath, winner: RecordId | undefined, error: SyncError, delayMs: number): void {
    const retryMs = delayMs === untilChanged ? 0 : Math.ceil(clock.monotonicMs() + delayMs)
    noted.push({ winner, problem: { ...problemOf(path, error), path, retryMs } })
  }

  function fail({ path, winner, here }: PathState, error: SyncError): SyncError | undefined {
    log.debug({ path, code: error.code }, error.message)
    if (error.code === 'disk-full' || error.code === 'disk-read-only') {
      return new SyncError(error.code, { ...error.data, path: rootPath })
    }
    if (error.code === 'changed-since-plan') {
      markDirty(here?.diskPath ?? path)
      note(path, winner?.id, error, obstructedRetryMs)
      return undefined
    }
    note(path, winner?.id, error, isRetryable(error.code) ? retryMs : untilChanged)
    if (!saysNothingOfDisk.has(error.code)) failuresInARow++
    if (failuresInARow < maxFailuresInARow) return undefined
    failuresInARow = 0
    return new SyncError('too-many-errors', {
      count: maxFailuresInARow,
      path: rootPath,
      reason: error.message,
    })
  }

  return {
    wait: (path, reason) =>
      note(path, winnerOf(path), new SyncError('obstructed', { path, reason }), obstructedRetryMs),
    noPeerHas: (path, askableMs) => void unavailable.set(path, { winner: winnerOf(path), askableMs }),
    leaveDamaged(path) {
      const error = damageError(context, path)
      if (error !== undefined) note(path, winnerOf(path), error, untilChanged)
    },
    impossible: (path, error) => note(path, winnerOf(path), error, untilChanged),
    fail,
    failOrThrow(state, thrown) {
      if (!isSyncError(thrown)) throw thrown
      const halting = fail(state, thrown)
      if (halting !== undefined) throw halting
    },
    isNoted: (path) => unavailable.has(path) || noted.some(({ problem }) => problem.path === path),
    succeeded() {
      failuresInARow = 0
    },
    write() {
      noteUnavailable()
      const batch = noted.splice(0)
      if (batch.length === 0) return
      store.transaction(() => {
        for (const { winner, problem } of batch) {
          if (winnerOf(problem.path) === winner) store.setProblem(problem)
        }
      })
    },
  }
}
