import { expect, test } from 'vitest'
import { diskError, errnoOf, isMediumError } from './disk-error.ts'

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: it failed`), { code })
}

test('what Node has no name for is a failure of the disk like any other, and no bug of ours', () => {
  // A damaged ext4 (EUCLEAN), as Node tells it.
  const thrown = failure('Unknown system error -117')
  expect(errnoOf(thrown)).toBe('Unknown system error -117')
  expect(isMediumError(thrown)).toBe(true)
  expect(diskError(thrown, 'a/b', 'read')).toMatchObject({ code: 'unreadable', data: { path: 'a/b' } })
  expect(diskError(thrown, 'a/b', 'write')).toMatchObject({ code: 'io-error', data: { path: 'a/b' } })
})

test('what is no failure of the file system passes through as it is', () => {
  for (const thrown of [new TypeError('a bug'), failure('ERR_INVALID_ARG_TYPE'), 'text'])
    expect(diskError(thrown, 'a/b', 'read')).toBe(thrown)
})
