/**
 * Everything of a simulated run that happens later waits here: disk operations, messages, hints. Chance picks which comes next, the
 * clock moves only when nothing waits (or, in slow runs, now and then), and every event enters the log whose hash shows that the
 * same seed gives the same run (I12).
 */
import { createManualClock, type ManualClock } from './manual-clock.ts'
import type { SeededChance } from './seeded-chance.ts'

/** Something the design promises did not hold. */
export class SimFailure extends Error {
  /** The invariant, or the name of what went wrong. */
  readonly rule: string
  /** Where, if it is about one path. */
  readonly path: string | undefined

  constructor(rule: string, message: string, path?: string) {
    super(message)
    this.name = 'SimFailure'
    this.rule = rule
    this.path = path
  }
}

export interface SchedulerOptions {
  readonly chance: SeededChance
  /** How often the clock moves on though something waits: slow disks and lines. */
  readonly slowness: number
  readonly stepLimit: number
  /** Keeps this many of the last events as text. */
  readonly traced: number
}

export interface Scheduler {
  readonly clock: ManualClock
  readonly steps: number
  /** Whether something goes round and round without ever waiting: nothing may be let through any more. */
  readonly isSpinning: boolean
  /** Puts something off until chance picks it. */
  later(label: string, run: () => void): void
  /** Ends the run with this at the next step; for places whose throws somebody else would catch. */
  fail(failure: SimFailure): void
  /** Enters an event into the log. */
  note(event: string): void
  /** Runs up to so many events; fewer when nothing happens for two seconds. */
  run(events: number): Promise<void>
  /** Runs everything that happens while so much of the clock passes. */
  pass(durationMs: number): Promise<void>
  /** Hash of all events so far. */
  digest(): string
  readonly trace: readonly string[]
}

/** Wall clock at the start of each run: 2026-01-01. */
const simStartMs = 1_767_225_600_000

const idleMs = 2_000
/** A turn of the event loop costs more than most steps. Only in one is told of promises that failed unheard, and of signals. */
const settledInTurn = 100
/** Between two events a process does a few hundred things at most. */
const maxNotesInStep = 20_000

interface Waiting {
  readonly label: string
  readonly run: () => void
}

export function createScheduler({ chance, slowness, stepLimit, traced }: SchedulerOptions): Scheduler {
  let settled = 0
  const settle = (): Promise<void> => (++settled % settledInTurn === 0 ? turn() : promises())
  const clock = createManualClock(simStartMs, settle)
  const waiting: Waiting[] = []
  const trace: string[] = []
  let steps = 0
  let notesInStep = 0
  let hash = 0x811c9dc5
  let failure: SimFailure | undefined

  function note(event: string): void {
    notesInStep++
    if (notesInStep === maxNotesInStep) failure ??= new SimFailure('settle', `spins, at ${event}`)
    for (let at = 0; at < event.length; at++) hash = Math.imul(hash ^ event.charCodeAt(at), 0x01000193)
    if (traced === 0) return
    trace.push(
      `${String(steps).padStart(6)} ${(clock.monotonicMs() / 1000).toFixed(2).padStart(8)}s ${event}`,
    )
    if (trace.length > traced * 2) trace.splice(0, traced)
  }

  async function step(): Promise<void> {
    steps++
    notesInStep = 0
    if (failure !== undefined) throw failure
    if (steps > stepLimit) throw new SimFailure('settle', `not done after ${stepLimit} steps`)
    if (waiting.length === 0 || (slowness > 0 && chance.happens(slowness))) {
      if ((await clock.runNext()) || waiting.length === 0) return
    }
    const at = chance.below(waiting.length)
    const next = waiting[at]!
    const last = waiting.pop()!
    if (at < waiting.length) waiting[at] = last
    note(next.label)
    next.run()
    await settle()
    if (failure !== undefined) throw failure
  }

  return {
    clock,
    get steps() {
      return steps
    },
    get isSpinning() {
      return notesInStep >= maxNotesInStep
    },
    later(label, run) {
      waiting.push({ label, run })
    },
    fail(given) {
      failure ??= given
    },
    note,
    async run(events) {
      let isOver = false
      using _end = clock.after(idleMs, () => {
        isOver = true
      })
      for (let done = 0; done < events && !isOver; done++) await step()
    },
    async pass(durationMs) {
      let isOver = false
      clock.after(durationMs, () => {
        isOver = true
      })
      while (!isOver) await step()
    },
    digest: () => (hash >>> 0).toString(16),
    get trace() {
      return trace.slice(-traced)
    },
  }
}

/** Lets every promise that can go on do so. */
function promises(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve))
}

/** Likewise, and Node goes to everybody else. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
