import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { blockAt, noise, numbersOf, runSearch, sumsOf, wantedOf } from '../testing/search-run.ts'
import { findAnywhere, findInPlace, type Stretch, stretchesBeside } from './find-blocks.ts'
import { windowBytes } from './rolling-sum.ts'

/** Small, so that many blocks cost little; any size above a window's means the same. */
const blockSize = 8 * 1024

const all = (old: Uint8Array): Stretch[] => [{ fromBytes: 0, toBytes: old.length }]

function findIn(old: Uint8Array, content: Uint8Array, stretches: Stretch[] = all(old)) {
  const wanted = wantedOf(content, blockSize)
  const sums = sumsOf(content, blockSize, wanted.numbers)
  return runSearch(findAnywhere(wanted, old.length, { sums, stretches }), old, content.length)
}

function expectRight(content: Uint8Array, found: readonly number[], stage: Uint8Array): void {
  expect(new Set(found).size).toBe(found.length)
  const wrong = found.filter((number) => {
    return Buffer.compare(blockAt(content, blockSize, number), blockAt(stage, blockSize, number)) !== 0
  })
  expect(wrong).toEqual([])
}

/** One thing a person does to a file. Places are fractions of its length. */
const edits = fc.oneof(
  fc.record({
    kind: fc.constant('insert'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: lengths(),
  }),
  fc.record({
    kind: fc.constant('delete'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: lengths(),
  }),
  fc.record({ kind: fc.constant('move'), at: fc.double({ min: 0, max: 1, noNaN: true }), length: lengths() }),
  fc.record({
    kind: fc.constant('repeat'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: lengths(),
  }),
  fc.record({
    kind: fc.constant('zeros'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: lengths(),
  }),
)

function lengths() {
  return fc.integer({ min: 1, max: 5 * blockSize })
}

function edited(content: Buffer, changes: readonly { kind: string; at: number; length: number }[]): Buffer {
  return changes.reduce((before, { kind, at, length }, number) => {
    const place = Math.floor(at * before.length)
    const [front, part, rest] = [
      before.subarray(0, place),
      before.subarray(place, place + length),
      before.subarray(place + length),
    ]
    switch (kind) {
      case 'insert':
        return Buffer.concat([front, noise(length, `${number} ${at} ${length}`), part, rest])
      case 'delete':
        return Buffer.concat([front, rest])
      case 'move':
        return Buffer.concat([rest, part, front])
      case 'repeat':
        return Buffer.concat([front, part, part, part, rest])
      default:
        return Buffer.concat([front, Buffer.alloc(length), rest])
    }
  }, content)
}

describe('blocks found in an old file', () => {
  test('are right, whatever was done to it', () => {
    const runs = fc.record({
      blocks: fc.double({ min: 0, max: 30, noNaN: true }),
      before: fc.array(edits, { maxLength: 2 }),
      after: fc.array(edits, { maxLength: 4 }),
    })
    fc.assert(
      fc.property(runs, ({ blocks, before, after }) => {
        const old = edited(noise(Math.floor(blocks * blockSize), 'old'), before)
        const content = edited(old, after)
        const { found, stage } = findIn(old, content)
        expectRight(content, found, stage)
        const wanted = wantedOf(content, blockSize)
        const inPlace = runSearch(findInPlace(wanted, old.length), old, content.length)
        expectRight(content, inPlace.found, inPlace.stage)
        const same = numbersOf(content.length, blockSize).filter((number) => {
          const block = blockAt(content, blockSize, number)
          return Buffer.compare(block, old.subarray(number * blockSize).subarray(0, block.length)) === 0
        })
        expect(inPlace.found).toEqual(expect.arrayContaining(same))
      }),
      { numRuns: caseCount(60) },
    )
  })

  test('are all that an insertion, a deletion or a move left whole', () => {
    const runs = fc.record({
      change: edits.filter(({ kind }) => kind === 'insert' || kind === 'delete' || kind === 'move'),
      blocks: fc.double({ min: 2, max: 60, noNaN: true }),
    })
    fc.assert(
      fc.property(runs, ({ change, blocks }) => {
        const old = noise(Math.floor(blocks * blockSize), 'old')
        const content = edited(old, [change])
        const { found, stage, readBytes } = findIn(old, content)
        expectRight(content, found, stage)
        const lost = numbersOf(content.length, blockSize).filter((number) => {
          if (found.includes(number)) return false
          const block = Buffer.from(blockAt(content, blockSize, number))
          return block.length === blockSize && old.includes(block)
        })
        expect(lost).toEqual([])
        // Once over the file; bytes read ahead of a block that was not there may be read again.
        expect(readBytes).toBeLessThanOrEqual(2 * old.length)
      }),
      { numRuns: caseCount(60) },
    )
  })

  test('are found at every place where they are wanted, by one reading', () => {
    const block = noise(blockSize, 'block')
    const content = Buffer.concat([block, noise(blockSize, 'other'), block, block])
    const { found, stage } = findIn(Buffer.concat([Buffer.from('x'), block, Buffer.alloc(10)]), content)
    expect([...found].sort()).toEqual([0, 2, 3])
    expectRight(content, found, stage)
  })

  test('are found from a long way off, also those in front of where the search looked', () => {
    const kept = noise(60 * blockSize, 'kept')
    const old = Buffer.concat([noise(200 * blockSize, 'old'), kept, noise(100 * blockSize + 3, 'rest')])
    const content = Buffer.concat([noise(5000, 'new'), kept, noise(100 * blockSize, 'more')])
    const { found, stage, readBytes } = findIn(old, content)
    expectRight(content, found, stage)
    expect(found.length).toBe(59)
    expect(readBytes).toBeLessThan(old.length)
  })

  test('are found in front of the stretch that is looked through', () => {
    const old = noise(20 * blockSize, 'old')
    const content = Buffer.concat([noise(100, 'new'), old])
    const { found } = findIn(old, content, [{ fromBytes: 10 * blockSize, toBytes: 20 * blockSize }])
    expect(found).toHaveLength(20)
  })

  test('end with the file, when it is shorter than it was', () => {
    const old = noise(20 * blockSize, 'old')
    const wanted = wantedOf(old, blockSize)
    const run = runSearch(findInPlace(wanted, old.length), old.subarray(0, 5.5 * blockSize), old.length)
    expect(run.found).toEqual([0, 1, 2, 3, 4])
  })

  test('I14 cost a bounded amount of hashing when every sum is a lie', () => {
    // The sums are those of windows that are everywhere in the old file, which has none of the blocks.
    const old = Buffer.alloc(200 * blockSize, 7)
    const content = noise(50 * blockSize, 'content')
    const wanted = wantedOf(content, blockSize)
    const sums = sumsOf(Buffer.alloc(50 * blockSize, 7), blockSize, wanted.numbers)
    const { found, readBytes } = runSearch(
      findAnywhere(wanted, old.length, { sums, stretches: all(old) }),
      old,
      content.length,
    )
    expect(found).toEqual([])
    expect(readBytes).toBeLessThanOrEqual(2 * old.length)
    const others = sumsOf(noise(50 * blockSize, 'other'), blockSize, wanted.numbers)
    for (let at = 0; at < others.length; at += 12) sums.copy(others, at, 0, 4)
    const signs = { sums: others, stretches: all(old) }
    expect(runSearch(findAnywhere(wanted, old.length, signs), old, content.length).found).toEqual([])
  })
})

describe('where to look', () => {
  test('is beside what is the same in place, and only where a whole block can begin', () => {
    const at = (inPlace: number[], size: number) => stretchesBeside(new Set(inPlace), size, 10)
    expect(at([], 25)).toEqual([{ fromBytes: 0, toBytes: 25 }])
    expect(at([0, 3], 55)).toEqual([
      { fromBytes: 10, toBytes: 30 },
      { fromBytes: 40, toBytes: 55 },
    ])
    expect(at([0, 1, 2, 3, 4], 55)).toEqual([])
    expect(at([0], 19)).toEqual([])
    expect(at([], 0)).toEqual([])
  })

  test('a window fits the smallest block there is', () => {
    expect(windowBytes).toBeLessThan(128 * 1024)
  })
})
