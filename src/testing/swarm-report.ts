/**
 * What a simulated swarm achieved, in few numbers, beside the best that any policy could: the fluid bound. No share of the members can be done before the
 * source has sent everything once, before their own lines have carried it, or before all lines together have carried that many copies.
 */
import type { SwarmPlan } from './swarm-plan.ts'
import type { SwarmOutcome } from './swarm-sim.ts'

export interface SwarmReport {
  readonly members: number
  readonly finished: number
  /** Bytes of blocks the source sent, in sizes of the file. */
  readonly sourceRatio: number
  /** Seconds without times away, by percentage of the members; the bound, and how many times the bound it was. */
  readonly done: Readonly<Record<50 | 90 | 99 | 100, SwarmTime>>
  /** Of all bytes of blocks. */
  readonly wastedShare: number
  /** Bytes beside blocks, of the bytes of blocks: altogether and by kind of message. */
  readonly overheadShare: number
  readonly overheadShares: Readonly<Record<string, number>>
  readonly simulatedSeconds: number
  readonly events: number
}

export interface SwarmTime {
  readonly seconds: number
  readonly boundSeconds: number
  readonly timesBound: number
}

export function reportSwarm(plan: SwarmPlan, outcome: SwarmOutcome): SwarmReport {
  const doneMs = doneTimes(outcome)
  const timeAt = (percent: number): SwarmTime => {
    const ms = doneMs[Math.ceil((outcome.members.length * percent) / 100) - 1] ?? Number.POSITIVE_INFINITY
    const boundSeconds = fluidBoundSeconds(plan, outcome, percent / 100)
    return {
      seconds: round(ms / 1000),
      boundSeconds: round(boundSeconds),
      timesBound: round(ms / 1000 / boundSeconds),
    }
  }
  const overhead = Object.values(outcome.overheadBytes).reduce((sum, bytes) => sum + bytes, 0)
  return {
    members: outcome.members.length,
    finished: doneMs.length,
    sourceRatio: round(outcome.sourceBytes / plan.fileBytes),
    done: { 50: timeAt(50), 90: timeAt(90), 99: timeAt(99), 100: timeAt(100) },
    wastedShare: share(outcome.wastedBytes, outcome),
    overheadShare: share(overhead, outcome),
    overheadShares: Object.fromEntries(
      Object.entries(outcome.overheadBytes).map(([kind, bytes]) => [kind, share(bytes, outcome)]),
    ),
    simulatedSeconds: round(outcome.lastMs / 1000),
    events: outcome.events,
  }
}

/** When members were done, in order. */
export function doneTimes({ members }: SwarmOutcome): number[] {
  return members
    .map(({ doneMs }) => doneMs)
    .filter((doneMs) => doneMs !== undefined)
    .sort((a, b) => a - b)
}

/** Seconds before which this share of the members cannot be done. */
export function fluidBoundSeconds(plan: SwarmPlan, { members }: SwarmOutcome, part: number): number {
  const count = Math.ceil(members.length * part)
  const downs = members.map(({ downBytesPerSecond }) => downBytesPerSecond).sort((a, b) => b - a)
  const online = plan.sessionMs / (plan.sessionMs + plan.awayMs)
  const ups = members.reduce((sum, { upBytesPerSecond }) => sum + upBytesPerSecond, 0) * online
  return Math.max(
    plan.fileBytes / plan.sourceUpBytesPerSecond,
    plan.fileBytes / downs[count - 1]!,
    (count * plan.fileBytes) / (plan.sourceUpBytesPerSecond + ups),
  )
}

function share(bytes: number, { blockBytes }: SwarmOutcome): number {
  return Math.round((bytes / blockBytes) * 1e5) / 1e5
}

function round(number: number): number {
  return Math.round(number * 1000) / 1000
}
