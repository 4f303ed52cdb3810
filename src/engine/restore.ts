/** What a person takes back: local changes on a read-only device, and files from the archive. Runs between pieces of work. */

import { conflictPath } from '../core/conflict-name.ts'
import { type ErrorCode, SyncError } from '../core/errors.ts'
import { type DirPath, joinPath, nameOf, parentOf, type RelPath } from '../core/path.ts'
import { errorOf } from '../core/problem.ts'
import type { CommitStep, DiskPath, Stage } from '../ports.ts'
import type { PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import type { Pull } from './pull.ts'
import { checkRoot } from './safety.ts'

/** Local changes undone by one command; more wait for the next call. Bounds memory. */
const maxRestored = 100_000

/** How a commit says that something lies at a name that should be free. */
const saysTaken: ReadonlySet<ErrorCode> = new Set(['changed-since-plan', 'name-collides', 'obstructed'])

/**
 * Makes the folder's version needed again wherever something local took its place. What a person added is moved to the archive, what a
 * person edited goes there when the folder's version arrives, so that there is always a file at the path.
 */
export async function restoreLocal(
  context: FolderContext,
  pull: Pull,
  asked: string | undefined,
): Promise<number> {
  const { store, disk, role } = context
  if (role === 'full') return 0
  const changes = store
    .localChanges(maxRestored)
    .filter(({ path }) => asked === undefined || path === asked || path.startsWith(`${asked}/`))
  // Deepest first, so that directories are empty when their turn comes.
  for (const { path } of changes.reverse()) {
    const state = store.state(path)
    if (state === undefined) continue
    // What the folder has but is not kept here is not to come back either.
    if (state.winner === undefined || state.winner.kind === 'deleted' || state.unkept) await takeAway(state)
    else {
      pull.giveUp(path)
      store.clearProblem(path)
      store.disagree(path)
    }
    store.addHistory({
      atMs: context.clock.now(),
      path,
      action: 'restored',
      device: context.deviceName,
      sizeBytes: 0,
    })
  }
  return changes.length

  async function takeAway({ path, here }: PathState): Promise<void> {
    if (here === undefined) return store.setHere(path, undefined)
    const step: CommitStep = {
      kind: 'remove',
      path,
      to: here.diskPath,
      expect: here,
      archive: true,
    }
    const [outcome] = await disk.commit([step])
    if (outcome!.state === 'done') store.setHere(path, undefined)
    else context.markDirty(here.diskPath)
  }
}

/**
 * Puts an archived file back; the next look at the disk finds it and signs it like any edit. Returns where it lies: at its path, or beside
 * what has taken that, unless it is to `replace` it.
 */
export async function restoreArchived(
  context: FolderContext,
  id: string,
  replace: boolean,
): Promise<RelPath> {
  await checkRoot(context)
  const { path, stage, sizeBytes, mtimeNs, executable } = await context.disk.stageArchived(id)
  try {
    await stage.seal(sizeBytes, mtimeNs, executable)
    const directory = await makeDirectory(context, parentOf(path))
    if (directory !== undefined) {
      const beside = conflictPath({ path, deviceName: 'archive', mtimeNs })
      const placed = replace
        ? await placeInstead(context, stage, directory, path)
        : await placeAtFirstFree(context, stage, directory, [path, beside])
      if (placed !== undefined) return placed
    }
  } finally {
    // One that was placed is closed already. One left open could not be opened again.
    await stage.discard()
  }
  throw new SyncError('obstructed', {
    path,
    reason: 'its name, or that of its directory, is taken. Make room and try again',
  })
}

/** Undefined when all of the names are taken. */
async function placeAtFirstFree(
  { disk, markDirty }: FolderContext,
  stage: Stage,
  directory: DiskPath,
  paths: readonly RelPath[],
): Promise<RelPath | undefined> {
  for (const path of paths) {
    const to = joinPath(directory, nameOf(path))
    const [outcome] = await disk.commit([{ kind: 'file', path, to, stage, expect: 'absent', archive: true }])
    if (outcome!.state === 'done') {
      markDirty(to)
      return path
    }
    if (!saysTaken.has(outcome!.error.code)) throw outcome!.error
  }
  return undefined
}

/** What lies there is not lost, but in the archive. */
async function placeInstead(
  { store, disk, markDirty }: FolderContext,
  stage: Stage,
  directory: DiskPath,
  path: RelPath,
): Promise<RelPath> {
  const to = store.state(path)?.here?.diskPath ?? joinPath(directory, nameOf(path))
  const look = await disk.look(path, to)
  if (look.state === 'unreadable') throw errorOf(look.problem)
  const expect = look.state === 'absent' ? 'absent' : look.found.stat
  if (expect !== 'absent' && expect.kind === 'directory')
    throw new SyncError('obstructed', { path, reason: 'a directory lies there' })
  const [outcome] = await disk.commit([{ kind: 'file', path, to, stage, expect, archive: true }])
  markDirty(to)
  if (outcome!.state === 'failed') throw outcome!.error
  return path
}

/** Where a directory lies on disk, made anew when it is gone. Undefined when something else has taken its place. */
export async function makeDirectory(context: FolderContext, path: DirPath): Promise<DiskPath | undefined> {
  if (path === '') return ''
  const here = context.store.state(path)?.here
  if (here !== undefined) return here.kind === 'directory' ? here.diskPath : undefined
  const parent = await makeDirectory(context, parentOf(path))
  if (parent === undefined) return undefined
  const to = joinPath(parent, nameOf(path))
  const step: CommitStep = { kind: 'directory', path, to, expect: 'absent', archive: true }
  const [outcome] = await context.disk.commit([step])
  context.markDirty(to)
  return outcome!.state === 'done' ? to : undefined
}
