/**
 * A person decides which of two versions of a conflict to keep. Only moves files, as that person could by hand: the next look at the disk
 * finds what was done and signs it. Whatever goes is in the archive first, also in a folder that keeps none of what peers replace, because
 * a choice can be a slip; and at no moment, a crash included, is a version neither at its path nor there.
 */
import { conflictOriginal, numberedPath } from '../core/conflict-name.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import { joinPath, nameOf, parentOf, type RelPath } from '../core/path.ts'
import { isSameStat } from '../core/stat.ts'
import type { CommitStep, DiskPath, Expectation } from '../ports.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import { type CopyTarget, commitCopy } from './copy-step.ts'
import type { FolderContext } from './folder-context.ts'
import { makeDirectory } from './restore.ts'
import { checkRoot } from './safety.ts'

/** Names tried for a copy that is to be a file of its own. */
const maxNumber = 1_000

export type Kept = 'original' | 'copy' | 'both'

/**
 * Returns where what was kept lies. Throws `needs-full-secret` on a read-only device, where such a copy is the folder's like any other file, or
 * a local change, which is undone as those are; `not-found`, `request-invalid` for what is no conflict to decide, and `obstructed`.
 */
export async function settleConflict(context: FolderContext, asked: string, keep: Kept): Promise<RelPath> {
  const { store, role, rootPath } = context
  if (role === 'read-only') throw new SyncError('needs-full-secret', { path: rootPath })
  const state = store.state(asked as RelPath)
  if (state === undefined || state.winner === undefined || state.winner.kind === 'deleted')
    throw new SyncError('not-found', { what: `${asked} in ${rootPath}` })
  const original = conflictOriginal(state.path)
  if (original === undefined || state.winner.kind === 'directory')
    throw refused(`${asked} is no copy of a conflict.`)
  // What is signed next must be what the person saw, and not another device's newer word.
  const copy = requireHere(state)
  await checkRoot(context)
  switch (keep) {
    case 'original':
      return letGo(context, state.path, copy, original)
    case 'copy':
      return putInPlace(context, state.path, copy, original)
    case 'both':
      return nameAnew(context, state.path, copy, original)
  }
}

async function letGo(context: FolderContext, path: RelPath, copy: Here, original: RelPath): Promise<RelPath> {
  const state = context.store.state(original)
  if (state?.here === undefined)
    throw refused(`Nothing lies at ${original}, so there is only the copy to keep.`)
  const here = requireHere(state)
  if (!(await isStillThere(context, original, here)))
    throw new SyncError('changed-since-plan', { path: original })
  await commitOne(context, { kind: 'remove', path, to: copy.diskPath, expect: copy, archive: true })
  return original
}

async function putInPlace(
  context: FolderContext,
  path: RelPath,
  copy: Here,
  original: RelPath,
): Promise<RelPath> {
  await replaceByCopy(context, path, copy, { path: original, ...(await placeOf(context, original)) })
  return original
}

/** Puts the copy elsewhere. It lies there for certain before it goes from where it was, so there is nothing more to keep of it. */
async function replaceByCopy(
  context: FolderContext,
  path: RelPath,
  copy: Here,
  to: Pick<CopyTarget, 'path' | 'diskPath' | 'expect'>,
): Promise<void> {
  const { mtimeNs, executable } = copy
  const outcome = await commitCopy(context, path, copy, { ...to, mtimeNs, executable })
  context.markDirty(to.diskPath)
  if (outcome.state === 'failed') throw outcome.error
  await commitOne(context, { kind: 'remove', path, to: copy.diskPath, expect: copy, archive: false })
}

async function nameAnew(
  context: FolderContext,
  fromPath: RelPath,
  copy: Here,
  original: RelPath,
): Promise<RelPath> {
  const { store, disk } = context
  const from = copy.diskPath
  const directory = from.slice(0, Math.max(0, from.lastIndexOf('/')))
  for (let number = 2; number <= maxNumber; number += 1) {
    const path = numberedPath(original, number)
    const { winner, here } = store.state(path) ?? {}
    if (here !== undefined || (winner !== undefined && winner.kind !== 'deleted')) continue
    const to = joinPath(directory, nameOf(path))
    if ((await disk.look(path, to)).state !== 'absent') continue
    try {
      if (disk.capabilities.hardLinks && copy.kind === 'file')
        await commitOne(context, { kind: 'move', path, to, fromPath, from, expect: copy })
      else await replaceByCopy(context, fromPath, copy, { path, diskPath: to, expect: 'absent' })
      return path
    } catch (error) {
      if (!isSyncError(error, 'name-collides')) throw error
    }
  }
  throw new SyncError('obstructed', { path: original, reason: 'all names beside it are taken' })
}

async function isStillThere(context: FolderContext, path: RelPath, here: Here): Promise<boolean> {
  const look = await context.disk.look(path, here.diskPath)
  if (look.state === 'present' && isSameStat(look.found.stat, here)) return true
  context.markDirty(here.diskPath)
  return false
}

/** Where the original lies, or is to lie again. */
async function placeOf(
  context: FolderContext,
  path: RelPath,
): Promise<{ readonly diskPath: DiskPath; readonly expect: Expectation }> {
  const state = context.store.state(path)
  const isGone = state?.winner === undefined || state.winner.kind === 'deleted'
  if (state !== undefined && (state.here !== undefined || !isGone)) {
    const here = requireHere(state)
    if (here.kind === 'directory')
      throw new SyncError('obstructed', { path, reason: 'a directory lies there. Keep both' })
    return { diskPath: here.diskPath, expect: here }
  }
  const directory = await makeDirectory(context, parentOf(path))
  if (directory === undefined)
    throw new SyncError('obstructed', { path, reason: 'the name of its directory is taken' })
  return { diskPath: joinPath(directory, nameOf(path)), expect: 'absent' }
}

/** What lies at a path that is as the folder has it. */
function requireHere({ path, here, winner, agreed }: PathState): Here {
  if (here === undefined || winner === undefined || winner.id !== agreed?.id)
    throw refused(`${path} is not here as the folder has it. Decide when it has come.`)
  if (here.damage !== undefined) throw refused(`The disk has damaged ${path}. Decide when it is whole again.`)
  return here
}

async function commitOne(context: FolderContext, step: CommitStep): Promise<void> {
  const [outcome] = await context.disk.commit([step])
  if (step.kind === 'move') context.markDirty(step.from)
  context.markDirty(step.to)
  if (outcome!.state === 'failed') throw outcome!.error
}

function refused(reason: string): SyncError {
  return new SyncError('request-invalid', { reason })
}
