/** How long a node without anything takes to get a folder from one that has it. */
import { join } from 'node:path'
import { mib, writeBigFile, writeManyFiles } from '../content.ts'
import { type BenchCase, bytesToMib, type Measures, metric, peakMetric, type Stage } from '../measures.ts'
import { startMeter } from '../meter.ts'
import { startPair } from './pair.ts'

async function transfer(stage: Stage, fill: (directory: string) => Promise<number>): Promise<Measures> {
  await using pair = await startPair(stage, fill)
  using meter = startMeter(pair.cluster)
  await pair.fetch()
  const { seconds, cpuSeconds, peakBytes, received } = meter.read()
  await pair.check()
  return { time: seconds, cpu: cpuSeconds, peak: bytesToMib(peakBytes), received: bytesToMib(received[1]!) }
}

export const bigFile: BenchCase = {
  name: 'big-file',
  title: 'one file of 1 GiB to an empty node',
  rivals: ['berrysync', 'syncthing', 'rsync'],
  metrics: [
    metric('time', 's', { kind: 'ratio', atMost: 0.65 }),
    metric('cpu', 's', { kind: 'ratio', atMost: 0.65 }),
    peakMetric(),
    metric('received', 'MiB'),
  ],
  run: (stage) =>
    transfer(stage, async (directory) => {
      await writeBigFile(join(directory, 'big'), (stage.isSmall ? 64 : 1024) * mib, 'big')
      return 1
    }),
}

export const manyFiles: BenchCase = {
  name: 'many-files',
  title: '10,000 files of 1 to 64 KiB to an empty node',
  rivals: ['berrysync', 'syncthing', 'rsync'],
  metrics: [
    metric('time', 's', { kind: 'ratio', atMost: 1 / 3 }),
    metric('cpu', 's', { kind: 'ratio', atMost: 1 / 3 }),
    peakMetric(),
    metric('received', 'MiB'),
  ],
  run: (stage) =>
    transfer(stage, async (directory) => {
      const files = stage.isSmall ? 500 : 10_000
      await writeManyFiles(directory, files, [1024, 65_536], 'many')
      return files
    }),
}
