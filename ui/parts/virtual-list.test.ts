import fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowsInSight } from './virtual-list.tsx'

test('every row in sight is drawn, and few others', () => {
  const counts = fc.integer({ min: 0, max: 100_000 })
  fc.assert(
    fc.property(counts, fc.integer({ min: -5000, max: 6_000_000 }), (count, above) => {
      const { from, to } = rowsInSight(above, 800, 56, count)
      expect(from).toBeGreaterThanOrEqual(0)
      expect(to).toBeLessThanOrEqual(count)
      expect(to - from).toBeLessThanOrEqual(Math.max(30, 800 / 56 + 2 + 16))
      const firstSeen = Math.max(0, Math.floor(above / 56))
      const lastSeen = Math.min(count - 1, Math.ceil((above + 800) / 56) - 1)
      if (firstSeen <= lastSeen) expect([from <= firstSeen, to > lastSeen]).toEqual([true, true])
    }),
  )
})
