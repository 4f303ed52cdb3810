/**
 * Brings what is known of the disk in line with the disk, and signs what a person changed. The only part that makes new versions of what
 * people do. A path that could not be seen is never taken for a deleted one (I10); deletions are signed last, all together, and only
 * after the root was found to be the right one before and after looking.
 */

import { blockSizeFor, maxFileBytes } from '../core/blocks.ts'
import { describeError, type ErrorCode, isSyncError, SyncError } from '../core/errors.ts'
import { type ContentRoot, noContent } from '../core/ids.ts'
import { needsHash, observe } from '../core/observe.ts'
import {
  ancestorsOf,
  comparePaths,
  type DirPath,
  isInside,
  parentOf,
  type RelPath,
  textToPath,
} from '../core/path.ts'
import { type Content, linkRoot, sameContent, type Version } from '../core/version.ts'
import type { DiskPath, Found, Hashed, Problem } from '../ports.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import { linkTargetFault } from '../wire/record-body.ts'
import type { FolderContext } from './folder-context.ts'
import type { Gathering } from './gathering.ts'
import { foundToHere } from './here.ts'
import { loadIgnoreRules } from './ignore-rules.ts'
import { checkRoot, isImplausible } from './safety.ts'
import { type Draft, deletionDraft, fitsHistory, knownVersions, signDrafts } from './sign.ts'

/** Files hashed at the same time: enough to keep every worker busy while others wait for the disk. */
const maxHashing = 16
/** Observations written in one transaction: one signature and one fsync for all of them. */
const maxBatch = 256
/** Rows taken from the store at a time while following a directory that is gone. */
const pageSize = 512

const scanProblemCodes: readonly ErrorCode[] = [
  'unreadable',
  'changing',
  'name-not-utf8',
  'name-unusable',
  'name-collides',
  'kind-unsupported',
  'too-large-here',
  'link-unusable',
]

/** A file that could not be read is looked at again after this long, even when no hint comes. */
export const unreadableRetryMs = 60_000

export type Scope = 'everything' | readonly DiskPath[]

/** What earlier scans found to be gone and have not told yet. */
export interface Missing {
  readonly paths: Set<RelPath>
  readonly gathering: Gathering
}

export interface ScanReport {
  /** Paths to look at again soon: they did not keep still. */
  readonly unsettled: readonly DiskPath[]
}

/** Something seen on disk with its content known. */
interface Observed {
  readonly found: Found
  readonly content: Content & { readonly kind: Here['kind'] }
  readonly hashed: Hashed | undefined
}

/**
 * Looks at the whole folder, or at the given places and what is new below them. Throws the halting `SyncError` when the root is not
 * provably there, or `mass-delete` when more is gone than is plausible and `deletesConfirmed` is false; then nothing of the
 * deletions has been signed, and `held` lists what is gone. Deletions are signed only once no more turn up; until then `missing` keeps them.
 */
export async function scan(
  context: FolderContext,
  scope: Scope,
  deletesConfirmed: boolean,
  held: RelPath[],
  missing: Missing,
): Promise<ScanReport> {
  const { store, disk } = context
  const deviceBefore = await checkRoot(context)
  const isIgnored = await loadIgnoreRules(context)

  const gone = new Set<RelPath>()
  const stillProblems = new Set<string>()
  const unsettled: DiskPath[] = []
  const hashing = new Set<Promise<void>>()
  let observed: Observed[] = []
  /** Files and links where a directory was: told after the deletions of what was in it, or others would see it live in a file. */
  const inPlaceOfDirectories: Observed[] = []

  function noteProblem(problem: Problem): void {
    stillProblems.add(problem.path)
    store.setProblem({ ...problem, retryMs: 0 })
  }

  function flush(): void {
    const batch = observed
    observed = []
    if (batch.length > 0) store.transaction(() => writeObservations(context, batch, renames))
  }

  /** Sources of renames seen so far: gone from there, and found elsewhere with the same content. */
  const renames = new Map<RelPath, Found>()

  /** Directories found for the first time: they are entered even by a shallow look. */
  const newDirectories = new Set<RelPath>()

  async function examine(found: Found, state: PathState | undefined): Promise<void> {
    const { path, stat } = found
    if (isIgnored(path, stat.kind)) return stopTracking(context, path)
    if (stat.kind === 'other') return
    const fault = whyUnsendable(found)
    if (fault !== undefined) return noteProblem(fault)
    if (state?.ignored) store.setIgnored(path, false)
    const here = state?.here
    if (stat.kind === 'directory' && here?.kind !== 'directory') newDirectories.add(path)
    if (here?.kind === 'directory' && stat.kind !== 'directory') addBelow(context, path, gone)
    if (stat.kind === 'file' && needsHash(here, { ...stat, kind: 'file' })) {
      if (hashing.size >= maxHashing) await Promise.race(hashing)
      const task: Promise<void> = hashFound(found).finally(() => hashing.delete(task))
      hashing.add(task)
      return
    }
    note({ found, content: cheapContent(found, here), hashed: undefined }, state)
  }

  async function hashFound(found: Found): Promise<void> {
    try {
      const hashed = await disk.hash(found.path, found.diskPath, found.stat)
      const source = renameSource(context, found, hashed)
      if (source !== undefined && (await isAbsent(context, source))) renames.set(source, found)
      note(
        { found: { ...found, stat: hashed.stat }, content: { kind: 'file', root: hashed.root }, hashed },
        undefined,
      )
    } catch (error) {
      if (isSyncError(error, 'changing')) unsettled.push(found.diskPath)
      else if (isSyncError(error)) noteProblem({ path: found.path, code: error.code, message: error.message })
      else throw error
    }
  }

  /** What is remembered just so is news only where a person's change could not be signed the last time. */
  function note(item: Observed, state: PathState | undefined): void {
    const { here, agreed } = state ?? {}
    const isSaid = context.role === 'read-only' || (agreed !== undefined && sameContent(agreed, item.content))
    if (here !== undefined && isSaid && isRemembered(here, item)) return
    const { path } = item.found
    if (item.content.kind !== 'directory' && store.state(path)?.here?.kind === 'directory') {
      inPlaceOfDirectories.push(item)
      return
    }
    observed.push(item)
    if (observed.length >= maxBatch) flush()
  }

  async function walkFrom(from: DirPath, fromDisk: DiskPath, deep: boolean): Promise<void> {
    const skip = (path: RelPath, kind: Found['stat']['kind']): boolean =>
      isIgnored(path, kind) || (!deep && !newDirectories.has(path))
    for await (const listing of disk.walk(from, fromDisk, skip)) {
      if (context.isClosing()) throw new SyncError('closing')
      for (const problem of listing.problems) noteProblem(problem)
      if (listing.unreadable) continue
      const statesByPath = new Map(store.childrenHere(listing.directory).map((state) => [state.path, state]))
      for (const found of listing.found) {
        const state = statesByPath.get(found.path) ?? store.state(found.path)
        statesByPath.delete(found.path)
        await examine(found, state)
      }
      const inTrouble = new Set(listing.problems.map((problem) => problem.path))
      for (const path of statesByPath.keys()) {
        if (!inTrouble.has(path)) addGone(context, path, gone)
      }
    }
  }

  async function lookAt(diskPath: DiskPath): Promise<void> {
    const path = textToPath(diskPath.normalize('NFC'))
    if (path === undefined) return
    // A hint below a directory that is not known yet is a hint about that directory.
    const unknown = ancestorsOf(path).find((ancestor) => store.state(ancestor)?.here?.kind !== 'directory')
    const place = unknown ?? path
    const placeDisk = diskPath.split('/').slice(0, place.split('/').length).join('/')
    if (ancestorsOf(place).some((ancestor) => isIgnored(ancestor, 'directory'))) return
    const look = await disk.look(place, placeDisk)
    if (look.state === 'unreadable') return noteProblem(look.problem)
    store.clearProblem(place)
    const state = store.state(place)
    if (look.state === 'absent') {
      if (state?.here !== undefined && state.here.diskPath === placeDisk) addGone(context, place, gone)
      return
    }
    if (state?.here !== undefined && state.here.diskPath !== placeDisk) {
      // Another spelling of a name that is known: only a look at the whole directory can tell which one counts.
      return walkFrom(parentOf(place), placeDisk.slice(0, Math.max(0, placeDisk.lastIndexOf('/'))), false)
    }
    await examine(look.found, state)
    if (look.found.stat.kind === 'directory' && !isIgnored(place, 'directory'))
      await walkFrom(place, placeDisk, false)
  }

  if (scope === 'everything') await walkFrom('', '', true)
  else for (const diskPath of scope) await lookAt(diskPath)
  await Promise.all(hashing)
  flush()
  if (scope === 'everything') store.clearProblemsExcept(scanProblemCodes, stillProblems)

  const device = await checkRoot(context)
  if (device !== deviceBefore) throw new SyncError('root-foreign', { path: context.rootPath })
  for (const path of gone) missing.paths.add(path)
  if (!deletesConfirmed && missing.gathering.waitMs(missing.paths.size) > 0) {
    const [first] = missing.paths
    const placeholder = store.state(first!)?.here?.diskPath
    unsettled.push(...inPlaceOfDirectories.map(({ found }) => found.diskPath), placeholder ?? first!)
    return { unsettled }
  }
  await signDeletions(context, [...missing.paths], deletesConfirmed, held)
  missing.paths.clear()
  missing.gathering.waitMs(0)
  observed = inPlaceOfDirectories
  flush()
  return { unsettled }
}

/** What this protocol cannot say of a thing that lies on a disk. */
function whyUnsendable({ path, stat, linkTarget }: Found): Problem | undefined {
  if (stat.kind === 'file' && stat.sizeBytes > maxFileBytes) {
    const reason = `more than ${maxFileBytes} bytes`
    return { path, code: 'too-large-here', message: describeError('too-large-here', { path, reason }) }
  }
  const reason = stat.kind === 'link' ? linkTargetFault(linkTarget) : undefined
  if (reason === undefined) return undefined
  return { path, code: 'link-unusable', message: describeError('link-unusable', { path, reason }) }
}

function isRemembered(here: Here, { found, content }: Observed): boolean {
  const { stat } = found
  return (
    here.verified &&
    here.diskPath === found.diskPath &&
    sameContent(here, content) &&
    here.executable === stat.executable &&
    here.mtimeNs === stat.mtimeNs &&
    here.ctimeNs === stat.ctimeNs &&
    here.inode === stat.inode &&
    here.device === stat.device
  )
}

/** The content of what needs no hashing: directories and links say it, files keep what is remembered. */
function cheapContent(found: Found, here: Here | undefined): Observed['content'] {
  switch (found.stat.kind) {
    case 'directory':
      return { kind: 'directory', root: noContent }
    case 'link':
      return { kind: 'link', root: linkRoot(found.linkTarget) }
    case 'file':
      return { kind: 'file', root: here!.root }
    case 'other':
      throw new Error(`assertion: ${found.path} has no content`)
  }
}

/** Records what was seen and signs what is new in it. Runs inside a transaction, so states are read afresh here. */
function writeObservations(
  context: FolderContext,
  batch: readonly Observed[],
  renames: ReadonlyMap<RelPath, Found>,
): void {
  const { store, role } = context
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
  for (const { found, content, hashed } of batch) {
    const { path, stat } = found
    const here = foundToHere(found, content)
    const placing = store.placing(path)
    if (placing !== undefined && sameContent(placing, content))
      store.adopt(path, placing, asPlaced(here, placing))
    const state = store.state(path)
    if (hashed !== undefined) store.addBlocks(hashed.root, hashed.blockSizeBytes, hashed.hashes)
    store.clearProblem(path)
    const seen = { ...stat, kind: here.kind }
    const observation = observe(state?.agreed, state?.here, seen, content)
    const isWanted =
      state?.winner !== undefined &&
      state.winner.id !== state.agreed?.id &&
      sameContent(state.winner, content)
    if (observation === 'same' || isWanted || role === 'read-only') {
      const isNews = here.kind === 'file' && !(state?.here?.verified && state.here.root === here.root)
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
  for (const [index, version] of versions.entries()) {
    store.adopt(version.path, version, drafts[index]!.here)
    noteChange(context, version)
  }
  context.contentAdded(servable)
}

/** What we placed as it was then, so that a person's change of time or mode since is seen. Disks round times, by up to two seconds. */
function asPlaced(here: Here, { mtimeNs, executable }: Version): Here {
  const offNs = here.mtimeNs - mtimeNs
  const isRounded = offNs > -2_000_000_000n && offNs < 2_000_000_000n
  return { ...here, mtimeNs: isRounded ? here.mtimeNs : mtimeNs, executable }
}

/** A change nobody can be told of stays a local one; the person hears of it. */
function leaveUnsaid({ store }: FolderContext, path: RelPath, here: Here | undefined): void {
  store.setHere(path, here)
  const code = 'history-full'
  store.setProblem({ path, code, message: describeError(code, { path }), retryMs: 0 })
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

/** Where a newly found file was before, when the disk says it is the very same file with the very same content. */
function renameSource(context: FolderContext, found: Found, hashed: Hashed): RelPath | undefined {
  if (hashed.stat.sizeBytes === 0) return undefined
  return context.store
    .hereWithRoot(hashed.root)
    .find(
      ({ path, here }) =>
        path !== found.path && here.inode === found.stat.inode && here.device === found.stat.device,
    )?.path
}

async function isAbsent(context: FolderContext, path: RelPath): Promise<boolean> {
  const here = context.store.state(path)?.here
  if (here === undefined) return true
  return (await context.disk.look(path, here.diskPath)).state === 'absent'
}

function addGone(context: FolderContext, path: RelPath, gone: Set<RelPath>): void {
  gone.add(path)
  addBelow(context, path, gone)
}

function addBelow(context: FolderContext, directory: RelPath, gone: Set<RelPath>): void {
  for (const path of pathsHereBelow(context, directory)) gone.add(path)
}

export function* pathsHereBelow(context: FolderContext, directory: DirPath): Generator<RelPath> {
  let after: RelPath | undefined
  for (;;) {
    const page = context.store.hereBelow(directory, after, pageSize)
    yield* page
    if (page.length < pageSize) return
    after = page.at(-1)
  }
}

/** A pattern covers it now: it stays on disk and in the folder, but this device no longer takes part (never a delete). */
function stopTracking(context: FolderContext, path: RelPath): void {
  const { store } = context
  const state = store.state(path)
  if (state === undefined || (state.ignored && state.here === undefined)) return
  store.transaction(() => {
    for (const below of [path, ...pathsHereBelow(context, path)]) {
      store.setIgnored(below, true)
      store.setHere(below, undefined)
    }
  })
}

/**
 * Signs deletions of what is gone, after looking once more at each, so that what came back meanwhile lives. On a read-only device
 * they stay local.
 */
async function signDeletions(
  context: FolderContext,
  gone: readonly RelPath[],
  confirmed: boolean,
  held: RelPath[],
): Promise<void> {
  const { store, disk, role } = context
  const really: RelPath[] = []
  let files = 0
  // Deepest first, so that nobody ever hears of a directory gone in which something lives.
  for (const path of gone.toSorted((a, b) => comparePaths(b, a))) {
    const here = store.state(path)?.here
    if (here === undefined) continue
    const look = await disk.look(path, here.diskPath)
    if (look.state !== 'absent' && !isGoneWithItsParent(look)) continue
    really.push(path)
    if (here.kind !== 'directory' && !store.isContentLiveElsewhere(here.root, path)) files++
  }
  const total = store.filesHere()
  held.length = 0
  if (role === 'full' && !confirmed && isImplausible(context, files, total)) {
    held.push(...really)
    throw new SyncError('mass-delete', {
      count: files,
      total,
      where: 'everywhere, because they are gone here',
      path: context.rootPath,
    })
  }
  for (let first = 0; first < really.length; first += maxBatch) {
    store.transaction(() => writeDeletions(context, really.slice(first, first + maxBatch)))
  }
}

/** A path whose parent turned into something else cannot be looked at, and is gone all the same. */
function isGoneWithItsParent(look: Awaited<ReturnType<FolderContext['disk']['look']>>): boolean {
  return look.state === 'unreadable' && look.problem.code === 'obstructed'
}

function writeDeletions(context: FolderContext, paths: readonly RelPath[]): void {
  const { store, role } = context
  const drafts: Draft[] = []
  for (const path of paths) {
    const state = store.state(path)
    if (state?.here === undefined) continue
    if (role === 'read-only' || state.agreed === undefined || state.agreed.kind === 'deleted')
      store.setHere(path, undefined)
    else {
      const draft = deletionDraft(context, state.agreed)
      if (fitsHistory(context, 'person', draft)) drafts.push(draft)
      else leaveUnsaid(context, path, undefined)
    }
  }
  for (const version of signDrafts(context, 'person', drafts)) {
    store.adopt(version.path, version, undefined)
    noteChange(context, version)
  }
}

function noteChange({ store, clock }: FolderContext, { path, kind, deviceName, sizeBytes }: Version): void {
  if (kind === 'directory') return
  store.addHistory({
    atMs: clock.now(),
    path,
    action: kind === 'deleted' ? 'deleted' : 'changed',
    device: deviceName,
    sizeBytes,
  })
}

/** The places given, without those inside another one. */
export function outermost(places: Iterable<DiskPath>): DiskPath[] {
  const sorted = [...new Set(places)].sort()
  return sorted.filter(
    (place) => !sorted.some((other) => other !== place && isInside(place as RelPath, other as DirPath)),
  )
}
