/**
 * Brings what is known of the disk in line with the disk, and signs what a person changed. The only part that makes new versions of what
 * people do. A path that could not be seen is never taken for a deleted one (I10); deletions are signed last, all together, and only
 * after the root was found to be the right one before and after looking.
 */

import { maxFileBytes } from '../core/blocks.ts'
import { type Damage, isStillDamaged } from '../core/damage.ts'
import { type ErrorCode, isSyncError, SyncError } from '../core/errors.ts'
import { noContent } from '../core/ids.ts'
import { needsHash } from '../core/observe.ts'
import {
  ancestorsOf,
  childPath,
  type DirPath,
  isInside,
  nameOf,
  parentOf,
  type RelPath,
  textToPath,
} from '../core/path.ts'
import { type Problem, problemOf } from '../core/problem.ts'
import { isFresh, isSameFile, isSameInode, isSameStat } from '../core/stat.ts'
import { linkRoot, sameContent } from '../core/version.ts'
import type { DiskPath, Found, Hashed } from '../ports.ts'
import type { FolderStore, Here, PathState } from '../store/folder-store.ts'
import { linkTargetFault } from '../wire/record-body.ts'
import { isUnreadable, noteDamage, tellDamage } from './damage.ts'
import { makeDoneDurable } from './doubt.ts'
import { finishMoves } from './finish-moves.ts'
import type { FolderContext } from './folder-context.ts'
import type { Gathering } from './gathering.ts'
import { loadIgnoreRules } from './ignore-rules.ts'
import { keepLease } from './lease.ts'
import { checkRoot } from './safety.ts'
import { signDeletions } from './sign-deletions.ts'
import { maxObserved, type Observed, signObserved } from './sign-observed.ts'

/** Files hashed at the same time: enough to keep every worker busy while others wait for the disk. */
const maxHashing = 16
/** Paths needed again after one scan; the others after the next. */
const maxNeededAgain = 10_000
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
  const { store, disk, clock } = context
  const deviceBefore = await checkRoot(context)
  await keepLease(context)
  const isIgnored = await loadIgnoreRules(context)
  await makeDoneDurable(context)
  await finishMoves(context)

  const gone = new Set<RelPath>()
  const stillProblems = new Set<string>()
  const unsettled: DiskPath[] = []
  const hashing = new Set<Promise<void>>()
  /** Sources of renames seen so far: gone from there, and found elsewhere with the same content. */
  const renames = new Map<RelPath, Found>()
  /** Directories found for the first time: they are entered even by a shallow look. */
  const newDirectories = new Set<RelPath>()
  /** Where directories were before they got the path they were found at. */
  const formerPaths = new Map<DirPath, RelPath>()
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
    if (batch.length > 0) store.transaction(() => signObserved(context, batch, renames))
  }

  async function examine(found: Found, state: PathState | undefined): Promise<void> {
    const { path, stat } = found
    if (isIgnored(path, stat.kind)) return stopTracking(context, path)
    if (stat.kind === 'other') return
    const fault = whyUnsendable(found)
    if (fault !== undefined) return noteProblem(fault)
    if (state?.ignored) store.setIgnored(path, false)
    const here = state?.here
    if (here?.damage !== undefined && isSameStat(here, stat) && here.diskPath === found.diskPath)
      return tellDamage(context, path)
    if (stat.kind === 'directory' && here?.kind !== 'directory') newDirectories.add(path)
    if (here?.kind === 'directory' && stat.kind !== 'directory') addBelow(context, path, gone)
    const former = here === undefined ? await findFormer(found) : undefined
    if (stat.kind === 'file' && former !== undefined) return noteMoved(found, former, state)
    if (stat.kind === 'file' && needsHash(here, { ...stat, kind: 'file' })) {
      if (hashing.size >= maxHashing) await Promise.race(hashing)
      const task: Promise<void> = hashFound(found).finally(() => hashing.delete(task))
      hashing.add(task)
      return
    }
    note({ found, content: cheapContent(found, here), hashed: undefined }, state)
  }

  /** What is damaged is moved as what it ought to be: the others have that, and it is repaired from there. */
  function noteMoved(
    found: Found,
    { path, here: { root, damage } }: { readonly path: RelPath; readonly here: Here },
    state: PathState | undefined,
  ): void {
    renames.set(path, found)
    note({ found, content: { kind: 'file', root }, hashed: undefined, damage }, state)
  }

  /**
   * What a thing was before the directory it lies in got another name: that touches nothing in it, so there is no need to read a file again.
   */
  async function findFormer({ path, stat }: Found): Promise<{ path: RelPath; here: Here } | undefined> {
    const formerParent = formerPaths.get(parentOf(path))
    if (formerParent !== undefined) {
      const formerPath = childPath(formerParent, nameOf(path))
      if (formerPath === undefined) return undefined
      const here = store.state(formerPath)?.here
      if (here?.kind === 'directory' && stat.kind === 'directory' && here.inode === stat.inode)
        formerPaths.set(path, formerPath)
      const isKnown = here?.verified || here?.damage !== undefined
      const isSame = here?.kind === 'file' && isKnown && isSameStat(here, stat)
      return isSame && !isIgnored(formerPath, 'file') ? { path: formerPath, here } : undefined
    }
    const formerPath = stat.kind === 'directory' ? store.directoryHere(stat.inode, stat.device) : undefined
    if (formerPath !== undefined && (await isAbsent(context, formerPath))) formerPaths.set(path, formerPath)
    return undefined
  }

  async function hashFound(found: Found): Promise<void> {
    // Read now, it would be taken for this content whatever is written into it in the same moment.
    if (isFresh(found.stat, clock.now(), disk.capabilities.timeGrainNs))
      return void unsettled.push(found.diskPath)
    try {
      const hashed = await disk.hash(found.path, found.diskPath, found.stat)
      if (await isDamageAgain(found, hashed.root)) return
      const source = renameSource(context, found, hashed)
      const isMoved = source !== undefined && !isIgnored(source, 'file') && (await isAbsent(context, source))
      if (isMoved) renames.set(source, found)
      note(
        { found: { ...found, stat: hashed.stat }, content: { kind: 'file', root: hashed.root }, hashed },
        undefined,
      )
    } catch (error) {
      if (isSyncError(error, 'changing')) unsettled.push(found.diskPath)
      else if (isSyncError(error, 'unreadable') && (await isDamageAgain(found, 'unreadable'))) return
      else if (isSyncError(error)) noteProblem(problemOf(found.path, error))
      else throw error
    }
  }

  /** Whether this is a file that was found to be damaged before, there or where it was moved from, be it over another one. No person's edit, then. */
  async function isDamageAgain(found: Found, content: Damage): Promise<boolean> {
    const { path, stat } = found
    const seen = { ...stat, kind: 'file' } as const
    const here = store.state(path)?.here
    if (here !== undefined && content === 'unreadable' && (await isDamagedMeanwhile(here, found))) {
      noteDamage(context, path, { ...here, ...seen }, content)
      return true
    }
    if (isStillDamaged(here, seen, content)) {
      store.setHere(path, { ...here!, ...seen, diskPath: found.diskPath })
      tellDamage(context, path)
      return true
    }
    if (here !== undefined && isSameFile(here, stat)) return false
    for (const { path: source, here: before } of store.damagedAs(content, stat.inode, stat.device)) {
      if (!isStillDamaged(before, seen, content) || isIgnored(source, 'file')) continue
      if (!(await hasLeft(context, source, before))) continue
      noteMoved(found, { path: source, here: before }, undefined)
      return true
    }
    return false
  }

  /** Whether only its ctime is another, and a step that was broken off may have moved that by giving it a name in the archive. */
  async function isDamagedMeanwhile(here: Here, found: Found): Promise<boolean> {
    const isAsPersonLeft = here.verified && isSameInode(here, found.stat)
    return isAsPersonLeft && store.placingsOf(found.path).length > 0 && (await isUnreadable(context, found))
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
    if (observed.length >= maxObserved) flush()
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

  /** What was ignored, or nothing a folder can hold, may have been in the way of another spelling. */
  function noteFree(): void {
    if (!disk.capabilities.caseSensitive) store.clearProblems('name-collides')
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
      if (state?.here === undefined) noteFree()
      else if (state.here.diskPath === placeDisk) addGone(context, place, gone)
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

  /** What only moved waits for nothing. */
  function countUnexplained(): number {
    if (formerPaths.size === 0) return missing.paths.size
    const moved = new Set(formerPaths.values())
    return [...missing.paths].filter((path) => !moved.has(path) && store.state(path)?.here !== undefined)
      .length
  }

  if (scope === 'everything') await walkFrom('', '', true)
  else for (const diskPath of scope) await lookAt(diskPath)
  await Promise.all(hashing)
  flush()
  if (scope === 'everything') store.clearProblemsExcept(scanProblemCodes, stillProblems)

  const device = await checkRoot(context)
  if (device !== deviceBefore) throw new SyncError('root-foreign', { path: context.rootPath })
  for (const path of gone) {
    if (isBrokenOff(store, path)) forgetHere(store, path)
    else missing.paths.add(path)
  }
  const untold = inPlaceOfDirectories.map(({ found }) => found.path)
  if (scope === 'everything') {
    forgetPlacings(context, [...stillProblems, ...unsettled, ...untold])
    needAgain(context)
  }
  if (!deletesConfirmed && missing.gathering.waitMs(countUnexplained()) > 0) {
    // One of the missing is enough to bring the next look, which tells them all.
    const [first] = missing.paths
    const firstPlace = store.state(first!)?.here?.diskPath ?? first!
    unsettled.push(...inPlaceOfDirectories.map(({ found }) => found.diskPath), firstPlace)
    return { unsettled }
  }
  // What was seen in a directory just before it went became known after that, and goes with it.
  for (const path of [...missing.paths]) addBelow(context, path, missing.paths)
  for (const path of missing.paths) {
    if (!isIgnored(path, store.state(path)?.here?.kind ?? 'file')) continue
    stopTracking(context, path)
    // For the day it is not ignored any more: then it is to come back.
    store.disagree(path)
    missing.paths.delete(path)
  }
  await signDeletions(context, [...missing.paths], deletesConfirmed, held)
  // What could not be placed beside one of them may be now.
  if (missing.paths.size > 0) store.clearProblems('name-collides')
  missing.paths.clear()
  missing.gathering.waitMs(0)
  for (const item of inPlaceOfDirectories) {
    // Something in the directory was found again while its deletion was being signed: so the directory is back, too.
    if (store.hasHereBelow(item.found.path)) unsettled.push(item.found.diskPath)
    else observed.push(item)
  }
  flush()
  return { unsettled }
}

/** Whether what lay there may have been taken away by us to make room, and the disk went before the new could be put. */
function isBrokenOff(store: FolderStore, path: RelPath): boolean {
  const here = store.state(path)?.here
  if (here === undefined) return false
  return store.placingsOf(path).some((placing) => here.damage !== undefined || !sameContent(placing, here))
}

/** Nobody deleted it, so whatever wins is needed here, be it what was agreed. */
function forgetHere(store: FolderStore, path: RelPath): void {
  store.transaction(() => {
    store.setHere(path, undefined)
    store.disagree(path)
  })
}

/** What was to be put somewhere and is not there was never put: from now on the same content there is a person's work. */
function forgetPlacings({ store }: FolderContext, unsure: readonly string[]): void {
  const unsurePaths = unsure.map((path) => path.normalize('NFC'))
  for (const path of store.pathsOfPlacings()) {
    if (!unsurePaths.some((other) => path === other || isInside(path, other as DirPath)))
      store.forgetPlacings(path)
  }
}

/** What is not here, though this device may sign deletions and signed none, went while it was ignored: it is to come back. */
function needAgain({ store, role }: FolderContext): void {
  if (role === 'read-only') return
  const gone = store
    .localChanges(maxNeededAgain)
    .filter(({ here, agreed, winner }) => here === undefined && agreed?.id === winner?.id)
  store.transaction(() => {
    for (const { path } of gone) store.disagree(path)
  })
}

/** What this protocol cannot say of a thing that lies on a disk. */
function whyUnsendable({ path, stat, linkTarget }: Found): Problem | undefined {
  if (stat.kind === 'file' && stat.sizeBytes > maxFileBytes) {
    const reason = `more than ${maxFileBytes} bytes`
    return problemOf(path, new SyncError('too-large-here', { path, reason }))
  }
  const reason = stat.kind === 'link' ? linkTargetFault(linkTarget) : undefined
  if (reason === undefined) return undefined
  return problemOf(path, new SyncError('link-unusable', { path, reason }))
}

function isRemembered(here: Here, { found, content }: Observed): boolean {
  const { stat } = found
  return (
    here.verified &&
    here.diskPath === found.diskPath &&
    sameContent(here, content) &&
    here.executable === stat.executable &&
    isSameStat(here, stat)
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

/** Whether a file does not lie any more where it was seen: nothing does, or another one. */
async function hasLeft(context: FolderContext, path: RelPath, here: Here): Promise<boolean> {
  const look = await context.disk.look(path, here.diskPath)
  return look.state === 'absent' || (look.state === 'present' && !isSameFile(look.found.stat, here))
}

function addGone(context: FolderContext, path: RelPath, gone: Set<RelPath>): void {
  gone.add(path)
  addBelow(context, path, gone)
}

function addBelow(context: FolderContext, directory: RelPath, gone: Set<RelPath>): void {
  for (const path of pathsHereBelow(context, directory)) gone.add(path)
}

function* pathsHereBelow(context: FolderContext, directory: DirPath): Generator<RelPath> {
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
      // Found again one day, it would look like an edit: of nothing, then, so that what it was stays beside it.
      if (store.state(below)?.here?.damage !== undefined) {
        store.disagree(below)
        store.clearProblem(below)
      }
      store.setHere(below, undefined)
    }
  })
}

/** The places given, without those inside another one. */
export function outermost(places: Iterable<DiskPath>): DiskPath[] {
  const sorted = [...new Set(places)].sort()
  return sorted.filter(
    (place) => !sorted.some((other) => other !== place && isInside(place as RelPath, other as DirPath)),
  )
}
