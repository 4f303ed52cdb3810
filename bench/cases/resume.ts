/** A receiver that is killed at half of a large file and started again: what it fetches twice, and how long it takes from then on. */
import { join } from 'node:path'
import { isSameFile, mib, writeBigFile } from '../content.ts'
import { type BenchCase, bytesToMib, metric, peakMetric } from '../measures.ts'
import { startMeter } from '../meter.ts'
import { waitUntil } from '../wait.ts'
import { folder, startPair } from './pair.ts'

export const resume: BenchCase = {
  name: 'resume',
  title: 'receiver killed at half of 1 GiB, and started again',
  rivals: ['berrysync', 'syncthing', 'rsync'],
  metrics: [
    metric('again', '% fetched twice', { kind: 'value', atMost: 1 }),
    metric('time', 's after restart', { kind: 'ratio', atMost: 0.7 }),
    metric('cpu', 's after restart'),
    peakMetric(),
  ],
  async run(stage) {
    const bytes = (stage.isSmall ? 128 : 1024) * mib
    await using pair = await startPair(stage, async (directory) => {
      await writeBigFile(join(directory, 'big'), bytes, 'big')
      return 1
    })
    const { target, from, to, cluster } = pair
    const start = target.place.traffic().received
    const received = () => target.place.traffic().received - start
    const fetching = pair.fetch().then(
      () => 'done',
      () => 'killed',
    )
    await waitUntil('half of it has arrived', () => received() >= bytes / 2, { everyMs: 5 })
    await target.kill()
    if ((await fetching) === 'done') throw new Error('it was done before it could be killed')

    using meter = startMeter(cluster)
    await target.restart()
    const isThere = () => isSameFile(join(from, 'big'), join(to, 'big'))
    await target.settled(folder, { directory: to, files: 1, isThere })
    const { seconds, cpuSeconds, peakBytes } = meter.read()
    const again = (received() / bytes - 1) * 100
    await pair.check()
    return { again, time: seconds, cpu: cpuSeconds, peak: bytesToMib(peakBytes) }
  },
}
