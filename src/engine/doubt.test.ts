import { afterEach, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

/**
 * Two devices with a `shelf`. Armed, Victor's disk does the next thing of this kind in it, and then loses sight of everything but
 * our own directory until `heal`: whether it was done is known to nobody.
 */
async function openScene(clock: ManualClock) {
  let doomed: 'link' | 'replace' | 'rename' | undefined
  let isIll = false
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({
    clock,
    name: 'victor',
    gate: async (operation, path) => {
      if (isIll && path !== '' && !path.startsWith('.sync')) throw errnoError('EIO', path)
      const isOurs = operation === 'rename' ? path === 'shelf/note' : path.startsWith('.sync/stage/')
      if (doomed === operation && isOurs) isIll = true
    },
  })
  devices.push(alice, victor)
  connectDevices(alice, victor)
  alice.own.person.mkdir('shelf')
  await pass(clock)
  return {
    alice,
    victor,
    arm: (operation: typeof doomed) => {
      doomed = operation
    },
    isIll: () => isIll,
    async heal() {
      doomed = undefined
      isIll = false
      victor.folder.rescan()
      await pass(clock, 60_000)
    },
  }
}

function read({ own }: MemoryDevice): string | undefined {
  return own.person.stat('shelf/note') && own.person.readFile('shelf/note').toString()
}

test('I4 what may have been put somewhere is looked for before its deletion is agreed to', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const { alice, victor, arm, isIll, heal } = await openScene(clock)
  arm('link')
  alice.own.person.writeFile('shelf/note', 'first')
  await pass(clock)
  expect([isIll(), read(victor)]).toEqual([true, 'first'])
  alice.own.person.remove('shelf/note')
  await pass(clock, 12_000)
  await heal()
  expect(devices.map(read)).toEqual([undefined, undefined])
})

test('I11 what may have been replaced is looked at before what lay there is taken over again', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const { alice, victor, arm, isIll, heal } = await openScene(clock)
  alice.own.person.writeFile('shelf/note', 'first')
  const { mtimeNs } = alice.own.person.stat('shelf/note')!
  await pass(clock)
  arm('replace')
  alice.own.person.writeFile('shelf/note', 'second')
  await pass(clock)
  expect([isIll(), read(victor)]).toEqual([true, 'second'])
  alice.own.person.writeFile('shelf/note', 'first')
  alice.own.person.touch('shelf/note', mtimeNs)
  await pass(clock, 12_000)
  await heal()
  expect(devices.map(read)).toEqual(['first', 'first'])
})

for (const time of ['its own', 'a new']) {
  test(`I1 what may have been taken away is looked for before it is taken over alive again, with ${time} time`, async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const { alice, victor, arm, isIll, heal } = await openScene(clock)
    alice.own.person.writeFile('shelf/note', 'first')
    const { mtimeNs } = alice.own.person.stat('shelf/note')!
    await pass(clock)
    arm('rename')
    alice.own.person.remove('shelf/note')
    await pass(clock, 12_000)
    expect([isIll(), read(victor)]).toEqual([true, undefined])
    alice.own.person.writeFile('shelf/note', 'first')
    if (time === 'its own') alice.own.person.touch('shelf/note', mtimeNs)
    await pass(clock, 12_000)
    await heal()
    expect(devices.map(read)).toEqual(['first', 'first'])
  })
}

test('I1 what was taken away just before a crash is no deletion of what came to life again meanwhile', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isArmed = false
  let hasCrashed = false
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const before = await openMemoryDevice({
    clock,
    name: 'victor',
    gate: async (operation, path) => {
      if (isArmed && operation === 'rename' && path === 'note') hasCrashed = true
      else if (hasCrashed) await new Promise(() => undefined)
    },
  })
  devices.push(alice)
  const [link] = connectDevices(alice, before)
  alice.own.person.writeFile('note', 'first')
  await pass(clock)
  isArmed = true
  alice.own.person.remove('note')
  await pass(clock, 12_000)
  expect([hasCrashed, before.own.person.stat('note')]).toEqual([true, undefined])
  link.close('closing')
  await pass(clock)
  alice.own.person.writeFile('note', 'first')
  await pass(clock)

  const after = await openMemoryDevice({ clock, name: 'victor', image: before.image(), own: before.own })
  devices.push(after)
  connectDevices(alice, after)
  await pass(clock, 60_000)
  for (const { own } of devices) expect(own.person.readFile('note').toString()).toBe('first')
})

test('I4 what was put where a directory was is known for ours also while deletions elsewhere are gathered', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let isArmed = false
  let hasCrashed = false
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const before = await openMemoryDevice({
    clock,
    name: 'victor',
    gate: async (operation, path) => {
      if (hasCrashed) await new Promise(() => undefined)
      if (isArmed && operation === 'unlink' && path.startsWith('.sync/stage/')) {
        hasCrashed = true
        await new Promise(() => undefined)
      }
    },
  })
  devices.push(alice)
  const [link] = connectDevices(alice, before)
  alice.own.person.mkdir('note')
  alice.own.person.writeFile('other', 'other')
  await pass(clock)
  alice.own.person.remove('note')
  alice.own.person.writeFile('note', 'in its place')
  isArmed = true
  await pass(clock, 12_000)
  expect([hasCrashed, before.own.person.stat('note')?.kind]).toEqual([true, 'file'])
  link.close('closing')
  await pass(clock)
  alice.own.person.remove('note')
  before.own.person.remove('other')
  await pass(clock)

  const after = await openMemoryDevice({ clock, name: 'victor', image: before.image(), own: before.own })
  devices.push(after)
  connectDevices(alice, after)
  await pass(clock, 60_000)
  for (const { own } of devices) expect(own.person.names('')).toEqual(['.sync'])
})
