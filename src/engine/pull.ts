/**
 * Brings the disk in line with the folder: asks the store what is needed, plans each path, and carries the plans out in batches. The
 * only part that adopts versions and, through `disk.commit`, the only one that touches a person's files. Need is a query: after a
 * crash the next round asks again and goes on.
 */
import { conflictPath } from '../core/conflict-name.ts'
import { elect } from '../core/elect.ts'
import { describeError, type ErrorCode, isRetryable, isSyncError, SyncError } from '../core/errors.ts'
import type { IsIgnored } from '../core/ignore.ts'
import { nameOf, parentOf, type RelPath } from '../core/path.ts'
import { type Action, plan } from '../core/plan.ts'
import { directoryContent, sameContent, type Version } from '../core/version.ts'
import type { CommitOutcome, CommitStep, DiskPath, Expectation, Stat } from '../ports.ts'
import type { Here, PathState, ProblemRow } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { findMovedEdit, followMove } from './follow-move.ts'
import { loadIgnoreRules } from './ignore-rules.ts'
import { checkRoom, checkRoot, isImplausible, maxFailuresInARow } from './safety.ts'
import { directoryDraft, foundToHere } from './scan.ts'
import { type Draft, signDrafts } from './sign.ts'
import type { TransferFailure, Transfers } from './transfers.ts'

/** Paths planned in one round: more than the transfers and a batch together, so that waiting ones never hide ready ones. */
const maxPlanned = 256
/** Steps made durable together: one fsync of each directory and one transaction for all of them. */
const maxSteps = 128
/** A path that failed for a reason that may pass is tried again after this. */
const retryMs = 30_000
/** A peer tells as soon as it has something new; this is for the case that it did not. */
const noPeerRetryMs = 300_000
/** Trying again cannot help before the path itself changes. */
const untilChanged = Number.POSITIVE_INFINITY
/** What waits for something below or beside it is looked at again after this, should nothing wake it earlier. */
const obstructedRetryMs = 5_000

export interface PullReport {
  /** Something was changed, so another round may find more. */
  readonly progressed: boolean
}

interface PlannedStep {
  readonly state: PathState
  readonly step: CommitStep
  /** Records the outcome; runs in the batch's transaction. */
  readonly record: (here: Here | undefined) => void
}

export interface Pull {
  /**
   * Plans and carries out one batch. Throws a halting `SyncError` (root, disk, mass delete, too many errors); then nothing of the batch
   * was lost, it is only still needed.
   */
  round(deletesConfirmed: boolean): Promise<PullReport>
  /** A read-only device gives up its local edit of this path: it goes to the archive when the winner takes the path. */
  giveUp(path: RelPath): void
}

export function createPull(context: FolderContext, transfers: Transfers): Pull {
  const { store, disk, clock, log } = context
  const givenUp = new Set<RelPath>()
  const holds: ProblemRow[] = []
  let failuresInARow = 0

  async function round(deletesConfirmed: boolean): Promise<PullReport> {
    noteFailures(transfers.takeFailures())
    const needs = store.needs(clock.monotonicMs(), maxPlanned)
    transfers.keepOnly((root) => store.needsRoot(root) !== undefined)
    if (needs.length === 0) return { progressed: false }
    await checkRoot(context)
    const isIgnored = await loadIgnoreRules(context)
    checkDeletions(deletesConfirmed)

    const steps: PlannedStep[] = []
    let progressed = false
    try {
      for (const path of needs) {
        if (steps.length >= maxSteps) break
        // Read one by one: signing and adopting for one path can change another.
        const state = store.state(path)
        if (state?.winner === undefined) continue
        if (await prepare(state, isIgnored, steps)) progressed = true
      }
      writeHolds()
      if (steps.length > 0) {
        await checkRoot(context)
        await recordOutcomes(steps, await disk.commit(steps.map(({ step }) => step)))
        progressed = true
      }
    } finally {
      for (const { step, state } of steps) {
        if (step.kind === 'file') await transfers.giveBack(state.winner!.root, step.stage)
      }
    }
    // What waited for another path may be free now.
    if (progressed) store.clearProblems('obstructed')
    if (steps.some(({ step }) => step.kind === 'remove')) store.clearProblems('name-collides')
    return { progressed }
  }

  function checkDeletions(confirmed: boolean): void {
    const total = store.filesHere()
    if (confirmed || !isImplausible(context, store.pendingDeletions(), total)) return
    // What only moves is no loss, and need not be asked about.
    const count = store.deletionsPending(total).filter((path) => isLastOfItsContent(path)).length
    if (isImplausible(context, count, total)) {
      throw new SyncError('mass-delete', {
        count,
        total,
        where: 'here, because they were deleted elsewhere',
        path: context.rootPath,
      })
    }
  }

  function isLastOfItsContent(path: RelPath): boolean {
    const here = store.state(path)?.here
    return here !== undefined && !store.isContentLiveElsewhere(here.root, path)
  }

  /** Plans one path and does or queues what the plan says. True when something changed at once. */
  async function prepare(state: PathState, isIgnored: IsIgnored, steps: PlannedStep[]): Promise<boolean> {
    const { path } = state
    const winner = state.winner!
    if (isIgnored(path, winner.kind === 'deleted' ? (state.here?.kind ?? 'file') : winner.kind)) {
      store.setIgnored(path, true)
      return true
    }
    if (context.role === 'full') {
      const move = findMovedEdit(store, path)
      // Only with the content at hand: its author may do away with it before anybody else has it.
      if (move !== undefined && isAtHand(move.edit)) {
        followMove(context, move)
        return true
      }
    }
    const action = plan(factsOf(state))
    switch (action.kind) {
      case 'nothing':
        // The role cannot settle this; a device with the full secret will. Looked at again when something changes.
        holdBack(path, 'obstructed', 'another device has to settle it first', obstructedRetryMs)
        return false
      case 'adopt':
        return adoptHere(state, action, steps)
      case 'leave':
        store.adopt(path, winner.id, state.here)
        return true
      case 'place':
        return place(state, steps)
      case 'remove':
        return remove(state, steps)
      case 'keep-both':
        return keepBoth(state)
      case 'set-aside':
        return setAside(state)
      case 'revive':
        return revive(path)
      case 'wait':
        if (action.for === 'scan') context.markDirty(state.here!.diskPath)
        holdBack(path, 'obstructed', 'what lies there has to be looked at or to go first', obstructedRetryMs)
        return false
    }
  }

  function isAtHand({ root }: Version): boolean {
    return transfers.isReady(root) || store.hereWithRoot(root).length > 0
  }

  function factsOf(state: PathState): Parameters<typeof plan>[0] {
    const { path, winner, agreed, here } = state
    const isDirectoryHere = here?.kind === 'directory'
    const conflicts = agreed === undefined ? [] : elect(store.versionsOf(path)).conflicts
    return {
      role: context.role,
      winner,
      agreed,
      here,
      agreedLost: conflicts.some((version) => version.id === agreed?.id),
      isKeptAside:
        context.role === 'read-only' &&
        here !== undefined &&
        here.kind !== 'directory' &&
        isKeptAside(path, here),
      hasLiveBelow: isDirectoryHere && store.hasLiveBelow(path),
      hasHereBelow: isDirectoryHere && store.hasHereBelow(path),
      hasDeletionsBelow: isDirectoryHere && store.hasDeletionsBelow(path),
    }
  }

  function adoptHere(state: PathState, action: Action & { kind: 'adopt' }, steps: PlannedStep[]): boolean {
    const { path, here } = state
    const winner = state.winner!
    if (!action.metadata || here === undefined) {
      store.adopt(path, winner.id, here)
      return true
    }
    const step: CommitStep = {
      kind: 'metadata',
      path,
      to: here.diskPath,
      expect: hereToStat(here),
      mtimeNs: winner.mtimeNs,
      executable: winner.executable,
    }
    // A person may have written beside our metadata call and we would have hidden it: the next scan reads the content again.
    steps.push({
      state,
      step,
      record(after) {
        store.adopt(path, winner, after && { ...after, verified: false })
        context.markDirty(here.diskPath)
      },
    })
    return false
  }

  async function place(state: PathState, steps: PlannedStep[]): Promise<boolean> {
    const { path, here } = state
    const winner = state.winner!
    if (winner.kind === 'file' && !transfers.want(winner)) {
      const untilAskedMs = transfers.askableMs(winner.root) - clock.monotonicMs()
      holdBack(path, 'no-peer-has-it', '', Math.min(noPeerRetryMs, untilAskedMs))
      return false
    }
    const way = await wayTo(path, steps)
    if (way === 'revived') return true
    if (way === undefined) return false
    if (here?.kind === 'file' && isLastCopyOfNeeded(here, path)) return false
    const to = here?.diskPath ?? way
    const expect: Expectation = here === undefined ? 'absent' : hereToStat(here)
    const archive = context.settings().archive
    switch (winner.kind) {
      case 'directory':
        queue({ kind: 'directory', path, to, expect, archive })
        return false
      case 'link':
        if (!disk.capabilities.symbolicLinks) holdBack(path, 'kind-not-possible-here', '', untilChanged)
        else queue({ kind: 'link', path, to, target: winner.linkTarget, expect, archive })
        return false
      case 'file': {
        const fetched = transfers.take(winner.root)
        if (fetched === undefined) return false
        const { stage, hashes } = fetched
        try {
          await checkRoom(context, 0)
          await stage.seal(winner.sizeBytes, winner.mtimeNs, winner.executable)
        } catch (error) {
          await transfers.giveBack(winner.root, stage)
          failOrThrow(state, error)
          return false
        }
        queue({ kind: 'file', path, to, stage, expect, archive }, hashes)
        return false
      }
      case 'deleted':
        throw new Error(`assertion: ${path} is deleted and cannot be placed`)
    }

    function queue(step: CommitStep, hashes?: Uint8Array): void {
      steps.push({
        state,
        step,
        record(after) {
          if (hashes !== undefined) store.addBlocks(winner.root, winner.blockSizeBytes, hashes)
          adopted(winner, after)
        },
      })
    }
  }

  function adopted(winner: Version, after: Here | undefined): void {
    store.adopt(winner.path, winner, after && { ...after, kind: after.kind, root: winner.root })
    store.clearProblem(winner.path)
    givenUp.delete(winner.path)
    store.addHistory({
      atMs: clock.now(),
      path: winner.path,
      action: winner.kind === 'deleted' ? 'deleted' : 'received',
      device: winner.deviceName,
      sizeBytes: winner.sizeBytes,
    })
  }

  async function remove(state: PathState, steps: PlannedStep[]): Promise<boolean> {
    const here = state.here!
    if (here.kind === 'file' && isLastCopyOfNeeded(here, state.path)) return false
    steps.push({
      state,
      step: {
        kind: 'remove',
        path: state.path,
        to: here.diskPath,
        expect: hereToStat(here),
        archive: context.settings().archive,
      },
      record: () => adopted(state.winner!, undefined),
    })
    return false
  }

  /**
   * Whether another path still waits for exactly this content: then that goes first, by a local copy. This is what makes a rename cost no
   * transfer, and what keeps the only copy of a conflict's loser within reach.
   */
  function isLastCopyOfNeeded(here: Here, path: RelPath): boolean {
    const needing = store.needsRoot(here.root, clock.monotonicMs())
    if (needing === undefined || needing === path || transfers.isReady(here.root)) return false
    return store.hereWithRoot(here.root).length <= 1
  }

  /**
   * Where a path goes on disk, its parents being there or earlier in this batch. Undefined: not yet, the path is held back. `revived`: a
   * directory above had to be signed again, plan anew.
   */
  async function wayTo(path: RelPath, steps: PlannedStep[]): Promise<DiskPath | 'revived' | undefined> {
    const parent = parentOf(path)
    if (parent === '') return nameOf(path)
    const state = store.state(parent)
    if (state?.here?.kind === 'directory') return `${state.here.diskPath}/${nameOf(path)}`
    const queued = steps.find(({ step }) => step.path === parent && step.kind === 'directory')
    if (queued !== undefined) return `${queued.step.to}/${nameOf(path)}`
    const kind = state?.winner?.kind
    if (kind !== 'directory') {
      if (kind !== undefined && context.role === 'full') {
        if (await revive(parent)) return 'revived'
        holdBack(path, 'obstructed', 'what lies in its way has to be kept first', obstructedRetryMs)
        return undefined
      }
      if (state?.here === undefined && (kind === undefined || kind === 'deleted')) {
        const way = await wayTo(parent, steps)
        if (way === 'revived' || way === undefined) return way
        steps.push({
          state: state ?? {
            path: parent,
            winner: undefined,
            agreed: undefined,
            here: undefined,
            ignored: false,
          },
          step: { kind: 'directory', path: parent, to: way, expect: 'absent', archive: true },
          record: (after) => store.setHere(parent, after),
        })
        return `${way}/${nameOf(path)}`
      }
    }
    holdBack(path, 'obstructed', 'the directory it lies in is not there yet', obstructedRetryMs)
    return undefined
  }

  /**
   * Signs the directory at a path where it has to live again (E5). A file that must give way is kept as a copy by whoever has it lying
   * there (E4), and that is who may claim to know it: nobody promises a content that may be gone by then. False: not yet.
   */
  async function revive(path: RelPath): Promise<boolean> {
    const { here, agreed } = store.state(path) ?? {}
    if (here !== undefined && here.kind !== 'directory') {
      if (agreed !== undefined && sameContent(here, agreed)) return keepBeside(store.state(path)!, reviveNow)
      context.markDirty(here.diskPath)
      return false
    }
    store.transaction(() => {
      const [signed] = signDrafts(context, [directoryDraft(path, knownTo(undefined))])
      if (here !== undefined) store.adopt(path, signed!.id, here)
    })
    return true

    function reviveNow(loser: Version): Draft {
      return directoryDraft(path, knownTo(loser))
    }
    function knownTo(kept: Version | undefined): Version[] {
      return store
        .versionsOf(path)
        .filter(({ id, kind }) => kind === 'directory' || kind === 'deleted' || id === kept?.id)
    }
  }

  /** The loser of a conflict as a file of its own. */
  function copyDraft(loser: Version): Draft {
    const path = freeConflictPath(loser)
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
      knows: state?.winner === undefined ? [] : [state.winner],
      replaced: state?.winner,
    }
  }

  function freeConflictPath(loser: Version): RelPath {
    const plain = conflictPath(loser)
    const state = store.state(plain)
    const isFree =
      (state?.winner === undefined || state.winner.kind === 'deleted' || sameContent(state.winner, loser)) &&
      (state?.here === undefined || sameContent(state.here, loser))
    return isFree ? plain : conflictPath(loser, loser.root.slice(0, 8))
  }

  /** E4: the copy lies on disk first, then one transaction says both that it exists and that the winner knows the loser. */
  function keepBoth(state: PathState): Promise<boolean> {
    return keepBeside(state, (loser, winner) => ({ ...winner, knows: [winner, loser], replaced: winner }))
  }

  /** Copies the agreed content, which lies here, beside its path, and signs the copy together with what `follow` says of the path. */
  async function keepBeside(
    state: PathState,
    follow: (loser: Version, winner: Version) => Draft,
  ): Promise<boolean> {
    const loser = state.agreed!
    const draft = copyDraft(loser)
    const here = await copyBeside(state, loser, draft.path)
    if (here === undefined) return false
    store.transaction(() => {
      const { winner, agreed } = store.state(state.path)!
      if (winner === undefined || agreed?.id !== loser.id) return
      const told = store.state(draft.path)?.winner
      const isTold = told !== undefined && sameContent(told, draft)
      const following = follow(loser, winner)
      const [, signed] = signDrafts(context, isTold ? [following] : [following, draft])
      store.adopt(draft.path, (isTold ? told : signed!).id, here)
      store.addHistory({
        atMs: clock.now(),
        path: draft.path,
        action: 'conflict',
        device: loser.deviceName,
        sizeBytes: loser.sizeBytes,
      })
    })
    log.info({ path: state.path, copy: draft.path }, 'both versions of a conflict are kept')
    return true
  }

  /** E6: the local content is copied beside and stays local; then the winner can take the path. */
  async function setAside(state: PathState): Promise<boolean> {
    const here = state.here!
    const path = asidePath(state.path, here)
    const copy = await copyBeside(state, here, path)
    if (copy === undefined) return false
    store.transaction(() => {
      store.setHere(path, copy)
      store.addHistory({
        atMs: clock.now(),
        path,
        action: 'conflict',
        device: context.deviceName,
        sizeBytes: here.sizeBytes,
      })
    })
    return true
  }

  function asidePath(path: RelPath, here: Here): RelPath {
    const own = { path, deviceName: context.deviceName, mtimeNs: here.mtimeNs }
    const plain = conflictPath(own)
    const taken = store.state(plain)
    const isFree = taken?.here === undefined ? taken?.winner === undefined : sameContent(taken.here, here)
    return isFree ? plain : conflictPath(own, here.root.slice(0, 8))
  }

  function isKeptAside(path: RelPath, here: Here): boolean {
    if (givenUp.has(path)) return true
    const copy = store.state(asidePath(path, here))?.here
    return copy !== undefined && sameContent(copy, here)
  }

  /** Puts a copy of what lies at a path beside it, unless it is there already. Undefined when that failed; the path is held back. */
  async function copyBeside(
    state: PathState,
    content: { readonly kind: string; readonly mtimeNs: bigint },
    path: RelPath,
  ): Promise<Here | undefined> {
    const here = state.here!
    const present = store.state(path)?.here
    if (present !== undefined && sameContent(present, here)) return present
    const parent = parentOf(path)
    const parentDisk = parent === '' ? '' : `${store.state(parent)?.here?.diskPath ?? parent}/`
    const to = `${parentDisk}${nameOf(path)}`
    try {
      await checkRoom(context, here.sizeBytes)
      const step = await copyStep(state, path, to, content.mtimeNs)
      const [outcome] = await disk.commit([step])
      if (step.kind === 'file') await step.stage.discard()
      if (outcome!.state === 'done') return foundToHere(outcome!.found!, here)
      const existing = await sameContentAt(path, to, here)
      if (existing !== undefined) return existing
      throw outcome!.error
    } catch (error) {
      failOrThrow(state, error)
    }
    return undefined
  }

  async function copyStep(
    state: PathState,
    path: RelPath,
    to: DiskPath,
    mtimeNs: bigint,
  ): Promise<CommitStep> {
    const here = state.here!
    if (here.kind === 'link') {
      const look = await disk.look(state.path, here.diskPath)
      const target = look.state === 'present' ? look.found.linkTarget : ''
      return { kind: 'link', path, to, target, expect: 'absent', archive: true }
    }
    const stage = await disk.stageCopy(`copy ${path}`, state.path, here.diskPath, hereToStat(here))
    try {
      await stage.seal(here.sizeBytes, mtimeNs, here.executable)
    } catch (error) {
      await stage.release()
      throw error
    }
    return { kind: 'file', path, to, stage, expect: 'absent', archive: true }
  }

  /** A copy made before a crash, recognised by its content. */
  async function sameContentAt(path: RelPath, diskPath: DiskPath, here: Here): Promise<Here | undefined> {
    const look = await disk.look(path, diskPath)
    if (look.state !== 'present' || look.found.stat.kind !== 'file' || here.kind !== 'file') return undefined
    const hashed = await disk.hash(path, diskPath, look.found.stat)
    return hashed.root === here.root ? foundToHere({ ...look.found, stat: hashed.stat }, here) : undefined
  }

  async function recordOutcomes(
    steps: readonly PlannedStep[],
    outcomes: readonly CommitOutcome[],
  ): Promise<void> {
    let halting: SyncError | undefined
    store.transaction(() => {
      outcomes.forEach((outcome, index) => {
        const { state, step, record } = steps[index]!
        if (outcome.state === 'done') {
          failuresInARow = 0
          record(
            outcome.found &&
              foundToHere(outcome.found, step.kind === 'directory' ? directoryContent : state.winner!),
          )
        } else if (isLeftover(step, state, outcome.error)) {
          store.adopt(state.path, state.winner!, state.here)
        } else halting ??= fail(state, outcome.error)
      })
      writeHolds()
    })
    const placed = steps.filter(
      ({ step }, index) => step.kind === 'file' && outcomes[index]!.state === 'done',
    )
    if (placed.length > 0) context.contentAdded(placed.map(({ state }) => state.winner!.root))
    if (halting !== undefined) throw halting
  }

  /** Holds the path back for a while, unless what was thrown concerns the whole folder. */
  function failOrThrow(state: PathState, thrown: unknown): void {
    if (!isSyncError(thrown)) throw thrown
    const halting = fail(state, thrown)
    if (halting !== undefined) throw halting
  }

  /** A deleted directory that still holds what nobody else knows (ignored files, brand-new ones) stays as a local thing. */
  function isLeftover(step: CommitStep, state: PathState, error: SyncError): boolean {
    return step.kind === 'remove' && state.here?.kind === 'directory' && error.code === 'obstructed'
  }

  /** Holds the path back for a while. Returns the error when it concerns the whole folder and has to halt it. */
  function fail({ path, here }: PathState, error: SyncError): SyncError | undefined {
    log.debug({ path, code: error.code }, error.message)
    if (error.code === 'disk-full' || error.code === 'disk-read-only') {
      return new SyncError(error.code, { ...error.data, path: context.rootPath })
    }
    const isRace = error.code === 'changed-since-plan'
    if (isRace) context.markDirty(here?.diskPath ?? path)
    const delayMs = isRace ? obstructedRetryMs : isRetryable(error.code) ? retryMs : untilChanged
    setProblem(path, error.code, error.message, delayMs)
    if (!isRace && error.code !== 'no-peer-has-it') failuresInARow++
    if (failuresInARow < maxFailuresInARow) return undefined
    failuresInARow = 0
    return new SyncError('too-many-errors', {
      count: maxFailuresInARow,
      path: context.rootPath,
      reason: error.message,
    })
  }

  /** Transfers that failed hold their paths back; one that met a full disk halts the folder. */
  function noteFailures(failures: readonly TransferFailure[]): void {
    let halting: SyncError | undefined
    for (const { version, error } of failures) {
      const state = store.state(version.path)
      if (state !== undefined)
        halting ??= fail(state, new SyncError(error.code, { ...error.data, path: version.path }))
    }
    writeHolds()
    if (halting !== undefined) throw halting
  }

  function holdBack(path: RelPath, code: ErrorCode, reason: string, delayMs: number): void {
    setProblem(path, code, describeError(code, { path, reason }), delayMs)
  }

  function setProblem(path: RelPath, code: ErrorCode, message: string, delayMs: number): void {
    holds.push({
      path,
      code,
      message,
      retryMs: delayMs === untilChanged ? 0 : Math.ceil(clock.monotonicMs() + delayMs),
    })
  }

  /** Paths to hold back are written together: each transaction costs an fsync. */
  function writeHolds(): void {
    const batch = holds.splice(0)
    if (batch.length > 0) store.transaction(() => batch.forEach((problem) => void store.setProblem(problem)))
  }

  return { round, giveUp: (path) => void givenUp.add(path) }
}

export function hereToStat(here: Here): Stat {
  return {
    kind: here.kind,
    sizeBytes: here.sizeBytes,
    mtimeNs: here.mtimeNs,
    ctimeNs: here.ctimeNs,
    inode: here.inode,
    device: here.device,
    executable: here.executable,
  }
}
