import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, openMemoryDevice, pass } from '../testing/memory-device.ts'

test('a check names what nobody has, who lacks it, and nothing any more once it has come', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  await using alice = await openMemoryDevice({ clock, name: 'alice' })
  await using bob = await openMemoryDevice({ clock, name: 'bob' })
  await using carol = await openMemoryDevice({ clock, name: 'carol' })
  const [link] = connectDevices(alice, bob)
  alice.own.person.writeFile('a', 'as it was')
  alice.own.person.writeFile('b', 'something else')
  await pass(clock)
  link.close('closing')
  bob.own.person.damage('a', 'changed', 2)
  bob.folder.startScrub()
  await pass(clock, 30_000, 60)
  connectDevices(bob, carol)
  await pass(clock, 30_000)

  expect(await carol.folder.check()).toMatchObject({
    gaps: [{ path: 'a', kind: 'no-peer', problem: { code: 'no-peer-has-it' } }],
    needFiles: 1,
    lackingPeers: [{ name: 'bob', needFiles: 1 }],
    databaseFaults: [],
  })
  expect(await bob.folder.check()).toMatchObject({
    gaps: [{ path: 'a', kind: 'damaged' }],
    lackingPeers: [{ name: 'carol', needFiles: 1 }],
  })

  connectDevices(alice, bob)
  await pass(clock, 30_000)
  for (const { folder } of [alice, bob, carol])
    expect(await folder.check()).toEqual({
      ...{ gaps: [], needFiles: 0, unnamed: 0, lackingPeers: [], ignored: 0, databaseFaults: [] },
    })
})

test('what is left out here on purpose is counted by a check, and is nothing that lacks', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  await using alice = await openMemoryDevice({ clock, name: 'alice' })
  await using bob = await openMemoryDevice({ clock, name: 'bob' })
  bob.own.person.writeFile('.sync/ignore', '*.tmp\n')
  connectDevices(alice, bob)
  alice.own.person.writeFile('left out.tmp', 'x')
  alice.own.person.writeFile('kept', 'y')
  await pass(clock)
  expect(await bob.folder.check()).toMatchObject({ gaps: [], needFiles: 0, ignored: 1 })
})
