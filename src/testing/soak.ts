/**
 * A soak: four real daemons with nine folders each, people at all of them for hours, and a look every half minute at what the daemons take. People rest every few minutes,
 * and then all trees have to be equal. Before and after the work it measures what the daemons take when nothing happens.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createChance } from './chaos-person.ts'
import { type FolderPlan, startSoakDevices } from './soak-devices.ts'
import { bounds, judgeRest, judgeSeries, restBounds, seriesOf, type Verdict } from './soak-judge.ts'
import { createWorker, type Worker } from './soak-people.ts'
import { type Burden, burdenOf, type Rest, restOf, type Sample } from './soak-samples.ts'

export interface SoakPlan {
  readonly seed: number
  /** A new directory. */
  readonly root: string
  /** So long people work, all rounds together. */
  readonly workSeconds: number
  /** After so much work all rest, and trees are compared. */
  readonly roundSeconds: number
  readonly sampleSeconds: number
  /** Default: all nine. */
  readonly folders?: readonly FolderPlan[]
  /** Between two actions of one person, at most. */
  readonly maxPauseMs: number
  /** Before and after the work: nothing happens, and then the same again while it is measured. */
  readonly restSeconds: number
  readonly idleSeconds: number
  readonly say: (line: string) => void
  /** Hears of what is known so far, after each sample and each round. */
  readonly note?: (report: SoakFigures) => Promise<void>
}

export interface SoakFigures {
  readonly samples: readonly Sample[]
  /** Of each device, before the work and after it. */
  readonly restBefore: readonly Rest[]
  readonly restAfter: readonly Rest[]
  readonly paths: readonly number[]
  readonly faults: readonly string[]
}

export interface SoakLine extends Verdict {
  readonly device: string
  readonly measure: keyof Burden | `at rest: ${keyof Rest}`
}

export interface SoakReport extends SoakFigures {
  readonly lines: readonly SoakLine[]
  readonly summary: string
}

/** More of them say nothing new. */
const maxFaults = 30

export async function runSoak(plan: SoakPlan): Promise<SoakReport> {
  const { seed, root, say } = plan
  const figures = {
    samples: [] as Sample[],
    restBefore: [] as Rest[],
    restAfter: [] as Rest[],
    paths: [] as number[],
    faults: [] as string[],
  }
  await using scene = await startSoakDevices(root, plan.folders)
  const { devices } = scene
  const workers = devices.map((device, at) => createWorker(device, root, seed * 7 + at))
  for (const worker of workers) await worker.fill()
  await rest()
  figures.restBefore.push(...(await look()))

  const done = () => workers.reduce((sum, worker) => sum + worker.done(), 0)
  const filled = done()
  const actions = () => done() - filled
  let workedMs = 0
  for (let round = 1; workedMs < plan.workSeconds * 1000; round += 1) {
    const roundMs = Math.min(plan.roundSeconds * 1000, plan.workSeconds * 1000 - workedMs)
    const [before, endMs] = [workedMs, performance.now() + roundMs]
    const chances = workers.map((_, at) => createChance(seed + round * 10 + at))
    const workedSeconds = () => (before + roundMs - (endMs - performance.now())) / 1000
    await Promise.all([
      ...workers.map((worker, at) => work(worker, chances[at]!, endMs)),
      sampleUntil(endMs, workedSeconds),
    ])
    workedMs += roundMs
    await rest()
    for (const worker of workers) await worker.refresh()
    say(
      `round ${round}: ${Math.round(workedMs / 60_000)} minutes, ${actions()} actions, ${figures.paths.at(-1)} paths, ${figures.faults.length} faults`,
    )
  }
  figures.restAfter.push(...(await look()))
  for (const { name, daemon } of devices)
    for (const line of daemon.log.filter((each) => each.includes('"level":"error"')))
      figures.faults.push(`log of ${name}: ${line}`)
  return reportOf(
    plan,
    figures,
    devices.map(({ name }) => name),
    actions(),
  )

  async function work(worker: Worker, chance: () => number, endMs: number): Promise<void> {
    while (performance.now() < endMs) {
      await worker.act()
      await pause(chance() * plan.maxPauseMs)
    }
  }

  async function sampleUntil(endMs: number, seconds: () => number): Promise<void> {
    for (;;) {
      await pause(plan.sampleSeconds * 1000)
      if (performance.now() > endMs) return
      const burdens: Burden[] = []
      for (const device of devices) burdens.push(await burdenOf(device))
      figures.samples.push({ seconds: seconds(), actions: actions(), burdens })
      await plan.note?.(figures)
    }
  }

  /** All trees have to be equal then. */
  async function rest(): Promise<void> {
    try {
      await scene.settle()
      const { differences, paths } = await scene.compare()
      figures.paths.push(paths)
      figures.faults.push(...differences.slice(0, maxFaults).map((line) => `I2, trees differ: ${line}`))
    } catch (error) {
      figures.faults.push(String(error))
    }
    await plan.note?.(figures)
  }

  async function look(): Promise<Rest[]> {
    await pause(plan.restSeconds * 1000)
    return restOf(devices, plan.idleSeconds)
  }
}

/** Judges everything that was measured. */
export function reportOf(
  plan: Pick<SoakPlan, 'seed' | 'workSeconds'>,
  figures: SoakFigures,
  devices: readonly string[],
  actions: number,
): SoakReport {
  const measures = Object.keys(bounds) as (keyof Burden)[]
  const restMeasures = Object.keys(restBounds) as (keyof Rest)[]
  const lines = devices.flatMap((device, at): SoakLine[] => [
    ...measures.map((measure) => ({
      ...{ device, measure },
      ...judgeSeries(seriesOf(figures.samples, at, measure), bounds[measure]),
    })),
    ...restMeasures.map((measure) => ({
      ...{ device, measure: `at rest: ${measure}` as const },
      ...judgeRest(figures.restBefore[at]![measure], figures.restAfter[at]![measure], restBounds[measure]),
    })),
  ])
  const growing = lines.filter(({ grows }) => grows)
  const summary =
    `soak: seed ${plan.seed}, ${(plan.workSeconds / 60).toFixed(1)} minutes, ${actions} actions, ${figures.samples.length} samples, ` +
    `${figures.paths[0]} paths at first, ${figures.paths.at(-1)} at the end, trees compared ${figures.paths.length} times, ` +
    `${growing.length} of ${lines.length} series grow, ${figures.faults.length} faults`
  return { ...figures, lines, summary }
}
