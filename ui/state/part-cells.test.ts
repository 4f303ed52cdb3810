import { expect, test } from 'vitest'
import { cellRuns, fullness } from './part-cells.ts'

test('neighbours that are equally full are drawn as one, empty ones not at all', () => {
  expect(cellRuns([100, 100, 0, 50, 50, 20])).toEqual([
    { from: 0, length: 2, part: 1 },
    { from: 3, length: 2, part: 0.5 },
    { from: 5, length: 1, part: 0.2 },
  ])
  expect(cellRuns([0, 0])).toEqual([])
  expect(cellRuns([100, 0, 100])).toHaveLength(2)
})

test('a file is as full as its stretches are together', () => {
  expect(fullness([100, 0, 50, 50])).toBe(0.5)
  expect(fullness([])).toBe(0)
})
