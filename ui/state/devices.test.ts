import { expect, test } from 'vitest'
import type { PeerBody } from '../../src/api/schemas/members.ts'
import { aFolder, aPeer } from '../testing/samples.ts'
import { describeDevice, groupDevices } from './devices.ts'

const photos = aFolder({ id: 'p', path: '/srv/photos', peers: [aPeer({ id: 'a', sentPerSecond: 5 })] })
const music = aFolder({
  id: 'm',
  path: '/srv/music',
  peers: [aPeer({ id: 'a', via: 'relay', sentPerSecond: 2 })],
})

function row(folder: string, id: string, change: Partial<PeerBody> = {}): PeerBody {
  return { folder, id, name: id, role: 'read-only', connected: false, state: 'member', ...change }
}

test('a device of two folders is one, with its speeds added up', () => {
  const rows = [row('/srv/photos', 'a'), row('/srv/music', 'a')]
  const [device, ...others] = groupDevices(rows, [photos, music])
  expect(others).toEqual([])
  expect(device).toMatchObject({ id: 'a', isOnline: true, isRelayed: false, sentPerSecond: 7 })
  expect(device!.shares.map(({ folderId }) => folderId)).toEqual(['p', 'm'])
})

test('those online come first; who is away was last seen when any folder saw it', () => {
  const rows = [
    row('/srv/photos', '0', { lastSeen: '2026-02-01T00:00:00Z' }),
    row('/srv/music', '0', { lastSeen: '2026-03-01T00:00:00Z' }),
    row('/srv/photos', 'a'),
  ]
  const devices = groupDevices(rows, [photos, music])
  expect(devices.map(({ id }) => id)).toEqual(['a', '0'])
  expect(devices[1]).toMatchObject({ isOnline: false, lastSeen: '2026-03-01T00:00:00Z' })
})

test('members of a folder that is gone are not shown', () => {
  expect(groupDevices([row('/srv/old', 'x')], [])).toEqual([])
})

test('how a device is follows from everything it shares', () => {
  const keyOf = (...states: PeerBody['state'][]) =>
    describeDevice(
      groupDevices(
        states.map((state, at) => row(at === 0 ? '/srv/photos' : '/srv/music', 'x', { state })),
        [photos, music],
      ).find(({ id }) => id === 'x')!,
    ).key
  expect(keyOf('member', 'waiting')).toBe('member-waiting')
  expect(keyOf('member', 'revoked')).toBe('member-never')
  expect(keyOf('awaited', 'revoked')).toBe('member-awaited')
  expect(keyOf('revoked')).toBe('member-revoked')
})
