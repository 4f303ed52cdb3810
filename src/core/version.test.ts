import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contents, vectors, writerNamed } from '../testing/arbitraries.ts'
import { caseCount } from '../testing/counts.ts'
import {
  compareVectors,
  linkRoot,
  mergeVectors,
  type Order,
  sameContent,
  type VersionVector,
} from './version.ts'

const numRuns = caseCount(1000)

function isAtMost(a: VersionVector, b: VersionVector): boolean {
  const order = compareVectors(a, b)
  return order === 'before' || order === 'equal'
}

function entriesOf(vector: VersionVector): [string, number][] {
  return [...vector].sort(([a], [b]) => (a < b ? -1 : 1))
}

test('V2 comparing is the same from both sides, and equal only for the same entries', () => {
  const mirrored: Record<Order, Order> = {
    before: 'after',
    after: 'before',
    equal: 'equal',
    concurrent: 'concurrent',
  }
  fc.assert(
    fc.property(vectors, vectors, (a, b) => {
      expect(compareVectors(b, a)).toBe(mirrored[compareVectors(a, b)])
      expect(compareVectors(a, b) === 'equal').toBe(
        JSON.stringify(entriesOf(a)) === JSON.stringify(entriesOf(b)),
      )
    }),
    { numRuns },
  )
})

test('V2 what comes before something comes before all that follows it', () => {
  const growth = fc.tuple(vectors, vectors, vectors)
  fc.assert(
    fc.property(growth, ([a, more, evenMore]) => {
      const b = mergeVectors(a, more)
      const c = mergeVectors(b, evenMore)
      expect([isAtMost(a, b), isAtMost(b, c), isAtMost(a, c)]).toEqual([true, true, true])
      if (compareVectors(a, b) === 'before') expect(compareVectors(a, c)).toBe('before')
    }),
    { numRuns },
  )
  fc.assert(
    fc.property(vectors, vectors, vectors, (a, b, c) => {
      if (isAtMost(a, b) && isAtMost(b, c)) expect(isAtMost(a, c)).toBe(true)
    }),
    { numRuns },
  )
})

test('V2 a merged vector is the least that knows both, however they are put together', () => {
  fc.assert(
    fc.property(vectors, vectors, vectors, (a, b, c) => {
      const merged = mergeVectors(a, b)
      expect(isAtMost(a, merged) && isAtMost(b, merged)).toBe(true)
      if (isAtMost(a, c) && isAtMost(b, c)) expect(isAtMost(merged, c)).toBe(true)
      expect(entriesOf(mergeVectors(b, a))).toEqual(entriesOf(merged))
      expect(entriesOf(mergeVectors(a, a))).toEqual(entriesOf(a))
      expect(entriesOf(mergeVectors(mergeVectors(a, b), c))).toEqual(
        entriesOf(mergeVectors(a, mergeVectors(b, c))),
      )
      expect(entriesOf(mergeVectors(a, b, c))).toEqual(entriesOf(mergeVectors(merged, c)))
    }),
    { numRuns },
  )
})

test('V2 merging changes none of its vectors, and merging nothing knows nothing', () => {
  const a = new Map([[writerNamed('a'), 1]])
  mergeVectors(a, new Map([[writerNamed('a'), 2]]))
  expect([...a.values()]).toEqual([1])
  expect(mergeVectors().size).toBe(0)
})

test('V3 content is kind and root: the target of a link is never the content of a file', () => {
  fc.assert(
    fc.property(contents, contents, (a, b) => {
      expect(sameContent(a, b)).toBe(a.kind === b.kind && a.root === b.root)
      expect(sameContent(a, b)).toBe(sameContent(b, a))
    }),
    { numRuns: caseCount(100) },
  )
  expect(sameContent({ kind: 'file', root: linkRoot('x') }, { kind: 'link', root: linkRoot('x') })).toBe(
    false,
  )
  expect(linkRoot('a')).not.toBe(linkRoot('b'))
})
