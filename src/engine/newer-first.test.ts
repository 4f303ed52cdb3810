import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import type { Gate } from '../testing/memory-files.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

/** More than are planned in one round. */
const together = 300

test('what is finished finds its place though newer files, which go first, keep coming', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let slow: PromiseWithResolvers<void> | undefined
  // Placing takes so long that files are finished meanwhile, and newer ones told of.
  const gate: Gate = async (operation, path) => {
    if (operation === 'sync' && path === '') await slow?.promise
  }
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor', role: 'read-only', gate })
  devices.push(alice, victor)
  connectDevices(alice, victor)
  await pass(clock)
  slow = Promise.withResolvers()
  let files = 0
  for (let round = 0; round < 7; round++) {
    for (let n = 0; n < together; n++) alice.own.person.writeFile(`file ${files}`, `content ${files++}`)
    await pass(clock, 1_500, 4)
    slow.resolve()
    slow = Promise.withResolvers()
    await pass(clock, 100, 2)
  }
  slow.resolve()
  await pass(clock, 30_000, 60)
  expect(victor.store.counts().needFiles).toBe(0)
})
