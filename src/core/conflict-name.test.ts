import fc from 'fast-check'
import { expect, test } from 'vitest'
import { diskNames, relPaths } from '../testing/arbitraries.ts'
import { caseCount } from '../testing/counts.ts'
import {
  type ConflictLoser,
  conflictOriginal,
  conflictPath,
  conflictPaths,
  numberedPath,
} from './conflict-name.ts'
import { toId } from './ids.ts'
import { maxNameBytes, maxPathBytes, nameOf, parentOf, type RelPath, textToPath } from './path.ts'

const numRuns = caseCount(1000)

const deviceNames = fc.oneof(
  fc.constantFrom(
    'pi',
    'pi.local',
    'Laptop (work)',
    'C:\\x',
    '..',
    '',
    ' ',
    '\u0301',
    'pi 2024-01-02 030405',
    'x'.repeat(300),
  ),
  diskNames,
  fc.string({ unit: 'binary' }),
)
const times = fc.oneof(
  fc.bigInt({ min: 0n, max: 4n * 10n ** 18n }),
  fc.bigInt({ min: -(10n ** 28n), max: 10n ** 28n }),
)
const losers: fc.Arbitrary<ConflictLoser> = fc.record({
  path: relPaths,
  deviceName: deviceNames,
  mtimeNs: times,
})
const distinctions = fc.constantFrom('', '', '0123abcd')

/** Longest possible: ` (conflict `, device, a six-digit year, distinction. */
const maxSuffixBytes = 110

/** Paths that neither have to be cut nor moved up. */
function hasRoom(path: RelPath): boolean {
  return (
    Buffer.byteLength(nameOf(path)) + maxSuffixBytes <= maxNameBytes &&
    Buffer.byteLength(parentOf(path)) + 1 + maxNameBytes <= maxPathBytes
  )
}

function original(path: RelPath): RelPath {
  return conflictOriginal(path) ?? path
}

test('E4 every loser has a copy with a valid path, the same each time, in its directory or one above it', () => {
  fc.assert(
    fc.property(losers, distinctions, (loser, distinction) => {
      const copy = conflictPath(loser, distinction)
      expect(textToPath(copy)).toBe(copy)
      expect(conflictPath({ ...loser }, distinction)).toBe(copy)
      expect(copy.includes(distinction)).toBe(true)
      expect(copy).not.toBe(loser.path)
      expect(`${parentOf(loser.path)}/`.startsWith(parentOf(copy))).toBe(true)
      if (hasRoom(loser.path)) expect(parentOf(copy)).toBe(parentOf(loser.path))
    }),
    { numRuns },
  )
})

test('E4 a copy is known for one, and tells the name it lies beside', () => {
  fc.assert(
    fc.property(losers, distinctions, (loser, distinction) => {
      const copy = conflictPath(loser, distinction)
      fc.pre(!/\(conflict /.test(nameOf(loser.path)))
      if (hasRoom(loser.path)) expect(conflictOriginal(copy)).toBe(loser.path)
      else expect(conflictOriginal(copy)).toBeDefined()
    }),
    { numRuns },
  )
})

test('E4 the copy of a copy is named after the original, once', () => {
  fc.assert(
    fc.property(
      losers,
      fc.array(fc.record({ deviceName: deviceNames, mtimeNs: times }), { minLength: 1, maxLength: 3 }),
      distinctions,
      (loser, later, distinction) => {
        let path = conflictPath(loser, distinction)
        for (const next of later) path = conflictPath({ path, ...next }, distinction)
        if (!nameOf(original(loser.path)).includes('(conflict '))
          expect(nameOf(path).split(' (conflict ')).toHaveLength(2)
        if (hasRoom(loser.path)) {
          expect(path).toBe(conflictPath({ path: original(loser.path), ...later.at(-1)! }, distinction))
        }
      },
    ),
    { numRuns },
  )
})

test('E4 losers of another device, second or content have copies of their own', () => {
  const seconds = fc.oneof(fc.constantFrom(0, 1), fc.integer({ min: 0, max: 4_000_000_000 }))
  const plainNames = fc.constantFrom('pi', 'pi.local', 'laptop', 'PC 1', 'büro')
  const plainLosers = fc.record({
    path: fc.constant('dir/file.txt' as RelPath),
    deviceName: plainNames,
    second: seconds,
  })
  fc.assert(
    fc.property(
      plainLosers,
      plainLosers,
      fc.constantFrom('', '0123abcd', '4567cdef'),
      fc.constantFrom('', '0123abcd'),
      (a, b, byA, byB) => {
        const pathOf = ({ path, deviceName, second }: typeof a, distinction: string): RelPath =>
          conflictPath({ path, deviceName, mtimeNs: BigInt(second) * 1_000_000_000n }, distinction)
        const isSame = a.deviceName === b.deviceName && a.second === b.second && byA === byB
        expect(pathOf(a, byA) === pathOf(b, byB)).toBe(isSame)
      },
    ),
    { numRuns },
  )
})

const second = 1_704_164_645n * 1_000_000_000n

test.each<[path: string, device: string, copy: string]>([
  ['a.txt', 'pi', 'a (conflict pi 2024-01-02 030405).txt'],
  ['dir/a.tar.gz', 'pi', 'dir/a.tar (conflict pi 2024-01-02 030405).gz'],
  ['.bashrc', 'pi', '.bashrc (conflict pi 2024-01-02 030405)'],
  ['README', 'pi.local', 'README (conflict pi.local 2024-01-02 030405)'],
  ['a.txt', 'Tom (work)/C:', 'a (conflict Tom -work--C- 2024-01-02 030405).txt'],
  ['a.txt', '  ', 'a (conflict unknown 2024-01-02 030405).txt'],
  ['a (conflict old 2020-01-01 000000).txt', 'pi', 'a (conflict pi 2024-01-02 030405).txt'],
  [
    'README (conflict old.local 2020-01-01 000000 0123abcd)',
    'pi.local',
    'README (conflict pi.local 2024-01-02 030405)',
  ],
])('E4 the copy of %j by %j is %j', (path, deviceName, copy) => {
  expect(conflictPath({ path: path as RelPath, deviceName, mtimeNs: second })).toBe(copy)
})

test.each([
  'a.txt',
  'a (conflict).txt',
  'a (conflict pi).txt',
  '(conflict pi 2024-01-02 030405).txt',
  'a (conflict pi 2024-01-02 030405) b.txt',
])('E4 %j is no conflict copy', (path) => {
  expect(conflictOriginal(path as RelPath)).toBeUndefined()
})

test('E4 a name of full length, an endless extension and a path without room still have copies', () => {
  const cases = [
    'x'.repeat(255),
    `a.${'x'.repeat(250)}`,
    `${'\u{1f600}'.repeat(60)}.txt`,
    `${`${'d'.repeat(250)}/`.repeat(12)}${'e'.repeat(50)}.txt`,
  ]
  for (const path of cases as RelPath[]) {
    const copy = conflictPath({ path, deviceName: 'x'.repeat(64), mtimeNs: second }, '0123abcd')
    expect(textToPath(copy)).toBe(copy)
    expect(conflictOriginal(copy)).toBeDefined()
  }
})

test('E4 the copy of a conflict copy never lies where the copy itself does', () => {
  const roots = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toId('ContentRoot', bytes))
  fc.assert(
    fc.property(losers, roots, (loser, root) => {
      let place = { ...loser, root }
      for (let depth = 0; depth < 4; depth++) {
        const places = conflictPaths(place)
        expect(places.length).toBeGreaterThanOrEqual(3)
        expect(places).not.toContain(place.path)
        expect(new Set(places).size).toBe(places.length)
        place = { ...place, path: places[depth % places.length]! }
      }
    }),
    { numRuns },
  )
})

test('E4 a path without room still has a name with a number, in its directory or one above it', () => {
  const directory = Array<string>(12).fill('d'.repeat(251)).join('/')
  const path = textToPath(`${directory}/${'n'.repeat(maxPathBytes - directory.length - 3)}.x`)!
  expect(numberedPath(path, 2)).toBe(
    `${parentOf(parentOf(path) as RelPath)}/${nameOf(path).slice(0, -2)} (2).x`,
  )
  expect(numberedPath('d/a.txt' as RelPath, 3)).toBe('d/a (3).txt')
  fc.assert(
    fc.property(relPaths, fc.integer({ min: 2, max: 99 }), (drawn, number) => {
      expect(textToPath(numberedPath(drawn, number))).toBeDefined()
    }),
    { numRuns: caseCount(300) },
  )
})
