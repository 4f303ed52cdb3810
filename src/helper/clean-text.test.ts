import { expect, test } from 'vitest'
import { cleanText } from './clean-text.ts'

test('what is cut ends neither in half a character nor in a blank', () => {
  expect(cleanText('TOSHIBA MQ04', 8)).toBe('TOSHIBA')
  expect(cleanText('abc\u{1f600}', 4)).toBe('abc')
  expect(cleanText('  \u0007 ', 4)).toBeNull()
})
