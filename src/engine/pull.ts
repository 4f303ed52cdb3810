/**
 * Brings the disk in line with the folder: asks the store what is needed, plans each path, and carries the plans out in batches. Need is a
 * query: after a crash the next round asks again and goes on. Of the engine only this, through the batch and the conflict copies, and
 * `restore` change a person's files, all by `Disk.commit`.
 */
import { compareVersions, elect } from '../core/elect.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { IsIgnored } from '../core/ignore.ts'
import { joinPath, nameOf, parentOf, type RelPath } from '../core/path.ts'
import { type PlanFacts, plan } from '../core/plan.ts'
import { isOfDirectory, sameContent, type Version } from '../core/version.ts'
import type { CommitStep, DiskPath, Expectation } from '../ports.ts'
import type { Here, HistoryRow, PathState } from '../store/folder-store.ts'
import { adoptWinner } from './adopt.ts'
import { type Batch, createBatch } from './batch.ts'
import { createBringBack } from './bring-back.ts'
import { createConflictCopies } from './conflict-copies.ts'
import { isFoundDamaged } from './damage.ts'
import { revive, wayTo } from './directories.ts'
import { isInDoubt } from './doubt.ts'
import type { FolderContext } from './folder-context.ts'
import { findMovedEdit, followMove, type MovedEdit } from './follow-move.ts'
import { createGathering, restMs } from './gathering.ts'
import { createHolds } from './holds.ts'
import { loadIgnoreRules } from './ignore-rules.ts'
import { followSettings, letGo } from './keep-newest.ts'
import { createMoves, type Departure } from './moves.ts'
import { hasWinner, type Reachable, type WonState, withinReach } from './reach.ts'
import { checkRoot, isImplausible } from './safety.ts'
import type { TransferFailure, Transfers } from './transfers.ts'

/** Paths planned in one round: more than the transfers and a batch together, so that waiting ones hide ready ones only where newer come in. */
const maxPlanned = 256

export interface PullReport {
  /** Something was changed, so another round may find more. */
  readonly progressed: boolean
  /** Deletions wait for more of them, so long in milliseconds; 0 when none do. */
  readonly deletionsInMs: number
}

export interface Pull {
  /**
   * Plans and carries out one batch. Throws a halting `SyncError` (root, disk, mass delete, too many errors); then nothing of the batch
   * was lost, it is only still needed.
   */
  round(deletesConfirmed: boolean): Promise<PullReport>
  /** What a person wants has changed: nothing that waits is taken for planned. */
  planAnew(): void
  /** A read-only device gives up its local edit of this path: it goes to the archive when the winner takes the path. */
  giveUp(path: RelPath): void
}

export function createPull(context: FolderContext, transfers: Transfers): Pull {
  const { store, disk, clock, role } = context
  const holds = createHolds(context)
  const copies = createConflictCopies(context, holds)
  const moves = createMoves(context)
  const gathering = createGathering(clock)
  const bringBack = createBringBack(context, transfers)
  /**
   * Paths whose content is on its way or waits for that: planned again when it has come, when there is room, or when the index says
   * something new.
   */
  const awaited = new Map<RelPath, ContentRoot>()
  let plausibleAt: number | undefined
  let tidiedAt: number | undefined

  async function round(deletesConfirmed: boolean): Promise<PullReport> {
    noteFailures(transfers.takeFailures())
    followSettings(context)
    const isBringingBack = await bringBack.some()
    const needs = store.counts().needFiles === 0 ? [] : nextNeeds()
    transfers.beginRound()
    tidy(needs.length === 0)
    const gatheringMs = deletesConfirmed ? 0 : gathering.waitMs(store.pendingDeletions())
    const deletionsInMs = isBringingBack ? Math.max(restMs, gatheringMs) : gatheringMs
    if (needs.length === 0) return { progressed: isBringingBack, deletionsInMs }
    await checkRoot(context)
    const isIgnored = await loadIgnoreRules(context)
    if (!isBringingBack) checkDeletions(deletesConfirmed)

    await using batch = createBatch(context, holds, transfers)
    let progressed = isBringingBack && !transfers.isFull()
    for (const path of needs) {
      if (batch.isFull()) break
      if (isAwaited(path)) continue
      // Read one by one: signing and adopting for one path can change another.
      const state = store.state(path)
      if (!hasWinner(state) || batch.takesAway(path)) continue
      if (deletionsInMs > 0 && state.winner.kind === 'deleted' && state.here !== undefined) continue
      try {
        if (await planPath(state, isIgnored, batch)) progressed = true
      } catch (error) {
        if (!isSyncError(error, 'history-full')) throw error
        holds.failOrThrow(state, error)
      }
    }
    holds.write()
    if (await batch.commit()) progressed = true
    // What waited for another path may be free now.
    if (progressed) store.clearProblems('obstructed')
    if (batch.hasRemovals()) store.clearProblems('name-collides')
    return { progressed, deletionsInMs }
  }

  /**
   * What came in since may go before what is finished, so much of it that a round does not get as far. Then the finished is planned besides:
   * it has the room without which nothing else can be begun.
   */
  function nextNeeds(): readonly RelPath[] {
    const nowMs = clock.monotonicMs()
    const needs = store.needs(nowMs, maxPlanned)
    if (needs.length < maxPlanned || !transfers.isFull()) return needs
    const finished = transfers.ready().flatMap((root) => store.needsRoot(root, nowMs) ?? [])
    return [...new Set([...needs, ...finished])]
  }

  /** Contents that were needed stay so until the index says something new, or nothing is needed. */
  function tidy(isDone: boolean): void {
    const sequence = store.lastSequence()
    if (!isDone && sequence === tidiedAt) return
    awaited.clear()
    moves.forget()
    transfers.keepOnly(store.isContentNeeded)
    tidiedAt = sequence
  }

  function isAwaited(path: RelPath): boolean {
    const root = awaited.get(path)
    if (root === undefined || transfers.isReady(root)) {
      awaited.delete(path)
      return false
    }
    transfers.placeNext(root)
    return transfers.isActive(root) || transfers.isFull()
  }

  /** Deletions can only become more with new records, so they are counted once for each state of the index. */
  function checkDeletions(confirmed: boolean): void {
    const sequence = store.lastSequence()
    if (confirmed || sequence === plausibleAt) return
    const total = store.filesHere()
    if (isImplausible(context, store.pendingDeletions(), total)) {
      const count = store.pendingLosses()
      const where = 'here, because they were deleted elsewhere'
      if (isImplausible(context, count, total)) {
        throw new SyncError('mass-delete', {
          ...{ count, total, where, origin: 'elsewhere' },
          path: context.rootPath,
        })
      }
    }
    plausibleAt = sequence
  }

  /** Transfers that failed hold their paths back; one that met a full disk halts the folder. */
  function noteFailures(failures: readonly TransferFailure[]): void {
    let halting: SyncError | undefined
    for (const { version, error } of failures) {
      const state = store.state(version.path)
      // Versions that came meanwhile may need no such content.
      if (state === undefined || !store.versionsOf(version.path).some((other) => sameContent(other, version)))
        continue
      if (error.code === 'no-peer-has-it') {
        // What lies here and could not be copied would be tried again at once; of anything else the plan sees that it is out of reach.
        if (transfers.canGet(version)) holds.noPeerHas(version.path, () => transfers.askableMs(version))
      } else halting ??= holds.fail(state, new SyncError(error.code, { ...error.data, path: version.path }))
    }
    holds.write()
    if (halting !== undefined) throw halting
  }

  /** Plans one path, and does what the plan says or adds it to the batch. True when something changed at once. */
  async function planPath(state: WonState, isIgnored: IsIgnored, batch: Batch): Promise<boolean> {
    const { path, here, winner } = state
    if (isIgnored(path, winner.kind === 'deleted' ? (here?.kind ?? 'file') : winner.kind)) {
      store.setIgnored(path, true)
      tidiedAt = undefined
      return true
    }
    if (await isInDoubt(context, holds, state)) return false
    if (state.unkept) {
      if (here?.kind === 'file' && isStillWanted(here, path)) return false
      return letGo(context, holds, state, await factsOf({ state, versions: store.versionsOf(path) }), batch)
    }
    if (await followMoved(path)) return true
    const reachable = withinReach(state, store.versionsOf(path), transfers.canGet)
    if (reachable !== undefined) return carryOut(reachable, isIgnored, batch)
    // It came back while something was still being put in its place.
    if (store.predecessor(path)?.id === winner.id && (await bringBack.isFormerAtHand(path))) return true
    holds.noPeerHas(path, () => transfers.askableMs(winner))
    return false
  }

  /** Only with the content at hand, and for good: its author may do away with it before anybody else has it. */
  async function followMoved(path: RelPath): Promise<boolean> {
    const find = (): MovedEdit | undefined => {
      const move = role === 'full' ? findMovedEdit(store, path) : undefined
      return move !== undefined && isAtHand(move.edit) ? move : undefined
    }
    if (find() === undefined) return false
    await disk.makeStagesDurable()
    // Records may have come meanwhile.
    const move = find()
    if (move !== undefined) followMove(context, move)
    return true
  }

  async function carryOut(reachable: Reachable, isIgnored: IsIgnored, batch: Batch): Promise<boolean> {
    const { state, versions } = reachable
    const { path, here, winner } = state
    const action = plan(await factsOf(reachable))
    switch (action.kind) {
      case 'nothing':
        holds.wait(path, 'a device with the full secret has to settle it first')
        return false
      case 'adopt':
        if (action.metadata && here !== undefined) return setMetadata(state, winner, here, batch)
        store.transaction(() => adoptWinner(context, state, winner, here))
        return true
      case 'leave':
        store.transaction(() => adoptWinner(context, state, winner, here))
        return true
      case 'place':
        return place(state, winner, isIgnored, batch)
      case 'remove':
        return remove(state, winner, here!, batch)
      case 'keep-both':
        return fetchFirst(winner) ? false : copies.keepBoth(state, lostVersion(versions, here!)!)
      case 'set-aside':
        return fetchFirst(winner) ? false : copies.setAside(state)
      case 'revive':
        return revive(context, copies, path)
      case 'leave-damaged':
        holds.leaveDamaged(path)
        return false
      case 'wait':
        if (action.for === 'scan') context.markDirty(here!.diskPath)
        holds.wait(path, 'what lies there has to be looked at or to go first')
        return false
    }
  }

  /**
   * Copies are made of what is about to be replaced. Before the winner's content has come nobody knows whether it ever will: so it is asked
   * for first. False when it is at hand.
   */
  function fetchFirst(winner: Version): boolean {
    if (winner.kind !== 'file' || isAtHand(winner)) return false
    transfers.want(winner)
    return true
  }

  function isAtHand({ root }: Version): boolean {
    return transfers.isReady(root) || store.hereWithRoot(root).length > 0
  }

  async function factsOf({ state, versions }: Reachable): Promise<PlanFacts> {
    const { path, here } = state
    const isDirectoryHere = here?.kind === 'directory'
    // A deletion that nobody signed wins without being one of the versions.
    const lost =
      here !== undefined && !isDirectoryHere ? lostVersion([state.winner, ...versions], here) : undefined
    return {
      ...state,
      role,
      agreedLost: lost !== undefined,
      isKeptAside: here !== undefined && !isDirectoryHere && (await copies.isKeptAside(path, here, lost)),
      hasLiveBelow: isDirectoryHere && store.hasLiveBelow(path),
      hasHereBelow: isDirectoryHere && store.hasHereBelow(path),
      hasDeletionsBelow: isDirectoryHere && store.hasDeletionsBelow(path),
    }
  }

  /** The version that lost a conflict with exactly this content; the greatest, so that every device names its copy alike (E4). */
  function lostVersion(versions: readonly Version[], here: Here): Version | undefined {
    const lost = elect(versions).conflicts.filter((version) => sameContent(version, here))
    return lost.sort(compareVersions).at(-1)
  }

  async function setMetadata(state: PathState, winner: Version, here: Here, batch: Batch): Promise<boolean> {
    const { path } = state
    const { mtimeNs, executable } = winner
    try {
      if (here.kind === 'file' && here.sizeBytes > 0 && (await isFoundDamaged(context, path, here)))
        return true
    } catch (error) {
      context.markDirty(here.diskPath)
      holds.failOrThrow(state, error)
      return false
    }
    batch.add({
      state,
      step: { kind: 'metadata', path, to: here.diskPath, expect: here, mtimeNs, executable },
      record(after) {
        // A person may have written beside our call, which would hide it: the next look reads the content again.
        adoptWinner(context, state, winner, after && { ...after, verified: false })
        context.markDirty(here.diskPath)
      },
    })
    return false
  }

  /** What keeps a path from being placed at all, be it in the way of a directory above, so that its content need not be fetched. */
  async function rivalOf({ path, here }: PathState): Promise<DiskPath | undefined> {
    if (here !== undefined) return undefined
    let first: RelPath = path
    for (let above = parentOf(first); above !== ''; above = parentOf(first)) {
      const there = store.state(above)?.here
      if (there?.kind === 'directory') return disk.rival(joinPath(there.diskPath, nameOf(first)))
      first = above
    }
    return disk.rival(first)
  }

  async function place(
    state: PathState,
    winner: Version,
    isIgnored: IsIgnored,
    batch: Batch,
  ): Promise<boolean> {
    const { path, here } = state
    const departure = await departureTo(state, winner, isIgnored)
    if (departure !== undefined) return move(state, winner, departure, batch)
    const other = await rivalOf(state)
    if (other !== undefined) {
      holds.impossible(path, new SyncError('name-collides', { path, other }))
      return false
    }
    if (winner.kind === 'file' && !transfers.want(winner, state.asked)) {
      holds.noPeerHas(path, () => transfers.askableMs(winner))
      return false
    }
    const way = await wayTo(context, copies, holds, path, batch)
    if (way === 'revived') return true
    if (way === undefined) return false
    if (here?.kind === 'file' && isStillWanted(here, path)) return false
    const to = here?.diskPath ?? way
    const expect: Expectation = here === undefined ? 'absent' : here
    const archive = isArchived(here)
    switch (winner.kind) {
      case 'directory':
        add({ kind: 'directory', path, to, expect, archive })
        return false
      case 'link':
        if (!disk.capabilities.symbolicLinks)
          holds.impossible(path, new SyncError('kind-not-possible-here', { path }))
        else add({ kind: 'link', path, to, target: winner.linkTarget, expect, archive })
        return false
      case 'file': {
        const fetched = await transfers.take(winner)
        if (fetched === undefined) {
          awaited.set(path, winner.root)
          return false
        }
        const { stage, hashes } = fetched
        add(
          {
            kind: 'file',
            path,
            to,
            stage,
            expect,
            archive: here?.damage === 'unreadable' ? 'readable' : archive,
          },
          hashes,
        )
        return false
      }
      case 'deleted':
        throw new Error(`assertion: ${path} is deleted and cannot be placed`)
    }

    function add(step: CommitStep, hashes?: Uint8Array): void {
      batch.add({
        state,
        step,
        record(after) {
          if (hashes !== undefined) store.addBlocks(winner.root, winner.blockSizeBytes, hashes)
          settle(state, winner, after)
        },
      })
    }
  }

  /** The path this file moves away from, if that is free to let it go. */
  async function departureTo(
    { here }: PathState,
    winner: Version,
    isIgnored: IsIgnored,
  ): Promise<Departure | undefined> {
    if (winner.kind !== 'file' || here !== undefined) return undefined
    const departure = moves.findDeparture(winner)
    if (departure === undefined || isIgnored(departure.path, 'file')) return undefined
    const { path } = departure
    const action = plan(await factsOf({ state: departure, versions: store.versionsOf(path) }))
    if (action.kind !== 'remove' || (await isInDoubt(context, holds, departure))) return undefined
    return departure
  }

  async function move(
    state: PathState,
    winner: Version,
    departure: Departure,
    batch: Batch,
  ): Promise<boolean> {
    const { path } = state
    const way = await wayTo(context, copies, holds, path, batch)
    if (way === 'revived') return true
    if (way === undefined) return false
    const { path: fromPath, here } = departure
    batch.add({
      state,
      leaves: departure,
      step: { kind: 'move', path, to: way, fromPath, from: here.diskPath, expect: here },
      record(after) {
        takeOver(departure, departure.winner, undefined)
        takeOver(state, winner, after)
        note(winner, 'moved')
      },
      failed() {
        moves.failed(path)
        context.markDirty(here.diskPath)
        context.markDirty(way)
      },
    })
    return false
  }

  function remove(state: PathState, winner: Version, here: Here, batch: Batch): boolean {
    const { path } = state
    if (here.kind === 'file' && isStillWanted(here, path)) return false
    const archive = isArchived(here)
    batch.add({
      state,
      step: { kind: 'remove', path, to: here.diskPath, expect: here, archive },
      record: () => settle(state, winner, undefined),
    })
    return false
  }

  /** What is damaged is kept whatever the settings say: it may be a person's edit that the disk shows no other sign of (I1). */
  function isArchived(here: Here | undefined): boolean {
    return here?.damage !== undefined || context.settings().archive
  }

  /** What was done at its path is done for people, too. */
  function settle(state: PathState, winner: Version, here: Here | undefined): void {
    takeOver(state, winner, here)
    note(winner, winner.kind === 'deleted' ? 'deleted' : wasRepaired(state, winner) ? 'repaired' : 'received')
  }

  function takeOver(state: PathState, winner: Version, here: Here | undefined): void {
    adoptWinner(context, state, winner, here)
    store.clearProblem(winner.path)
    copies.settled(winner.path)
  }

  function note(version: Version, action: HistoryRow['action']): void {
    if (isOfDirectory(version)) return
    const { path, deviceName, sizeBytes } = version
    store.addHistory({ atMs: clock.now(), path, action, device: deviceName, sizeBytes })
  }

  /**
   * Whether another path still waits for exactly this content: then that goes first, by a local copy. This is what makes a rename cost no
   * transfer, and what keeps the only copy of a conflict's loser within reach.
   */
  function isStillWanted(here: Here, path: RelPath): boolean {
    if (here.damage !== undefined) return false
    if (store.hereWithRoot(here.root).length > 1) return false
    copies.tellCopiesOf(here.root)
    const needing = store.needsRoot(here.root, clock.monotonicMs())
    if (needing === undefined || needing === path || transfers.isReady(here.root)) return false
    // What cannot be placed now must not keep this from going; its content stays in the archive and with the peers.
    return !holds.isNoted(needing)
  }

  return { round, planAnew: () => awaited.clear(), giveUp: copies.giveUp }
}

/** The content is the one that lay there before its disk damaged it. */
function wasRepaired({ here }: PathState, winner: Version): boolean {
  return here?.damage !== undefined && sameContent(here, winner)
}
