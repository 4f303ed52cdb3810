import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('I2 a file that cannot go where it was renamed to leaves its old name all the same, and comes once it can', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor', role: 'read-only' })
  devices.push(alice, victor)
  alice.own.person.mkdir('shelf')
  alice.own.person.mkdir('shelf/deep')
  alice.own.person.writeFile('note', 'text')
  connectDevices(alice, victor)
  await pass(clock, 12_000)
  victor.own.person.remove('shelf/deep')
  victor.own.person.remove('shelf')
  victor.own.person.writeFile('shelf', 'victor’s own')
  await pass(clock, 12_000)

  alice.own.person.rename('note', 'shelf/deep/note')
  await pass(clock, 60_000)
  expect(victor.own.person.stat('note')).toBeUndefined()
  expect(victor.own.person.readFile('shelf').toString()).toBe('victor’s own')
  expect(victor.folder.status().problems).toMatchObject([{ path: 'shelf/deep/note', code: 'obstructed' }])

  victor.own.person.remove('shelf')
  await pass(clock, 60_000)
  expect(victor.own.person.readFile('shelf/deep/note').toString()).toBe('text')
  expect(victor.folder.status().problems).toEqual([])
})
