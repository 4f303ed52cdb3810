import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { plainJson, plainText } from './plain-text.ts'

const steering = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u

test('letters of every script stay, what steers a terminal does not', () => {
  expect(plainText('Ä 中 🎧 नमस्ते')).toBe('Ä 中 🎧 नमस्ते')
  expect(plainText('a\u001b[0m\nb\u0007\u202e\u009b2J')).toBe('a\\u{1b}[0m\\u{a}b\\u{7}\\u{202e}\\u{9b}2J')
})

test('JSON steers no terminal either, and says the same to who parses it', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.constantFrom('\u001b', '\u009b', '\u007f', '\u202e', '\u{e0041}', '\n'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  fc.assert(
    fc.property(text, (name) => {
      const json = plainJson(JSON.stringify({ [name]: [name] }, undefined, 2))
      expect(json).not.toMatch(steering)
      expect(JSON.parse(json)).toEqual({ [name]: [name] })
    }),
    { numRuns: caseCount(500) },
  )
})
