import { expect, test } from 'vitest'
import { crumbsOf, directoryNameFrom, obstacleKey } from './directory-words.ts'

test('the way to a directory begins at the root it lies in', () => {
  expect(crumbsOf('/srv/disk/photos/2026', ['/srv', '/srv/disk', '/home'])).toEqual([
    { name: '/srv/disk', path: '/srv/disk' },
    { name: 'photos', path: '/srv/disk/photos' },
    { name: '2026', path: '/srv/disk/photos/2026' },
  ])
  expect(crumbsOf('/srv', ['/srv'])).toEqual([{ name: '/srv', path: '/srv' }])
  expect(crumbsOf('/a/b', ['/'])).toEqual([
    { name: '/', path: '/' },
    { name: 'a', path: '/a' },
    { name: 'b', path: '/a/b' },
  ])
})

test('a root is no beginning of a name', () => {
  expect(crumbsOf('/srv2', ['/srv'])).toEqual([{ name: '/srv2', path: '/srv2' }])
})

test('a name out of a link is made one that a directory may have', () => {
  expect(directoryNameFrom('Фото 2026')).toBe('Фото 2026')
  expect(directoryNameFrom('../../etc/passwd')).toBe('etc passwd')
  expect(directoryNameFrom('.hidden\u202E\n')).toBe('hidden')
  expect(directoryNameFrom('я'.repeat(128))).toBe('')
  expect(directoryNameFrom(undefined)).toBe('')
})

test('every obstacle has words', () => {
  expect(obstacleKey('folder-nested')).toBe('obstacle-folder-nested')
  expect(obstacleKey('something-new')).toBe('obstacle-other')
})
