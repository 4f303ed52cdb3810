/** One target fuzzed in a thread of its own, which can be stopped from outside when an input never comes back. */
import { parentPort, workerData } from 'node:worker_threads'
import { readCorpus } from './fuzz-corpus.ts'
import { startCoverage } from './fuzz-coverage.ts'
import { fuzz } from './fuzz-run.ts'
import type { FuzzOrder } from './fuzz-thread.ts'

const { name, seed, seconds, runs, untilFound = false, present } = workerData as FuzzOrder
// Loading all of them takes longer than finding what is planted.
const targets = name.startsWith('planted-')
  ? (await import('./fuzz-planted.ts')).plantedTargets
  : (await import('./fuzz-targets.ts')).fuzzTargets
const target = targets.find((each) => each.name === name)
if (target === undefined) throw new Error(`there is no target ${name}`)
const [count, length] = [new Int32Array(present, 0, 1), new Int32Array(present, 4, 1)]
const room = new Uint8Array(present, 8)

using coverage = startCoverage()
// Of a processor: on a busy machine, too, the same is tried in them.
const spentSeconds = () => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1e6
}
const endSeconds = seconds === undefined ? Number.POSITIVE_INFINITY : spentSeconds() + seconds
const report = await fuzz({
  target,
  seed,
  coverage,
  known: readCorpus(name).map(({ input }) => input),
  isOver: (done, findings) =>
    spentSeconds() >= endSeconds ||
    done >= (runs ?? Number.POSITIVE_INFINITY) ||
    (untilFound && findings > 0),
  onTry(input) {
    room.set(input.subarray(0, room.length))
    length[0] = Math.min(input.length, room.length)
    Atomics.add(count, 0, 1)
  },
})
parentPort!.postMessage(report)
