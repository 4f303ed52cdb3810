/** Plays one simulated swarm in a thread of its own, so that policies are compared in the time of one; see swarm-sim-main. */
import { parentPort, workerData } from 'node:worker_threads'
import type { SwarmPlan } from './swarm-plan.ts'
import { doneTimes, fluidBoundSeconds, reportSwarm, type SwarmReport } from './swarm-report.ts'
import { runSwarm } from './swarm-sim.ts'

export interface SwarmResult {
  readonly report: SwarmReport
  /** When members were done, rising, and when so many could have been. */
  readonly doneSeconds: readonly number[]
  readonly boundSeconds: readonly number[]
  readonly runSeconds: number
}

const plan = workerData as SwarmPlan
const startedMs = performance.now()
const outcome = runSwarm(plan)
const result: SwarmResult = {
  report: reportSwarm(plan, outcome),
  doneSeconds: doneTimes(outcome).map((ms) => ms / 1000),
  boundSeconds: outcome.members.map((_, at) =>
    fluidBoundSeconds(plan, outcome, (at + 1) / outcome.members.length),
  ),
  runSeconds: Math.round((performance.now() - startedMs) / 100) / 10,
}
parentPort!.postMessage(result)
