import { expect, test } from 'vitest'
import { minPasswordCharacters } from '../../src/core/password.ts'
import { passwordStrength } from './password-strength.ts'

test('a password is long enough here exactly when it is for the device', () => {
  expect(passwordStrength('a'.repeat(minPasswordCharacters)).grade).toBe('fair')
  expect(passwordStrength('a'.repeat(minPasswordCharacters - 1))).toEqual({ grade: 'short', more: 1 })
})

test('longer is better, and a sign of several code units is one character', () => {
  expect(
    ['', '🍓'.repeat(9), '🍓'.repeat(14), 'x'.repeat(20)].map((text) => passwordStrength(text).grade),
  ).toEqual(['short', 'short', 'good', 'strong'])
})
