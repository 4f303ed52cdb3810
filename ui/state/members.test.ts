import { expect, test } from 'vitest'
import type { PeerBody } from '../../src/api/schemas/members.ts'
import { aFolder, aPeer } from '../testing/samples.ts'
import { deedFor, describeMember, matchesSearch, membersKey, withLinks } from './members.ts'

function aMember(change: Partial<PeerBody> = {}): PeerBody {
  return {
    folder: '/srv/photos',
    id: 'peer',
    name: 'attic',
    role: 'full',
    connected: false,
    state: 'member',
    ...change,
  }
}

test('who waits comes first, then who is online, then the others, and who was taken out', () => {
  const rows = [
    aMember({ id: '1', name: 'b-away' }),
    aMember({ id: '2', name: 'a-gone', state: 'revoked' }),
    aMember({ id: '3', name: 'z-online' }),
    aMember({ id: '4', name: 'y-waiting', state: 'waiting' }),
    aMember({ id: '5', name: 'a-away' }),
  ]
  const members = withLinks('/srv/photos', rows, [aPeer({ id: '3', name: 'z-online' })])
  expect(members.map(({ name }) => name)).toEqual(['y-waiting', 'z-online', 'a-away', 'b-away', 'a-gone'])
})

test('a device that has just connected is there before the list of members tells of it', () => {
  const [member] = withLinks('/srv/photos', [], [aPeer({ id: 'new', name: 'phone' })])
  expect(member).toMatchObject({ id: 'new', name: 'phone', folder: '/srv/photos', state: 'member' })
})

test('each state has its words', () => {
  const keyOf = (change: Partial<PeerBody>, peers = [] as ReturnType<typeof aPeer>[]) =>
    describeMember(withLinks('/srv/photos', [aMember(change)], peers)[0]!).state.key
  expect(keyOf({ state: 'waiting' })).toBe('member-waiting')
  expect(keyOf({ state: 'revoked' }, [aPeer()])).toBe('member-revoked')
  expect(keyOf({ state: 'awaited' })).toBe('member-awaited')
  expect(keyOf({ state: 'awaited' }, [aPeer()])).toBe('member-direct')
  expect(keyOf({})).toBe('member-never')
  expect(keyOf({ lastSeen: '2026-01-01T00:00:00Z' })).toBe('member-away')
  expect(keyOf({}, [aPeer({ via: 'relay' })])).toBe('member-relay')
  expect(keyOf({}, [aPeer({ needFiles: 2 })])).toBe('member-needs')
})

test('who was let in can be taken out; who holds a secret needs a new one', () => {
  expect(deedFor(aMember({ invitedBy: 'pi' }), 'full')).toBe('revoke')
  expect(deedFor(aMember(), 'full')).toBe('revoke-and-rotate')
  expect(deedFor(aMember({ role: 'read-only' }), 'full')).toBe('rotate')
  expect(deedFor(aMember({ state: 'waiting' }), 'full')).toBe('approve')
  expect(deedFor(aMember({ state: 'revoked', invitedBy: 'pi' }), 'full')).toBe('none')
  expect(deedFor(aMember({ invitedBy: 'pi' }), 'read-only')).toBe('none')
})

test('a device is found by a part of its name, or how its id begins', () => {
  const member = aMember({ name: 'Чердак', id: 'abc123' })
  expect(['черд', ' ABC', ''].map((search) => matchesSearch(member, search))).toEqual([true, true, true])
  expect(['123', 'pi'].map((search) => matchesSearch(member, search))).toEqual([false, false])
})

test('the list of members is asked for again when somebody comes or waits, and not when bytes pass', () => {
  const before = membersKey(aFolder({ peers: [aPeer()] }))
  expect(membersKey(aFolder({ peers: [aPeer({ sentPerSecond: 9, needFiles: 3 })], files: 5 }))).toBe(before)
  expect(membersKey(aFolder({ peers: [aPeer(), aPeer({ id: 'other' })] }))).not.toBe(before)
  expect(membersKey(aFolder({ peers: [aPeer()], waiting: 1 }))).not.toBe(before)
})
