/** Measures a cluster between two moments: time, CPU, peak memory, and bytes on each node's interface. */
import { cpuSecondsOf, peakMemoryOf, treeOf } from './processes.ts'
import type { Cluster, RivalNode } from './rival.ts'

/** The kernel keeps the peak of a living process, so this only has to be short against the life of one. */
const sampleMs = 100

export interface Usage {
  readonly seconds: number
  /** Of all nodes together. */
  readonly cpuSeconds: number
  /** Of the node that took most, since it was started. */
  readonly peakBytes: number
  /** Bytes on the interfaces, node by node. */
  readonly received: readonly number[]
  readonly sent: readonly number[]
}

export interface Meter extends Disposable {
  /** Time since the start. */
  seconds(): number
  read(): Usage
}

export function startMeter({ nodes }: Cluster): Meter {
  const peaks = nodes.map(() => new Map<number, number>())
  const sample = (): void => {
    for (const [at, node] of nodes.entries())
      for (const pid of node.roots().flatMap(treeOf)) {
        const peak = Math.max(peakMemoryOf(pid), peaks[at]!.get(pid) ?? 0)
        peaks[at]!.set(pid, peak)
      }
  }
  const timer = setInterval(sample, sampleMs)
  const before = nodes.map(({ place }) => place.traffic())
  const cpuBefore = cpuOf(nodes)
  const startedMs = performance.now()
  const seconds = () => (performance.now() - startedMs) / 1000

  return {
    seconds,
    read() {
      const elapsed = seconds()
      const cpuSeconds = cpuOf(nodes) - cpuBefore
      const after = nodes.map(({ place }) => place.traffic())
      sample()
      return {
        seconds: elapsed,
        cpuSeconds,
        peakBytes: Math.max(
          ...peaks.map((peak) => [...peak.values()].reduce((sum, bytes) => sum + bytes, 0)),
        ),
        received: after.map(({ received }, at) => received - before[at]!.received),
        sent: after.map(({ sent }, at) => sent - before[at]!.sent),
      }
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}

/** CPU seconds of all nodes so far; of a node that was started again, since then. */
export function cpuOf(nodes: readonly RivalNode[]): number {
  return nodes
    .flatMap((node) => node.roots())
    .flatMap(treeOf)
    .reduce((sum, pid) => sum + cpuSecondsOf(pid), 0)
}
