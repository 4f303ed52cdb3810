import fc from 'fast-check'
import { expect, test } from 'vitest'
import { archiveTime } from './archive-age.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const startMs = Date.UTC(2026, 0, 1)

/** Looked at each hour. `wrongMs` is how far the clock is ahead in an hour. */
function after(hours: number, wrongMs: (hour: number) => number): number {
  let timeMs = archiveTime(undefined, startMs, hourMs)
  for (let hour = 1; hour <= hours; hour += 1)
    timeMs = archiveTime(timeMs, startMs + hour * hourMs + wrongMs(hour), hourMs)
  return timeMs!
}

test('of a clock that is right it is the time', () => {
  expect(after(100, () => 0)).toBe(startMs + 100 * hourMs)
})

test('of a clock that is a year ahead for a day it takes five days, and goes back with it', () => {
  const isWrong = (hour: number) => hour > 10 && hour <= 34
  expect(after(34, (hour) => (isWrong(hour) ? 365 * dayMs : 0))).toBe(startMs + (10 + 6 * 24) * hourMs)
  expect(after(35, (hour) => (isWrong(hour) ? 365 * dayMs : 0))).toBe(startMs + 35 * hourMs)
})

test('after two months without power it has caught up in less than two weeks', () => {
  const lateMs = 60 * dayMs
  expect(after(14 * 24, () => lateMs)).toBe(startMs + 14 * dayMs + lateMs)
})

test('a clock that is not set says nothing', () => {
  expect(archiveTime(undefined, 0, hourMs)).toBeUndefined()
  expect(archiveTime(startMs, 0, hourMs)).toBe(startMs)
})

test('it is never ahead of a clock that is set, nor faster than six times what ran', () => {
  fc.assert(
    fc.property(fc.nat(1e12), fc.nat(1e12), fc.nat(1e9), (before, now, ranMs) => {
      const timeMs = archiveTime(startMs + before, startMs + now, ranMs)!
      expect(timeMs).toBeLessThanOrEqual(startMs + now)
      expect(timeMs - (startMs + before)).toBeLessThanOrEqual(6 * ranMs)
    }),
  )
})
