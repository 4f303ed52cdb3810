import { expect, test } from 'vitest'
import {
  archiveSearch,
  authorOf,
  type Conflict,
  lastArchived,
  newerOf,
  nextAfter,
  undecided,
} from './conflict-words.ts'

function aConflict(path: string, change: Partial<Conflict> = {}): Conflict {
  return {
    ...{ folder: '/srv/photos', path, beside: 'a', sizeBytes: 1, device: 'attic' },
    ...{ modified: '2026-05-10T12:00:00.000Z', ...change },
  }
}

const conflicts = ['a', 'b', 'c'].map((path) => aConflict(path))

test('after a decision comes the next, and after the last the first', () => {
  expect(nextAfter(conflicts, 'b')?.path).toBe('c')
  expect(nextAfter(conflicts, 'c')?.path).toBe('a')
  expect(nextAfter(conflicts.slice(1, 2), 'b')).toBeUndefined()
  expect(undecided(conflicts, new Set(['b'])).map(({ path }) => path)).toEqual(['a', 'c'])
})

test('the one that was written later is told', () => {
  const original = { sizeBytes: 1, modified: '2026-05-10T13:00:00.000Z' }
  expect(newerOf(aConflict('a', { original }))).toBe('original')
  expect(newerOf(aConflict('a', { original: { ...original, modified: '2026-05-10T11:00:00.000Z' } }))).toBe(
    'copy',
  )
  expect(newerOf(aConflict('a'))).toBeUndefined()
})

test('the entry of the archive is that of the very path', () => {
  const entry = { folder: '', archived: '', sizeBytes: 0 }
  const archive = [
    { ...entry, id: '3', path: 'b/a' },
    { ...entry, id: '2', path: 'a' },
    { ...entry, id: '1', path: 'a' },
  ]
  expect(lastArchived({ archive }, 'a')).toBe('2')
  expect(lastArchived({ archive }, 'x')).toBeUndefined()
  expect(archiveSearch('x'.repeat(4_000)).length).toBeLessThanOrEqual(200)
})

test('who wrote what is in place stands in the history, with the size it has', () => {
  const entry = { folder: '', at: '', path: 'a', action: 'received', device: 'laptop', sizeBytes: 5 }
  const history = [
    { ...entry, action: 'deleted', device: 'nobody' },
    { ...entry, path: 'b', device: 'attic' },
    { ...entry, sizeBytes: 4, device: 'pi' },
    entry,
  ]
  expect(authorOf({ history }, 'a', 5)).toBe('laptop')
  expect(authorOf({ history }, 'a', 6)).toBeUndefined()
})
