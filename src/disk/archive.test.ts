import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openOn } from '../testing/commit-scenes.ts'
import { archived, commitOne, commitText, rel, statAt, testIdentity } from '../testing/disk-driving.ts'
import { createMemoryDisk, errnoError } from '../testing/memory-files.ts'
import { msToStamp, stampToMs } from './archive.ts'

test('a time comes back from its name, and names sort by time', () => {
  const time = fc.integer({ min: 0, max: Date.UTC(2100, 0, 1) })
  fc.assert(
    fc.property(time, time, (one, other) => {
      expect(stampToMs(msToStamp(one))).toBe(one)
      expect(stampToMs(`${msToStamp(one)}-12`)).toBe(one)
      expect(msToStamp(one) < msToStamp(other)).toBe(one < other)
    }),
  )
  for (const name of ['', 'x', '2026-13-01T000000.000Z', '../2026-01-01T000000.000Z'])
    expect(stampToMs(name)).toBeUndefined()
})

test('I1 versions archived at the same time are kept beside each other', async () => {
  const memory = createMemoryDisk()
  const disk = await openOn(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('file', 'one')
  await commitText(disk, 'file', 'two', await statAt(disk, 'file'))
  await commitText(disk, 'file', 'three', await statAt(disk, 'file'))
  const step = { path: rel('file'), to: 'file', archive: true } as const
  await commitOne(disk, { ...step, kind: 'directory', expect: await statAt(disk, 'file') })
  memory.person.writeFile('file/below', 'four')
  await commitOne(disk, {
    ...step,
    kind: 'remove',
    path: rel('file/below'),
    to: 'file/below',
    expect: await statAt(disk, 'file/below'),
  })
  expect(await archived(disk)).toEqual(['file: one', 'file: two', 'file: three', 'file/below: four'])
})

test('entries from before the clock was set are not too old', async () => {
  const memory = createMemoryDisk()
  const disk = await openOn(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('.sync/archive/1970-01-01T000010.000Z/file', 'kept')
  memory.person.writeFile('.sync/archive/2025-06-01T000010.000Z/file', 'old')
  memory.person.writeFile('.sync/archive/somebody’s/file', 'not ours')
  await disk.trimArchive({ beforeMs: Date.UTC(2025, 6, 1), maxBytes: 1000 })
  expect(await archived(disk)).toEqual(['file: kept'])
  expect(memory.person.readFile('.sync/archive/somebody’s/file').toString()).toBe('not ours')
})

test('an archived file that cannot be taken away keeps nothing else in the archive', async () => {
  const memory = createMemoryDisk()
  const disk = await openOn(memory, async (operation, path) => {
    if (operation === 'unlink' && path.endsWith('/bad')) throw errnoError('EIO', path)
  })
  await disk.claim(testIdentity)
  memory.person.writeFile('.sync/archive/2025-06-01T000010.000Z/bad', 'old')
  memory.person.writeFile('.sync/archive/2025-06-01T000010.000Z/beside', 'old')
  memory.person.writeFile('.sync/archive/2025-06-02T000010.000Z/file', 'old')
  memory.person.writeFile('.sync/archive/2025-07-02T000010.000Z/bad', 'larger than it may be')
  memory.person.writeFile('.sync/archive/2025-07-02T000010.000Z/file', 'larger than it may be')
  const limits = { beforeMs: Date.UTC(2025, 6, 1), maxBytes: 1 }
  await expect(disk.trimArchive(limits)).rejects.toMatchObject({ code: 'io-error' })
  expect(await archived(disk)).toEqual(['bad: old', 'bad: larger than it may be'])
})
