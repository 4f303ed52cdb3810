import { expect, test } from 'vitest'
import { marksOfTime, marksUpTo, pathOf, stretchesOf } from './plot-shapes.ts'

test('marks of value are round, and reach what is highest', () => {
  expect(marksUpTo(1000)).toEqual([0, 500, 1000])
  expect(marksUpTo(830_000)).toEqual([0, 500_000, 1_000_000])
  expect(marksUpTo(3.9)).toEqual([0, 1, 2, 3, 4])
})

test('marks of time stand where a step of the clock begins, and not too many', () => {
  const begin = 1_700_000_017
  const times = Array.from({ length: 600 }, (_, at) => begin + at)
  const { marks, stepSeconds } = marksOfTime(times, 5)
  expect(stepSeconds).toBe(120)
  expect(marks.map((at) => times[at]! % 60)).toEqual([0, 0, 0, 0, 0])
  expect(marksOfTime([], 5).marks).toEqual([])
})

test('a line breaks where nobody counted', () => {
  expect(stretchesOf([null, 1, 2, null, 3])).toEqual([
    [1, 2],
    [4, 4],
  ])
  const x = (at: number) => at * 10
  const y = (value: number) => 100 - value
  expect(pathOf([null, 1, 2, null, 3], 1, 2, x, y)).toBe('M10 99L20 98')
})
