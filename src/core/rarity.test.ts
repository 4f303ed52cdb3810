import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { createRarity } from './rarity.ts'

test('P13 the list of blocks stays in the order of their counts whatever happens', () => {
  const steps = fc.array(
    fc.record({
      what: fc.constantFrom('more', 'more', 'less', 'unlist', 'list'),
      block: fc.nat({ max: 11 }),
    }),
    { maxLength: 200 },
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
        const order: number[] = []
        rarity.find(0, (found) => order.push(found) < 0)
        expect(order.map((found) => counts[found])).toEqual(
          [...listed].map((found) => counts[found]!).sort((a, b) => a - b),
        )
        expect(new Set(order)).toEqual(listed)
        expect(rarity.first()).toBe(order[0])
        const rare = rarity.find(2, () => true)
        expect(rare).toBe(order.find((found) => counts[found]! >= 2))
        expect(rarity.size).toBe(listed.size)
      }
    }),
    { numRuns: caseCount(200) },
  )
})
