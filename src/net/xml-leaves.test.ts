import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLeaves } from './xml-leaves.ts'

test('reads elements without children, with their siblings', () => {
  const text =
    '<?xml version="1.0"?><r:root><a>1</a><l><s><x:Type> t </x:Type><url/></s><s><type>u</type></s></l></r:root>'
  const [a, type, url, other] = readLeaves(text)
  expect([a, type, url, other]).toMatchObject([
    { name: 'a', text: '1' },
    { name: 'type', text: 't' },
    { name: 'url', text: '' },
    { name: 'type', text: 'u' },
  ])
  expect(type!.parent).toBe(url!.parent)
  expect(new Set([a!.parent, type!.parent, other!.parent]).size).toBe(3)
})

test('reads what is broken as far as it goes', () => {
  expect(readLeaves('<r><n>A & B</n><u>x</r>').map(({ text }) => text)).toEqual(['A & B', 'x'])
})

test('defines no entities and opens no files', () => {
  const text =
    '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]><r><x>&a;&a;</x><y>&f;</y></r>'
  expect(readLeaves(text).map((leaf) => leaf.text)).toEqual(['&a;&a;', '&f;'])
})

test('ends where there is too much to read', () => {
  const many = 10_000
  expect(readLeaves(`<a><n>1</n>${'<b>'.repeat(many)}<x>deep</x>`).map(({ text }) => text)).toEqual(['1'])
  expect(readLeaves(`<a>${'<b/>'.repeat(many)}</a>`).length).toBeLessThan(many)
})

test('I14 a declaration that goes on and on is not read, nor what is behind it', () => {
  const long = 'A'.repeat(300)
  for (const declaration of [`<!${long}>`, `< !${long}>`, `<!-${long}>`, '<!'.repeat(150)])
    expect(readLeaves(`<a><n>1</n>${declaration}<n>2</n></a>`).map(({ text }) => text)).toEqual(['1'])
  for (const usual of [`<!--${long}-->`, `<![CDATA[${long}]]>`, '<!DOCTYPE a>'])
    expect(readLeaves(`<a><n>1</n>${usual}<n>2</n></a>`).map(({ text }) => text)).toEqual(['1', '2'])
})

const token = fc.constantFrom(
  '<',
  '>',
  '/',
  '&',
  ';',
  '#',
  'a',
  '<a>',
  '</a>',
  '<!--',
  '<![CDATA[',
  '?>',
  '\0',
  '"',
  '=',
)

test('never throws, and is never longer than what it read', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(token, { maxLength: 60 }).map((parts) => parts.join('')),
      ),
      (xml) => {
        const text = readLeaves(xml)
          .map((leaf) => leaf.text)
          .join('')
        expect(text.length).toBeLessThanOrEqual(xml.length)
      },
    ),
  )
})
