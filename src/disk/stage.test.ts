import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { keyToName, nameToKey, scratchPrefix, withExecutable } from './stage.ts'

test('a key comes back from its name, and names differ on disks blind to case', () => {
  const key = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(key, key, (one, other) => {
      const name = keyToName(one)
      expect(nameToKey(name)).toBe(one)
      expect(name).toMatch(/^[a-z0-9_-][a-z0-9._-]*$/)
      expect(name.startsWith(scratchPrefix)).toBe(false)
      expect(name === keyToName(other)).toBe(one === other)
    }),
    { numRuns: caseCount(1000) },
  )
})

test('what is no name of a key is none', () => {
  for (const name of ['', `${scratchPrefix}link`, 'UPPER', 'a_zz', 'a_b'])
    expect(nameToKey(name)).toBeUndefined()
})

test('the executable bit goes to whoever may read', () => {
  expect(withExecutable(0o644, true)).toBe(0o755)
  expect(withExecutable(0o640, true)).toBe(0o750)
  expect(withExecutable(0o744, true)).toBe(0o744)
  expect(withExecutable(0o755, false)).toBe(0o644)
})
