import { afterEach, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { errnoError } from '../testing/memory-files.ts'

const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) await device[Symbol.asyncDispose]()
})

test('I4 a directory is told to be gone only with everything in it, or peers bring it back', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  let failures = 0
  const alice = await openMemoryDevice({
    clock,
    name: 'alice',
    gate: async (operation, path) => {
      if (operation === 'directory' && path === 'shelf' && failures > 0) {
        failures--
        throw errnoError('EIO', path)
      }
    },
  })
  const bob = await openMemoryDevice({ clock, name: 'bob' })
  devices.push(alice, bob)
  connectDevices(alice, bob)
  alice.own.person.mkdir('shelf')
  alice.own.person.writeFile('shelf/a', 'first')
  alice.own.person.writeFile('shelf/b', 'second')
  await pass(clock)
  alice.own.person.remove('shelf/a')
  alice.own.person.remove('shelf/b')
  alice.own.person.remove('shelf')
  failures = 1
  await pass(clock)
  expect(failures).toBe(0)
  alice.folder.rescan()
  await pass(clock)
  for (const { own } of devices) expect(own.person.stat('shelf')).toBeUndefined()
})

for (const [others, isAsked] of [
  ['gone, too', true],
  ['still there', false],
] as const) {
  test(`I10 a person is ${isAsked ? '' : 'not '}asked about many files gone whose copies are ${others}`, async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    const alice = await openMemoryDevice({ clock, name: 'alice', settings: { massDeleteFiles: 3 } })
    devices.push(alice)
    const { person } = alice.own
    for (const directory of ['photos', 'copies'])
      for (let number = 0; number < 4; number++) person.writeFile(`${directory}/${number}`, `photo ${number}`)
    await pass(clock)
    person.remove('photos')
    if (isAsked) person.remove('copies')
    await pass(clock)
    expect(alice.folder.status().halt?.code).toBe(isAsked ? 'mass-delete' : undefined)
  })
}
