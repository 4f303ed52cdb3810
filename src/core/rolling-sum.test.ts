import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { sha256 } from './ids.ts'
import {
  createSumFilter,
  rollOnce,
  rollToMark,
  strongSumOf,
  sumAt,
  sumBytes,
  sumOf,
  weakSumOf,
  windowBytes,
} from './rolling-sum.ts'

const bytesOf = (length: number, seed: number) =>
  Uint8Array.from({ length }, (_, at) => (Math.imul(at + 1, seed) ^ (at >>> 3)) & 0xff)

test('P13 a window that rolls has the sum of the bytes it covers', () => {
  const runs = fc.record({ steps: fc.integer({ min: 1, max: 300 }), seed: fc.integer() })
  fc.assert(
    fc.property(runs, ({ steps, seed }) => {
      const bytes = bytesOf(windowBytes + steps + 1, seed)
      const window = { at: 0, sum: weakSumOf(bytes, 0) }
      for (let step = 0; step < steps; step += 1) rollOnce(window, bytes)
      expect(window).toEqual({ at: steps, sum: weakSumOf(bytes, steps) })
    }),
    { numRuns: caseCount(50) },
  )
})

test('P13 rolling stops at each place whose sum is looked for, and at the end', () => {
  const runs = fc.record({ place: fc.integer({ min: 0, max: 2000 }), seed: fc.integer() })
  fc.assert(
    fc.property(runs, ({ place, seed }) => {
      const bytes = bytesOf(windowBytes + 2001, seed)
      const filter = createSumFilter([weakSumOf(bytes, place)], 1)
      const window = { at: 0, sum: weakSumOf(bytes, 0) }
      while (window.at < place && rollToMark(window, bytes, place, filter)) rollOnce(window, bytes)
      expect(window.at).toBe(place)
      expect(rollToMark(window, bytes, place + 1, filter)).toBe(true)
      expect(rollToMark(window, bytes, place, filter)).toBe(false)
    }),
    { numRuns: caseCount(50) },
  )
})

test('P13 sums travel as the protocol says', () => {
  // 1·M² + 2·M + 3 modulo 2^32, M = 0x5bd1e995.
  const sum = sumOf(Uint8Array.of(1, 2, 3))
  const weak = (Math.imul(0x5bd1e995, 0x5bd1e995) + Math.imul(2, 0x5bd1e995) + 3) | 0
  const strong = sha256('berrysync window', Uint8Array.of(1, 2, 3))
    .toString('hex')
    .slice(0, 16)
  expect(sum.toString('hex')).toBe(`${(weak >>> 0).toString(16).padStart(8, '0')}${strong}`)
  const many = Buffer.concat([Buffer.alloc(sumBytes), sum])
  expect(sumAt(many, 1)).toEqual({ weak, strong: strongSumOf(Uint8Array.of(1, 2, 3)) })
})
