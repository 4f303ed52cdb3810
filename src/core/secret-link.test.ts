import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { isSyncError } from './errors.ts'
import { isSecretLink, secretLinkToText, textToSecretLink } from './secret-link.ts'

test('a link is read back as it was', () => {
  const words = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(
      words.filter((text) => text !== ''),
      words,
      fc.array(words, { maxLength: 3 }),
      (secret, name, hosts) => {
        const text = secretLinkToText({ secret, name, hosts })
        expect(isSecretLink(text)).toBe(true)
        expect(textToSecretLink(` ${text}\n`)).toEqual({ secret, name, hosts })
      },
    ),
    { numRuns: caseCount(300) },
  )
})

test('what a newer version adds is left out', () => {
  expect(textToSecretLink('BERRYSYNC://add?colour=blue&secret=x&host=a:1&host=b:2')).toEqual({
    ...{ secret: 'x', name: '', hosts: ['a:1', 'b:2'] },
  })
})

test.each([
  'berrysync://add?name=x',
  'https://add?secret=x',
  '',
  `berrysync://add?secret=${'x'.repeat(5000)}`,
])('no link: %.40s', (text) => {
  try {
    textToSecretLink(text)
    expect.fail('it was taken for a link')
  } catch (error) {
    expect(isSyncError(error, 'link-malformed')).toBe(true)
  }
})

test('a link that a messenger has broken is one', () => {
  const text = 'berrysync://add?secret=AB\n  CD&name=my+folder&ho\r\nst=a:1'
  expect(isSecretLink(text)).toBe(true)
  expect(isSecretLink(`berry\nsync://add?${'x'}`)).toBe(true)
  expect(textToSecretLink(text)).toEqual({ secret: 'ABCD', name: 'my folder', hosts: ['a:1'] })
})
