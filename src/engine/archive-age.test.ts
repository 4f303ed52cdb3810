import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { openMemoryDevice, pass } from '../testing/memory-device.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

test('I1 a clock that is a year ahead for half a day empties no archive; what is too old goes', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 20))
  await using device = await openMemoryDevice({ clock, name: 'victor' })
  const { person } = device.own
  for (const [name, ageDays] of [
    ['of yesterday', 1],
    ['of last month', 40],
  ] as const) {
    const top = new Date(clock.now() - ageDays * dayMs).toISOString().replaceAll(':', '')
    person.writeFile(`.sync/archive/${top}/${name}`, name)
  }
  const archived = async () => (await device.folder.listArchive({ limit: 10 })).rows.map(({ path }) => path)
  await pass(clock, 2 * hourMs)
  expect(await archived()).toEqual(['of yesterday'])
  clock.jumpWall(365 * dayMs)
  await pass(clock, dayMs / 2)
  clock.jumpWall(-365 * dayMs)
  await pass(clock, dayMs)
  expect(await archived()).toEqual(['of yesterday'])
  await pass(clock, 30 * dayMs)
  expect(await archived()).toEqual([])
})
