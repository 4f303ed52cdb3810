/**
 * The one loop that owns a folder: collects facts, asks `nextWork`, does that, again. Everything that reads or writes the person's
 * directory runs here, one thing at a time, so that a scan never sees half a commit. Events may come at any moment and only note
 * facts.
 */
import { archiveTime } from '../core/archive-age.ts'
import { isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import type { RelPath } from '../core/path.ts'
import type { DiskPath } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'
import { createGathering, restMs } from './gathering.ts'
import { renewLease } from './lease.ts'
import { nextWork, type Work } from './next-work.ts'
import { type Claimable, prepare } from './prepare.ts'
import type { Pull } from './pull.ts'
import { haltRecheckMs, rootRecheckMs } from './safety.ts'
import { outermost, scan } from './scan.ts'
import type { Scrub } from './scrub.ts'
import type { Transfers } from './transfers.ts'

/** A place that did not keep still is looked at again after this, and deletions that rest will have rested. */
const unsettledMs = restMs
/** A place hinted at again and again is looked at after at most so many settle times. */
const maxSettleFactor = 20
/** More dirty places than this are cheaper to find by a full scan, and the map stays small. */
const maxDirty = 10_000
/** While something is needed that cannot be had right now, plans are made anew this often. */
const pullAgainMs = 5_000
/** An index that grows and grows does not write a note for each record. What is signed and forgotten within this time may go unnoticed. */
const leaseDelayMs = 500
/**
 * The archive is trimmed this often, and what nobody needs any more of block lists and stages goes with it. Soon after the start, too: many devices
 * run for less than an hour, and a disk that goes to sleep is woken once in a while only, for this and for the look at everything.
 */
const trimEveryMs = 3_600_000
const firstTrimMs = 120_000
const archiveTimeFact = 'archiveTime'
/** Looked for this often at least: changes where the system reports none, and what ends a halt that only a scan can end. */
const unreportedSeconds = 600
/** A rest as long as this is worth giving memory back for. */
const longRestMs = 60_000
/** Our own bug must not spin: after one the loop rests this long. */
const bugRestMs = 30_000

export interface Halt {
  readonly error: SyncError
  /** The kind of work that ran into it; only its success shows that the cause is gone. */
  readonly work: Work['kind']
  readonly untilMs: number
}

export interface Loop {
  readonly halt: Halt | undefined
  /** Whether what has to be settled once after opening was. */
  readonly isPrepared: boolean
  /** What it is doing, for status. */
  readonly doing: Work['kind']
  /** Whether anything is waiting to be done now or as soon as it is quiet. */
  hasWork(): boolean
  wake(): void
  /** Needs may have changed. */
  pullSoon(): void
  /** A database from before is an old one now. */
  indexGrew(): void
  markDirty(place: DiskPath): void
  scanAll(): void
  /** Changes may go unseen from now on. */
  scanMoreOften(): void
  /** Ends a halt because of many deletions and tries again, `deletesConfirmed` until none is left or the next quiet moment. */
  resume(deletesConfirmed: boolean): void
  /** What a mass-delete halt is about. */
  readonly heldDeletes: readonly RelPath[]
  /** Runs something of a person's between two pieces of work, never beside one. */
  between<T>(action: () => Promise<T>): Promise<T>
  /** Ends after the work at hand. */
  stop(): Promise<void>
}

export interface LoopParts {
  readonly pull: Pull
  readonly transfers: Transfers
  readonly scrub: Scrub
  /** Called before each rest: nothing is left to do for now. */
  readonly resting: () => void
  /** Called once what has to be settled after opening was: a new folder has taken its directory. */
  readonly prepared: () => void
}

export function startLoop(
  context: FolderContext,
  claimable: Claimable,
  { pull, transfers, scrub, resting, prepared }: LoopParts,
): Loop {
  const { store, disk, clock, log } = context
  const dirtySinceMs = new Map<DiskPath, number>()
  const dirtyUntilMs = new Map<DiskPath, number>()
  /** What a mass-delete halt is about, be it of a pull or of a scan; the latter makes its list anew each time. */
  let heldDeletes: readonly RelPath[] = []
  const heldByScan: RelPath[] = []
  const missing = { paths: new Set<RelPath>(), gathering: createGathering(clock) }
  const actions: { readonly run: () => Promise<void>; readonly refuse: (error: SyncError) => void }[] = []
  let isPrepared = false
  let isWatched = true
  let fullScanAtMs = 0
  let trimAtMs = clock.monotonicMs() + firstTrimMs
  let trimmedAtMs = clock.monotonicMs()
  let pullAtMs: number | undefined
  let restUntilMs = 0
  let leaseAtMs: number | undefined
  let halt: Halt | undefined
  let deletesConfirmed = false
  let doing: Work['kind'] = 'prepare'
  let stopped = false
  let wakeUp: (() => void) | undefined
  let isAwake = false

  function wake(): void {
    isAwake = true
    wakeUp?.()
  }

  /** Rests in any case: a fault that comes before each rest must not keep it awake. */
  async function rest(untilMs: number): Promise<void> {
    try {
      resting()
    } catch (error) {
      if (context.isClosing()) return
      noteFailure(error, 'rest')
    }
    if (isAwake) return
    const { promise, resolve } = Promise.withResolvers<void>()
    wakeUp = resolve
    const delayMs = untilMs - clock.monotonicMs()
    if (delayMs >= longRestMs) store.freeMemory()
    using _timer = Number.isFinite(delayMs) ? clock.after(Math.max(0, delayMs), resolve) : undefined
    await promise
  }

  function choose(): Work {
    return nextWork({
      nowMs: clock.monotonicMs(),
      isPaused: context.settings().paused,
      haltedUntilMs: Math.max(restUntilMs, halt?.untilMs ?? 0),
      isPrepared,
      fullScanAtMs,
      dirtyUntilMs,
      pullAtMs,
      trimAtMs,
      leaseAtMs,
      scrubAtMs: isPrepared ? scrub.dueAtMs() : undefined,
    })
  }

  async function run(): Promise<void> {
    while (!stopped) {
      isAwake = false
      for (let action = actions.shift(); action !== undefined; action = actions.shift()) await action.run()
      const work = choose()
      doing = work.kind
      context.changed()
      try {
        await doWork(work)
        if (work.kind === halt?.work || (work.kind === 'scan-all' && halt?.work === 'scan')) endHalt()
      } catch (error) {
        // Whatever is wrong now, what is open is about to be closed.
        if (context.isClosing()) return
        noteFailure(error, work.kind)
      }
      // Nothing can be done any more but to open the folder anew.
      if (halt?.error.code === 'database-damaged') return
    }
  }

  async function doWork(work: Work): Promise<void> {
    switch (work.kind) {
      case 'prepare':
        await prepare(context, transfers, claimable)
        isPrepared = true
        scrub.begin()
        prepared()
        return
      case 'scan-all':
        // First the facts, then the look: what happens meanwhile makes places dirty again.
        fullScanAtMs = clock.monotonicMs() + fullScanEveryMs()
        dirtySinceMs.clear()
        dirtyUntilMs.clear()
        return doScan('everything')
      case 'scan':
        for (const place of work.places) {
          dirtySinceMs.delete(place)
          dirtyUntilMs.delete(place)
        }
        return doScan(outermost(work.places))
      case 'pull':
        return doPull()
      case 'trim-archive':
        return trimArchive()
      case 'renew-lease':
        leaseAtMs = undefined
        return renewLease(context).catch(noteOldLease)
      case 'scrub':
        return doScrub()
      case 'rest':
        return rest(work.untilMs)
    }
  }

  async function trimArchive(): Promise<void> {
    const atMs = clock.monotonicMs()
    const ranMs = atMs - trimmedAtMs
    trimmedAtMs = atMs
    trimAtMs = atMs + trimEveryMs
    store.sweepBlocks()
    await transfers.sweep()
    const known = store.fact(archiveTimeFact)
    const timeMs = archiveTime(known === undefined ? undefined : Number(known), clock.now(), ranMs)
    if (timeMs !== undefined) store.setFact(archiveTimeFact, String(timeMs))
    const { archiveDays, archiveMaxBytes } = context.settings()
    const beforeMs = timeMs === undefined ? 0 : timeMs - archiveDays * 86_400_000
    try {
      await disk.trimArchive({ beforeMs, maxBytes: archiveMaxBytes })
    } catch (error) {
      // What lies in the archive is no reason not to sync, and a disk that is gone or takes nothing is found out by others.
      if (!isSyncError(error)) throw error
      log.warn({ code: error.code, reason: error.message }, 'not all of the archive could be trimmed')
    }
  }

  /** What keeps it from reading is for a scan to find out and to tell: that goes on when it is over, which a scrub may not be there to see. */
  async function doScrub(): Promise<void> {
    try {
      await scrub.step()
    } catch (error) {
      if (!isSyncError(error) || error.code.startsWith('database-')) throw error
      log.debug({ code: error.code, reason: error.message }, 'a scrub cannot go on now')
      fullScanAtMs = 0
    }
  }

  /** A disk that takes no note costs nothing but the proof that an older database is older. It may take one later. */
  function noteOldLease(error: unknown): void {
    if (!isSyncError(error) || error.code === 'database-damaged') throw error
    leaseAtMs = clock.monotonicMs() + haltRecheckMs
    log.debug({ code: error.code }, 'the lease could not be renewed')
  }

  async function doScan(scope: Parameters<typeof scan>[1]): Promise<void> {
    try {
      const { unsettled } = await scan(context, scope, deletesConfirmed, heldByScan, missing)
      for (const place of unsettled) markDirtyFor(place, quietMs(unsettledMs))
      pullAtMs = clock.monotonicMs()
    } catch (error) {
      // What was to be looked at has not been, so it is still to be looked at.
      if (scope === 'everything') fullScanAtMs = 0
      else for (const place of scope) markDirtyFor(place, unsettledMs)
      throw error
    }
  }

  async function doPull(): Promise<void> {
    pullAtMs = undefined
    const { progressed, deletionsInMs } = await pull.round(deletesConfirmed)
    if (progressed) pullAtMs = clock.monotonicMs()
    else if (store.counts().needFiles > 0)
      pullAtMs ??= clock.monotonicMs() + Math.min(pullAgainMs, deletionsInMs || pullAgainMs)
    const isQuiet = !progressed && transfers.activeCount() === 0
    // Files may go on arriving for days: a confirmation ends with the deletions it was given for.
    if (isQuiet || store.pendingDeletions() === 0) deletesConfirmed = false
  }

  /** At least as long as two writes may bear the same time (`isFresh`). */
  function quietMs(wantedMs: number): number {
    return Math.max(wantedMs, Number(disk.capabilities.timeGrainNs / 1_000_000n))
  }

  function markDirtyFor(place: DiskPath, quietMs: number): void {
    const nowMs = clock.monotonicMs()
    if (dirtyUntilMs.size >= maxDirty) {
      fullScanAtMs = nowMs
      dirtySinceMs.clear()
      dirtyUntilMs.clear()
      return
    }
    const sinceMs = dirtySinceMs.get(place) ?? nowMs
    dirtySinceMs.set(place, sinceMs)
    dirtyUntilMs.set(place, Math.min(nowMs + quietMs, sinceMs + quietMs * maxSettleFactor))
  }

  function endHalt(): void {
    if (halt === undefined) return
    log.info({ code: halt.error.code }, 'syncing goes on')
    tellHistory('resumed', '')
    halt = undefined
    heldDeletes = []
  }

  /** A database that takes nothing now is told of by what runs into it. */
  function tellHistory(action: 'resumed' | 'halted', path: string): void {
    try {
      store.addHistory({ atMs: clock.now(), path, action, device: context.deviceName, sizeBytes: 0 })
    } catch (error) {
      if (!isSyncError(error)) throw error
    }
  }

  function noteFailure(error: unknown, work: Work['kind']): void {
    const nowMs = clock.monotonicMs()
    if (!isSyncError(error)) {
      log.error(
        { error: reasonOf(error), stack: error instanceof Error ? error.stack : undefined },
        'a fault in this program',
      )
      restUntilMs = nowMs + bugRestMs
      fullScanAtMs = Math.min(fullScanAtMs, restUntilMs)
      pullAtMs = restUntilMs
      return
    }
    if (error.code === 'database-damaged') {
      halt = { error, work, untilMs: Number.POSITIVE_INFINITY }
      return context.databaseDamaged()
    }
    if (error.code === 'mass-delete')
      heldDeletes = work === 'pull' ? store.deletionsPending(Number.MAX_SAFE_INTEGER) : [...heldByScan]
    if (halt?.error.code !== error.code) {
      log.warn({ code: error.code }, error.message)
      tellHistory('halted', error.code)
    }
    halt = { error, work, untilMs: nowMs + recheckMs(error) }
    pullAtMs ??= nowMs
  }

  function unreportedMs(): number {
    return Math.min(context.settings().rescanSeconds, unreportedSeconds) * 1000
  }

  function fullScanEveryMs(): number {
    return isWatched ? context.settings().rescanSeconds * 1000 : unreportedMs()
  }

  function recheckMs(error: SyncError): number {
    if (error.code === 'mass-delete') return unreportedMs()
    return error.code.startsWith('root-') ? rootRecheckMs : haltRecheckMs
  }

  const running = run()

  return {
    get halt() {
      return halt
    },
    get isPrepared() {
      return isPrepared
    },
    get doing() {
      return doing
    },
    get heldDeletes() {
      return heldDeletes
    },
    // Nobody waits for a scrub.
    hasWork: () => (doing !== 'rest' && doing !== 'scrub') || dirtyUntilMs.size > 0 || isAwake,
    wake,
    pullSoon() {
      pullAtMs = clock.monotonicMs()
      // The deletions may have been undone where they were made.
      if (halt?.work === 'pull' && halt.error.code === 'mass-delete') halt = { ...halt, untilMs: 0 }
      wake()
    },
    indexGrew() {
      leaseAtMs ??= clock.monotonicMs() + leaseDelayMs
      wake()
    },
    markDirty(place) {
      markDirtyFor(place, quietMs(context.settings().settleSeconds * 1000))
      wake()
    },
    scanAll() {
      fullScanAtMs = 0
      if (halt !== undefined) halt = { ...halt, untilMs: 0 }
      wake()
    },
    scanMoreOften() {
      isWatched = false
      fullScanAtMs = Math.min(fullScanAtMs, clock.monotonicMs() + fullScanEveryMs())
      wake()
    },
    resume(confirmed) {
      deletesConfirmed = confirmed
      // Answered is answered. Until the scan has come to its end the halt would ask for another answer, each of which begins another scan.
      endHalt()
      fullScanAtMs = 0
      wake()
    },
    between<T>(action: () => Promise<T>): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>()
      actions.push({ run: () => action().then(resolve, reject), refuse: reject })
      wake()
      return promise
    },
    async stop() {
      stopped = true
      wake()
      await running
      for (const { refuse } of actions.splice(0)) refuse(new SyncError('folder-closed'))
    },
  }
}
