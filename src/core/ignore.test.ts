import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { defaultIgnoreText, parseIgnore } from './ignore.ts'
import { type RelPath, textToPath } from './path.ts'

function ignored(text: string, ...paths: string[]): string[] {
  const isIgnored = parseIgnore(text)
  return paths.filter((path) =>
    path.endsWith('/')
      ? isIgnored(path.slice(0, -1) as RelPath, 'directory')
      : isIgnored(path as RelPath, 'file'),
  )
}

test('patterns mean what they mean in a .gitignore', () => {
  expect(ignored('*.iso', 'a.iso', 'sub/a.iso', 'a.iso.txt')).toEqual(['a.iso', 'sub/a.iso'])
  expect(ignored('/top', 'top', 'sub/top')).toEqual(['top'])
  expect(ignored('build/', 'build', 'build/', 'sub/build/')).toEqual(['build/', 'sub/build/'])
  expect(ignored('a/**/z', 'a/z', 'a/b/c/z', 'z')).toEqual(['a/z', 'a/b/c/z'])
  expect(ignored('# comment\r\n\r\n*.a\r\n', 'x.a', '# comment')).toEqual(['x.a'])
})

test('a later pattern can take back an earlier one, but not below an ignored directory', () => {
  expect(ignored('*.log\n!keep.log', 'a.log', 'keep.log')).toEqual(['a.log'])
  expect(ignored('logs/\n!logs/keep.log', 'logs/', 'logs/keep.log')).toEqual(['logs/', 'logs/keep.log'])
})

test('case counts, on every device alike', () => {
  expect(ignored('Thumbs.db', 'Thumbs.db', 'thumbs.db')).toEqual(['Thumbs.db'])
})

test('the defaults leave out litter and nothing a person made', () => {
  const litter = [
    '.DS_Store',
    'sub/Thumbs.db',
    'film.mkv.part',
    '.file.swp',
    'text~',
    '~$letter.docx',
    '#draft#',
    'lost+found/',
  ]
  const wanted = ['.config', 'part', 'a.tmp', 'notes.txt', '#1 song.mp3', '~', 'Download/', 'sub/lost+found/']
  expect(ignored(defaultIgnoreText, ...litter, ...wanted)).toEqual(litter)
})

test('no pattern makes it throw, whatever path is asked for', () => {
  const path = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => textToPath(text) !== undefined)
  const pattern = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.string({
      unit: fc.constantFrom('*', '?', '[', ']', '!', '\\', '/', 'a', '-', '{', '#', ' '),
      maxLength: 12,
    }),
  )
  fc.assert(
    fc.property(
      fc.array(pattern),
      fc.array(path),
      fc.constantFrom('file', 'directory'),
      (patterns, paths, kind) => {
        const isIgnored = parseIgnore(patterns.join('\n'))
        for (const text of paths) expect(isIgnored(text as RelPath, kind)).toBeTypeOf('boolean')
      },
    ),
    { numRuns: caseCount(500) },
  )
})

test('I14 asking about more paths than are remembered changes no answer', () => {
  const isIgnored = parseIgnore('*5')
  for (let number = 0; number < 45_000; number += 1) {
    expect(isIgnored(`${number}` as RelPath, 'file')).toBe(number % 10 === 5)
  }
})
