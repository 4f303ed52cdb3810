/** On a disk that counts time coarsely, two writes of the same length in one moment look the same. Neither may be lost. */
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import type { MemoryDevice } from '../testing/memory-device.ts'
import { connectDevices, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { createMemoryDisk } from '../testing/memory-files.ts'
import { diskKinds } from '../testing/sim-setting.ts'

const grains = [
  ['a FAT stick', 2_000_000_000n],
  ['ext3', 1_000_000_000n],
] as const

const textAt = ({ own: { person } }: MemoryDevice, path: string): string | undefined =>
  person.stat(path) === undefined ? undefined : person.readFile(path).toString()

/** One with a coarse disk, one with another. */
async function openTwo(mtimeStepNs: bigint, stack: AsyncDisposableStack) {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const own = createMemoryDisk({ device: 7n, mtimeStepNs, nowNs: () => BigInt(clock.now()) * 1_000_000n })
  const coarse = stack.use(await openMemoryDevice({ clock, name: 'coarse', own }))
  const other = stack.use(await openMemoryDevice({ clock, name: 'other' }))
  connectDevices(coarse, other)
  await pass(clock)
  return { clock, coarse, other }
}

test.each(grains)(
  'I1 I2 what is written right after a look, at %s, reaches the others',
  async (_, stepNs) => {
    await using stack = new AsyncDisposableStack()
    const { clock, coarse, other } = await openTwo(stepNs, stack)
    const stepMs = Number(stepNs / 1_000_000n)
    for (let apartMs = 0; apartMs < 2 * stepMs; apartMs += 100) {
      const path = `after ${apartMs}`
      await pass(clock, stepMs - (clock.now() % stepMs))
      coarse.own.person.writeFile(path, 'first')
      await pass(clock, apartMs, Math.max(1, apartMs / 50))
      coarse.own.person.writeFile(path, 'later')
      await pass(clock, 20_000, 80)
      expect([path, textAt(coarse, path), textAt(other, path)]).toEqual([path, 'later', 'later'])
    }
  },
)

test.each(grains)(
  'I1 I2 what is written into a file that has just come, at %s, is told',
  async (_, stepNs) => {
    await using stack = new AsyncDisposableStack()
    const { clock, coarse, other } = await openTwo(stepNs, stack)
    const stepMs = Number(stepNs / 1_000_000n)
    let met = 0
    for (let aheadMs = 0; aheadMs < 5_000; aheadMs += 200) {
      const path = `ahead by ${aheadMs}`
      await pass(clock, stepMs - (clock.now() % stepMs))
      // A clock that is a little ahead: its time is that at which the file comes.
      other.own.person.writeFile(path, 'first')
      other.own.person.touch(path, BigInt(clock.now() + aheadMs) * 1_000_000n)
      for (let waited = 0; waited < 200 && textAt(coarse, path) === undefined; waited += 1)
        await pass(clock, 50, 1)
      const { mtimeNs, ctimeNs } = coarse.own.person.stat(path)!
      if (mtimeNs === ctimeNs) met += 1
      coarse.own.person.writeFile(path, 'later')
      await pass(clock, 20_000, 80)
      expect([path, textAt(coarse, path), textAt(other, path)]).toEqual([path, 'later', 'later'])
    }
    expect(met).toBeGreaterThan(0)
  },
)

test('I1 I7 nothing from a peer replaces what was written in the same two seconds as what was read', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isWritten = false
  /** While the other content is on its way, or when it could be there by now. */
  function writeOnce(): void {
    if (isWritten) return
    isWritten = true
    const before = coarse.own.person.stat('settings')
    coarse.own.person.writeFile('settings', 'on = 1')
    expect(coarse.own.person.stat('settings')).toEqual(before)
  }
  await using exact = await openMemoryDevice({ clock, name: 'exact' })
  await using coarse: MemoryDevice = await openMemoryDevice({
    ...{ clock, name: 'coarse', memory: diskKinds.fat, settings: { archive: false } },
    async gate(operation, path) {
      if (operation === 'create' && path.startsWith('.sync/stage/')) writeOnce()
    },
  })
  connectDevices(exact, coarse)
  await pass(clock)
  coarse.own.person.writeFile('settings', 'on = 0')
  await pass(clock, 600)
  exact.own.person.writeFile('settings', 'on = 2')
  await pass(clock, 600)
  writeOnce()
  await pass(clock, 30_000)
  const kept = [exact, coarse].map(({ own }) =>
    own.person
      .tree()
      .map(({ data }) => data.toString())
      .sort(),
  )
  expect(kept).toEqual([
    ['on = 1', 'on = 2'],
    ['on = 1', 'on = 2'],
  ])
})
