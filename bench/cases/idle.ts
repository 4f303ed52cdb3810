/** What it costs to do nothing: two connected nodes with the same nine folders, and no change anywhere. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkSame, copyTree, settleDisk, writeManyFiles } from '../content.ts'
import { type BenchCase, bytesToMib, metric, peakMetric } from '../measures.ts'
import { cpuOf, startMeter } from '../meter.ts'
import { memoryOf, treeOf } from '../processes.ts'
import type { RivalNode } from '../rival.ts'
import { pause } from '../wait.ts'

const folderCount = 9

export const idle: BenchCase = {
  name: 'idle',
  title: '9 folders with 100,000 files, nothing to do for 60 s',
  rivals: ['berrysync', 'syncthing'],
  metrics: [
    metric('cpu', '% of a core', { kind: 'value', atMost: 0.1 }),
    metric('memory', 'MiB', { kind: 'value', atMost: 150 }),
    peakMetric(),
  ],
  async run(stage) {
    const files = stage.isSmall ? 100 : Math.ceil(100_000 / folderCount)
    const [restSeconds, idleSeconds] = stage.isSmall ? [3, 10] : [20, 60]
    const names = Array.from({ length: folderCount }, (_, at) => `folder${at}`)
    const [one, other] = [join(stage.scratch, 'one'), join(stage.scratch, 'other')]
    await mkdir(one)
    for (const name of names) await writeManyFiles(join(one, name), files, [256, 2048], name)
    // Both have everything from the start: this case is not about sending.
    await copyTree(one, other)
    await settleDisk()
    await using cluster = await stage.startCluster(2)
    using meter = startMeter(cluster)
    const [left, right] = cluster.nodes as [RivalNode, RivalNode]
    for (const [node, root] of [
      [left, one],
      [right, other],
    ] as const) {
      for (const name of names) await node.add(name, join(root, name))
      for (const name of names) await node.settled(name, { directory: join(root, name), files })
    }
    await pause(restSeconds * 1000)

    const before = cluster.nodes.map((node) => cpuOf([node]))
    await pause(idleSeconds * 1000)
    const shares = cluster.nodes.map((node, at) => (cpuOf([node]) - before[at]!) / idleSeconds)
    const memory = cluster.nodes.map((node) =>
      node
        .roots()
        .flatMap(treeOf)
        .reduce((sum, pid) => sum + memoryOf(pid), 0),
    )
    const { peakBytes } = meter.read()
    for (const name of names) await checkSame(join(one, name), join(other, name))
    return {
      cpu: Math.max(...shares) * 100,
      memory: bytesToMib(Math.max(...memory)),
      peak: bytesToMib(peakBytes),
    }
  },
}
