/**
 * The only module that touches a person's files. Each step looks again before it does anything and does nothing when the path is not
 * as the plan saw it (I7); the old content is in the archive, durably, before it leaves its place (I1); at no moment is there neither
 * the old nor the new file (I6); no step leads through a link or out of the folder (I8).
 */
import { isSyncError, SyncError } from '../core/errors.ts'
import type { CommitOutcome, CommitStep, DiskPath, Expectation, Found, Stat } from '../ports.ts'
import type { Archive, ArchiveRun, Kept, Taken } from './archive.ts'
import { diskError, errnoOf, isGone } from './disk-error.ts'
import { type Directory, type FileStat, isSameContent, isSameStat } from './files.ts'
import { checkFree, checkSpelling } from './names.ts'
import { openBelow, splitDiskPath } from './places.ts'
import type { Probed } from './probe.ts'
import { type Stages, scratchPrefix, withExecutable } from './stage.ts'

export interface CommitSurroundings {
  openRoot(): Promise<Directory>
  readonly stages: Stages
  readonly archive: Archive
  capabilities(): Probed
  /** A stat as the engine is to see it. */
  toStat(stat: FileStat): Stat
}

type PlacingStep = Extract<CommitStep, { kind: 'file' | 'link' }>

/** Takes the steps in order and makes them durable together. The outcomes are in the order of the steps. */
export async function commitSteps(
  surroundings: CommitSurroundings,
  steps: readonly CommitStep[],
): Promise<CommitOutcome[]> {
  const outcomes = new Map<CommitStep, CommitOutcome>()
  const touched = new Map<DiskPath, CommitStep[]>()
  const run = surroundings.archive.begin()

  async function take(
    step: CommitStep,
    work: (parent: Directory, name: string) => Promise<FileStat | undefined>,
  ): Promise<void> {
    outcomes.set(
      step,
      await settle(step, async () => {
        const { parents, name } = splitDiskPath(step.to)
        using parent = await openBelow(surroundings.openRoot, parents)
        const place = parents.join('/')
        touched.set(place, [...(touched.get(place) ?? []), step])
        const stat = await work(parent, name)
        return stat === undefined ? undefined : toFound(surroundings, step, stat)
      }),
    )
  }

  for (let first = 0; first < steps.length; ) {
    const placing = placingStepsFrom(steps, first)
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

/** The steps from there on that only put files and links at their own paths, so that none depends on another. */
function placingStepsFrom(steps: readonly CommitStep[], first: number): PlacingStep[] {
  const placing: PlacingStep[] = []
  for (let at = first; at < steps.length; at += 1) {
    const step = steps[at]!
    if (step.kind !== 'file' && step.kind !== 'link') break
    placing.push(step)
  }
  return placing
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
  return { path: step.path, diskPath: step.to, stat: surroundings.toStat(stat), linkTarget }
}

function changed(step: CommitStep): SyncError {
  return new SyncError('changed-since-plan', { path: step.path })
}

/** Whether a step replaces something whose content is to be kept. */
function replacesContent(expect: Expectation): expect is Stat & { readonly kind: 'file' | 'link' } {
  return expect !== 'absent' && (expect.kind === 'file' || expect.kind === 'link')
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
      const old = await run.keep(parent, name, step.path, expect)
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

async function placeFile(
  surroundings: CommitSurroundings,
  step: Extract<CommitStep, { kind: 'file' }>,
  expect: Expectation,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  const sealed = surroundings.stages.sealed(step.stage)
  using stages = await surroundings.stages.openDirectory()
  if (surroundings.capabilities().executable) {
    const old = replacesContent(expect) ? await parent.lstat(name) : undefined
    const mode = old?.kind === 'file' ? withExecutable(old.mode, sealed.executable) : sealed.stat.mode
    if (mode !== (await sealed.file.stat()).mode) await sealed.file.setMode(mode)
  }
  const placed = await place(surroundings, step, expect, stages, sealed.name, parent, name)
  await sealed.placed()
  // Never hide what a person wrote into the file in the moment since: it is not what was put there.
  if (!isSameContent(placed, sealed.stat)) throw changed(step)
  return placed
}

async function placeLink(
  surroundings: CommitSurroundings,
  step: Extract<CommitStep, { kind: 'link' }>,
  expect: Expectation,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  if (!surroundings.capabilities().symbolicLinks)
    throw new SyncError('kind-not-possible-here', { path: step.path })
  using stages = await surroundings.stages.openDirectory()
  const scratch = `${scratchPrefix}link`
  if ((await stages.lstat(scratch)) !== undefined) await stages.unlink(scratch)
  await stages.symlink(step.target, scratch)
  return await place(surroundings, step, expect, stages, scratch, parent, name)
}

/** Puts a finished file or link at a path in place of what is expected there. */
async function place(
  surroundings: CommitSurroundings,
  step: PlacingStep,
  expect: Expectation,
  stages: Directory,
  staged: string,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  if (replacesContent(expect)) {
    const placed = await stages.replaceIf(staged, parent, name, expect)
    if (placed === undefined) throw changed(step)
    return placed
  }
  if (expect !== 'absent') {
    if (expect.kind !== 'directory')
      throw new SyncError('obstructed', { path: step.path, reason: 'a special file lies there' })
    await removeDirectory(step, expect, parent, name)
  }
  const { exactNames } = surroundings.capabilities()
  if (!exactNames) await checkFree(parent, name, step.path)
  const placed = await moveToFree(step, stages, staged, parent, name)
  if (!exactNames) {
    await checkSpelling(parent, name, step.path, async () => {
      if ((await parent.moveIf(name, placed, stages, staged)) === undefined) throw changed(step)
    })
  }
  return placed
}

async function moveToFree(
  step: CommitStep,
  from: Directory,
  fromName: string,
  to: Directory,
  toName: string,
): Promise<FileStat> {
  try {
    return await from.moveNew(fromName, to, toName)
  } catch (thrown) {
    if (errnoOf(thrown) === 'EEXIST') throw changed(step)
    throw thrown
  }
}

async function takeOtherStep(
  surroundings: CommitSurroundings,
  run: ArchiveRun,
  step: CommitStep,
  parent: Directory,
  name: string,
): Promise<FileStat | undefined> {
  switch (step.kind) {
    case 'directory':
      return placeDirectory(surroundings, run, step, parent, name)
    case 'remove':
      if (step.expect.kind === 'directory') await removeDirectory(step, step.expect, parent, name)
      else {
        const taken = await takeAway(run, step, step.expect, parent, name)
        if (!step.archive) await taken.forget()
      }
      return undefined
    case 'metadata':
      return changeMetadata(surroundings, step, parent, name)
    case 'file':
    case 'link':
      throw new Error('assertion: placing steps are taken together')
  }
}

async function placeDirectory(
  surroundings: CommitSurroundings,
  run: ArchiveRun,
  step: Extract<CommitStep, { kind: 'directory' }>,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  const { expect } = step
  if (expect !== 'absent' && expect.kind === 'directory') {
    const there = await parent.lstat(name)
    if (there?.kind !== 'directory') throw changed(step)
    return there
  }
  const { exactNames } = surroundings.capabilities()
  if (expect === 'absent' && !exactNames) await checkFree(parent, name, step.path)
  const taken = expect === 'absent' ? undefined : await takeAway(run, step, expect, parent, name)
  try {
    await parent.mkdir(name, 0o777)
    if (!exactNames) await checkSpelling(parent, name, step.path, () => parent.rmdir(name))
  } catch (thrown) {
    // A file that is gone without its directory there would look like a person's deletion.
    await taken?.putBack()
    throw errnoOf(thrown) === 'EEXIST' ? changed(step) : thrown
  }
  if (!step.archive) await taken?.forget()
  const made = await parent.lstat(name)
  if (made?.kind !== 'directory') throw changed(step)
  return made
}

/** Only an empty directory goes: what is in it is somebody's. */
async function removeDirectory(
  step: CommitStep,
  expect: Stat,
  parent: Directory,
  name: string,
): Promise<void> {
  const there = await parent.lstat(name)
  // Its times move with every file put into it or taken out, ours included.
  if (there?.kind !== 'directory' || there.inode !== expect.inode || there.device !== expect.device)
    throw changed(step)
  try {
    await parent.rmdir(name)
  } catch (thrown) {
    if (isGone(thrown)) throw changed(step)
    throw thrown
  }
}

/** Takes a file or link away. It passes through the archive even if it is not to stay there, so that nothing unexpected is lost. */
async function takeAway(
  run: ArchiveRun,
  step: CommitStep,
  expect: Stat,
  parent: Directory,
  name: string,
): Promise<Taken> {
  const taken = await run.take(parent, name, step.path, expect)
  if (taken === undefined) throw changed(step)
  if (isSameContent(taken.stat, expect)) return taken
  await taken.putBack()
  throw changed(step)
}

async function changeMetadata(
  surroundings: CommitSurroundings,
  step: Extract<CommitStep, { kind: 'metadata' }>,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  const there = await parent.lstat(name)
  if (there === undefined || !isSameStat(there, step.expect)) throw changed(step)
  // Times of links and directories are not kept: nobody sees them, and directories' move with their content.
  if (there.kind !== 'file') return there
  await using file = await parent.open(name, 'read')
  const mode = surroundings.capabilities().executable
    ? withExecutable(there.mode, step.executable)
    : there.mode
  const after = await file.setMetadataIf(step.expect, step.mtimeNs, mode)
  if (after === undefined || after.sizeBytes !== there.sizeBytes) throw changed(step)
  await file.sync()
  return after
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
