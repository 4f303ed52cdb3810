import { expect, test } from 'vitest'
import { median, quantile } from './statistics.ts'

test('the median of an even number of values lies between the two in the middle', () => {
  expect(median([4, 1, 3, 100])).toBe(3.5)
  expect(median([7])).toBe(7)
})

test('a quantile lies between its two nearest values', () => {
  expect(quantile([10, 0], 0.95)).toBeCloseTo(9.5)
  expect(quantile([1, 2, 3], 1)).toBe(3)
})
