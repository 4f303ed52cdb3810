/** Which directory is taken for a folder when it is opened for the first time. */
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { keysByRole, openMemoryDevice, pass } from '../testing/memory-device.ts'
import { createMemoryDisk, type MemoryDisk } from '../testing/memory-files.ts'
import type { Claimable } from './prepare.ts'

const clock = createManualClock(Date.UTC(2026, 0, 1))

function markOf(own: MemoryDisk): string | undefined {
  const text = own.person.stat('.sync/identity') && own.person.readFile('.sync/identity').toString()
  return text && JSON.parse(text).folderId
}

const [itself, another] = [keysByRole.full.folderId, 'ab'.repeat(32)]
const identity = (folderId: string) => JSON.stringify({ folderId, diskId: '0'.repeat(32) })

test.each<[Claimable, string, Readonly<Record<string, string>>, string | undefined]>([
  [true, 'an empty one', {}, itself],
  [true, 'one with files', { 'letter.txt': 'x' }, itself],
  [true, 'one that another folder left', { '.sync/identity': identity(another) }, itself],
  ['while-empty', 'an empty one', {}, itself],
  ['while-empty', 'one whose claim was broken off', { '.sync/ignore': '' }, itself],
  ['while-empty', 'one that was its own already', { '.sync/identity': identity(itself), a: 'x' }, itself],
  ['while-empty', 'one with files', { 'letter.txt': 'x' }, undefined],
  ['while-empty', 'one with a hidden file', { '.profile': 'x' }, undefined],
  ['while-empty', 'one that another folder left', { '.sync/identity': identity(another) }, another],
  [false, 'an empty one', {}, undefined],
])('I10 where %s may be taken, of %s', async (isNew, _, files, expected) => {
  const own = createMemoryDisk({ device: 7n, nowNs: () => BigInt(clock.now()) * 1_000_000n })
  if (Object.keys(files).some((name) => name.startsWith('.sync/'))) own.person.mkdir('.sync')
  for (const [name, content] of Object.entries(files)) own.person.writeFile(name, content)
  await using device = await openMemoryDevice({ clock, name: 'alice', own, isNew })
  await pass(clock)
  expect(markOf(own)).toBe(expected)
  expect(device.folder.status().state === 'halted').toBe(expected !== itself)
  if (expected !== itself) expect(own.person.stat('.sync/lease')).toBeUndefined()
})

test('I10 what a restored folder did not take, because something lay there, it takes once that is gone', async () => {
  const own = createMemoryDisk({ device: 7n, nowNs: () => BigInt(clock.now()) * 1_000_000n })
  own.person.writeFile('letter.txt', 'x')
  await using device = await openMemoryDevice({ clock, name: 'alice', own, isNew: 'while-empty' })
  await pass(clock)
  expect(device.folder.status()).toMatchObject({ state: 'halted', halt: { code: 'root-unmarked' } })
  own.person.remove('letter.txt')
  await pass(clock, 120_000)
  expect(device.folder.status().state).toBe('up-to-date')
})
