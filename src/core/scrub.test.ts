import fc from 'fast-check'
import { expect, test } from 'vitest'
import { blockCount, blockSizeFor, contentRootOf } from './blocks.ts'
import { isStillDamaged } from './damage.ts'
import { sha256, toId } from './ids.ts'
import { isPieceFull, pieceFrom, restAfterMs, rootWith, scrubDueInMs, wrongBlocks } from './scrub.ts'

const dayMs = 86_400_000
const nowMs = Date.UTC(2026, 5, 1)

test('a file is read in pieces of a few mebibytes that meet, each block once', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 34 }), (sizeBytes) => {
      const blocks = blockCount(sizeBytes, blockSizeFor(sizeBytes))
      let next = 0
      while (next < blocks) {
        const { first, count } = pieceFrom(sizeBytes, next)
        expect(first).toBe(next)
        expect(count).toBeGreaterThan(0)
        expect((count - 1) * blockSizeFor(sizeBytes)).toBeLessThan(4 * 1024 ** 2)
        next += count
      }
      expect(next).toBe(blocks)
    }),
    { numRuns: 50 },
  )
})

test('many small files fill a piece as well as a large one, and the rest is as long as the rate says', () => {
  expect(isPieceFull(4 * 1024 ** 2, 0)).toBe(true)
  expect(isPieceFull(0, 31)).toBe(false)
  expect(isPieceFull(0, 32)).toBe(true)
  expect(restAfterMs(2 * 1024 ** 2, 0, 1024 ** 2)).toBe(2000)
  expect(restAfterMs(2 * 1024 ** 2, 5, 0)).toBe(0)
})

test.each([
  ['never, when it is switched off', nowMs, nowMs - 99 * dayMs, 0, undefined],
  ['not known, as long as nothing is', nowMs, undefined, 30, undefined],
  ['not known, without a clock', 0, nowMs, 30, undefined],
  ['in ten days', nowMs, nowMs - 20 * dayMs, 30, 10 * dayMs],
  ['now, when it is overdue', nowMs, nowMs - 40 * dayMs, 30, 0],
  ['after the days at most, when the clock was wrong', nowMs, nowMs + 900 * dayMs, 30, 30 * dayMs],
])('the next scrub is due %s', (_, now, last, days, due) => {
  expect(scrubDueInMs(now, last, days)).toBe(due)
})

test('the blocks that are wrong are found, and name what lies there', () => {
  const right = ['a', 'b', 'c', 'd'].map((text) => sha256(text))
  const found = [right[0]!, sha256('x'), right[2]!, sha256('y')]
  const list = Buffer.concat(right)
  const wrong = new Map([
    ...wrongBlocks(list, Buffer.concat(found.slice(0, 2)), 0),
    ...wrongBlocks(list, Buffer.concat(found.slice(2)), 2),
  ])
  expect([...wrong.keys()]).toEqual([1, 3])
  expect(rootWith(list, wrong)).toBe(contentRootOf(Buffer.concat(found)))
  expect(wrongBlocks(list, list.subarray(32, 96), 1).size).toBe(0)
})

test('what is damaged is known again by what it holds, size and time, whatever its ctime and inode are', () => {
  const [found, other] = ['found', 'other'].map((text) => toId('ContentRoot', sha256(text)))
  const stat = {
    kind: 'file',
    sizeBytes: 9,
    mtimeNs: 5n,
    ctimeNs: 6n,
    inode: 7n,
    device: 8n,
    executable: false,
  } as const
  const before = { ...stat, damage: found! }
  expect(isStillDamaged(before, { ...stat, ctimeNs: 60n, inode: 70n }, found!)).toBe(true)
  expect(isStillDamaged(before, { ...stat, mtimeNs: 50n }, found!)).toBe(false)
  expect(isStillDamaged(before, { ...stat, sizeBytes: 8 }, found!)).toBe(false)
  expect(isStillDamaged(before, stat, other!)).toBe(false)
  expect(isStillDamaged(before, stat, 'unreadable')).toBe(false)
  expect(isStillDamaged(stat, stat, found!)).toBe(false)
})
