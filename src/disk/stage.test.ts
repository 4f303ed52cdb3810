import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openOn } from '../testing/commit-scenes.ts'
import { caseCount } from '../testing/counts.ts'
import { testIdentity } from '../testing/disk-driving.ts'
import { createMemoryDisk, errnoError, type Gate } from '../testing/memory-files.ts'
import { keyToName, nameToKey, scratchPrefix, withExecutable } from './stage.ts'

test('a key comes back from its name, and names differ on disks blind to case', () => {
  const key = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(key, key, (one, other) => {
      const name = keyToName(one)
      expect(nameToKey(name)).toBe(one)
      expect(name).toMatch(/^[a-z0-9_-][a-z0-9._-]*$/)
      expect(name.startsWith(scratchPrefix)).toBe(false)
      expect(name === keyToName(other)).toBe(one === other)
    }),
    { numRuns: caseCount(1000) },
  )
})

test('what is no name of a key is none', () => {
  for (const name of ['', `${scratchPrefix}link`, 'UPPER', 'a_zz', 'a_b'])
    expect(nameToKey(name)).toBeUndefined()
})

test('the executable bit goes to whoever may read', () => {
  expect(withExecutable(0o644, true)).toBe(0o755)
  expect(withExecutable(0o640, true)).toBe(0o750)
  expect(withExecutable(0o744, true)).toBe(0o744)
  expect(withExecutable(0o755, false)).toBe(0o644)
})

const piece = Buffer.alloc(16 * 1024 ** 2, 'piece')

async function writeLong(gate: Gate) {
  const memory = createMemoryDisk()
  await (await openOn(memory)).claim(testIdentity)
  const disk = await openOn(memory, gate)
  const stage = await disk.openStage('long')
  for (let offset = 0; offset < 3 * piece.length; offset += piece.length) await stage.write(offset, piece)
  return { memory, stage }
}

test('a long file goes to the disk while more of it is written', async () => {
  let synced = 0
  const { stage } = await writeLong(async (operation, path) => {
    if (operation === 'sync' && path === '.sync/stage/long') synced += 1
  })
  expect(synced).toBe(1)
  await stage.seal(3 * piece.length, 0n, false)
  expect(synced).toBe(2)
  await stage.release()
})

test('I1 what a disk could not write is not sealed, and not kept for later', async () => {
  let isFirst = true
  const { memory, stage } = await writeLong(async (operation, path) => {
    if (operation !== 'sync' || path !== '.sync/stage/long' || !isFirst) return
    isFirst = false
    throw errnoError('EIO', path)
  })
  await expect(stage.seal(3 * piece.length, 0n, false)).rejects.toMatchObject({ code: 'io-error' })
  expect(await stage.release()).toBe(false)
  expect(memory.person.names('.sync/stage')).toEqual([])
})
