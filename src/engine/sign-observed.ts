/**
 * Records what a scan saw on the disk, and signs what in it a person did. Tells our own work from a person's (I4) and the two halves of a
 * rename from a new file and a deletion.
 */

import { blockSizeFor } from '../core/blocks.ts'
import type { Damage } from '../core/damage.ts'
import { SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { observe } from '../core/observe.ts'
import type { RelPath } from '../core/path.ts'
import { problemOf } from '../core/problem.ts'
import { isDressedAs, isRounded } from '../core/stat.ts'
import { type Content, isOfDirectory, sameContent, type Version } from '../core/version.ts'
import type { Found, Hashed } from '../ports.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { damagedHere, foundToHere } from './here.ts'
import { type Draft, deletionDraft, fitsHistory, knownVersions, signDrafts } from './sign.ts'

/** Observations written in one transaction: one signature and one fsync for all of them. */
export const maxObserved = 256

/** Something seen on disk with its content known. */
export interface Observed {
  readonly found: Found
  readonly content: Content & { readonly kind: Here['kind'] }
  readonly hashed: Hashed | undefined
  /** What lies there instead of that content. */
  readonly damage?: Damage | undefined
}

/** Records what was seen and signs what is new in it. Runs inside a transaction, so states are read afresh here. */
export function signObserved(
  context: FolderContext,
  batch: readonly Observed[],
  renames: ReadonlyMap<RelPath, Found>,
): void {
  const { store, disk, role } = context
  const grainNs = disk.capabilities.timeGrainNs
  const sourcesByTarget = new Map([...renames].map(([source, found]) => [found.path, source]))
  /** Contents peers may have been told to be lacking here, and that are not signed anew. */
  const servable: ContentRoot[] = []
  const seenPaths = new Set(batch.map(({ found }) => found.path))

  /** The leaving half of a rename, unless something new lies there already: that is an edit like any other. */
  function movedFrom(source: RelPath | undefined): { readonly agreed: Version } | undefined {
    const { agreed, here } = (source !== undefined && !seenPaths.has(source) && store.state(source)) || {}
    const found = source === undefined ? undefined : renames.get(source)
    if (agreed === undefined || here === undefined || found === undefined) return undefined
    return here.inode === found.stat.inode && here.device === found.stat.device ? { agreed } : undefined
  }

  const drafts: { readonly draft: Draft; readonly here: Here | undefined }[] = []
  for (const { found, content, hashed, damage } of batch) {
    const { path, stat } = found
    const here = damage === undefined ? foundToHere(found, content) : damagedHere(found, content, damage)
    const placings = store.placingsOf(path).filter((placing) => sameContent(placing, content))
    const before = store.state(path)?.here
    const isDressing =
      before !== undefined && placings.some((placing) => isBetween(here, before, placing, grainNs))
    const placed = placings.find((placing) => isDressedAs(here, placing, grainNs)) ?? placings.at(-1)
    if (placed !== undefined && !isDressing) store.adopt(path, placed, asPlaced(here, placed, grainNs))
    const state = store.state(path)
    if (hashed !== undefined) store.addBlocks(hashed.root, hashed.blockSizeBytes, hashed.hashes)
    store.clearProblem(path)
    const seen = { ...stat, kind: here.kind }
    const observation = observe(state?.agreed, state?.here, seen, content)
    const isWanted =
      state?.winner !== undefined &&
      state.winner.id !== state.agreed?.id &&
      sameContent(state.winner, content)
    if (observation === 'same' || isWanted || isDressing || role === 'read-only') {
      const isNews = here.kind === 'file' && here.verified && !(before?.verified && before.root === here.root)
      // A local change of a read-only device never travels, and neither does its root (E6).
      if (isNews && store.isContentLiveElsewhere(here.root, '')) servable.push(here.root)
      store.setHere(path, here)
      continue
    }
    const moved = movedFrom(sourcesByTarget.get(path))
    const edit = editDraft(context, found, content, state, moved?.agreed)
    if (!fitsHistory(context, 'person', edit)) {
      leaveUnsaid(context, path, here)
      continue
    }
    drafts.push({ here, draft: edit })
    if (moved === undefined) continue
    const departure = deletionDraft(context, moved.agreed, path)
    if (fitsHistory(context, 'person', departure)) drafts.push({ here: undefined, draft: departure })
    else leaveUnsaid(context, moved.agreed.path, undefined)
  }
  const versions = signDrafts(
    context,
    'person',
    drafts.map(({ draft }) => draft),
  )
  const arrivals = new Set(versions.map(({ movedTo }) => movedTo))
  for (const [index, version] of versions.entries()) {
    store.adopt(version.path, version, drafts[index]!.here)
    if (!arrivals.has(version.path)) noteChange(context, version)
  }
  context.contentAdded(servable)
}

/** What we placed as it was then, so that a person's change of time or mode since is seen. */
function asPlaced(here: Here, { mtimeNs, executable }: Version, grainNs: bigint): Here {
  const isAsSet = isRounded(here.mtimeNs, mtimeNs, grainNs)
  return { ...here, mtimeNs: isAsSet ? here.mtimeNs : mtimeNs, executable }
}

/** Whether time and mode are those from before or those to be set: a crash broke off our setting them, and the plan will go on with it. */
function isBetween(here: Here, before: Here, placing: Version, grainNs: bigint): boolean {
  const isTimeOurs = here.mtimeNs === before.mtimeNs || isRounded(here.mtimeNs, placing.mtimeNs, grainNs)
  const isModeOurs = here.executable === before.executable || here.executable === placing.executable
  return sameContent(here, before) && isTimeOurs && isModeOurs
}

/** A change nobody can be told of stays a local one; the person hears of it. */
export function leaveUnsaid({ store }: FolderContext, path: RelPath, here: Here | undefined): void {
  store.setHere(path, here)
  store.setProblem({ ...problemOf(path, new SyncError('history-full', { path })), retryMs: 0 })
}

function editDraft(
  context: FolderContext,
  found: Found,
  content: Content,
  state: PathState | undefined,
  movedFrom: Version | undefined,
): Draft {
  const { path, stat } = found
  const agreed = state?.agreed
  const isFile = content.kind === 'file'
  const before = agreed?.kind === 'file' ? agreed : movedFrom
  return {
    ...content,
    path,
    sizeBytes: isFile ? stat.sizeBytes : 0,
    blockSizeBytes: isFile ? blockSizeFor(stat.sizeBytes) : 0,
    mtimeNs: content.kind === 'directory' ? 0n : stat.mtimeNs,
    // A disk that cannot keep the bit must not take it away from everybody else.
    executable:
      isFile && (context.disk.capabilities.executable ? stat.executable : (before?.executable ?? false)),
    linkTarget: found.linkTarget,
    fileId: before?.fileId,
    knows: knownVersions(context.store, path, agreed),
    replaced: agreed,
  }
}

/** For the history people read. */
export function noteChange({ store, clock }: FolderContext, version: Version): void {
  if (isOfDirectory(version)) return
  const { path, kind, movedTo, deviceName, sizeBytes } = version
  store.addHistory({
    atMs: clock.now(),
    // Of a rename the leaving half is told, by the path it led to.
    path: movedTo ?? path,
    action: movedTo !== undefined ? 'moved' : kind === 'deleted' ? 'deleted' : 'changed',
    device: deviceName,
    sizeBytes,
  })
}
