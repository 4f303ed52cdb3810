import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('I1 a local copy kept aside makes room for a file of its name, and is kept aside again', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({
    clock,
    name: 'victor',
    role: 'read-only',
    settings: { archive: false },
  })
  devices.push(alice, victor)
  victor.own.person.writeFile('note', 'of victor')
  await pass(clock)
  connectDevices(alice, victor)
  alice.own.person.writeFile('note', 'of alice')
  await pass(clock)
  const copyOf = (text: string) => {
    const { person } = victor.own
    return person
      .names('')
      .find((name) => name.startsWith('note (') && person.readFile(name).toString() === text)
  }
  const first = copyOf('of victor')!
  alice.own.person.writeFile(first, 'also of alice')
  await pass(clock, 12_000)
  expect(victor.own.person.readFile(first).toString()).toBe('also of alice')
  const second = copyOf('of victor')!
  expect(second).not.toBe(first)
  alice.own.person.writeFile(second, 'of alice again')
  await pass(clock, 12_000)
  expect(victor.own.person.readFile(second).toString()).toBe('of alice again')
  expect(copyOf('of victor')).toBeDefined()
})

test('I1 a local copy moved back to where it came from is kept aside again before that place is taken', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  let isMovedBack = true
  const victor = await openMemoryDevice({
    clock,
    name: 'victor',
    role: 'read-only',
    settings: { archive: false },
    gate: async () => {
      if (isMovedBack) return
      const { person } = victor.own
      const copy = person.names('').find((name) => name.startsWith('note ('))
      isMovedBack = true
      person.rename(copy!, 'note')
    },
  })
  devices.push(alice, victor)
  alice.own.person.writeFile('note', 'first')
  connectDevices(alice, victor)
  await pass(clock)
  victor.own.person.writeFile('note', 'of victor')
  await pass(clock)
  alice.own.person.writeFile('note', 'second')
  await pass(clock)
  const texts = () => {
    const { person } = victor.own
    return person
      .names('')
      .filter((name) => name !== '.sync')
      .map((name) => person.readFile(name).toString())
      .sort()
  }
  expect(texts()).toEqual(['of victor', 'second'])
  isMovedBack = false
  alice.own.person.writeFile('note', 'third')
  await pass(clock, 30_000)
  expect(isMovedBack).toBe(true)
  expect(texts()).toEqual(['of victor', 'third'])
})

test.each([
  ['in one step', 'takes over what wins', []],
  ['by way of another name', 'takes over what wins', ['elsewhere']],
  ['in one step', 'edits first', []],
  ['by way of another name', 'edits first', ['elsewhere']],
])('I1 a copy moved back %s loses and is kept again, when another device %s', async (_, what, stops) => {
  const isEdited = what === 'edits first'
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isRefused = false
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const bob = await openMemoryDevice({ clock, name: 'bob' })
  const carol = await openMemoryDevice({
    clock,
    name: 'carol',
    gate: async (operation, path) => {
      if (isRefused && ['link', 'rename', 'exchange'].includes(operation)) throw errnoError('EACCES', path)
    },
  })
  devices.push(alice, bob, carol)
  alice.own.person.writeFile('note', 'of alice')
  await pass(clock)
  bob.own.person.writeFile('note', 'of bob')
  await pass(clock)
  const links = [connectDevices(alice, bob), connectDevices(bob, carol)]
  await pass(clock)
  for (const [link] of links) link.close('closing')
  await pass(clock)
  const copy = alice.own.person.names('').find((name) => name.startsWith('note ('))!
  let place = copy
  for (const next of [...stops, 'note']) {
    alice.own.person.rename(place, next)
    await pass(clock)
    place = next
  }
  bob.own.person.writeFile('note', 'of bob again')
  await pass(clock)
  isRefused = isEdited
  connectDevices(alice, carol)
  connectDevices(bob, carol)
  await pass(clock)
  if (isEdited) carol.own.person.writeFile('note', 'of carol')
  await pass(clock)
  isRefused = false
  await pass(clock, 120_000)
  for (const { own } of devices) {
    const texts = own.person.names('').filter((name) => name.startsWith('note'))
    expect(texts.map((name) => own.person.readFile(name).toString()).sort()).toEqual([
      'of alice',
      'of bob again',
      ...(isEdited ? ['of carol'] : []),
    ])
  }
})

test('I1 I2 what was edited at two devices is kept however long its path is', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const bob = await openMemoryDevice({ clock, name: 'bob' })
  devices.push(alice, bob)
  const directory = Array.from({ length: 5 }, (_, depth) => `Ü${depth} ${'long '.repeat(30)}.`).join('/')
  for (const { own } of devices) {
    own.person.mkdir(directory)
    own.person.writeFile(`${directory}/note`, `of ${own === alice.own ? 'alice' : 'bob'}`)
  }
  await pass(clock)
  connectDevices(alice, bob)
  await pass(clock, 60_000)
  for (const { own } of devices) {
    const texts = own.person.names(directory).map((name) => own.person.readFile(`${directory}/${name}`))
    expect(texts.map(String).sort()).toEqual(['of alice', 'of bob'])
  }
})
