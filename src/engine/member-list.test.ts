import { expect, test } from 'vitest'
import { attachHostile } from '../testing/hostile-peer.ts'
import { introduced, scene } from '../testing/hostile-scene.ts'
import { identityOf } from '../testing/memory-device.ts'

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
  folder.setAdmission('secret')
  await introduced(at, 'read-only')
  expect(folder.members().find(({ device }) => device === identityOf('mallory').id)?.state).toBe('member')
})
