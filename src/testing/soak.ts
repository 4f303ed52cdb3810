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
  /** After each round of work all rest, and trees are compared. */
  readonly rounds: number
  /** A round lasts until so many were taken, however slow the machine is. */
  readonly samplesPerRound: number
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
  /** Paths in all folders together, each time trees were compared. */
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
  await settleAndCompare()
  figures.restBefore.push(...(await lookAtRest()))

  const done = () => workers.reduce((sum, worker) => sum + worker.done(), 0)
  const filled = done()
  let workedMs = 0
  for (let round = 1; round <= plan.rounds; round += 1) {
    const startMs = performance.now()
    const samples = sampleRound(startMs)
    let isOver = false
    const over = samples.finally(() => {
      isOver = true
    })
    await Promise.all([
      over,
      ...workers.map((worker, at) => work(worker, createChance(seed + round * 10 + at), () => isOver)),
    ])
    workedMs += performance.now() - startMs
    await settleAndCompare()
    for (const worker of workers) await worker.refresh()
    say(
      `round ${round}: ${Math.round(workedMs / 60_000)} minutes, ${done() - filled} actions, ${figures.paths.at(-1)} paths, ${figures.faults.length} faults`,
    )
  }
  figures.restAfter.push(...(await lookAtRest()))
  for (const { name, daemon } of devices)
    for (const line of daemon.log.filter((each) => each.includes('"level":"error"')))
      figures.faults.push(`log of ${name}: ${line}`)
  const lines = linesOf(
    devices.map(({ name }) => name),
    figures,
  )
  const summary =
    `soak: seed ${seed}, ${(workedMs / 60_000).toFixed(1)} minutes, ${done() - filled} actions, ${figures.samples.length} samples, ` +
    `${figures.paths[0]} paths at first, ${figures.paths.at(-1)} at the end, trees compared ${figures.paths.length} times, ` +
    `${lines.filter(({ grows }) => grows).length} of ${lines.length} series grow, ${figures.faults.length} faults`
  return { ...figures, lines, summary }

  async function work(worker: Worker, chance: () => number, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      await worker.act()
      await pause(chance() * plan.maxPauseMs)
    }
  }

  async function sampleRound(startMs: number): Promise<void> {
    for (let nth = 1; nth <= plan.samplesPerRound; nth += 1) {
      await pause(Math.max(0, startMs + nth * plan.sampleSeconds * 1000 - performance.now()))
      const burdens: Burden[] = []
      for (const device of devices) burdens.push(await burdenOf(device))
      const seconds = (workedMs + performance.now() - startMs) / 1000
      figures.samples.push({ seconds, actions: done() - filled, burdens })
      await plan.note?.(figures)
    }
  }

  async function settleAndCompare(): Promise<void> {
    try {
      await scene.settle()
      const { differences, paths } = await scene.compare()
      figures.paths.push(paths)
      figures.faults.push(...differences.slice(0, maxFaults).map((line) => `I2, trees differ: ${line}`))
    } catch (error) {
      // The next round may tell more.
      figures.faults.push(String(error))
    }
    await plan.note?.(figures)
  }

  async function lookAtRest(): Promise<Rest[]> {
    await pause(plan.restSeconds * 1000)
    return restOf(devices, plan.idleSeconds)
  }
}

/** Judges everything that was measured. */
function linesOf(
  devices: readonly string[],
  { samples, restBefore, restAfter }: Omit<SoakFigures, 'paths' | 'faults'>,
): SoakLine[] {
  const measures = Object.keys(bounds) as (keyof Burden)[]
  const restMeasures = Object.keys(restBounds) as (keyof Rest)[]
  return devices.flatMap((device, at): SoakLine[] => [
    ...measures.map((measure) => ({
      ...{ device, measure },
      ...judgeSeries(seriesOf(samples, at, measure), bounds[measure]),
    })),
    ...restMeasures.map((measure) => ({
      ...{ device, measure: `at rest: ${measure}` as const },
      ...judgeRest(restBefore[at]![measure], restAfter[at]![measure], restBounds[measure]),
    })),
  ])
}
