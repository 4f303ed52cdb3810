/** What a change to a folder that is the same on both sides costs. The time begins when the change lies on the disk and the program is told to look. */
import { mkdir, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { exists, insert, isSameFile, mib, overwrite, writeBigFile } from '../content.ts'
import { type BenchCase, bytesToMib, type Measures, metric, peakMetric, type Stage } from '../measures.ts'
import { startMeter } from '../meter.ts'
import type { RivalName } from '../rival.ts'
import { folder, type Pair, startPair } from './pair.ts'

const all: readonly RivalName[] = ['berrysync', 'syncthing', 'rsync']

interface Change {
  /** Returns how many files there are, before and after. */
  readonly fill: (directory: string) => Promise<number>
  readonly change: (directory: string) => Promise<void>
  readonly hasArrived: (pair: Pair) => Promise<boolean>
}

async function measureChange(stage: Stage, { fill, change, hasArrived }: Change): Promise<Measures> {
  let files = 0
  await using pair = await startPair(stage, async (directory) => {
    files = await fill(directory)
    return files
  })
  await pair.fetch()
  await pair.rest()
  await change(pair.from)
  using meter = startMeter(pair.cluster)
  await pair.source.rescan(folder, pair.from)
  await pair.target.settled(folder, { directory: pair.to, files, isThere: () => hasArrived(pair) })
  const { seconds, cpuSeconds, peakBytes, received, sent } = meter.read()
  await pair.check()
  return {
    time: seconds,
    wire: bytesToMib(received[1]! + sent[1]!),
    cpu: cpuSeconds,
    peak: bytesToMib(peakBytes),
  }
}

function changeBigFile(
  stage: Stage,
  change: (path: string, bytes: number) => Promise<void>,
): Promise<Measures> {
  const bytes = (stage.isSmall ? 64 : 1024) * mib
  return measureChange(stage, {
    async fill(directory) {
      await writeBigFile(join(directory, 'big'), bytes, 'big')
      return 1
    },
    change: (directory) => change(join(directory, 'big'), bytes),
    hasArrived: ({ from, to }) => isSameFile(join(from, 'big'), join(to, 'big')),
  })
}

export const overwritten: BenchCase = {
  name: 'overwrite',
  title: '1 MiB overwritten in a synced file of 1 GiB',
  rivals: all,
  metrics: [
    metric('time', 's', { kind: 'ratio', atMost: 1 / 2 }),
    metric('wire', 'MiB', { kind: 'value', atMost: 1.5 }),
    metric('cpu', 's'),
    peakMetric(),
  ],
  run: (stage) => changeBigFile(stage, (path, bytes) => overwrite(path, bytes / 2, mib, 'overwritten')),
}

export const inserted: BenchCase = {
  name: 'insert',
  title: '100 KiB inserted at a quarter of a synced file of 1 GiB',
  rivals: all,
  metrics: [
    metric('time', 's', { kind: 'ratio', atMost: 1 / 8 }),
    metric('wire', 'MiB', { kind: 'value', atMost: 1.2 }),
    metric('cpu', 's'),
    peakMetric(),
  ],
  run: (stage) =>
    changeBigFile(stage, (path, bytes) => insert(path, stage.scratch, bytes / 4, 100 * 1024, 'inserted')),
}

export const renamed: BenchCase = {
  name: 'rename',
  title: 'a directory with 8 files of 128 MiB renamed',
  rivals: all,
  metrics: [
    metric('time', 's', { kind: 'ratio', atMost: 1 / 2 }),
    metric('wire', 'MiB', { kind: 'value', atMost: 0.1 }),
    metric('cpu', 's'),
    peakMetric(),
  ],
  run(stage) {
    const names = Array.from({ length: 8 }, (_, at) => `file ${at}`)
    return measureChange(stage, {
      async fill(directory) {
        await mkdir(join(directory, 'before'))
        for (const name of names)
          await writeBigFile(join(directory, 'before', name), (stage.isSmall ? 8 : 128) * mib, name)
        return names.length
      },
      change: (directory) => rename(join(directory, 'before'), join(directory, 'after')),
      async hasArrived({ from, to }) {
        for (const name of names)
          if (!(await isSameFile(join(from, 'after', name), join(to, 'after', name)))) return false
        return !(await exists(join(to, 'before')))
      },
    })
  },
}
