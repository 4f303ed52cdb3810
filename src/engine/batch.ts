/**
 * The steps of one pull round, carried out together: one fsync of each directory, one transaction for all outcomes. Stages lent for it go back
 * whatever happens.
 */
import type { SyncError } from '../core/errors.ts'
import type { RelPath } from '../core/path.ts'
import { isFresh } from '../core/stat.ts'
import { directoryContent } from '../core/version.ts'
import type { CommitOutcome, CommitStep, DiskPath } from '../ports.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { foundToHere } from './here.ts'
import type { Holds } from './holds.ts'
import { checkRoot } from './safety.ts'
import type { Transfers } from './transfers.ts'

/** Steps made durable together. More would only make a crash repeat more. */
const maxSteps = 128

export interface PlannedStep {
  readonly state: PathState
  readonly step: CommitStep
  /** The other path whose file the step takes away. */
  readonly leaves?: PathState
  /** Records what lies there now; runs in the batch's transaction. */
  readonly record: (here: Here | undefined) => void
  /** There is another way: the path is planned again instead of being held back. */
  readonly failed?: () => void
}

export interface Batch extends AsyncDisposable {
  isFull(): boolean
  add(planned: PlannedStep): void
  /** Where a directory will be that an earlier step of this batch makes. */
  directoryAt(path: RelPath): DiskPath | undefined
  hasRemovals(): boolean
  /** Whether a step of this batch takes away what lies at this path, to put it elsewhere. */
  takesAway(path: RelPath): boolean
  /** Carries the steps out. Returns whether any was done. Throws what halts the folder, after recording what was done. */
  commit(): Promise<boolean>
}

export function createBatch(context: FolderContext, holds: Holds, transfers: Transfers): Batch {
  const { store, disk, clock } = context
  const steps: PlannedStep[] = []

  /**
   * A crash may come between the disk and the database. Without this note what we placed would then look like a person's new file, and
   * would bring back what is deleted meanwhile (I4); and what we took away like a person's deletion, which would take along what came to
   * life again meanwhile (I1). It stays after a failed step: a disk that goes away may have done it.
   */
  function notePlacing(): void {
    store.transaction(() => {
      for (const { step, state, leaves } of steps) {
        const { path, winner } = state
        if (leaves?.winner !== undefined) store.addPlacing(leaves.path, leaves.winner)
        // A directory on the way to something is made whatever the folder says of it.
        if (winner !== undefined && (winner.kind === 'deleted') === (step.kind === 'remove'))
          store.addPlacing(path, winner)
      }
    })
  }

  function record(outcomes: readonly CommitOutcome[], beganMs: number): SyncError | undefined {
    let halting: SyncError | undefined
    for (const [index, outcome] of outcomes.entries()) {
      const planned = steps[index]!
      if (outcome.state === 'done') recordDone(planned, outcome, beganMs)
      else if (isLeftover(planned, outcome.error)) adoptAsItIs(planned.state)
      else if (planned.failed !== undefined) planned.failed()
      else {
        suspectDamage(planned.state, outcome.error)
        halting ??= holds.fail(planned.state, outcome.error)
      }
    }
    return halting
  }

  /** What the disk has damaged unseen cannot be put into the archive by copying. Once it is known for that, as much of it as can be read is kept. */
  function suspectDamage({ here }: PathState, { code }: SyncError): void {
    if (code === 'io-error' && here?.kind === 'file') context.suspect([here.root])
  }

  function recordDone(
    { state, step, record }: PlannedStep,
    { found }: CommitOutcome & { state: 'done' },
    beganMs: number,
  ): void {
    holds.succeeded()
    const content = step.kind === 'directory' ? directoryContent : state.winner!
    if (found === undefined) return record(undefined)
    // What a person writes into it in the same moment might not show: so it is read once more when that is over.
    const isToRead = content.kind === 'file' && isFresh(found.stat, beganMs, disk.capabilities.timeGrainNs)
    record(foundToHere(found, content, !isToRead))
    if (isToRead) context.markDirty(found.diskPath)
  }

  /** A deleted directory that still holds what nobody else knows (ignored files, brand-new ones) stays as a local thing. */
  function isLeftover({ step, state }: PlannedStep, error: SyncError): boolean {
    return step.kind === 'remove' && state.here?.kind === 'directory' && error.code === 'obstructed'
  }

  function adoptAsItIs({ path, winner, here }: PathState): void {
    store.adopt(path, winner!, here)
  }

  return {
    isFull: () => steps.length >= maxSteps,
    add: (planned) => void steps.push(planned),
    directoryAt: (path) => steps.find(({ step }) => step.path === path && step.kind === 'directory')?.step.to,
    hasRemovals: () => steps.some(({ step }) => step.kind === 'remove' || step.kind === 'move'),
    takesAway: (path) => steps.some(({ leaves }) => leaves?.path === path),
    async commit() {
      if (steps.length === 0) return false
      await checkRoot(context)
      notePlacing()
      const beganMs = clock.now()
      const outcomes = await disk.commit(steps.map(({ step }) => step))
      const halting = store.transaction(() => record(outcomes, beganMs))
      holds.write()
      const placed = steps.filter(
        ({ step, state }, index) =>
          step.kind === 'file' &&
          outcomes[index]!.state === 'done' &&
          store.state(state.path)?.here?.verified === true,
      )
      if (placed.length > 0) context.contentAdded(placed.map(({ state }) => state.winner!.root))
      if (halting !== undefined) throw halting
      return outcomes.some(({ state }) => state === 'done')
    },
    async [Symbol.asyncDispose]() {
      for (const { step, state } of steps) {
        if (step.kind === 'file') await transfers.giveBack(state.winner!.root, step.stage)
      }
    },
  }
}
