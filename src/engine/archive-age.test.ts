import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

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

test('an archive that cannot be trimmed halts nothing', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 20))
  await using device = await openMemoryDevice({
    clock,
    name: 'victor',
    gate: async (operation, path) => {
      if (operation === 'unlink' && path.startsWith('.sync/archive')) throw errnoError('EIO', path)
    },
  })
  device.own.person.writeFile('.sync/archive/2025-06-01T000010.000Z/file', 'old')
  await pass(clock, 2 * hourMs)
  expect(device.log.lines.map(({ message }) => message)).toContain('not all of the archive could be trimmed')
  expect(device.folder.status()).toMatchObject({ state: 'up-to-date' })
})

test('a device that never runs for an hour keeps its archive within the limit', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 20))
  const settings = { archiveMaxBytes: 10 }
  await using device = await openMemoryDevice({ clock, name: 'victor', settings })
  device.own.person.writeFile('.sync/archive/2026-01-19T000010.000Z/file', 'more than ten bytes')
  await pass(clock, hourMs / 2)
  expect((await device.folder.listArchive({ limit: 10 })).rows).toEqual([])
})
