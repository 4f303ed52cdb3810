import { afterEach, expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import { noise } from '../testing/search-run.ts'

const blockBytes = 131_072
const content = noise(16 * blockBytes, 'podcast')
const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

async function open(options: MemoryDeviceOptions): Promise<MemoryDevice> {
  const device = await openMemoryDevice(options)
  devices.push(device)
  return device
}

/** Time in small steps, so that a limited line is used all the time. */
async function run(clock: ManualClock, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 4; step++) await pass(clock, 250, 1)
}

test('what is on its way is told with how far it is, how fast, and who has it', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open({ clock, name: 'alice', settings: { uploadLimit: 100_000 } })
  const bob = await open({ clock, name: 'bob', role: 'read-only' })
  const carol = await open({ clock, name: 'carol', role: 'read-only' })
  alice.own.person.writeFile('podcast', content)
  await pass(clock)
  connectDevices(alice, bob)
  connectDevices(bob, carol)
  await run(clock, 12)
  const [transfer, ...others] = bob.folder.transfers()
  expect(others).toEqual([])
  expect(transfer).toMatchObject({
    path: 'podcast',
    sizeBytes: content.length,
    holders: 2,
    asked: false,
  })
  expect(transfer!.haveBytes).toBeGreaterThan(4 * blockBytes)
  expect(transfer!.haveBytes).toBeLessThan(content.length)
  expect(transfer!.receivedPerSecond).toBeGreaterThan(50_000)
  expect(transfer!.receivedPerSecond).toBeLessThan(200_000)

  const { here, peers } = bob.folder.parts('podcast')
  expect(here).toHaveLength(16)
  expect(here.filter((cell) => cell === 100)).toHaveLength(transfer!.haveBytes / blockBytes)
  const cellsOf = (device: MemoryDevice) => peers.find(({ id }) => id === device.id)!.cells
  expect(cellsOf(alice)).toEqual(new Array(16).fill(100))
  expect(cellsOf(carol).some((cell) => cell === 100)).toBe(true)
  expect(cellsOf(carol)).not.toEqual(cellsOf(alice))

  await run(clock, 20)
  expect(bob.folder.transfers()).toEqual([])
  expect(bob.folder.parts('podcast').here).toEqual(cellsOf(alice))
})

test('what a person asks for while it is on its way is told as asked for', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open({ clock, name: 'alice', settings: { uploadLimit: 100_000 } })
  const bob = await open({ clock, name: 'bob' })
  alice.own.person.writeFile('podcast', content)
  await pass(clock)
  connectDevices(alice, bob)
  await run(clock, 6)
  expect(bob.folder.transfers()).toMatchObject([{ asked: false }])
  bob.folder.fetchNow('podcast', true)
  await run(clock, 2)
  expect(bob.folder.transfers()).toMatchObject([{ asked: true }])
})

test('who has which part of what is no file is not told', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open({ clock, name: 'alice' })
  alice.own.person.mkdir('directory')
  await pass(clock)
  for (const path of ['directory', 'nothing', '../etc/passwd', ''])
    expect(() => alice.folder.parts(path)).toThrow(
      expect.toSatisfy((error) => isSyncError(error, 'not-found')),
    )
})
