import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bdecoded, type Bencode, decodeBencode, encodeBencode } from './bencode.ts'

/** What comes back when this was written. */
function asRead(value: Bencode): Bdecoded {
  if (typeof value === 'number') return value
  if (typeof value === 'string' || value instanceof Uint8Array) return Buffer.from(value as string)
  if (Array.isArray(value)) return value.map(asRead)
  return new Map(Object.entries(value).map(([key, inner]) => [key, asRead(inner)]))
}

const { value: anyValue } = fc.letrec<{ value: Bencode }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6 },
    fc.integer(),
    fc.string(),
    fc.uint8Array({ maxLength: 40 }),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(fc.stringMatching(/^[a-z_]{0,12}$/), tie('value'), { maxKeys: 5 }),
  ),
}))

const read = (text: string) => decodeBencode(Buffer.from(text, 'latin1'))

describe('bencoding', () => {
  test('what is written is read again', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decodeBencode(encodeBencode(value))).toEqual(asRead(value))
      }),
    )
  })

  test('keys are written in order', () => {
    expect(encodeBencode({ y: 'q', a: { id: Buffer.from('x') }, t: [1, -2] }).toString()).toBe(
      'd1:ad2:id1:xe1:tli1ei-2ee1:y1:qe',
    )
  })

  test('any bytes give a value or nothing, and never a throw', () => {
    const likely = fc.array(
      fc.constantFrom('d', 'l', 'i', 'e', ':', '-', '0', '1', '2', '3', '99999999', 'i1e', '1:a'),
      { maxLength: 60 },
    )
    fc.assert(
      fc.property(fc.oneof(likely, fc.array(fc.string({ unit: 'binary', maxLength: 9 }))), (parts) => {
        const bytes = Buffer.from(parts.join(''), 'latin1')
        const value = decodeBencode(bytes)
        if (value !== undefined) expect(bytes.length).toBeGreaterThan(0)
      }),
    )
  })

  test.each([
    ['a length below zero, at which others loop for ever', 'l-3:'],
    ['a length beyond the end', '5:abcd'],
    ['a length nobody can hold', '99999999999999999999:a'],
    ['bytes without a length', ':abc'],
    ['a number without digits', 'ie'],
    ['a number that is not exact', 'i9007199254740993e'],
    ['a fraction', 'i1.5e'],
    ['a list without an end', 'li1e'],
    ['a dictionary without an end', 'd1:a'],
    ['a key that is a number', 'di1ei1ee'],
    ['a key twice', 'd1:ai1e1:ai2ee'],
    ['something after the end', 'i1ei2e'],
    ['nothing', ''],
    ['too deep', `${'l'.repeat(9)}${'e'.repeat(9)}`],
    ['as deep as a packet allows', 'l'.repeat(60_000)],
  ])('is refused: %s', (_, text) => {
    expect(read(text)).toBeUndefined()
  })

  test('keys mean nothing to the language', () => {
    const value = read('d9:__proto__d8:toString1:xee') as ReadonlyMap<string, Bdecoded>
    expect([...value.keys()]).toEqual(['__proto__'])
  })
})
