/** Who sent something wrong once is asked again: not at once, but before anybody takes it for gone. */
import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('I2 a peer whose disk has damaged one file is asked for its other files again, over the link there is', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const bob = await openMemoryDevice({ clock, name: 'bob' })
  devices.push(alice, bob)
  alice.own.person.writeFile('damaged', 'of one block')
  await pass(clock)
  alice.own.person.damage('damaged')
  connectDevices(alice, bob)
  await pass(clock)
  expect(bob.log.lines.map(({ message }) => message)).toContain(
    'a peer sent content that does not fit its hash',
  )
  expect(alice.folder.status().problems).toMatchObject([{ path: 'damaged' }])

  connectDevices(alice, bob)
  alice.own.person.writeFile('sound', 'another one')
  await pass(clock)
  expect(bob.own.person.names('')).not.toContain('sound')
  await pass(clock, 60_000, 60)
  expect(bob.own.person.readFile('sound').toString()).toBe('another one')
})
