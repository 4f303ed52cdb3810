/**
 * One step of a commit at a time, each looking again before it does anything. What was to be kept of the old content is in the
 * archive already, or passes through it here.
 */
import { SyncError } from '../core/errors.ts'
import { isSameFile, isSameInode, isSameStat, type Stat } from '../core/stat.ts'
import type { CommitStep, Expectation } from '../ports.ts'
import type { Archive, ArchiveRun, Taken } from './archive.ts'
import { errnoOf, isGone } from './disk-error.ts'
import type { Directory, FileStat } from './files.ts'
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

/** Steps that only put a file or link at their own path, so that none depends on another. */
export type PlacingStep = Extract<CommitStep, { kind: 'file' | 'link' }>

/** Steps that give a file another path; their old names go together. */
export type MovingStep = Extract<CommitStep, { kind: 'move' }>

export function changed(step: CommitStep): SyncError {
  return new SyncError('changed-since-plan', { path: step.path })
}

/** Whether a step replaces something whose content is to be kept. */
export function replacesContent(expect: Expectation): expect is Stat & { readonly kind: 'file' | 'link' } {
  return expect !== 'absent' && (expect.kind === 'file' || expect.kind === 'link')
}

export async function placeFile(
  surroundings: CommitSurroundings,
  step: Extract<CommitStep, { kind: 'file' }>,
  expect: Expectation,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  const sealed = surroundings.stages.sealed(step.stage)
  if (surroundings.capabilities().executable) {
    const old = replacesContent(expect) ? await parent.lstat(name) : undefined
    const mode = old?.kind === 'file' ? withExecutable(old.mode, sealed.executable) : sealed.stat.mode
    if (mode !== (await sealed.file.stat()).mode) await sealed.file.setMode(mode)
  }
  const placed = await place(surroundings, step, expect, sealed.directory, sealed.name, parent, name)
  await sealed.placed()
  // Never hide what a person wrote into the file in the moment since: it is not what was put there.
  if (!isSameInode(placed, sealed.stat)) throw changed(step)
  // Nor the mode given to it since: what is told is what was put, so that the next look sees the difference.
  return { ...placed, executable: sealed.executable }
}

export async function placeLink(
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
      const isPlaced = (there: Stat) => isSameStat(there, placed)
      if ((await parent.moveIf(name, isPlaced, stages, staged)) === undefined) throw changed(step)
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

/** Gives a file that moves its new name, beside the old one. It has both when a move was broken off. */
export async function linkMove(
  surroundings: CommitSurroundings,
  step: MovingStep,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  const { exactNames } = surroundings.capabilities()
  const source = splitDiskPath(step.from)
  using from = await openBelow(surroundings.openRoot, source.parents)
  if (!exactNames) await checkFree(parent, name, step.path)
  let linked: FileStat | undefined
  try {
    linked = await from.linkIf(source.name, step.expect, parent, name)
  } catch (thrown) {
    if (errnoOf(thrown) !== 'EEXIST') throw thrown
    const there = await parent.lstat(name)
    if (there !== undefined && isSameFile(there, step.expect)) return there
  }
  if (linked === undefined) throw changed(step)
  if (!exactNames) await checkSpelling(parent, name, step.path, () => parent.unlink(name))
  return linked
}

/**
 * Takes the old name of a file away that has its new one. It passes through the archive, and comes back if it is not that file any more. What was
 * written into the file meanwhile is at the new name, too: then what was moved is told, so that the next look sees the difference.
 */
export async function finishMove(
  surroundings: CommitSurroundings,
  run: ArchiveRun,
  step: MovingStep,
  linked: FileStat,
  parent: Directory,
  name: string,
): Promise<FileStat> {
  const source = splitDiskPath(step.from)
  using from = await openBelow(surroundings.openRoot, source.parents)
  const taken = await run.take(from, source.name, step.fromPath, (there) => isSameFile(there, linked))
  if (taken === undefined) throw changed(step)
  const placed = await parent.lstat(name)
  if (!isSameFile(taken.stat, linked) || placed === undefined || !isSameFile(placed, linked)) {
    await taken.putBack()
    throw changed(step)
  }
  await taken.forget()
  const moved = await parent.lstat(name)
  // A mode given to it meanwhile is not what was moved, either.
  return moved !== undefined && isSameInode(moved, linked)
    ? { ...moved, executable: linked.executable }
    : linked
}

/** Any step that is not taken together with its like. */
export async function takeOtherStep(
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
    case 'move':
      throw new Error('assertion: steps of this kind are taken together')
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
  const taken = await run.take(parent, name, step.path, (there) => isSameStat(there, expect))
  if (taken === undefined) throw changed(step)
  if (isSameInode(taken.stat, expect)) return taken
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
