import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import {
  closedByPeer,
  describeError,
  type ErrorCode,
  errorStatus,
  isErrorCode,
  isRetryable,
  isSyncError,
  reasonOf,
  SyncError,
} from './errors.ts'

test('a sentence has its data filled in as it stands, and shows what is missing', () => {
  expect(describeError('folder-exists', { path: '$& {path} $1' })).toBe('$& {path} $1 is already synced.')
  expect(describeError('folder-exists')).toBe('{path} is already synced.')
  expect(describeError('mass-delete', { count: 0, total: 9, where: 'here', path: '/a' })).toMatch(
    /^0 of 9 files/,
  )
})

test('I9 what a peer sends is a code only when the table has it', () => {
  for (const text of ['toString', 'constructor', '__proto__', '', 'peer-garbag'])
    expect(isErrorCode(text)).toBe(false)
  fc.assert(
    fc.property(fc.string(), (text) => {
      if (!isErrorCode(text)) return
      expect(errorStatus(text)).toBeGreaterThanOrEqual(400)
      expect(typeof isRetryable(text)).toBe('boolean')
    }),
    { numRuns: caseCount(200) },
  )
  expect(isErrorCode('peer-garbage')).toBe(true)
})

test('a thrown error is known by its code, carries its data and keeps its cause', () => {
  const cause = new Error('why')
  const error = new SyncError('unreadable', { path: 'a', reason: 'EACCES' }, { cause })
  expect(error.message).toBe('a cannot be read: EACCES.')
  expect([error.code, error.data, error.cause, error.name]).toEqual([
    'unreadable',
    { path: 'a', reason: 'EACCES' },
    cause,
    'SyncError',
  ])
  expect([
    isSyncError(error),
    isSyncError(error, 'unreadable'),
    isSyncError(error, 'io-error' as ErrorCode),
    isSyncError(cause),
  ]).toEqual([true, true, false, false])
})

test('a link that the other side closed is told from this side', () => {
  const told = (code: ErrorCode) => closedByPeer(code, 'pi.example:4444')
  expect(told('peer-garbage').code).toBe('peer-garbage')
  expect(told('closing').message).toBe('pi.example:4444 closed the link: it is shutting down.')
  expect(told('disk-full').message).toBe('pi.example:4444 closed the link: its reason is "disk-full".')
})

test('the reason of anything thrown begins with its system code, once', () => {
  expect(reasonOf(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBe('ENOENT: no such file')
  expect(reasonOf(Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }))).toBe(
    'ENOENT: no such file',
  )
  expect(reasonOf(new SyncError('peer-self'))).toBe('This address is this device itself.')
  expect(reasonOf(new Error('plain'))).toBe('plain')
  expect(reasonOf('text')).toBe('text')
  expect(reasonOf(undefined)).toBe('undefined')
})
