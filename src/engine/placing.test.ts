import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('I1 what could not be put somewhere, and is put there by a person later, is that person’s work', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isRefused = true
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({
    clock,
    name: 'victor',
    gate: async (operation, path) => {
      if (isRefused && path === 'note' && operation === 'mkdir') throw errnoError('EACCES', path)
    },
  })
  devices.push(alice, victor)
  alice.own.person.mkdir('note')
  connectDevices(alice, victor)
  await pass(clock)
  expect(victor.own.person.stat('note')).toBeUndefined()
  alice.own.person.remove('note')
  await pass(clock, 12_000)
  isRefused = false
  victor.folder.rescan()
  await pass(clock)

  victor.own.person.mkdir('note')
  await pass(clock, 60_000)
  for (const { own } of devices) expect(own.person.stat('note')?.kind).toBe('directory')
})
