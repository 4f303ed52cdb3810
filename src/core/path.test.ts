import { posix } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diskNames, pathTexts, relPaths } from '../testing/arbitraries.ts'
import { caseCount } from '../testing/counts.ts'
import {
  ancestorsOf,
  childPath,
  comparePaths,
  type DirPath,
  hiddenDirectory,
  isHiddenName,
  isInside,
  maxNameBytes,
  maxPathBytes,
  maxPathDepth,
  nameOf,
  parentOf,
  pathFault,
  type RelPath,
  splitExtension,
  textToPath,
} from './path.ts'

const numRuns = caseCount(1000)
const root = '/srv/folder'

function below(parent: DirPath, name: string): string {
  return parent === '' ? name : `${parent}/${name}`
}

test('I8 no accepted path leaves the folder, is the folder itself, or reads differently once resolved', () => {
  fc.assert(
    fc.property(pathTexts, (text) => {
      const path = textToPath(text)
      if (path === undefined) return
      expect(posix.resolve(root, path)).toBe(`${root}/${path}`)
      expect(posix.isAbsolute(path)).toBe(false)
      expect(path).not.toContain('\0')
      expect(path.normalize('NFC')).toBe(path)
      expect(Buffer.from(path).toString()).toBe(path)
      expect(Buffer.byteLength(path)).toBeLessThanOrEqual(maxPathBytes)
      for (const name of path.split('/')) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(maxNameBytes)
    }),
    { numRuns: caseCount(3000) },
  )
})

test.each([
  '',
  '/',
  '/etc/passwd',
  '..',
  '.',
  'a/../b',
  'a/./b',
  'a//b',
  'a/',
  '/a',
  'a\0b',
  '\ud800',
  'e\u0301',
  'x'.repeat(maxNameBytes + 1),
  '\u00e9'.repeat(128),
  Array(maxPathDepth + 1)
    .fill('a')
    .join('/'),
  `${`${'x'.repeat(254)}/`.repeat(12)}${'x'.repeat(13)}`,
])('I8 the path %j is refused, with a reason', (text) => {
  expect(textToPath(text)).toBeUndefined()
  expect(pathFault(text)).toMatch(/^(it|a name) /)
})

test.each([
  'a',
  '...',
  '..a',
  ' ',
  'a\\..\\b',
  'x'.repeat(maxNameBytes),
  Array(maxPathDepth).fill('a').join('/'),
  `${`${'x'.repeat(254)}/`.repeat(12)}${'x'.repeat(12)}`,
])('I8 the path %j is accepted as it stands', (text) => {
  expect(textToPath(text)).toBe(text)
})

test('I8 the hidden directory is refused in every case and normal form, and however a disk may overlook parts of a name', () => {
  const spellings = fc
    .tuple(
      ...[...hiddenDirectory].map((character) =>
        fc.tuple(
          fc.constantFrom(
            '',
            '',
            '',
            '\u200c',
            '\u200d',
            '\ufeff',
            '\u00ad',
            '\u2064',
            '\ufe0f',
            '\u{e0001}',
          ),
          fc.constantFrom(
            character,
            character.toUpperCase(),
            String.fromCodePoint(character.codePointAt(0)! + 0xfee0),
            ...(character === 's' ? ['\u017f'] : []),
          ),
        ),
      ),
      fc.constantFrom('', '.', '...', ' ', '. .', '\u200d'),
    )
    .map((parts) => parts.flat().join(''))
  fc.assert(
    fc.property(spellings, fc.constantFrom('', '/identity'), (hidden, rest) => {
      expect(isHiddenName(hidden)).toBe(true)
      expect(textToPath(`${hidden}${rest}`.normalize('NFC'))).toBeUndefined()
      expect(childPath('', hidden)).toBeUndefined()
    }),
    { numRuns },
  )
  for (const shortName of ['SYNC~1', 'sync~2', 'SYNC~9.'])
    expect(textToPath(`${shortName}/identity`)).toBeUndefined()
})

test.each([
  'sync',
  '.sync2',
  '.synch',
  '..sync',
  '.sync.txt',
  'a.sync',
  '.s ync',
  'sync~',
  'sync~10',
  'a/.sync',
])('I8 the path %j is not the hidden directory', (text) => {
  expect(textToPath(text)).toBe(text)
})

test('I8 a name found on disk gives the same path in every normal form', () => {
  fc.assert(
    fc.property(fc.oneof(relPaths, fc.constant('' as const)), diskNames, (parent, name) => {
      const composed = childPath(parent, name.normalize('NFC'))
      expect(childPath(parent, name.normalize('NFD'))).toBe(composed)
      if (composed !== undefined) {
        expect(parentOf(composed)).toBe(parent)
        expect(nameOf(composed)).toBe(name.normalize('NFC'))
      }
    }),
    { numRuns },
  )
})

test('E1 paths are ordered by their bytes, totally, a directory before what is in it', () => {
  fc.assert(
    fc.property(relPaths, relPaths, relPaths, (a, b, c) => {
      const order = Math.sign(comparePaths(a, b))
      const [hexA, hexB] = [Buffer.from(a).toString('hex'), Buffer.from(b).toString('hex')]
      expect(order).toBe(hexA < hexB ? -1 : hexA > hexB ? 1 : 0)
      expect(order === 0).toBe(a === b)
      expect(Math.sign(comparePaths(b, a)) + order).toBe(0)
      if (comparePaths(a, b) <= 0 && comparePaths(b, c) <= 0)
        expect(comparePaths(a, c)).toBeLessThanOrEqual(0)
      for (const ancestor of ancestorsOf(a)) expect(comparePaths(ancestor, a)).toBeLessThan(0)
    }),
    { numRuns },
  )
})

test('I8 parent, name and ancestors take a path apart and it can be put together again', () => {
  fc.assert(
    fc.property(relPaths, (path) => {
      const parent = parentOf(path)
      const ancestors = ancestorsOf(path)
      expect(below(parent, nameOf(path))).toBe(path)
      expect(nameOf(path)).not.toContain('/')
      expect(ancestors.at(-1) ?? '').toBe(parent)
      expect(parent === '' ? [] : [...ancestorsOf(parent), parent]).toEqual(ancestors)
      for (const ancestor of ancestors) expect(textToPath(ancestor)).toBe(ancestor)
    }),
    { numRuns },
  )
})

test('I8 a path is inside exactly its ancestors and the folder, never inside itself or a name it merely begins with', () => {
  fc.assert(
    fc.property(relPaths, relPaths, (path, other) => {
      expect(isInside(path, other)).toBe(ancestorsOf(path).includes(other))
      expect(isInside(path, path)).toBe(false)
      expect(isInside(path, '')).toBe(true)
      expect(isInside(`${path}x` as RelPath, path)).toBe(false)
      expect(isInside(`${path}/x` as RelPath, path)).toBe(true)
    }),
    { numRuns },
  )
})

test('E4 a name is its stem and its extension, and a hidden file has no extension', () => {
  fc.assert(
    fc.property(diskNames, (name) => {
      const { stem, extension } = splitExtension(name)
      expect(stem + extension).toBe(name)
      expect(stem).not.toBe('')
      expect(extension === '' || /^\.[^.]*$/.test(extension)).toBe(true)
    }),
    { numRuns },
  )
  expect(splitExtension('.bashrc')).toEqual({ stem: '.bashrc', extension: '' })
  expect(splitExtension('a.tar.gz')).toEqual({ stem: 'a.tar', extension: '.gz' })
  expect(splitExtension('README')).toEqual({ stem: 'README', extension: '' })
})
