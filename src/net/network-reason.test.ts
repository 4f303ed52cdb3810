import { expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { networkReason } from './network-reason.ts'

test('what a network refuses with is said in words, with the code behind them', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 192.0.2.7:1'), { code: 'ECONNREFUSED' })
  expect(networkReason(refused)).toBe('nothing listens there (ECONNREFUSED)')
  const odd = Object.assign(new Error('connect EODD 192.0.2.7:1'), { code: 'EODD' })
  expect(networkReason(odd)).toBe('connect EODD 192.0.2.7:1')
  expect(networkReason(new SyncError('peer-self'))).toBe('This address is this device itself.')
  expect(networkReason('text')).toBe('text')
})
