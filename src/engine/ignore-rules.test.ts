import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('I1 what is ignored now and was taken away here to make room is deleted nowhere else, and comes back when it is not ignored any more', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor' })
  devices.push(alice, victor)
  connectDevices(alice, victor)
  const paths = ['film', 'films/one', 'films/two', 'kept', 'moved']
  for (const path of paths) alice.own.person.writeFile(path, path)
  await pass(clock)
  const { person } = victor.own
  person.writeFile('.sync/ignore', '/film\n/films/\n/moved\n')
  person.remove('film')
  person.remove('films')
  person.rename('moved', 'elsewhere')
  await pass(clock, 12_000)
  for (const path of paths) expect(alice.own.person.readFile(path).toString()).toBe(path)
  for (const { own } of devices) expect(own.person.readFile('elsewhere').toString()).toBe('moved')
  expect(person.names('').sort()).toEqual(['.sync', 'elsewhere', 'kept'])

  person.writeFile('.sync/ignore', '')
  victor.folder.rescan()
  await pass(clock, 12_000)
  for (const path of [...paths, 'elsewhere'])
    for (const { own } of devices) expect(own.person.stat(path)?.kind).toBe('file')
})

test('I2 what went while it was ignored comes back when it is not ignored any more', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor' })
  devices.push(alice, victor)
  connectDevices(alice, victor)
  alice.own.person.writeFile('film', 'film')
  await pass(clock)
  victor.own.person.writeFile('.sync/ignore', '/film\n')
  victor.folder.rescan()
  await pass(clock)
  victor.own.person.remove('film')
  await pass(clock)
  victor.own.person.writeFile('.sync/ignore', '')
  victor.folder.rescan()
  await pass(clock, 12_000)
  for (const { own } of devices) expect(own.person.readFile('film').toString()).toBe('film')
})
