import { expect, test } from 'vitest'
import { aPeer } from '../testing/samples.ts'
import { groupProblems, sortPeers, timeLeft } from './folder-glance.ts'

const problem = (code: string, path: string) => ({ code, path, message: '' })

test('problems of a kind stand together, the most frequent first, and unknown ones in one group', () => {
  const problems = [
    problem('unreadable', 'a'),
    problem('name-collides', 'b'),
    problem('name-collides', 'c'),
    problem('of-tomorrow', 'd'),
    problem('cancelled', 'e'),
    problem('peer-full', 'f'),
  ]
  expect(groupProblems(problems).map(({ kind, problems: of }) => [kind, of.map(({ path }) => path)])).toEqual(
    [
      ['other', ['d', 'e', 'f']],
      ['name-collides', ['b', 'c']],
      ['unreadable', ['a']],
    ],
  )
})

test('a time is told only while something moves', () => {
  expect(timeLeft(1000, 100)).toBe(10)
  expect([timeLeft(1000, 0), timeLeft(0, 100), timeLeft(0, 0), timeLeft(1e15, 1)]).toEqual(
    Array(4).fill(undefined),
  )
})

test('devices that lack something come first; others keep their places', () => {
  const peers = [
    aPeer({ id: '3', name: 'cellar' }),
    aPeer({ id: '2', name: 'attic' }),
    aPeer({ id: '1', name: 'attic' }),
    aPeer({ id: '4', name: 'zoo', needFiles: 1 }),
  ]
  expect(sortPeers(peers).map(({ id }) => id)).toEqual(['4', '1', '2', '3'])
})
