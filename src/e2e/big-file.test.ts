/** Large files: memory stays bounded, and only what changed travels. */
import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { startMesh } from '../testing/mesh.ts'
import { peakMemoryBytes } from '../testing/process-facts.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'

const mib = 1024 ** 2
const gib = 1024 ** 3

test('I14: a file of 2 GiB passes through bounded memory, and a change in it costs one block', {
  timeout: 300_000,
}, async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = mesh.members
  {
    await using file = await open(one!.path('large.img'), 'w')
    await file.truncate(2 * gib)
    for (let at = 0; at < 8; at++) await file.write(randomBytes(mib), 0, mib, at * 250 * mib + 12_345)
  }
  expect(await mesh.differences({ seconds: 240 })).toEqual([])
  const peaks = mesh.members.map(({ daemon }) => peakMemoryBytes(daemon.process.pid!) / mib)
  expect(Math.max(...peaks)).toBeLessThan(512)

  const before = (await two!.device()).traffic.received
  {
    await using file = await open(one!.path('large.img'), 'r+')
    await file.write(randomBytes(1000), 0, 1000, gib + 77)
    await file.write(randomBytes(1000), 0, 1000, 2 * gib)
  }
  expect(await mesh.differences({ seconds: 240 })).toEqual([])
  // Blocks of a file of this size are 1 or 2 MiB; the list of their hashes travels anew.
  expect((await two!.device()).traffic.received - before).toBeLessThan(8 * mib)
  if (process.env.BERRYSYNC_FIGURES === '1')
    process.stdout.write(`2 GiB: peak RSS ${peaks.map((peak) => peak.toFixed(0)).join(' and ')} MiB\n`)
})
