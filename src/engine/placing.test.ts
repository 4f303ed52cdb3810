import { afterEach, expect, test } from 'vitest'
import type { RelPath } from '../core/path.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { createMemoryDisk, errnoError } from '../testing/memory-files.ts'

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

/** A read-only device whose disk loses sight of `shelf` after something was put there, until `heal`. */
async function openAiling(clock: ManualClock) {
  let health: 'well' | 'ill' | 'healed' = 'well'
  const victor = await openMemoryDevice({
    clock,
    name: 'victor',
    role: 'read-only',
    gate: async (operation, path) => {
      const isPlacing = operation === 'link' && path.startsWith('.sync/stage/')
      if (health === 'well' && isPlacing) health = 'ill'
      else if (health === 'ill' && !path.startsWith('.sync') && path !== '') throw errnoError('EIO', path)
    },
  })
  devices.push(victor)
  return {
    victor,
    heal() {
      health = 'healed'
    },
  }
}

test('E6 what was put somewhere by a step that failed is ours, also after later versions failed there', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  devices.push(alice)
  const { victor, heal } = await openAiling(clock)
  connectDevices(alice, victor)
  alice.own.person.mkdir('shelf')
  await pass(clock)
  alice.own.person.writeFile('shelf/note', 'first')
  await pass(clock)
  expect(victor.own.person.readFile('shelf/note').toString()).toBe('first')
  expect(victor.store.state('shelf/note' as RelPath)?.agreed).toBeUndefined()
  alice.own.person.writeFile('shelf/note', 'second')
  await pass(clock)
  alice.own.person.writeFile('shelf/note', 'third')
  await pass(clock, 60_000)
  heal()
  await pass(clock, 60_000)
  expect(victor.own.person.readFile('shelf/note').toString()).toBe('third')
  expect(victor.store.localChanges(9)).toEqual([])
})

test('I2 a directory that cannot be read any more, with a step in it that failed, does not keep the rest from syncing', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  devices.push(alice)
  const { victor, heal } = await openAiling(clock)
  connectDevices(alice, victor)
  alice.own.person.mkdir('shelf')
  await pass(clock)
  alice.own.person.writeFile('shelf/note', 'first')
  await pass(clock)
  expect(victor.store.pathsOfPlacings()).toEqual(['shelf/note'])
  victor.own.person.chmod('shelf', 0)
  heal()
  victor.folder.rescan()
  alice.own.person.writeFile('other', 'text')
  await pass(clock)
  expect(victor.own.person.readFile('other').toString()).toBe('text')
  expect(victor.store.pathsOfPlacings()).toEqual(['shelf/note'])
  victor.own.person.chmod('shelf', 0o755)
  victor.folder.rescan()
  await pass(clock, 60_000)
  expect(victor.own.person.readFile('shelf/note').toString()).toBe('first')
  expect(victor.store.pathsOfPlacings()).toEqual([])
})

test('I2 what is recognised as put there by a step that failed is told to peers that wait for it', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const carol = await openMemoryDevice({ clock, name: 'carol' })
  devices.push(alice, carol)
  const { victor, heal } = await openAiling(clock)
  connectDevices(alice, victor)
  connectDevices(victor, carol)
  alice.own.person.mkdir('shelf')
  await pass(clock)
  alice.own.person.writeFile('shelf/note', 'first')
  await pass(clock)
  heal()
  victor.folder.rescan()
  await pass(clock)
  expect(carol.own.person.readFile('shelf/note').toString()).toBe('first')
})

test('I2 what was taken away to make room comes back when what needed the room is gone', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let hasFailed = false
  let isIll = false
  const alice = await openMemoryDevice({
    clock,
    name: 'alice',
    gate: async (operation, path) => {
      if (operation === 'mkdir' && path === 'note') hasFailed = isIll = true
      if (isIll) throw errnoError('EIO', path)
    },
  })
  const bob = await openMemoryDevice({ clock, name: 'bob' })
  const carol = await openMemoryDevice({ clock, name: 'carol' })
  devices.push(alice, bob, carol)
  const [toCarol] = connectDevices(bob, carol)
  alice.own.person.writeFile('note', 'a file')
  bob.own.person.mkdir('note')
  await pass(clock)
  toCarol.close('closing')
  connectDevices(alice, bob)
  await pass(clock)
  expect(hasFailed).toBe(true)
  expect(alice.own.person.stat('note')).toBeUndefined()
  // She has not heard of the file, so her deletion does not concern it.
  carol.own.person.remove('note')
  await pass(clock)
  connectDevices(bob, carol)
  await pass(clock)
  isIll = false
  await pass(clock, 60_000)
  for (const { own } of devices) expect(own.person.readFile('note').toString()).toBe('a file')
})

test('I7 a mode given to a file in the very moment it was put there is an edit', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const own = createMemoryDisk({ device: 7n, nowNs: () => BigInt(clock.now()) * 1_000_000n })
  let isGiven = false
  const bob = await openMemoryDevice({
    clock,
    name: 'bob',
    own,
    gate: async () => {
      if (isGiven || own.person.stat('note') === undefined) return
      own.person.chmod('note', 0o755)
      isGiven = true
    },
  })
  devices.push(alice, bob)
  alice.own.person.writeFile('note', 'text')
  connectDevices(alice, bob)
  await pass(clock, 60_000)
  for (const { own } of devices) expect(own.person.stat('note')?.executable).toBe(true)
})

test('I2 a time given to a file after a step that put it there failed is an edit, however near to its own', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const wholeSecondNs = 1_700_000_000_000_000_000n
  let isIll = false
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const bob = await openMemoryDevice({
    clock,
    name: 'bob',
    gate: async (operation, path) => {
      if (isIll) throw errnoError('EIO', path)
      isIll = operation === 'link' && path.startsWith('.sync/stage/')
    },
  })
  devices.push(alice, bob)
  alice.own.person.writeFile('note', 'text')
  alice.own.person.touch('note', wholeSecondNs + 500_000_000n)
  connectDevices(alice, bob)
  await pass(clock)
  expect(bob.store.pathsOfPlacings()).toEqual(['note'])
  bob.own.person.touch('note', wholeSecondNs)
  isIll = false
  await pass(clock, 120_000)
  expect(bob.store.pathsOfPlacings()).toEqual([])
  for (const { own } of devices) expect(own.person.stat('note')?.mtimeNs).toBe(wholeSecondNs)
})

test('I2 a file that became unreadable and was being replaced when a crash came is replaced', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isDown = false
  let crashes = false
  const never = new Promise<void>(() => undefined)
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const before = await openMemoryDevice({
    clock,
    name: 'victor',
    gate: async (operation, path) => {
      if (isDown) await never
      if (!crashes) return
      const isTaken = before.own.person.tree('.sync/archive').some(({ kind }) => kind === 'file')
      isDown = isTaken && !(operation === 'link' && path.startsWith('.sync'))
      if (isDown) await never
    },
  })
  devices.push(alice)
  alice.own.person.writeFile('note', 'the good content')
  const [link] = connectDevices(alice, before)
  await pass(clock)
  before.own.person.damage('note', 'unreadable')
  crashes = true
  alice.own.person.writeFile('note', 'a newer content')
  await pass(clock, 12_000)
  expect([isDown, before.own.person.stat('note')?.kind]).toEqual([true, 'file'])
  link.close('closing')
  const victor = await openMemoryDevice({ clock, name: 'victor', image: before.image(), own: before.own })
  devices.push(victor)
  connectDevices(alice, victor)
  await pass(clock, 60_000)
  for (const { own } of [alice, victor])
    expect(
      own.person
        .tree()
        .filter(({ path }) => !path.startsWith('.sync'))
        .map(({ path, data }) => `${path}: ${data}`),
    ).toEqual(['note: a newer content'])
})
