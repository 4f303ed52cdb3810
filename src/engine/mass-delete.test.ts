import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

let device: MemoryDevice | undefined
afterEach(async () => {
  await device?.[Symbol.asyncDispose]()
  device = undefined
})

test('I2: an answer to a halt because of many deletions ends it, so that no second answer begins everything anew', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  device = await openMemoryDevice({ clock, name: 'victor', settings: { massDeleteFiles: 1 } })
  const { folder, own, store } = device
  for (const name of ['a', 'b', 'c']) own.person.writeFile(name, name)
  await pass(clock)
  for (const name of ['a', 'b', 'c']) own.person.remove(name)
  await pass(clock)
  expect(folder.status().halt?.code).toBe('mass-delete')

  await folder.settleDeletes('confirm')
  expect(folder.status().halt).toBeUndefined()
  await expect(folder.settleDeletes('undo')).rejects.toMatchObject({ code: 'request-invalid' })
  await pass(clock)
  expect(store.counts()).toMatchObject({ files: 0, needFiles: 0 })
})

test('I5: what a person wrote anew while the deletions waited is an edit and no conflict when they are undone', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  device = await openMemoryDevice({ clock, name: 'victor', settings: { massDeleteFiles: 1 } })
  await using alice = await openMemoryDevice({ clock, name: 'alice' })
  connectDevices(alice, device)
  const { folder, own } = device
  for (const name of ['a', 'b', 'c']) alice.own.person.writeFile(name, name)
  await pass(clock)
  for (const name of ['a', 'b', 'c']) own.person.remove(name)
  await pass(clock)
  own.person.writeFile('a', 'written anew')
  await folder.settleDeletes('undo')
  await pass(clock)
  for (const { person } of [own, alice.own]) {
    expect(person.names('').sort()).toEqual(['.sync', 'a', 'b', 'c'])
    expect(person.readFile('a').toString()).toBe('written anew')
  }
})

test('I10: a confirmation is for the deletions asked about, and not for what follows while files are still arriving', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isSlow = false
  device = await openMemoryDevice({ clock, name: 'victor', settings: { massDeleteFiles: 1 } })
  await using alice = await openMemoryDevice({
    clock,
    name: 'alice',
    settings: { massDeletePercent: 100 },
    gate: async (operation, path) => {
      if (isSlow && operation === 'read' && path === 'large') await new Promise(() => undefined)
    },
  })
  const { person } = alice.own
  for (const name of ['a', 'b', 'c', 'd', 'e']) person.writeFile(name, name)
  person.writeFile('large', 'large')
  await pass(clock)
  isSlow = true
  connectDevices(alice, device)
  await pass(clock, 3_000)
  for (const name of ['a', 'b', 'c']) person.remove(name)
  await pass(clock)
  expect(device.folder.status().halt?.code).toBe('mass-delete')
  await device.folder.settleDeletes('confirm')
  await pass(clock)
  expect(device.own.person.names('').sort()).toEqual(['.sync', 'd', 'e'])

  for (const name of ['d', 'e']) person.remove(name)
  await pass(clock)
  expect(device.folder.status().halt?.code).toBe('mass-delete')
  expect(device.own.person.names('').sort()).toEqual(['.sync', 'd', 'e'])
})

test('I10: what a halt is about stays told while the disk is looked at', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const names = ['a', 'b', 'c']
  const told: (readonly string[])[] = []
  device = await openMemoryDevice({
    clock,
    name: 'victor',
    settings: { massDeleteFiles: 1 },
    gate: async () => {
      if (device?.folder.status().halt?.code === 'mass-delete') told.push(device.folder.heldDeletes(9))
    },
  })
  await using alice = await openMemoryDevice({ clock, name: 'alice', settings: { massDeletePercent: 100 } })
  connectDevices(alice, device)
  for (const name of names) alice.own.person.writeFile(name, name)
  await pass(clock)
  for (const name of names) alice.own.person.remove(name)
  await pass(clock)
  device.folder.rescan()
  await pass(clock)
  expect(told.length).toBeGreaterThan(5)
  expect(told).toEqual(told.map(() => names))
})
