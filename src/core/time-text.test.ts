import { expect, test } from 'vitest'
import { nsToText } from './time-text.ts'

test('a time of a record is told however odd it is', () => {
  expect(nsToText(1_600_000_000_123_456_789n)).toBe('2020-09-13T12:26:40.123Z')
  expect(nsToText(10n ** 30n)).toBe('9999-12-31T23:59:59.999Z')
  expect(nsToText(-(10n ** 30n))).toBe('0000-01-01T00:00:00.000Z')
})
