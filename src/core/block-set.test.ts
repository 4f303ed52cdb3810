import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { addBlock, blocksToRuns, createBlockSet, deleteBlock, membersOf, runsToBlocks } from './block-set.ts'

const blockCount = 100
const numbers = fc.array(fc.nat({ max: blockCount - 1 }))

describe('block sets', () => {
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
