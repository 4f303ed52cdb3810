/**
 * One node has a file, four want it, and each can send 40 Mbit/s. The bound is the time in which the source can send one copy: whoever
 * passes on what it gets comes near it, whoever asks the source alone takes four times that.
 */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { checkSame, exists, mib, settleDisk, writeBigFile } from '../content.ts'
import { type BenchCase, bytesToMib, metric, peakMetric } from '../measures.ts'
import { startMeter } from '../meter.ts'
import { pause } from '../wait.ts'
import { folder } from './pair.ts'

const uplinkMegabits = 40
const leecherCount = 4

export const swarm: BenchCase = {
  name: 'swarm',
  title: '64 MiB from 1 node to 4, each with 40 Mbit/s up',
  rivals: ['berrysync', 'syncthing', 'rsync'],
  metrics: [
    metric('time', '× bound', { kind: 'value', atMost: 1.4 }),
    metric('copies', 'sent by source', { kind: 'value', atMost: 1.3 }),
    metric('cpu', 's'),
    peakMetric(),
  ],
  async run(stage) {
    const bytes = (stage.isSmall ? 8 : 64) * mib
    const bound = (bytes * 8) / (uplinkMegabits * 1e6)
    const directories = Array.from({ length: 1 + leecherCount }, (_, at) => join(stage.scratch, `node-${at}`))
    for (const directory of directories) await mkdir(directory)
    await writeBigFile(join(directories[0]!, 'file'), bytes, 'swarm')
    await using cluster = await stage.startCluster(directories.length, { uplinkMegabits })
    const [source, ...leechers] = cluster.nodes
    await source!.add(folder, directories[0]!)
    await source!.settled(folder, { directory: directories[0]!, files: 1 })
    await settleDisk()
    await pause(1000)

    using meter = startMeter(cluster)
    await Promise.all(
      leechers.map(async (leecher, at) => {
        const directory = directories[at + 1]!
        await leecher.add(folder, directory)
        const isThere = () => exists(join(directory, 'file'))
        await leecher.settled(folder, { directory, files: 1, isThere })
      }),
    )
    const { seconds, cpuSeconds, peakBytes, sent } = meter.read()
    for (const directory of directories.slice(1)) await checkSame(directories[0]!, directory)
    return {
      time: seconds / bound,
      copies: sent[0]! / bytes,
      cpu: cpuSeconds,
      peak: bytesToMib(peakBytes),
    }
  },
}
