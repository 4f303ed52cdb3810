import { expect, test } from 'vitest'
import { aFolder, aPeer, aSnapshot } from '../testing/samples.ts'
import { applyEvent } from './apply-event.ts'

test('a snapshot takes the place of everything known before', () => {
  const later = aSnapshot([aFolder({ id: 'b' })])
  expect(applyEvent(aSnapshot([aFolder({ id: 'a' })]), { kind: 'snapshot', snapshot: later })).toBe(later)
})

test('a change before the first snapshot tells nothing', () => {
  expect(applyEvent(undefined, { kind: 'folder-gone', folder: 'a' })).toBeUndefined()
})

test('a folder that changes keeps its peers and its place, and others stay the same object', () => {
  const [first, second] = [aFolder({ id: 'a', peers: [aPeer({ id: 'p' })] }), aFolder({ id: 'b' })]
  const { peers: _, ...changed } = aFolder({ id: 'a', state: 'paused' })
  const { folders } = applyEvent(aSnapshot([first, second]), { kind: 'folder', folder: changed })!.status
  expect(folders.map(({ id, state, peers }) => [id, state, peers.length])).toEqual([
    ['a', 'paused', 1],
    ['b', 'up-to-date', 0],
  ])
  expect(folders[1]).toBe(second)
})

test('a new folder comes last, without peers; one that is gone takes its transfers along', () => {
  const { peers: _, ...fresh } = aFolder({ id: 'b' })
  const two = applyEvent(aSnapshot([aFolder({ id: 'a' })]), { kind: 'folder', folder: fresh })!
  expect(two.status.folders.map(({ id }) => id)).toEqual(['a', 'b'])
  const moving = applyEvent(two, { kind: 'transfers', folder: 'a', transfers: [] })!
  const one = applyEvent(moving, { kind: 'folder-gone', folder: 'a' })!
  expect(one.status.folders.map(({ id }) => id)).toEqual(['b'])
  expect(one.transfers).toEqual({})
})

test('peers come, change and go', () => {
  const before = aSnapshot([aFolder({ id: 'a' })])
  const came = applyEvent(before, { kind: 'peer', folder: 'a', peer: aPeer({ id: 'p' }) })!
  const changed = applyEvent(came, { kind: 'peer', folder: 'a', peer: aPeer({ id: 'p', needFiles: 3 }) })!
  expect(changed.status.folders[0]!.peers.map(({ id, needFiles }) => [id, needFiles])).toEqual([['p', 3]])
  expect(
    applyEvent(changed, { kind: 'peer-gone', folder: 'a', peer: 'p' })!.status.folders[0]!.peers,
  ).toEqual([])
})

test('device and traffic change alone', () => {
  const before = aSnapshot([aFolder({ id: 'a' })])
  const traffic = { received: 5, sent: 6, receivedPerSecond: 7, sentPerSecond: 8 }
  const after = applyEvent(before, { kind: 'traffic', traffic })!
  expect(after.status.traffic).toBe(traffic)
  expect(after.status.folders).toBe(before.status.folders)
  const device = { ...before.status.device, name: 'attic' }
  expect(applyEvent(after, { kind: 'device', device })!.status.device.name).toBe('attic')
})
