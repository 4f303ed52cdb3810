/**
 * With `commit-step.ts` the only module that touches a person's files. Each step looks again before it does anything and does
 * nothing when the path is not as the plan saw it (I7); the old content is in the archive, durably, before it leaves its place
 * (I1); at no moment is there neither the old nor the new file (I6); no step leads through a link or out of the folder (I8).
 */
import { isSyncError, SyncError } from '../core/errors.ts'
import { isHiddenName } from '../core/path.ts'
import type { CommitOutcome, CommitStep, DiskPath, Found } from '../ports.ts'
import type { ArchiveRun, Kept } from './archive.ts'
import {
  type CommitSurroundings,
  changed,
  finishMove,
  linkMove,
  type MovingStep,
  type PlacingStep,
  placeFile,
  placeLink,
  replacesContent,
  takeOtherStep,
} from './commit-step.ts'
import { diskError, errnoOf, isGone } from './disk-error.ts'
import { type Directory, type FileStat, hasOtherNames } from './files.ts'
import { openBelow, splitDiskPath } from './places.ts'

/** Takes the steps in order and makes them durable together. The outcomes are in the order of the steps. */
export async function commitSteps(
  surroundings: CommitSurroundings,
  steps: readonly CommitStep[],
): Promise<CommitOutcome[]> {
  const outcomes = new Map<CommitStep, CommitOutcome>()
  const touched = new Map<DiskPath, CommitStep[]>()
  const run = surroundings.archive.begin()
  using held = new DisposableStack()

  async function touch(parents: readonly string[], step: CommitStep): Promise<void> {
    const place = parents.join('/')
    if (!touched.has(place)) {
      touched.set(place, [])
      // In use until all is durable: many steps in it look it up once.
      held.use(await openBelow(surroundings.openRoot, parents))
    }
    touched.get(place)!.push(step)
  }

  async function take(
    step: CommitStep,
    work: (parent: Directory, name: string) => Promise<FileStat | undefined>,
  ): Promise<void> {
    outcomes.set(
      step,
      await settle(step, async () => {
        if (isHiddenName(step.to.split('/')[0]!)) throw new Error(`assertion: ${step.to} is ours`)
        const { parents, name } = splitDiskPath(step.to)
        using parent = await openBelow(surroundings.openRoot, parents)
        await touch(parents, step)
        if (step.kind === 'move') await touch(splitDiskPath(step.from).parents, step)
        const stat = await work(parent, name)
        return stat === undefined ? undefined : toFound(surroundings, step, stat)
      }),
    )
  }

  /** Every new name is durable before an old one goes: at no moment, a power cut included, has a file none (I1, I6). */
  async function moveTogether(moving: readonly MovingStep[]): Promise<void> {
    const linked = new Map<MovingStep, FileStat>()
    for (const step of moving) {
      await take(step, async (parent, name) => {
        const stat = await linkMove(surroundings, step, parent, name)
        linked.set(step, stat)
        return stat
      })
    }
    await makeDurable(surroundings, run, touched, outcomes)
    for (const [step, stat] of linked) {
      if (outcomes.get(step)?.state === 'done')
        await take(step, (parent, name) => finishMove(surroundings, run, step, stat, parent, name))
    }
  }

  for (let first = 0; first < steps.length; ) {
    const moving = takeWhile(steps, first, isMoving)
    if (moving.length > 0) {
      await moveTogether(moving)
      first += moving.length
      continue
    }
    const placing = takeWhile(steps, first, isPlacing)
    if (placing.length === 0) {
      const step = steps[first]!
      await take(step, (parent, name) => takeOtherStep(surroundings, run, step, parent, name))
      first += 1
      continue
    }
    // The old files of many steps go to the archive first, so that it is made durable once for all of them.
    const kept = await keepOldFiles(surroundings, run, placing, outcomes)
    for (const step of placing) {
      if (!outcomes.has(step))
        await take(step, (parent, name) => placeKept(surroundings, step, kept.get(step), parent, name))
    }
    first += placing.length
  }

  await makeDurable(surroundings, run, touched, outcomes)
  return steps.map((step) => outcomes.get(step)!)
}

/** The steps from there on, as long as they are of that kind: so none of them depends on another. */
function takeWhile<S extends CommitStep>(
  steps: readonly CommitStep[],
  first: number,
  isWanted: (step: CommitStep) => step is S,
): S[] {
  const taken: S[] = []
  for (const step of steps.slice(first)) {
    if (!isWanted(step)) break
    taken.push(step)
  }
  return taken
}

function isPlacing(step: CommitStep): step is PlacingStep {
  return step.kind === 'file' || step.kind === 'link'
}

function isMoving(step: CommitStep): step is MovingStep {
  return step.kind === 'move'
}

async function settle(step: CommitStep, work: () => Promise<Found | undefined>): Promise<CommitOutcome> {
  try {
    return { state: 'done', found: await work() }
  } catch (thrown) {
    const error = diskError(thrown, step.path, 'write')
    if (error instanceof SyncError) return { state: 'failed', error }
    throw error
  }
}

function toFound(surroundings: CommitSurroundings, step: CommitStep, stat: FileStat): Found {
  const linkTarget = step.kind === 'link' ? step.target : ''
  const isShared = hasOtherNames(stat)
  return { path: step.path, diskPath: step.to, stat: surroundings.toStat(stat), isShared, linkTarget }
}

async function keepOldFiles(
  surroundings: CommitSurroundings,
  run: ArchiveRun,
  steps: readonly PlacingStep[],
  outcomes: Map<CommitStep, CommitOutcome>,
): Promise<Map<CommitStep, Kept>> {
  const kept = new Map<CommitStep, Kept>()
  for (const step of steps) {
    const { expect } = step
    if (!step.archive || !replacesContent(expect)) continue
    const outcome = await settle(step, async () => {
      const { parents, name } = splitDiskPath(step.to)
      using parent = await openBelow(surroundings.openRoot, parents)
      const old = await run.keep(parent, name, step.path, expect, step.archive === 'readable')
      if (old === undefined) throw changed(step)
      kept.set(step, old)
      return undefined
    })
    if (outcome.state === 'failed') outcomes.set(step, outcome)
  }
  if (kept.size === 0) return kept
  try {
    await run.sync()
  } catch (thrown) {
    for (const step of kept.keys()) outcomes.set(step, await settle(step, () => Promise.reject(thrown)))
  }
  return kept
}

async function placeKept(
  surroundings: CommitSurroundings,
  step: PlacingStep,
  kept: Kept | undefined,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  try {
    const expect = kept?.stat ?? step.expect
    return step.kind === 'file'
      ? await placeFile(surroundings, step, expect, parent, name)
      : await placeLink(surroundings, step, expect, parent, name)
  } catch (thrown) {
    await kept?.undo()
    throw thrown
  }
}

/** Syncs the archive and then every directory something was changed in; steps whose directory fails are not done. */
async function makeDurable(
  surroundings: CommitSurroundings,
  run: ArchiveRun,
  touched: ReadonlyMap<DiskPath, readonly CommitStep[]>,
  outcomes: Map<CommitStep, CommitOutcome>,
): Promise<void> {
  async function attempt(steps: readonly CommitStep[], work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (thrown) {
      if (errnoOf(thrown) === undefined && !isSyncError(thrown)) throw thrown
      for (const step of steps) {
        if (outcomes.get(step)?.state === 'done')
          outcomes.set(step, await settle(step, () => Promise.reject(thrown)))
      }
    }
  }
  await attempt([...touched.values()].flat(), () => run.sync())
  for (const [place, steps] of touched) {
    await attempt(steps, async () => {
      try {
        using directory = await openBelow(surroundings.openRoot, place === '' ? [] : place.split('/'))
        await directory.sync()
      } catch (thrown) {
        // A later step or a person took the directory itself away.
        if (!isGone(thrown)) throw thrown
      }
    })
  }
}
