import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bounds, fewestSamples, judgeRest, judgeSeries, restBounds, seriesOf } from './soak-judge.ts'
import type { Burden } from './soak-samples.ts'

const bound = { share: 0.05, plus: 2 }
const count = 240

/** Values over time, with noise of a seed on top, up to so much. */
function series(valueAt: (at: number) => number, noise: readonly number[] = [0], upTo = 0): number[] {
  return Array.from({ length: count }, (_, at) => valueAt(at) + noise[at % noise.length]! * upTo)
}

const noises = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 })

describe('what grows', () => {
  test('a series that grows by more than its bound in a third is caught, from any start and with noise', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), noises, (start, noise) => {
        // Twice what is allowed in each third, however large the series is by then.
        const slope = (2.5 * (start * bound.share + bound.plus)) / (count / 3)
        const values = series((at) => start + at * slope, noise, bound.plus / 4)
        expect(judgeSeries(values, bound).grows).toBe(true)
      }),
    )
  })

  test('steps count as well: something left behind now and then', () => {
    expect(
      judgeSeries(
        series((at) => 100 + 10 * Math.floor(at / 50)),
        bound,
      ).grows,
    ).toBe(true)
  })

  test('growth that begins late is caught', () => {
    expect(
      judgeSeries(
        series((at) => 100 + Math.max(0, at - 160)),
        bound,
      ).grows,
    ).toBe(true)
  })

  test('a saw whose teeth stay as high, and whose floor rises, is caught', () => {
    const values = series((at) => 100 + (at / count) * 60 + (at % 10))
    expect(judgeSeries(values, bound).grows).toBe(true)
  })

  test('what a device loses for each action of people is caught with the bound of memory: 2 KiB of each', () => {
    const perThird = 15_000 * 2048
    const values = series((at) => 150 * 1024 ** 2 + (at / (count / 3)) * perThird)
    expect(judgeSeries(values, bounds.memoryBytes).grows).toBe(true)
  })

  test('one handle a quarter of an hour is caught in two hours, one in all is not', () => {
    expect(
      judgeSeries(
        series((at) => 89 + Math.floor(at / 20)),
        bounds.handles,
      ).grows,
    ).toBe(true)
    expect(
      judgeSeries(
        series((at) => 89 + Math.floor(at / 200)),
        bounds.handles,
      ).grows,
    ).toBe(false)
  })
})

describe('what is flat', () => {
  test('a flat series passes, with noise far beyond the bound', () => {
    // The noise of the one third is the noise of the other, in another order.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), noises, (start, noise) => {
        const values = series(() => start, noise, 1000)
        expect(judgeSeries(values, bound).grows).toBe(false)
      }),
    )
  })

  test('growth that levels off in the first third passes', () => {
    const values = series((at) => 100 * (1 - Math.exp(-at / 20)))
    expect(judgeSeries(values, bound).grows).toBe(false)
  })

  test('the teeth of a saw pass, and so does a series that shrinks', () => {
    expect(
      judgeSeries(
        series((at) => 100 + (at % 17)),
        bound,
      ).grows,
    ).toBe(false)
    expect(
      judgeSeries(
        series((at) => 500 - at),
        bound,
      ).grows,
    ).toBe(false)
  })

  test('one sample that sticks out changes nothing', () => {
    const values = series(() => 100)
    values[200] = 1e9
    expect(judgeSeries(values, bound).grows).toBe(false)
  })
})

test('too few samples are refused, since anything would pass', () => {
  expect(() => judgeSeries(Array(fewestSamples - 1).fill(1), bound)).toThrow('too few')
  expect(judgeSeries(Array(fewestSamples).fill(1), bound).grows).toBe(false)
})

test('at rest, one handle more is nothing and five are left behind; a tenth more of processor time is nothing, twice as much is', () => {
  expect(judgeRest(89, 90, restBounds.handles).grows).toBe(false)
  expect(judgeRest(89, 94, restBounds.handles).grows).toBe(true)
  expect(judgeRest(20, 22, restBounds.processorMs).grows).toBe(false)
  expect(judgeRest(2, 4, restBounds.processorMs).grows).toBe(true)
})

test('the log is counted for each action of people between two samples', () => {
  const burden = (logBytes: number) => [{ logBytes } as Burden]
  const samples = [
    { seconds: 0, actions: 100, burdens: burden(50) },
    { seconds: 30, actions: 120, burdens: burden(250) },
    { seconds: 60, actions: 120, burdens: burden(257) },
  ]
  expect(seriesOf(samples, 0, 'logBytes')).toEqual([10, 7])
})
