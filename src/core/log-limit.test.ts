import { expect, test } from 'vitest'
import { createLogLimit } from './log-limit.ts'

test('I14: a sentence that is said again and again stands there once a second, with how often it was left out', () => {
  const limit = createLogLimit()
  const written: number[] = []
  // A thousand times a second, for a minute.
  for (let ms = 0; ms < 60_000; ms += 1) {
    const omitted = limit.admit('connected', ms)
    if (omitted !== undefined) written.push(omitted)
  }
  expect(written.length).toBeGreaterThan(200)
  expect(written.length).toBeLessThan(300)
  const left = limit.admit('connected', 61_000)
  expect(written.reduce((sum, omitted) => sum + omitted, left ?? 0) + written.length).toBe(60_000)
})

test('every other sentence stands there as before, and so does the same one after a pause', () => {
  const limit = createLogLimit()
  for (let times = 0; times < 1000; times += 1) limit.admit('connected', 0)
  expect(limit.admit('connected', 0)).toBeUndefined()
  expect(limit.admit('halted', 0)).toBe(0)
  expect(limit.admit('connected', 5_000)).toBe(801)
  expect(limit.admit('connected', 5_000)).toBe(0)
})

test('I14: sentences of which no two are the same take no more room than some', () => {
  const limit = createLogLimit()
  for (let times = 0; times < 201; times += 1) limit.admit('the first', 0)
  for (let other = 0; other < 499; other += 1) limit.admit(`other ${other}`, 0)
  expect(limit.admit('the first', 0)).toBeUndefined()
  for (let other = 0; other < 500; other += 1) limit.admit(`another ${other}`, 0)
  // It was forgotten, and with it that it is to be left out.
  expect(limit.admit('the first', 0)).toBe(0)
})
