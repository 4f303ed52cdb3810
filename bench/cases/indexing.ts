/** How fast a node gets to know what lies in a directory: one node, nobody to send to. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mib, settleDisk, writeBigFile, writeManyFiles } from '../content.ts'
import {
  type BenchCase,
  bytesToMib,
  type Measures,
  megabyte,
  metric,
  peakMetric,
  type Stage,
} from '../measures.ts'
import { startMeter, type Usage } from '../meter.ts'
import type { RivalNode } from '../rival.ts'
import { folder } from './pair.ts'

async function index(stage: Stage, fill: (directory: string) => Promise<number>): Promise<Usage> {
  const directory = join(stage.scratch, 'source')
  await mkdir(directory)
  const files = await fill(directory)
  await settleDisk()
  await using cluster = await stage.startCluster(1)
  const [node] = cluster.nodes as [RivalNode]
  using meter = startMeter(cluster)
  await node.add(folder, directory)
  await node.settled(folder, { directory, files })
  return meter.read()
}

function costsOf({ cpuSeconds, peakBytes }: Usage): Measures {
  return { cpu: cpuSeconds, peak: bytesToMib(peakBytes) }
}

export const indexLarge: BenchCase = {
  name: 'index-large',
  title: 'index 16 files of 128 MiB',
  rivals: ['berrysync', 'syncthing'],
  metrics: [
    metric(
      'rate',
      'MB/s',
      { kind: 'ratio', atLeast: 1.2 },
      { kind: 'limit', limit: 'sha256TwoCores', atLeast: 0.6 },
    ),
    metric('cpu', 's'),
    peakMetric(),
  ],
  async run(stage) {
    const [files, bytes] = stage.isSmall ? [4, 32 * mib] : [16, 128 * mib]
    const usage = await index(stage, async (directory) => {
      for (let at = 0; at < files; at += 1)
        await writeBigFile(join(directory, `file ${at}`), bytes, `large ${at}`)
      return files
    })
    return { rate: (files * bytes) / megabyte / usage.seconds, ...costsOf(usage) }
  },
}

export const indexMany: BenchCase = {
  name: 'index-many',
  title: 'index 20,000 files of 1 to 64 KiB',
  rivals: ['berrysync', 'syncthing'],
  metrics: [metric('rate', 'files/s', { kind: 'ratio', atLeast: 1.2 }), metric('cpu', 's'), peakMetric()],
  async run(stage) {
    const files = stage.isSmall ? 2000 : 20_000
    const usage = await index(stage, async (directory) => {
      await writeManyFiles(directory, files, [1024, 65_536], 'many')
      return files
    })
    return { rate: files / usage.seconds, ...costsOf(usage) }
  },
}

export const indexMillion: BenchCase = {
  name: 'index-million',
  title: 'index 1,000,000 files of 16 to 64 bytes',
  rivals: ['berrysync', 'syncthing'],
  metrics: [metric('rate', 'files/s'), metric('cpu', 's'), peakMetric(300)],
  isLong: true,
  async run(stage) {
    const files = stage.isSmall ? 5000 : 1_000_000
    const usage = await index(stage, async (directory) => {
      await writeManyFiles(directory, files, [16, 64], 'million')
      return files
    })
    return { rate: files / usage.seconds, ...costsOf(usage) }
  },
}
