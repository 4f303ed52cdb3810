import { afterEach, expect, test } from 'vitest'
import type { RelPath } from '../core/path.ts'
import type { Link } from '../ports.ts'
import { attachHostile } from '../testing/hostile-peer.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import { createDeviceRates } from './rates.ts'
import { defaultFolderSettings } from './settings.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

async function open(options: MemoryDeviceOptions): Promise<MemoryDevice> {
  const device = await openMemoryDevice(options)
  devices.push(device)
  return device
}

/** Time in steps as long as a piece lasts: whoever got a turn has asked for the next one before its time comes. */
async function run(clock: ManualClock, durationMs: number, stepMs = 250): Promise<void> {
  for (let passedMs = 0; passedMs < durationMs; passedMs += stepMs) {
    for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(stepMs)
  }
}

const megabyte = 1024 ** 2
const sentOver = ([end]: readonly [Link, Link]): number => end.traffic.sentBytes

/** A device with one large file, known to its peers by the time it is limited. */
async function openSource(clock: ManualClock, megabytes: number, options: Partial<MemoryDeviceOptions> = {}) {
  const source = await open({ clock, name: 'alice', ...options })
  source.own.person.writeFile('large.bin', Buffer.alloc(megabytes * megabyte, 'x'))
  await pass(clock)
  return source
}

test('an upload limit holds over minutes, within five percent', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const rates = createDeviceRates(clock, () => false)
  const alice = await openSource(clock, 8, { rates })
  const victor = await open({ clock, name: 'victor' })
  rates.set({ up: 50_000, down: 0 })
  const link = connectDevices(alice, victor)
  await run(clock, 2_000)
  const before = sentOver(link)
  await run(clock, 120_000)
  const rate = (sentOver(link) - before) / 120
  expect(rate / 50_000).toBeGreaterThan(0.95)
  expect(rate / 50_000).toBeLessThan(1.05)
})

test('a download limit holds over minutes, within five percent', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openSource(clock, 8)
  const victor = await open({ clock, name: 'victor', settings: { downloadLimit: 50_000 } })
  const link = connectDevices(alice, victor)
  await run(clock, 2_000)
  const before = sentOver(link)
  await run(clock, 120_000)
  const rate = (sentOver(link) - before) / 120
  expect(rate / 50_000).toBeGreaterThan(0.95)
  expect(rate / 50_000).toBeLessThan(1.05)
})

test('links within the local network are not held back, unless limits are to hold there', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const victor = await open({ clock, name: 'victor' })
  const rates = createDeviceRates(clock, (link) => link.peer === victor.id)
  rates.set({ up: 10_000, down: 10_000 })
  const alice = await open({ clock, name: 'alice', rates, settings: { uploadLimit: 10_000 } })
  alice.own.person.writeFile('large.bin', Buffer.alloc(2 * megabyte, 'x'))
  await pass(clock)
  const link = connectDevices(alice, victor)
  await run(clock, 5_000)
  expect(victor.own.person.readFile('large.bin').length).toBe(2 * megabyte)

  rates.limitLan(true)
  const before = sentOver(link)
  alice.own.person.writeFile('other.bin', Buffer.alloc(2 * megabyte, 'y'))
  await run(clock, 20_000)
  expect(victor.own.person.stat('other.bin')).toBeUndefined()
  expect(sentOver(link) - before).toBeLessThan(20 * 10_000 * 1.1)
})

test('several peers share an upload limit evenly', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const rates = createDeviceRates(clock, () => false)
  rates.set({ up: 75_000, down: 0 })
  const alice = await openSource(clock, 8, { rates })
  const links: (readonly [Link, Link])[] = []
  for (const name of ['bob', 'carol', 'dave'])
    links.push(connectDevices(alice, await open({ clock, name, role: 'read-only' })))
  await run(clock, 60_000)
  for (const link of links) expect(sentOver(link) / (60 * 25_000)).toBeCloseTo(1, 1)
})

test('folders of a device share its limits, and a folder has its own besides', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const device = createDeviceRates(clock, () => false)
  device.set({ up: 0, down: 100_000 })
  const forever = new Promise<never>(() => undefined)
  const counts = [0, 0, 0]
  const limits = [0, 0, 10_000]
  for (const [index, down] of limits.entries()) {
    const link = { closed: forever } as unknown as Link
    const asking = device.forFolder({ up: 0, down }).askingAt(link)
    void (async () => {
      for (;;) {
        // A block of one folder is as large as many pieces, that of another as one.
        const bytes = index === 0 ? 4 * megabyte : 25_000
        await asking.turn(bytes)
        counts[index]! += bytes
      }
    })()
  }
  await run(clock, 600_000, 1_000)
  // The first block of the large ones is asked for before it is paid for.
  expect((counts[0]! - 4 * megabyte) / 600).toBeLessThan(50_000)
  expect(counts[1]! / 600 / 47_000).toBeGreaterThan(0.9)
  expect(counts[1]! / 600 / 47_000).toBeLessThan(1.1)
  // Its pieces are smaller, so that a turn among the others is worth less.
  expect(counts[2]! / 600).toBeGreaterThan(4_000)
  expect(counts[2]! / 600).toBeLessThan(10_500)
  expect((counts[0]! + counts[1]! + counts[2]! - 4 * megabyte) / 60_000_000).toBeLessThan(1.05)
})

test('P8 a limit smaller than a block works, also for more peers than it is enough for', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const rates = createDeviceRates(clock, () => false)
  rates.set({ up: 1024, down: 0 })
  const alice = await open({ clock, name: 'alice', rates })
  alice.own.person.writeFile('file.bin', Buffer.alloc(140_000, 'x'))
  await pass(clock)
  const peers: MemoryDevice[] = []
  const closed: unknown[] = []
  for (const name of ['bob', 'carol', 'dave']) {
    const peer = await open({ clock, name, role: 'read-only' })
    peers.push(peer)
    const [end] = connectDevices(alice, peer)
    void end.closed.then((reason) => closed.push(reason))
  }
  await run(clock, 600_000, 500)
  expect(closed).toEqual([])
  for (const { own } of peers) expect(own.person.readFile('file.bin').length).toBe(140_000)
}, 60_000)

test('P8 a download limit smaller than a block works', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await open({ clock, name: 'alice' })
  alice.own.person.writeFile('file.bin', Buffer.alloc(300_000, 'x'))
  const victor = await open({ clock, name: 'victor', settings: { downloadLimit: 1024 } })
  await pass(clock)
  const [end] = connectDevices(alice, victor)
  let reason: unknown
  void end.closed.then((given) => {
    reason = given
  })
  await run(clock, 280_000, 500)
  expect(reason).toBeUndefined()
  expect(victor.own.person.readFile('file.bin').length).toBe(300_000)
  expect(victor.store.counts().needFiles).toBe(0)
})

test('a link that is lost while its blocks wait leaves nothing behind', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openSource(clock, 2)
  const victor = await open({ clock, name: 'victor', settings: { downloadLimit: 1024 } })
  connectDevices(alice, victor)[0].close('closing')
  const [end] = connectDevices(alice, victor)
  await run(clock, 5_000)
  end.close('closing')
  await run(clock, 5_000)
  expect(victor.folder.status().peers).toEqual([])
  victor.folder.configure(defaultFolderSettings)
  connectDevices(alice, victor)
  await run(clock, 20_000, 500)
  expect(victor.own.person.readFile('large.bin').length).toBe(2 * megabyte)
})

test('I14 peers that ask for much while they are held back hold no memory', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const rates = createDeviceRates(clock, () => false)
  let reads = 0
  let largestPart = 0
  const alice = await open({
    clock,
    name: 'alice',
    rates,
    gate: async (operation) => {
      if (operation === 'read') reads++
    },
  })
  alice.own.person.writeFile('large.bin', Buffer.alloc(8 * megabyte, 'x'))
  await pass(clock)
  rates.set({ up: 20_000, down: 0 })
  const { root, blockSizeBytes } = alice.store.state('large.bin' as RelPath)!.winner!
  const peers = Array.from({ length: 16 }, (_, index) =>
    attachHostile(alice, 'read-only', `mallory ${index}`),
  )
  for (const peer of peers) peer.hello()
  await pass(clock, 300, 2)
  reads = 0
  for (const peer of peers) {
    for (let request = 0; request < 64; request++)
      peer.send({
        kind: 'request',
        request,
        root,
        offsetBytes: request * blockSizeBytes,
        lengthBytes: blockSizeBytes,
      })
  }
  await run(clock, 10_000)
  for (const peer of peers) {
    expect(peer.ended).toBeUndefined()
    for (const { data } of peer.of('block')) largestPart = Math.max(largestPart, data.length)
  }
  const sent = peers.reduce(
    (sum, peer) => sum + peer.of('block').reduce((all, { data }) => all + data.length, 0),
    0,
  )
  expect(sent / 200_000).toBeCloseTo(1, 1)
  // Each read is one piece, and it goes at once.
  expect(largestPart).toBeLessThanOrEqual(5_000)
  expect(reads * 5_000).toBeLessThan(sent + 17 * 5_000)
})
