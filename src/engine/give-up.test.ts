import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('E6 what a person writes after having given up what was there before is kept like any local edit', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor', role: 'read-only' })
  devices.push(alice, victor)
  const [link] = connectDevices(alice, victor)
  alice.own.person.writeFile('note', 'of the folder')
  await pass(clock)
  const { person } = victor.own
  person.writeFile('note', 'given up')
  await pass(clock)
  link.close('closing')
  await pass(clock)
  expect(await victor.folder.restoreLocal(undefined)).toBe(1)
  await pass(clock)
  person.writeFile('note', 'written later')
  await pass(clock)
  connectDevices(alice, victor)
  await pass(clock, 60_000)
  const contents = person.tree().map(({ data }) => data.toString())
  expect(contents.sort()).toEqual(['of the folder', 'written later'])
})
