/**
 * A soak: four real daemons with nine folders each, people at all of them for hours, and a look every half minute at what the daemons take. People rest every few minutes,
 * and then all trees have to be equal. Before and after the work it measures what the daemons take when nothing happens.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { createChance } from './chaos-person.ts'
import { startSoakDevices } from './soak-devices.ts'
import { allowedOver, bounds, idleBound, judgeSeries, seriesOf, type Verdict } from './soak-judge.ts'
import { createWorker, type Worker } from './soak-people.ts'
import { type Burden, burdenOf, idleLoad, type Sample } from './soak-samples.ts'

export interface SoakPlan {
  readonly seed: number
  /** A new directory. */
  readonly root: string
  /** So long people work, all rounds together. */
  readonly workSeconds: number
  /** After so much work all rest, and trees are compared. */
  readonly roundSeconds: number
  readonly sampleSeconds: number
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
  /** Milliseconds of processor time a second at rest, of each device. */
  readonly idleBefore: readonly number[]
  readonly idleAfter: readonly number[]
  readonly paths: readonly number[]
  readonly faults: readonly string[]
}

export interface SoakLine extends Verdict {
  readonly device: string
  readonly measure: keyof Burden | 'idle'
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
    idleBefore: [] as number[],
    idleAfter: [] as number[],
    paths: [] as number[],
    faults: [] as string[],
  }
  await using scene = await startSoakDevices(root)
  const { devices } = scene
  const workers = devices.map((device, at) => createWorker(device, root, seed * 7 + at))
  for (const worker of workers) await worker.fill()
  await rest()
  figures.idleBefore.push(...(await idle()))

  const actions = () => workers.reduce((sum, worker) => sum + worker.done(), 0)
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
    say(
      `round ${round}: ${Math.round(workedMs / 60_000)} minutes, ${actions()} actions, ${figures.paths.at(-1)} paths, ${figures.faults.length} faults`,
    )
    for (const worker of workers) await worker.refresh()
  }
  await scene.settle()
  figures.idleAfter.push(...(await idle()))
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

  async function idle(): Promise<number[]> {
    await pause(plan.restSeconds * 1000)
    return idleLoad(devices, () => pause(plan.idleSeconds * 1000))
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
  const lines = devices.flatMap((device, at): SoakLine[] => [
    ...measures.map((measure) => ({
      ...{ device, measure },
      ...judgeSeries(seriesOf(figures.samples, at, measure), bounds[measure]),
    })),
    { device, measure: 'idle', ...judgeIdle(figures.idleBefore[at]!, figures.idleAfter[at]!) },
  ])
  const growing = lines.filter(({ grows }) => grows)
  const summary =
    `soak: seed ${plan.seed}, ${(plan.workSeconds / 60).toFixed(1)} minutes, ${actions} actions, ${figures.samples.length} samples, ` +
    `${figures.paths[0]} paths at first, ${figures.paths.at(-1)} at the end, trees compared ${figures.paths.length} times, ` +
    `${growing.length} of ${lines.length} series grow, ${figures.faults.length} faults`
  return { ...figures, lines, summary }
}

function judgeIdle(middle: number, last: number): Verdict {
  const allowed = allowedOver(middle, idleBound)
  return { middle, last, spread: 0, allowed, grows: last - middle > allowed }
}
