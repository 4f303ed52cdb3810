import { expect, test } from 'vitest'
import { daysOf } from './wall-clock.ts'

test.each([
  [Date.UTC(1970, 0, 2, 12), [1]],
  [Date.UTC(1970, 0, 2, 0, 59), [1, 0]],
  [Date.UTC(1970, 0, 2, 1), [1]],
  [Date.UTC(1970, 0, 2, 22, 59), [1]],
  [Date.UTC(1970, 0, 2, 23), [1, 2]],
])('S9 around midnight the day beyond it counts as well: %i', (nowMs, days) => {
  expect(daysOf(nowMs)).toEqual(days)
})
