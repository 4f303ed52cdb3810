import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError, type Gate } from '../testing/memory-files.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

for (const [size, text] of [
  ['one block', 'the only copy'],
  ['several blocks', 'the only copy'.repeat(30_000)],
] as const) {
  for (const isRestarted of [false, true]) {
    const when = isRestarted ? 'after a restart' : 'later'
    test(`I1 a content of ${size} that only a stage holds is placed ${when}, with nobody there`, async () => {
      const clock = createManualClock(Date.UTC(2026, 0, 1))
      let isRefused = true
      const gate: Gate = async (operation, path) => {
        if (isRefused && operation === 'link' && path.startsWith('.sync/stage/'))
          throw errnoError('EACCES', path)
      }
      const alice = await openMemoryDevice({ clock, name: 'alice' })
      let victor = await openMemoryDevice({ clock, name: 'victor', gate })
      devices.push(victor)
      connectDevices(alice, victor)
      alice.own.person.writeFile('note', text)
      await pass(clock)
      await alice[Symbol.asyncDispose]()
      expect(victor.own.person.names('')).not.toContain('note')
      if (isRestarted) {
        const image = victor.image()
        await victor[Symbol.asyncDispose]()
        victor = await openMemoryDevice({ clock, name: 'victor', gate, image, own: victor.own })
        devices.push(victor)
      }
      await pass(clock, 60_000)
      isRefused = false
      await pass(clock, 600_000, 60)
      expect(victor.own.person.readFile('note').toString()).toBe(text)
      expect(victor.own.person.names('.sync/stage')).toEqual([])
    })
  }
}

test('a stage of what nobody needs any more is gone after an hour, one that is needed stays', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const refuse: Gate = async (operation, path) => {
    if (operation === 'link' && path.startsWith('.sync/stage/')) throw errnoError('EACCES', path)
  }
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const victor = await openMemoryDevice({ clock, name: 'victor', gate: refuse })
  devices.push(alice, victor)
  connectDevices(alice, victor)
  alice.own.person.writeFile('wanted', 'cannot be placed')
  alice.own.person.writeFile('given up', 'cannot be placed either')
  await pass(clock)
  alice.own.person.remove('given up')
  await pass(clock)
  const [wanted, ...others] = victor.own.person.names('.sync/stage')
  expect([wanted, others.length]).toEqual([expect.any(String), 1])
  await pass(clock, 3_700_000, 60)
  const { person } = victor.own
  const left = person.names('.sync/stage').map((name) => person.readFile(`.sync/stage/${name}`).toString())
  expect(left).toEqual(['cannot be placed'])
})

test('P9 a stage with only a part of a content nobody has is looked at once', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let looks = 0
  const refuse: Gate = async (operation, path) => {
    if (operation === 'link' && path.startsWith('.sync/stage/')) throw errnoError('EACCES', path)
  }
  const count: Gate = async (operation, path) => {
    if (operation === 'open' && path.startsWith('.sync/stage/')) looks++
  }
  const alice = await openMemoryDevice({ clock, name: 'alice' })
  const before = await openMemoryDevice({ clock, name: 'victor', gate: refuse })
  connectDevices(alice, before)
  alice.own.person.writeFile('note', 'the only copy'.repeat(30_000))
  await pass(clock)
  await alice[Symbol.asyncDispose]()
  const image = before.image()
  await before[Symbol.asyncDispose]()
  const { person } = before.own
  const stage = `.sync/stage/${person.names('.sync/stage')[0]}`
  person.writeFile(stage, person.readFile(stage).subarray(0, 200_000))
  const victor = await openMemoryDevice({ clock, name: 'victor', gate: count, image, own: before.own })
  devices.push(victor)
  await pass(clock, 7_200_000, 60)
  expect(person.names('')).not.toContain('note')
  expect(looks).toBe(1)
  expect(victor.folder.status().problems).toMatchObject([{ code: 'no-peer-has-it' }])
})
