import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import {
  changeRate,
  drawFrom,
  fillBucket,
  fullBucket,
  pieceBytesFor,
  smallestRate,
  untilFilledMs,
} from './token-bucket.ts'

const rate = fc.integer({ min: smallestRate, max: 10 ** 9 })

test('whoever waits as told sends at the rate, whatever the pieces', () => {
  fc.assert(
    fc.property(rate, fc.array(fc.integer({ min: 1, max: 10 ** 6 }), { minLength: 1 }), (of, pieces) => {
      let bucket = fullBucket(of, 0)
      let nowMs = 0
      let sent = 0
      for (const piece of pieces) {
        nowMs += untilFilledMs(bucket)
        bucket = fillBucket(bucket, nowMs)
        // Never more than a burst ahead of the rate, and never behind it by more than the milliseconds it was told to wait too long.
        expect(sent).toBeLessThanOrEqual((of * (nowMs + 250)) / 1000 + 1)
        expect(sent).toBeGreaterThanOrEqual((of * (nowMs - pieces.length)) / 1000 - 1)
        bucket = drawFrom(bucket, piece)
        sent += piece
      }
    }),
    { numRuns: caseCount(200) },
  )
})

test('a pause saves up no more than a burst, and a clock that stands still nothing', () => {
  const bucket = drawFrom(fullBucket(1000, 0), 1250)
  expect(untilFilledMs(bucket)).toBe(1000)
  expect(fillBucket(bucket, 0)).toEqual(bucket)
  expect(fillBucket(bucket, 3_600_000).level).toBe(250)
})

test('P8 after a change to a slow rate nobody waits for what was overdrawn under the fast one', () => {
  fc.assert(
    fc.property(rate, rate, fc.integer({ min: 0, max: 10 ** 7 }), (before, after, drawn) => {
      const changed = changeRate(drawFrom(fullBucket(before, 0), drawn), after, 5)
      expect(changed.rate).toBe(after)
      expect(untilFilledMs(changed)).toBeLessThanOrEqual(250)
    }),
    { numRuns: caseCount(100) },
  )
})

test('P8 a piece takes no longer than a quarter of a second, and fits a message', () => {
  expect(pieceBytesFor(smallestRate, 65_510)).toBe(256)
  expect(pieceBytesFor(10 ** 9, 65_510)).toBe(65_510)
})
