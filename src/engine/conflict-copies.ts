/**
 * Keeps both sides of a conflict. A device that may sign makes the loser a file of its own for everybody (E4); one that may not puts its
 * local content beside, where it stays local (E6). The copy lies on disk before anything is said about it, so a crash in
 * between costs nothing and is recognised by the content.
 */

import { elect, knownThrough } from '../core/elect.ts'
import type { ContentRoot } from '../core/ids.ts'
import { joinPath, nameOf, parentOf, type RelPath } from '../core/path.ts'
import { isSameStat } from '../core/stat.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { DiskPath } from '../ports.ts'
import type { FolderStore, Here, PathState } from '../store/folder-store.ts'
import { copyPlaceOf, firstFree, isCopyTold } from './copy-places.ts'
import { commitCopy } from './copy-step.ts'
import type { FolderContext } from './folder-context.ts'
import { foundToHere } from './here.ts'
import type { Holds } from './holds.ts'
import { type Draft, signDrafts } from './sign.ts'

export interface ConflictCopies {
  /** E4: `lost` is the version whose content lies here. False when the copy could not be made; the path is held back. */
  keepBoth(state: PathState, lost: Version): Promise<boolean>
  /** Where this content is that of a loser nobody has kept a copy of yet, tells a copy, to be placed before the content goes (I1). */
  tellCopiesOf(root: ContentRoot): void
  /** E6. False likewise. */
  setAside(state: PathState): Promise<boolean>
  /** Whether what lies at a path may be replaced: a copy lies beside it, or the person gave it up. */
  isKeptAside(path: RelPath, here: Here, lost: Version | undefined): Promise<boolean>
  /** The person does not want what lies at this path any more. What comes to lie there later is another matter. */
  giveUp(path: RelPath): void
  /** The folder's version took the path. */
  settled(path: RelPath): void
}

export function createConflictCopies(context: FolderContext, holds: Holds): ConflictCopies {
  const { store, disk, clock, log, role } = context
  const givenUp = new Map<RelPath, Here>()

  /** E4: the copy lies on disk first, then it is told. That the winner knows the loser is said when the winner takes the path. */
  async function keepBoth(state: PathState, lost: Version): Promise<boolean> {
    const draft = copyDraft(store, lost)
    const before = store.state(draft.path)
    const isMade = [before?.here, before?.winner].every((at) => at !== undefined && sameContent(at, draft))
    if (isMade && before?.agreed === undefined) {
      // Told by another device and here by now: no reason to make it again and again until it has been taken over.
      store.clearProblemsOfContent('no-peer-has-it', [draft.root])
      holds.wait(state.path, 'its copy has to be taken over first')
      return false
    }
    const made = await copyBeside(state, lost, draft.path)
    if (made === undefined) return false
    store.transaction(() => {
      const told = store.state(draft.path)?.winner
      const isTold = told !== undefined && sameContent(told, draft)
      const copy = isTold ? told : signDrafts(context, 'device', [draft])[0]!
      // Told by another device, or there before, with its own time and mode: taken over like anything that is here already.
      if (made.isFresh && !isTold) store.adopt(draft.path, copy, made.here)
      else store.setHere(draft.path, made.here)
      noteConflict(draft.path, lost.deviceName, lost.sizeBytes)
    })
    log.info({ path: state.path, copy: draft.path }, 'both versions of a conflict are kept')
    return true
  }

  function tellCopiesOf(root: ContentRoot): void {
    if (role !== 'full') return
    const untold = store.losersWithRoot(root).filter((loser) => {
      const isLost = elect(store.versionsOf(loser.path)).conflicts.some(({ id }) => id === loser.id)
      return isLost && !isCopyTold(store, loser)
    })
    if (untold.length === 0) return
    const drafts = untold.map((loser) => copyDraft(store, loser))
    store.transaction(() => signDrafts(context, 'device', drafts))
    context.pullSoon()
  }

  function noteConflict(path: RelPath, device: string, sizeBytes: number): void {
    store.addHistory({ atMs: clock.now(), path, action: 'conflict', device, sizeBytes })
  }

  /** E6: the local content is copied beside and stays local; then the winner can take the path. */
  async function setAside(state: PathState): Promise<boolean> {
    const here = state.here!
    const path = asidePath(state.path, here)
    const copy = await copyBeside(state, here, path)
    if (copy === undefined) return false
    store.transaction(() => {
      store.setHere(path, copy.here)
      noteConflict(path, context.deviceName, here.sizeBytes)
    })
    return true
  }

  function asidePath(path: RelPath, here: Here): RelPath {
    const { root, mtimeNs } = here
    return firstFree({ path, root, mtimeNs, deviceName: context.deviceName }, (place) => {
      const taken = store.state(place)
      return taken?.here === undefined ? taken?.winner === undefined : sameContent(taken.here, here)
    })
  }

  async function isKeptAside(path: RelPath, here: Here, lost: Version | undefined): Promise<boolean> {
    const unwanted = givenUp.get(path)
    if (unwanted !== undefined && sameContent(unwanted, here)) return true
    if (role === 'full' && lost === undefined) return false
    const copyPath = role === 'full' ? copyPlaceOf(store, lost!) : asidePath(path, here)
    const copy = store.state(copyPath)
    if (copy?.here === undefined || !sameContent(copy.here, here)) return false
    // What may be signed has to be told as well before the original goes, and not to be deleted by now.
    const isTold = copy.agreed !== undefined && copy.winner !== undefined && sameContent(copy.winner, here)
    if (role === 'full' && !isTold) return false
    return isStillThere(copyPath, copy.here)
  }

  /** What is remembered of a copy may be over: a person may have put it elsewhere, even where it was copied from. */
  async function isStillThere(path: RelPath, here: Here): Promise<boolean> {
    const look = await disk.look(path, here.diskPath)
    if (look.state === 'present' && isSameStat(look.found.stat, here)) return true
    context.markDirty(here.diskPath)
    return false
  }

  /** Puts a copy of what lies at a path beside it, unless it is there already. Undefined when that failed; the path is held back. */
  async function copyBeside(
    state: PathState,
    content: { readonly mtimeNs: bigint; readonly executable: boolean },
    path: RelPath,
  ): Promise<{ readonly here: Here; readonly isFresh: boolean } | undefined> {
    const here = state.here!
    const present = store.state(path)?.here
    if (present !== undefined && sameContent(present, here)) {
      if (await isStillThere(path, present)) return { here: present, isFresh: false }
      holds.wait(state.path, 'its copy has to be looked at first')
      return undefined
    }
    const parent = parentOf(path)
    const directory = parent === '' ? '' : (store.state(parent)?.here?.diskPath ?? parent)
    const to = joinPath(directory, nameOf(path))
    try {
      const { mtimeNs, executable } = content
      const target = { path, diskPath: to, expect: 'absent', mtimeNs, executable } as const
      const outcome = await commitCopy(context, state.path, here, target)
      if (outcome.state === 'done') return { here: foundToHere(outcome.found!, here), isFresh: true }
      const existing = await sameContentAt(path, to, here)
      if (existing !== undefined) return { here: existing, isFresh: false }
      throw outcome.error
    } catch (error) {
      holds.failOrThrow(state, error)
    }
    return undefined
  }

  /** A copy made before a crash, recognised by its content. */
  async function sameContentAt(path: RelPath, diskPath: DiskPath, here: Here): Promise<Here | undefined> {
    const look = await disk.look(path, diskPath)
    if (look.state !== 'present' || look.found.stat.kind !== 'file' || here.kind !== 'file') return undefined
    const hashed = await disk.hash(path, diskPath, look.found.stat)
    return hashed.root === here.root ? foundToHere({ ...look.found, stat: hashed.stat }, here) : undefined
  }

  return {
    keepBoth,
    tellCopiesOf,
    setAside,
    isKeptAside,
    giveUp(path) {
      const here = store.state(path)?.here
      if (here !== undefined) givenUp.set(path, here)
    },
    settled: (path) => void givenUp.delete(path),
  }
}

/** The loser of a conflict as a file of its own, for everybody. */
function copyDraft(store: FolderStore, loser: Version): Draft {
  const path = copyPlaceOf(store, loser)
  const state = store.state(path)
  return {
    kind: loser.kind,
    root: loser.root,
    path,
    sizeBytes: loser.sizeBytes,
    blockSizeBytes: loser.blockSizeBytes,
    mtimeNs: loser.mtimeNs,
    executable: loser.executable,
    linkTarget: loser.linkTarget,
    fileId: undefined,
    knows: state?.winner === undefined ? [] : knownThrough([state.winner], store.versionsOf(path)),
    replaced: state?.winner,
  }
}
