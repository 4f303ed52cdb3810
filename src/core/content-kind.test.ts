import fc from 'fast-check'
import { expect, test } from 'vitest'
import { pictureTypeOf, textPart } from './content-kind.ts'

const latin1 = (text: string) => Buffer.from(text, 'latin1')

test.each([
  ['\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'image/png'],
  ['\xff\xd8\xff\xe0\0\x10JFIF', 'image/jpeg'],
  ['GIF89a', 'image/gif'],
  ['GIF87a', 'image/gif'],
  ['RIFF\x10\0\0\0WEBPVP8 ', 'image/webp'],
  ['\0\0\0\x20ftypavif', 'image/avif'],
  ['\0\0\0\x20ftypavis', 'image/avif'],
  ['RIFF\x10\0\0\0WAVEfmt ', undefined],
  ['\0\0\0\x20ftypmp42', undefined],
  ['<svg xmlns="http://www.w3.org/2000/svg">', undefined],
  ['<!doctype html>', undefined],
  ['GIF8', undefined],
  ['', undefined],
])('%j begins a file of type %s', (head, type) => {
  expect(pictureTypeOf(latin1(head))).toBe(type)
})

test('a text cut anywhere is shown to its last whole character, and nothing else is text', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0')),
      fc.nat(),
      (text, cut) => {
        const bytes = Buffer.from(text)
        expect(textPart(bytes, false)).toEqual(bytes)
        const part = textPart(bytes.subarray(0, cut % (bytes.length + 1)), true)!
        expect(bytes.subarray(0, part.length)).toEqual(part)
        expect(text.startsWith(part.toString())).toBe(true)
        expect((cut % (bytes.length + 1)) - part.length).toBeLessThan(4)
      },
    ),
  )
  for (const bytes of ['\0', 'a\0b', '\xff', 'a\xc3', '\x80', '\xed\xa0\x80'])
    expect(textPart(latin1(bytes), false)).toBeUndefined()
  expect(textPart(latin1('\xff\xfe text'), true)).toBeUndefined()
})
