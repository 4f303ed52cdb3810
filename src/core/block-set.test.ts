import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import {
  addBlock,
  addRuns,
  blocksToRuns,
  countBlocks,
  createBlockSet,
  deleteBlock,
  membersOf,
  runsToBlocks,
} from './block-set.ts'

const blockCount = 100
const numbers = fc.array(fc.nat({ max: blockCount - 1 }))

describe('block sets', () => {
  test('P14 adding runs adds their blocks, whole words or parts of them', () => {
    fc.assert(
      fc.property(numbers, numbers, (before, added) => {
        const rising = [...new Set(added)].sort((a, b) => a - b)
        const [one, other] = [createBlockSet(blockCount), createBlockSet(blockCount)]
        for (const block of before) for (const set of [one, other]) addBlock(set, block)
        for (const block of rising) addBlock(one, block)
        addRuns(other, blocksToRuns(rising))
        expect(other).toEqual(one)
      }),
      { numRuns: caseCount(200) },
    )
    const all = createBlockSet(2 ** 20)
    addRuns(all, [0, 2 ** 20])
    expect(all.size).toBe(2 ** 20)
    expect(() => addRuns(createBlockSet(9), [8, 2])).toThrow('assertion')
  })

  test('members between two blocks are counted', () => {
    fc.assert(
      fc.property(numbers, fc.nat({ max: blockCount }), fc.nat({ max: blockCount }), (added, one, other) => {
        const set = createBlockSet(blockCount)
        for (const block of added) addBlock(set, block)
        const [from, to] = [Math.min(one, other), Math.max(one, other)]
        const between = [...new Set(added)].filter((block) => block >= from && block < to)
        expect(countBlocks(set, from, to)).toBe(between.length)
      }),
      { numRuns: caseCount(200) },
    )
  })

  test('P14 a block set is a set', () => {
    fc.assert(
      fc.property(numbers, numbers, (added, deleted) => {
        const set = createBlockSet(blockCount)
        const model = new Set<number>()
        for (const block of added) {
          expect(addBlock(set, block)).toBe(!model.has(block))
          model.add(block)
        }
        for (const block of deleted) expect(deleteBlock(set, block)).toBe(model.delete(block))
        expect(set.size).toBe(model.size)
        expect([...membersOf(set)]).toEqual([...model].sort((a, b) => a - b))
      }),
      { numRuns: caseCount(200) },
    )
  })

  test('P14 runs mean the blocks they were made of, and no run is empty', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat({ max: 200 })), (drawn) => {
        const blocks = drawn.sort((a, b) => a - b)
        const runs = blocksToRuns(blocks)
        expect([...runsToBlocks(runs)]).toEqual(blocks)
        expect(runs.slice(1).every((length) => length > 0)).toBe(true)
      }),
      { numRuns: caseCount(200) },
    )
  })
})
