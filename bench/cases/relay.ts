/** What a relay costs: the same file through one and directly, in the same round. */
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { mib, writeBigFile } from '../content.ts'
import { type BenchCase, metric, type Stage } from '../measures.ts'
import { startMeter } from '../meter.ts'
import { folder, startPair } from './pair.ts'

/** For a file that comes when the two are connected already; hashing it is part of that in either way. */
async function secondsFor(stage: Stage, throughRelay: boolean): Promise<number> {
  const scratch = join(stage.scratch, throughRelay ? 'relayed' : 'direct')
  await mkdir(scratch)
  const fill = async (directory: string): Promise<number> => {
    await writeFile(join(directory, 'first'), 'first')
    return 1
  }
  await using pair = await startPair({ ...stage, scratch }, fill, { throughRelay })
  await pair.fetch()
  const big = join(scratch, 'big')
  await writeBigFile(big, (stage.isSmall ? 64 : 512) * mib, 'big')
  await pair.rest()
  using meter = startMeter(pair.cluster)
  await rename(big, join(pair.from, 'big'))
  await pair.target.settled(folder, { directory: pair.to, files: 2 })
  const { seconds } = meter.read()
  await pair.check()
  return seconds
}

export const relay: BenchCase = {
  name: 'relay',
  title: 'one file of 512 MiB through a relay, beside the direct way',
  rivals: ['berrysync'],
  metrics: [metric('direct', 's'), metric('relayed', 's')],
  async run(stage) {
    const direct = await secondsFor(stage, false)
    return { direct, relayed: await secondsFor(stage, true) }
  },
}
