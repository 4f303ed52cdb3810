import { afterEach, beforeEach, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import type { RelPath } from '../core/path.ts'
import { attachHostile, certify, forge, type HostilePeer } from '../testing/hostile-peer.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { connectDevices, type MemoryDevice, openMemoryDevice, pass } from '../testing/memory-device.ts'

let clock: ManualClock
let here: MemoryDevice
let there: MemoryDevice

beforeEach(async () => {
  clock = createManualClock(Date.UTC(2026, 0, 1))
  here = await openMemoryDevice({ clock, name: 'alice' })
  there = await openMemoryDevice({ clock, name: 'victor' })
})
afterEach(async () => {
  await here[Symbol.asyncDispose]()
  await there[Symbol.asyncDispose]()
})

function read({ own }: MemoryDevice, path: string): string | undefined {
  return own.person.stat(path) && own.person.readFile(path).toString()
}

function names({ own }: MemoryDevice): string[] {
  return own.person.names('').filter((name) => name !== '.sync')
}

function requestsOf(peer: HostilePeer): number {
  return peer.of('request').length
}

/** Both hold `note` as `before`. Then somebody tells of a version that wins, and has no content to give. */
async function startWithLost(have: boolean): Promise<HostilePeer> {
  here.own.person.writeFile('note', 'before')
  connectDevices(here, there)
  await pass(clock)
  expect(read(there, 'note')).toBe('before')
  const peer = attachHostile(there, 'full')
  peer.answer(({ request }) => peer.send({ kind: 'missing', request, unreadable: false }))
  peer.hello()
  await pass(clock, 300, 2)
  const records = forge(peer.author, { path: 'note', text: 'lost' })
  peer.tell(records, { statements: [certify(peer.author)], have })
  await pass(clock)
  expect(there.store.state('note' as RelPath)?.winner?.deviceName).toBe('mallory')
  return peer
}

test('E7 a content nobody has keeps the path from nothing: edits and the deletion of the file go on', async () => {
  await startWithLost(false)
  expect([names(here), names(there)]).toEqual([['note'], ['note']])
  here.own.person.writeFile('note', 'edited')
  await pass(clock)
  expect(read(there, 'note')).toBe('edited')
  there.own.person.writeFile('note', 'edited again')
  await pass(clock)
  expect(read(here, 'note')).toBe('edited again')
  here.own.person.remove('note')
  await pass(clock, 12_000)
  expect([names(here), names(there)]).toEqual([[], []])
  expect(there.folder.status().problems).toMatchObject([{ path: 'note', code: 'no-peer-has-it' }])
})

test('E4 a content that turns up after all takes its path, and what stood in for it is kept beside', async () => {
  const peer = await startWithLost(false)
  here.own.person.writeFile('note', 'edited')
  await pass(clock)
  expect(read(there, 'note')).toBe('edited')
  peer.answer(({ request }) =>
    peer.send({ kind: 'block', request, offsetBytes: 0, data: Buffer.from('lost') }),
  )
  peer.send({ kind: 'have', roots: [singleBlockRoot(Buffer.from('lost'))] })
  await pass(clock, 30_000, 60)
  for (const device of [here, there]) {
    expect(read(device, 'note')).toBe('lost')
    const [copy, ...others] = names(device).filter((name) => name !== 'note')
    expect(others).toEqual([])
    expect(read(device, copy!)).toBe('edited')
    expect(device.folder.status().problems).toEqual([])
  }
})

test('P9 I3 a peer that has not what it said it had is asked once and then left in peace until it tells', async () => {
  const peer = await startWithLost(true)
  await pass(clock, 120_000, 120)
  expect(requestsOf(peer)).toBe(1)
  await pass(clock, 3_600_000, 720)
  expect(requestsOf(peer)).toBe(1)
  expect(peer.ended).toBeUndefined()
})
