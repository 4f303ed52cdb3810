/**
 * Directories on the way to a path: finds where a path goes on disk, and lets a directory live again when something in it does (E5).
 */
import { knownThrough } from '../core/elect.ts'
import { nameOf, parentOf, type RelPath } from '../core/path.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { DiskPath } from '../ports.ts'
import type { PathState } from '../store/folder-store.ts'
import type { Batch } from './batch.ts'
import type { ConflictCopies } from './conflict-copies.ts'
import type { FolderContext } from './folder-context.ts'
import type { Holds } from './holds.ts'
import { directoryDraft, signDrafts } from './sign.ts'

/**
 * Where a path goes on disk, its parents being there or earlier in this batch. Undefined: not yet, the path is held back. `revived`: a
 * directory above had to be signed again, plan anew.
 */
export async function wayTo(
  context: FolderContext,
  copies: ConflictCopies,
  holds: Holds,
  path: RelPath,
  batch: Batch,
): Promise<DiskPath | 'revived' | undefined> {
  const way = await findWay(context, copies, path, batch)
  // This path and not the directory that is missing: what must not go before it is placed would wait for ever (I2).
  if (way === undefined) holds.wait(path, 'the directory it lies in is not there yet')
  return way
}

async function findWay(
  context: FolderContext,
  copies: ConflictCopies,
  path: RelPath,
  batch: Batch,
): Promise<DiskPath | 'revived' | undefined> {
  const { store } = context
  const parent = parentOf(path)
  if (parent === '') return nameOf(path)
  const state = store.state(parent)
  if (state?.here?.kind === 'directory') return `${state.here.diskPath}/${nameOf(path)}`
  const queued = batch.directoryAt(parent)
  if (queued !== undefined) return `${queued}/${nameOf(path)}`
  // Taken away here by a person who may not sign that, or who has not been seen to do it yet: something in it lives, and so does it (E5).
  const isGoneHere = state?.winner !== undefined && state.winner.id === state.agreed?.id
  const kind = state?.winner?.kind
  if (kind !== undefined && kind !== 'directory' && context.role === 'full')
    return (await revive(context, copies, parent)) ? 'revived' : undefined
  const isFree = state?.here === undefined && (kind === undefined || kind === 'deleted' || isGoneHere)
  if (!isFree) return undefined
  const way = await findWay(context, copies, parent, batch)
  if (way === 'revived' || way === undefined) return way
  batch.add({
    state: state ?? unknownPath(parent),
    step: { kind: 'directory', path: parent, to: way, expect: 'absent', archive: true },
    record: (after) => store.setHere(parent, after),
  })
  return `${way}/${nameOf(path)}`
}

function unknownPath(path: RelPath): PathState {
  const nothing = { winner: undefined, agreed: undefined, here: undefined }
  return { path, ...nothing, ignored: false, asked: false, unkept: false }
}

/**
 * Signs the directory at a path where it has to live again (E5). A file that must give way is kept as a copy by whoever has it lying
 * there (E4), and only that device may claim to know it: nobody promises a content that may be gone by then. A device's own counter
 * covers whatever it signed before, so it may not sign past a file of its own without keeping it either. False: not yet.
 */
export async function revive(
  context: FolderContext,
  copies: ConflictCopies,
  path: RelPath,
): Promise<boolean> {
  const { store } = context
  const before = store.state(path)
  const { here, agreed } = before ?? {}
  const isFileHere = here !== undefined && here.kind !== 'directory'
  if (isFileHere) {
    if (agreed === undefined || !sameContent(here, agreed)) {
      context.markDirty(here.diskPath)
      return false
    }
    if (!(await copies.keepBoth(before!, agreed))) return false
  }
  store.transaction(() => {
    const versions = store.versionsOf(path)
    const known = versions.filter(
      (version) => givesWay(version) || (isFileHere && sameContent(version, here)),
    )
    const [signed] = signDrafts(context, 'device', [directoryDraft(path, knownThrough(known, versions))])
    if (here?.kind === 'directory') store.adopt(path, signed!, here)
  })
  return true
}

/** Nothing is lost when a directory takes the place of these. */
function givesWay({ kind }: Version): boolean {
  return kind === 'directory' || kind === 'deleted'
}
