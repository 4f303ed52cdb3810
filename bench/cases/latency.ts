/** How long a new small file takes from one disk to the other, when nobody tells the program to look. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { quantile } from '../../src/testing/statistics.ts'
import { checkSame } from '../content.ts'
import { type BenchCase, bytesToMib, metric, peakMetric } from '../measures.ts'
import { startMeter } from '../meter.ts'
import type { RivalNode } from '../rival.ts'
import { pause, waitUntil } from '../wait.ts'
import { folder } from './pair.ts'

const fileBytes = 4096
/** Between two files, in turn: not a multiple of anything a program may count in. */
const gapsMs = [1310, 2170, 1730, 2590, 1970]

export const latency: BenchCase = {
  name: 'latency',
  title: 'a new file of 4 KiB, disk to disk',
  rivals: ['berrysync', 'syncthing'],
  metrics: [
    metric('p50', 's', { kind: 'value', atMost: 0.3 }),
    metric('p95', 's', { kind: 'value', atMost: 0.6 }),
    metric('cpu', 's'),
    peakMetric(),
  ],
  async run(stage) {
    const count = stage.isSmall ? 6 : 40
    const [from, to] = [join(stage.scratch, 'source'), join(stage.scratch, 'target')]
    await mkdir(from)
    await mkdir(to)
    await writeFile(join(from, 'first'), 'the folder is not empty')
    await using cluster = await stage.startCluster(2, { isQuick: true })
    const [source, target] = cluster.nodes as [RivalNode, RivalNode]
    await source.add(folder, from)
    await target.add(folder, to)
    await target.settled(folder, { directory: to, files: 1 })

    using meter = startMeter(cluster)
    const seconds: number[] = []
    for (let at = 0; at < count; at += 1) {
      await pause(gapsMs[at % gapsMs.length]!)
      await writeFile(join(from, `file ${at}`), Buffer.alloc(fileBytes, at))
      const writtenMs = performance.now()
      await waitUntil(`file ${at} arrives`, () => hasArrived(join(to, `file ${at}`)), { everyMs: 5 })
      seconds.push((performance.now() - writtenMs) / 1000)
    }
    const { cpuSeconds, peakBytes } = meter.read()
    await checkSame(from, to)
    return {
      p50: quantile(seconds, 0.5),
      p95: quantile(seconds, 0.95),
      cpu: cpuSeconds,
      peak: bytesToMib(peakBytes),
    }
  },
}

async function hasArrived(path: string): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  return found?.size === fileBytes
}
