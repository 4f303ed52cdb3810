import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AmountKind, joinAmount, splitAmount, unitsOf } from './amount.ts'

function shown(kind: AmountKind, value: number, speeds: 'bytes' | 'bits' = 'bytes'): string {
  const { text, unit } = splitAmount(value, unitsOf(kind, speeds), 'en')
  return `${text} ${unit.name}`.trim()
}

test('sizes are written in the unit they are round in, decimal or binary', () => {
  expect(
    [500_000_000, 1_500_000_000, 20 * 1024 ** 3, 64 * 1024 ** 2, 1.5 * 1024 ** 4].map((size) =>
      shown('size', size),
    ),
  ).toEqual(['500 megabyte', '1.5 gigabyte', '20 gibibyte', '64 mebibyte', '1.5 tebibyte'])
  expect([1000, 1025].map((size) => shown('size', size))).toEqual(['1 kilobyte', '1025 byte'])
})

test('rates are written in what the reader counts in', () => {
  expect(shown('rate', 2_000_000)).toBe('2 megabyte-per-second')
  expect(shown('rate', 300 * 1024)).toBe('300 kibibyte-per-second')
  expect(shown('rate', 2_000_000, 'bits')).toBe('16 megabit-per-second')
})

test('times are written in the largest unit that fits', () => {
  expect([600, 0.2, 90, 86_400].map((seconds) => shown('duration', seconds))).toEqual([
    '10 minute',
    '0.2 second',
    '90 second',
    '1 day',
  ])
})

test('what is shown stands for exactly what is held', () => {
  const kinds = fc.constantFrom<AmountKind>('size', 'rate', 'duration', 'days', 'count')
  const speeds = fc.constantFrom('bytes' as const, 'bits' as const)
  const languages = fc.constantFrom('en' as const, 'ru' as const)
  const values = fc.oneof(
    fc.integer({ min: 0, max: 2 ** 50 }),
    fc
      .tuple(fc.nat(9999), fc.constantFrom(1000, 1024), fc.integer({ min: 0, max: 3 }))
      .map(([n, base, power]) => n * base ** power),
  )
  fc.assert(
    fc.property(kinds, speeds, languages, values, (kind, speed, language, value) => {
      const { text, unit } = splitAmount(value, unitsOf(kind, speed), language)
      expect(joinAmount(text, unit)).toBe(value)
    }),
  )
})

test('a number may be typed with a comma, a point or spaces; nothing else is one', () => {
  const [, gigabyte] = unitsOf('size')
  expect(['1,5', '1.5', '1 500', ''].map((text) => joinAmount(text, gigabyte!))).toEqual([
    1_500_000_000, 1_500_000_000, 1_500_000_000_000, 0,
  ])
  expect(['-1', '1e3', 'ten', '1.', '1,5,5', '١'].map((text) => joinAmount(text, gigabyte!))).toEqual(
    Array(6).fill(undefined),
  )
})
