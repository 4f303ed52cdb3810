import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { addBlock, createBlockSet, deleteBlock } from './block-set.ts'
import { createRarity } from './rarity.ts'

test('P14 the list of blocks stays in the order of their counts whatever happens', () => {
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom('more', 'more', 'less', 'unlist', 'list'),
      block: fc.nat({ max: 11 }),
    }),
    { maxLength: 200, size: 'max' },
  )
  fc.assert(
    fc.property(fc.integer(), steps, (seed, drawn) => {
      const rarity = createRarity(12, seed)
      const counts = Array<number>(12).fill(0)
      const listed = new Set(counts.keys())
      for (const { what, block } of drawn) {
        if (what === 'list' || what === 'unlist') {
          rarity[what](block)
          if (what === 'list') listed.add(block)
          else listed.delete(block)
        } else if (what === 'more' || counts[block]! > 0) {
          rarity.change(block, what === 'more' ? 1 : -1)
          counts[block]! += what === 'more' ? 1 : -1
        }
        const left = createBlockSet(12)
        for (const each of counts.keys()) addBlock(left, each)
        const order: number[] = []
        // By turns few and many are said to be listed, which may change the way and not what is found.
        for (let turn = 0; turn < listed.size; turn++) {
          const rarest = rarity.rarestOf(left, turn % 2 === 0 ? 0 : 100, 0)!
          order.push(rarest)
          deleteBlock(left, rarest)
        }
        expect(rarity.rarestOf(left, 0, 0)).toBeUndefined()
        expect(rarity.rarestOf(left, 100, 0)).toBeUndefined()
        const shared = createBlockSet(12)
        for (const each of order) if (counts[each]! > 0) addBlock(shared, each)
        expect(rarity.rarestOf(shared, 100, 1)).toBe(order.find((each) => counts[each]! > 0))
        expect(order.map((found) => counts[found])).toEqual(
          [...listed].map((found) => counts[found]!).sort((a, b) => a - b),
        )
        expect(new Set(order)).toEqual(listed)
        expect(rarity.first()).toBe(order[0])
        expect(rarity.size).toBe(listed.size)
      }
    }),
    { numRuns: caseCount(60) },
  )
})
