import { expect, test } from 'vitest'
import { sizeToText, tableToText } from './print.ts'

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1000, '1.0 kB'],
  [99_949, '99.9 kB'],
  [99_950, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [12_345_678_901, '12.3 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(sizeToText(bytes)).toBe(text)
})

test('columns line up, and no rows give the text that says so', () => {
  expect(
    tableToText(
      ['A', 'B'],
      [
        ['long', 'x'],
        ['é', ''],
      ],
      'none',
    ),
  ).toBe('A     B\nlong  x\né')
  expect(tableToText(['A'], [], 'none')).toBe('none')
})

test('the last column of a table is broken between words where the terminal ends', () => {
  const rows = [
    ['a', 'one two three four five six'],
    ['b', 'x'.repeat(40)],
  ]
  expect(tableToText(['', 'MEANING'], rows, '', 31).split('\n').slice(1)).toEqual([
    'a  one two three four five six',
    `b  ${'x'.repeat(40)}`,
  ])
  expect(tableToText(['', 'MEANING'], rows, '', 28).split('\n').slice(1, 3)).toEqual([
    'a  one two three four five',
    '   six',
  ])
})
