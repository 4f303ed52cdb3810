import { expect, test } from 'vitest'
import { confirmedMs, isConfirmed, isExpired, isIdle, type Session, sessionIdleMs } from './access.ts'

const session: Session = {
  ...{ id: 'a', createdMs: 0, lastUsedMs: 1000, address: '', agent: '' },
  confirmedUntilMs: 1000 + confirmedMs,
}

test('a session ends when nobody used it for long, not when the clock is set back', () => {
  expect(isIdle(session, 1000 + sessionIdleMs)).toBe(false)
  expect(isIdle(session, 1001 + sessionIdleMs)).toBe(true)
  expect(isIdle(session, 0)).toBe(false)
})

test('a confirmation lasts minutes, and no longer because the clock was set back', () => {
  expect(isConfirmed(session, 1000)).toBe(true)
  expect(isConfirmed(session, 999 + confirmedMs)).toBe(true)
  expect(isConfirmed(session, 1000 + confirmedMs)).toBe(false)
  expect(isConfirmed(session, 999)).toBe(false)
})

test('a token without an end has none', () => {
  const token = { id: 'a', name: '', scope: 'read', createdMs: 0, lastUsedMs: undefined } as const
  expect(isExpired({ ...token, expiresMs: undefined }, Number.MAX_SAFE_INTEGER)).toBe(false)
  expect(isExpired({ ...token, expiresMs: 10 }, 9)).toBe(false)
  expect(isExpired({ ...token, expiresMs: 10 }, 10)).toBe(true)
})
