import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('I11 a database backed up and brought back within one run is known to be old: what it forgot it learns again', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const before = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor' })
  devices.push(victor)
  connectDevices(before, victor)
  before.own.person.writeFile('first', 'first')
  await pass(clock)
  const image = before.image()
  for (const name of ['second', 'third']) before.own.person.writeFile(name, name)
  await pass(clock)
  expect(victor.own.person.readFile('third').toString()).toBe('third')
  await before[Symbol.asyncDispose]()

  // More is signed than was forgotten before anybody is met: counters and sequence numbers would be those of other records.
  const after = await openMemoryDevice({ clock, name: 'alice', image, own: before.own })
  devices.push(after)
  for (const name of ['fourth', 'fifth', 'sixth']) after.own.person.writeFile(name, name)
  await pass(clock)
  connectDevices(after, victor)
  await pass(clock)
  const names = ['fifth', 'first', 'fourth', 'second', 'sixth', 'third']
  for (const { own, folder } of devices) {
    expect(
      own.person
        .names('')
        .filter((name) => name !== '.sync')
        .sort(),
    ).toEqual(names)
    expect(folder.status().problems).toEqual([])
  }
})

test('I2 a device that learns from a peer that it has forgotten tells this very peer everything anew', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const before = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor' })
  devices.push(victor)
  connectDevices(before, victor)
  const { person } = before.own
  person.writeFile('first', 'first')
  await pass(clock)
  const image = before.image()
  const lease = person.readFile('.sync/lease')
  for (const name of ['second', 'third']) person.writeFile(name, name)
  await pass(clock)
  await before[Symbol.asyncDispose]()

  // The whole machine goes back to what it was then, so that the lease tells nothing.
  person.writeFile('.sync/lease', lease)
  for (const name of ['second', 'third']) person.remove(name)
  const after = await openMemoryDevice({ clock, name: 'alice', image, own: before.own })
  devices.push(after)
  for (const name of ['fourth', 'fifth', 'sixth']) person.writeFile(name, name)
  await pass(clock)
  connectDevices(after, victor)
  await pass(clock)
  const names = ['.sync', 'fifth', 'first', 'fourth', 'second', 'sixth', 'third']
  for (const { own } of devices) expect(own.person.names('').sort()).toEqual(names)
})

test('I11 a lease that could not be renewed is renewed later', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let failures = 0
  const before = await openMemoryDevice({
    clock,
    name: 'alice',
    gate: async (operation, path) => {
      if (failures === 0 || operation !== 'create' || !path.startsWith('.sync')) return
      failures--
      throw errnoError('EIO', path)
    },
  })
  await pass(clock)
  const image = before.image()
  const epoch = before.store.fact('epoch')
  failures = 1
  before.own.person.writeFile('note', 'what the older database does not know')
  await pass(clock, 60_000)
  expect(failures).toBe(0)
  await before[Symbol.asyncDispose]()

  const after = await openMemoryDevice({ clock, name: 'alice', image, own: before.own })
  devices.push(after)
  await pass(clock)
  expect(after.store.fact('epoch')).not.toBe(epoch)
})

test('I11 a peer that read further than the index reaches shows that disk and database were put back together', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const before = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor', role: 'read-only' })
  devices.push(victor)
  connectDevices(before, victor)
  const { person } = before.own
  person.writeFile('note', 'first')
  await pass(clock)
  const image = before.image()
  const lease = person.readFile('.sync/lease')
  for (const text of ['second', 'third']) {
    person.writeFile('note', text)
    await pass(clock)
  }
  await before[Symbol.asyncDispose]()

  person.writeFile('.sync/lease', lease)
  person.writeFile('note', 'first')
  const after = await openMemoryDevice({ clock, name: 'alice', image, own: before.own })
  devices.push(after)
  await pass(clock)
  connectDevices(after, victor)
  await pass(clock)
  person.writeFile('note', 'fourth')
  await pass(clock, 60_000)
  for (const { own } of devices) expect(own.person.readFile('note').toString()).toBe('fourth')
  expect(after.log.lines.map(({ message }) => message)).toContain(
    'a peer has read more of this index than there is: beginning a new epoch',
  )
})

test.each(['full', 'read-only'] as const)(
  'I10 a directory older than its database, as a copy of a disk is, tells %s devices of no deletion: what is missing comes again',
  async (role) => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const before = await openMemoryDevice({ clock, name: 'alice', role })
    const victor = await openMemoryDevice({ clock, name: 'victor' })
    devices.push(victor)
    connectDevices(before, victor)
    victor.own.person.writeFile('first', 'first')
    await pass(clock)
    const lease = before.own.person.readFile('.sync/lease')
    const firstImage = before.image()
    await before[Symbol.asyncDispose]()

    const again = await openMemoryDevice({ clock, name: 'alice', role, image: firstImage, own: before.own })
    connectDevices(again, victor)
    for (const name of ['dir/second', 'third']) victor.own.person.writeFile(name, name)
    await pass(clock)
    expect(again.own.person.readFile('dir/second').toString()).toBe('dir/second')
    const image = again.image()
    await again[Symbol.asyncDispose]()

    const { person } = again.own
    person.writeFile('.sync/lease', lease)
    for (const name of ['dir/second', 'dir', 'third']) person.remove(name)
    const after = await openMemoryDevice({ clock, name: 'alice', role, image, own: again.own })
    devices.push(after)
    await pass(clock)
    connectDevices(after, victor)
    await pass(clock, 60_000)
    for (const { own } of devices) {
      expect(own.person.names('').sort()).toEqual(['.sync', 'dir', 'first', 'third'])
      expect(own.person.readFile('dir/second').toString()).toBe('dir/second')
    }
    const actions = devices.flatMap(({ store }) => store.history(100).map(({ action }) => action))
    expect(actions).not.toContain('deleted')
  },
)

test.each(['full', 'read-only'] as const)(
  'I10 an older copy of the disk in its place, while a %s device goes on running, takes nothing from anybody either',
  async (role) => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const alice = await openMemoryDevice({ clock, name: 'alice', role })
    const victor = await openMemoryDevice({ clock, name: 'victor' })
    devices.push(alice, victor)
    connectDevices(alice, victor)
    for (const name of ['first', 'edited']) victor.own.person.writeFile(name, `${name} before`)
    await pass(clock)
    const { person } = alice.own
    const lease = person.readFile('.sync/lease')
    for (const name of ['dir/second', 'third']) victor.own.person.writeFile(name, name)
    victor.own.person.writeFile('edited', 'edited later')
    await pass(clock)
    expect(person.readFile('dir/second').toString()).toBe('dir/second')

    alice.own.setPresent(false)
    alice.folder.rescan()
    await pass(clock)
    expect(alice.folder.status().halt?.code).toBe('root-missing')
    person.writeFile('.sync/lease', lease)
    for (const name of ['dir/second', 'dir', 'third']) person.remove(name)
    person.writeFile('edited', 'edited before')
    alice.own.setPresent(true)
    await pass(clock, 60_000)
    for (const { own } of devices) {
      expect(
        own.person
          .names('')
          .filter((name) => !name.includes('conflict'))
          .sort(),
      ).toEqual(['.sync', 'dir', 'edited', 'first', 'third'])
      expect(own.person.readFile('dir/second').toString()).toBe('dir/second')
    }
    expect(victor.own.person.readFile('edited').toString()).toBe('edited later')
    const actions = devices.flatMap(({ store }) => store.history(100).map(({ action }) => action))
    expect(actions).not.toContain('deleted')
  },
)
