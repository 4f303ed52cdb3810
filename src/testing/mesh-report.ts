/** What came of a simulated mesh, in few numbers. */
import type { MeshMinute } from './mesh-look.ts'
import type { MeshMember } from './mesh-member.ts'
import type { MeshPlan } from './mesh-plan.ts'
import type { MeshFile, MeshOutcome } from './mesh-sim.ts'

export interface MeshReport {
  readonly minutes: number
  /** Of members online for more than a minute: the share that was not in the largest part, on average and at the worst minute. */
  readonly outsideShare: number
  readonly worstOutsideShare: number
  readonly aloneShare: number
  /** Members in the largest part besides the first, at the worst minute. */
  readonly secondPart: number
  /** Links at the end, by percentage of the members. */
  readonly links: { readonly reachable: Percentiles; readonly unreachable: Percentiles }
  readonly mostLinks: number
  readonly mostOpenLinks: number
  /** A member and minute, on average; and the most that one member had in a minute. */
  readonly perMinute: Readonly<Record<string, number>>
  readonly mostPerMinute: Readonly<Record<string, number>>
  readonly files: readonly MeshFileReport[]
}

export interface MeshFileReport {
  readonly atMinute: number
  /** Online from publication until it arrived or the end. */
  readonly audience: number
  /** Of these, never got it. */
  readonly missed: number
  /** Until so many of the audience had it. */
  readonly seconds: Percentiles
}

export type Percentiles = Readonly<Record<0 | 1 | 50 | 90 | 99 | 100, number | undefined>>

/** What happens while all come is not counted. */
const startUpMs = 600_000

export function reportMesh(plan: MeshPlan, { minutes, files }: MeshOutcome): MeshReport {
  const counted = minutes.filter(({ atMs }) => atMs > plan.joinMs + startUpMs)
  const last = counted.at(-1)!
  const average = (of: (minute: MeshMinute) => number) =>
    round(counted.reduce((sum, minute) => sum + of(minute), 0) / counted.length)
  const most = (of: (minute: MeshMinute) => number) => round(Math.max(...counted.map(of)))
  const kinds = ['dials', 'unreachable', 'refused', 'displaced', 'accepted', 'announced'] as const
  return {
    minutes: counted.length,
    outsideShare: average(({ outside, settled }) => outside / settled),
    worstOutsideShare: most(({ outside, settled }) => outside / settled),
    aloneShare: average(({ alone, settled }) => alone / settled),
    secondPart: most(({ secondPart }) => secondPart),
    links: { reachable: percentiles(last.links.reachable), unreachable: percentiles(last.links.unreachable) },
    mostLinks: most(({ links }) => Math.max(links.reachable.at(-1) ?? 0, links.unreachable.at(-1) ?? 0)),
    mostOpenLinks: most(({ mostOpenLinks }) => mostOpenLinks),
    perMinute: Object.fromEntries(
      kinds.map((kind) => [kind, average(({ counts, online }) => counts[kind] / online)]),
    ),
    mostPerMinute: Object.fromEntries(
      kinds.map((kind) => [kind, most(({ mostCounts }) => mostCounts[kind])]),
    ),
    files: files.map(reportFile),
  }
}

function reportFile({ number, publishedMs, audience }: MeshFile): MeshFileReport {
  const stayed = audience.filter(
    (member) => arrivalMs(member, number) !== undefined || member.leftMs === undefined,
  )
  const arrivals = stayed.map((member) => arrivalMs(member, number)).filter((ms) => ms !== undefined)
  return {
    atMinute: round(publishedMs / 60_000),
    audience: stayed.length,
    missed: stayed.length - arrivals.length,
    seconds: percentiles(arrivals.map((ms) => (ms - publishedMs) / 1000).sort((a, b) => a - b)),
  }
}

function arrivalMs(member: MeshMember, file: number): number | undefined {
  return member.files.get(file)
}

function percentiles(rising: readonly number[]): Percentiles {
  const at = (percent: number) => {
    const value = rising[Math.max(0, Math.ceil((rising.length * percent) / 100) - 1)]
    return value === undefined ? undefined : round(value)
  }
  return { 0: at(0), 1: at(1), 50: at(50), 90: at(90), 99: at(99), 100: at(100) }
}

function round(number: number): number {
  return Math.round(number * 10_000) / 10_000
}
