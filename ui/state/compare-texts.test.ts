import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareTexts } from './compare-texts.ts'
import { type ComparedLine, plainLines } from './text-lines.ts'

function show(lines: readonly ComparedLine[]): string[] {
  return lines.map((line) => {
    if (line.kind === 'beside') return '~'
    if (line.kind === 'skipped') return `… ${line.lines}`
    return `${line.kind === 'own' ? '*' : ' '}${line.number} ${line.text}`
  })
}

test('lines that only one has are marked, and stand beside room in the other', () => {
  const { left, right, isSame } = compareTexts('a\nb\nc\n', 'a\nx\ny\nc\n')!
  expect(show(left)).toEqual([' 1 a', '*2 b', '~', ' 3 c'])
  expect(show(right)).toEqual([' 1 a', '*2 x', '*3 y', ' 4 c'])
  expect(isSame).toBe(false)
})

test('long stretches that are the same are left out, but not around a difference', () => {
  const same = Array.from({ length: 20 }, (_, at) => `line ${at}`)
  const text = [...same, 'mine', ...same].join('\n')
  const { left } = compareTexts(text, text.replace('mine', 'yours'))!
  const shown = show(left)
  expect(shown).toHaveLength(9)
  expect(shown[0]).toBe('… 17')
  expect(shown[4]).toBe('*21 mine')
  expect(shown.at(-1)).toBe('… 17')
})

test('texts that differ in ends of lines alone are the same to read', () => {
  expect(compareTexts('a\nb', 'a\r\nb\r\n')).toMatchObject({ isSame: true, hidden: 0 })
})

test('both sides have as many lines, and nothing of either is lost', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', '', 'd'), { maxLength: 30 })
    .map((lines) => lines.join('\n'))
  fc.assert(
    fc.property(text, text, (a, b) => {
      const { left, right } = compareTexts(a, b)!
      expect(left.length).toBe(right.length)
      const counted = (lines: readonly ComparedLine[]) =>
        lines.reduce(
          (sum, line) => sum + (line.kind === 'skipped' ? line.lines : Number(line.kind !== 'beside')),
          0,
        )
      expect(counted(left)).toBe(plainLines(a).length)
      expect(counted(right)).toBe(plainLines(b).length)
    }),
  )
})

test('no more lines are shown than somebody reads', () => {
  const many = Array.from({ length: 5_000 }, (_, at) => `${at}`).join('\n')
  expect(compareTexts('', many)).toMatchObject({ hidden: 3_000 })
  expect(plainLines(many)).toHaveLength(2_000)
})
