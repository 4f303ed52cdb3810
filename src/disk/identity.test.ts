import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { testIdentity } from '../testing/disk-driving.ts'
import { identityToText, textToIdentity } from './identity.ts'

test('an identity comes back from its text', () => {
  expect(textToIdentity(identityToText(testIdentity))).toEqual(testIdentity)
})

test('I10 anything else is no identity', () => {
  const text = identityToText(testIdentity)
  for (const damaged of [
    '',
    'null',
    '[]',
    '"x"',
    '{}',
    text.replace('abab', 'xyxy'),
    text.replace('abab', 'ab'),
    text.replace('cd', 'CD'),
  ]) {
    expect(textToIdentity(damaged)).toBeUndefined()
  }
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (noise) => {
      expect(textToIdentity(noise)).toBeUndefined()
    }),
    { numRuns: caseCount(300) },
  )
})
