import { expect, test } from 'vitest'
import { attachHostile } from '../testing/hostile-peer.ts'
import { introduced, scene } from '../testing/hostile-scene.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { connectDevices, identityOf, openMemoryDevice, pass } from '../testing/memory-device.ts'

const good = identityOf('good').id

test('a device that calls itself like the id of another is not taken for it', async () => {
  await using at = await scene()
  const { folder } = at.victim
  folder.setAdmission('approval')
  await at.pass(1_000)
  attachHostile(at.victim, 'read-only', 'good').hello({ deviceName: 'laptop' })
  attachHostile(at.victim, 'read-only', 'mallory').hello({ deviceName: good.slice(0, 12) })
  attachHostile(at.victim, 'read-only', 'trudy').hello({ deviceName: good })
  await at.pass(1_000)
  expect(() => folder.approve(good.slice(0, 12))).toThrow('2 devices')
  expect(folder.approve(good).device).toBe(good)
})

test('who is let in after all is not shown as waiting', async () => {
  await using at = await scene()
  const { folder } = at.victim
  folder.setAdmission('approval')
  await at.pass(1_000)
  const peer = attachHostile(at.victim, 'read-only')
  peer.hello()
  await at.pass(1_000)
  expect(peer.ended?.code).toBe('peer-waiting')
  expect(folder.status().waiting).toBe(1)
  folder.setAdmission('secret')
  await introduced(at, 'read-only')
  expect(folder.members().find(({ device }) => device === identityOf('mallory').id)?.state).toBe('member')
  expect(folder.status().waiting).toBe(0)
})

test('whoever is not let in sees why where it looks first, until it is', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  await using owner = await openMemoryDevice({ clock, name: 'alice' })
  await using reader = await openMemoryDevice({ clock, name: 'bob', role: 'read-only' })
  await pass(clock)
  owner.folder.setAdmission('approval')
  connectDevices(owner, reader)
  await pass(clock)
  expect(reader.folder.status().explanation).toContain('waits until somebody with full access lets it in')
  expect(owner.folder.status().explanation).toBe('')
  owner.folder.approve('bob')
  connectDevices(owner, reader)
  await pass(clock)
  expect(reader.folder.status().explanation).toBe('')
})
