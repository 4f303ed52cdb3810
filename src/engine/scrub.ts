/**
 * Reads every file of the folder again, at leisure, to find what the disk has damaged. Then it looks whether the database agrees with itself.
 * One short piece of work at a time, which the loop asks for when it has nothing else to do; how far it is is kept, so that the next run goes on.
 */
import type { ContentRoot } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { isPieceFull, restAfterMs, scrubDueInMs } from '../core/scrub.ts'
import { isClockSet } from '../core/wall-clock.ts'
import { checkFile, type FileCheck, type Piece } from './check-file.ts'
import { noteDamage } from './damage.ts'
import type { FolderContext } from './folder-context.ts'
import { inspectPart } from './inspect.ts'
import { maxFailuresInARow } from './safety.ts'

/** How far it is is written down this often: a crash costs so much reading, and a card in a Pi wears with each write. */
const saveEveryMs = 60_000
/** Files that a peer has complained of and that wait to be read. */
const maxSuspects = 1000
/** After what is for the scan to find out. */
const retryMs = 60_000

const runFact = 'scrub'
const lastFact = 'scrubbed'
/** Since when the time to the first scrub counts. */
const sinceFact = 'scrubSince'

/** What was read, and what came of it. */
export interface Tally {
  readonly files: number
  readonly bytes: number
  readonly damaged: number
}

/** A scrub under way. */
interface Run extends Tally {
  readonly beganMs: number
  readonly by: 'person' | 'schedule'
  /** Files up to this path are done. */
  readonly after: string
  /** Of the database, once all files are. */
  readonly inspectedTo?: string
}

export interface LastScrub extends Tally {
  readonly beganMs: number
  readonly endedMs: number
  /** `stopped` by a person, or `failing`: one file after another could not be read. */
  readonly end: 'whole' | 'stopped' | 'failing'
}

export interface ScrubStatus {
  readonly running: (Tally & { readonly beganMs: number; readonly by: Run['by'] }) | undefined
  readonly last: LastScrub | undefined
  /** By the wall clock, where it is known. */
  readonly nextMs: number | undefined
  /** What there is to read. */
  readonly filesHere: number
  /** Bytes a second; 0 for no limit. */
  readonly rate: number
}

export interface Scrub {
  /** When the next piece of work may be done, monotonic; undefined where none is to be done. */
  dueAtMs(): number | undefined
  /** Does one piece. Throws what keeps the folder from being read. */
  step(): Promise<void>
  /** From here on the time to the first scrub counts. */
  begin(): void
  start(): void
  stop(): void
  /** What came from here was wrong, a peer says: these contents are read soon. */
  suspect(roots: Iterable<ContentRoot>): void
  status(): ScrubStatus
  /** Writes down how far it is. */
  save(): void
}

/** The file that is being read. */
interface Current extends FileCheck {
  /** A peer has complained of it: it belongs to no run. */
  readonly isSuspect: boolean
}

export function createScrub(context: FolderContext): Scrub {
  const { store, clock, log, settings } = context
  let run = read<Run>(runFact)
  let last = read<LastScrub>(lastFact)
  let sinceMs = read<number>(sinceFact)
  const suspects = new Set<RelPath>()
  let current: Current | undefined
  let wasSuspect = false
  /** What was done last, and when: how long to rest then follows from the rate as it is set now. */
  let rest = { sinceMs: 0, bytes: 0, files: 0 }
  let notBeforeMs = 0
  let savedAtMs = clock.monotonicMs()
  let unreadableInARow = 0

  function read<T>(name: string): T | undefined {
    const text = store.fact(name)
    return text === undefined || text === '' ? undefined : JSON.parse(text)
  }

  function save(): void {
    savedAtMs = clock.monotonicMs()
    const text = run === undefined ? '' : JSON.stringify(run)
    if ((store.fact(runFact) ?? '') !== text) store.setFact(runFact, text)
  }

  function start(by: Run['by']): void {
    if (run !== undefined) return
    run = { beganMs: clock.now(), by, after: '', files: 0, bytes: 0, damaged: 0 }
    unreadableInARow = 0
    notBeforeMs = 0
    save()
    log.info({ by }, 'a scrub begins')
  }

  function end(how: LastScrub['end']): void {
    if (run === undefined) return
    const { beganMs, files, bytes, damaged } = run
    last = { beganMs, endedMs: clock.now(), files, bytes, damaged, end: how }
    run = undefined
    if (current?.isSuspect === false) current = undefined
    store.transaction(() => {
      store.setFact(lastFact, JSON.stringify(last))
      save()
    })
    log.info({ files, bytes, damaged, end: how }, 'a scrub has ended')
    context.changed()
  }

  /** Asks nothing of the store: the loop asks for this wherever it stands. */
  function dueAtMs(): number | undefined {
    if (run !== undefined || suspects.size > 0 || current !== undefined) {
      const { sinceMs, bytes, files } = rest
      return Math.max(notBeforeMs, sinceMs + restAfterMs(bytes, files, settings().scrubRate))
    }
    const dueInMs = nextInMs()
    return dueInMs === undefined ? undefined : clock.monotonicMs() + dueInMs
  }

  function nextInMs(): number | undefined {
    return scrubDueInMs(clock.now(), last?.endedMs ?? sinceMs, settings().scrubDays)
  }

  async function step(): Promise<void> {
    const isAllThereIs = suspects.size === 0 && current === undefined
    if (run === undefined && (isAllThereIs || nextInMs() === 0)) start('schedule')
    const done = { bytes: 0, files: 0 }
    // So that a failure below is not tried again at once.
    notBeforeMs = clock.monotonicMs() + retryMs
    while (!isPieceFull(done.bytes, done.files) && !context.isClosing()) {
      current ??= nextFile()
      if (current === undefined) {
        if (run !== undefined) inspect()
        break
      }
      const piece = await current.read()
      take(current, piece)
      done.bytes += piece.bytes
      if (piece.isLast) done.files += 1
    }
    notBeforeMs = 0
    rest = { sinceMs: clock.monotonicMs(), ...done }
    if (run !== undefined && clock.monotonicMs() - savedAtMs >= saveEveryMs) save()
  }

  /** In turn with the run, however far that is: peers that complain of everything must not keep it from its end. */
  function nextFile(): Current | undefined {
    const suspect = wasSuspect && run !== undefined ? undefined : nextSuspect()
    wasSuspect = suspect !== undefined
    return suspect ?? nextOfRun()
  }

  function nextSuspect(): Current | undefined {
    for (const path of suspects) {
      suspects.delete(path)
      const here = store.state(path)?.here
      if (here?.kind === 'file' && here.verified)
        return { ...checkFile(context, path, here), isSuspect: true }
    }
    return undefined
  }

  function nextOfRun(): Current | undefined {
    const next =
      run === undefined || run.inspectedTo !== undefined ? undefined : store.fileHereAfter(run.after)
    return next && { ...checkFile(context, next.path, next.here), isSuspect: false }
  }

  function take(file: Current, { bytes, isLast, damage }: Piece): void {
    // The run it was read for can have been stopped meanwhile, and another begun.
    const isOfRun = current === file && !file.isSuspect
    if (isLast && current === file) current = undefined
    if (run !== undefined && isOfRun) {
      run = { ...run, bytes: run.bytes + bytes }
      if (isLast) run = { ...run, files: run.files + 1, after: file.path }
    }
    if (damage !== undefined) {
      noteDamage(context, file.path, file.here, damage)
      if (run !== undefined) run = { ...run, damaged: run.damaged + 1 }
      context.changed()
      context.pullSoon()
    }
    if (bytes > 0) unreadableInARow = 0
    if (damage === 'unreadable') unreadableInARow += 1
    if (unreadableInARow >= maxFailuresInARow) end('failing')
  }

  function inspect(): void {
    const { faults, after } = inspectPart(store, run?.inspectedTo ?? '')
    if (faults.length > 0) throw store.setAside(faults.join('; '))
    if (after === undefined) end('whole')
    else run = { ...run!, inspectedTo: after }
  }

  return {
    dueAtMs,
    step,
    begin() {
      const nowMs = clock.now()
      if (sinceMs !== undefined || !isClockSet(nowMs)) return
      sinceMs = nowMs
      store.setFact(sinceFact, String(nowMs))
    },
    start: () => start('person'),
    stop: () => end('stopped'),
    suspect(roots) {
      for (const root of roots)
        for (const { path } of store.hereWithRoot(root)) if (suspects.size < maxSuspects) suspects.add(path)
    },
    status() {
      const dueInMs = nextInMs()
      const isWaiting = run === undefined && dueInMs !== undefined
      const nextMs = isWaiting ? clock.now() + dueInMs : undefined
      return { running: run, last, nextMs, filesHere: store.filesHere(), rate: settings().scrubRate }
    },
    save,
  }
}
