import { expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { NetworkFault } from '../core/network-fault.ts'
import { networkReason } from './network-reason.ts'

test('what a network refuses with is said in words, with the code behind them', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 192.0.2.7:1'), { code: 'ECONNREFUSED' })
  expect(networkReason(refused)).toEqual({
    ...{ reason: 'nothing listens there (ECONNREFUSED)', why: 'refused' },
    system: 'ECONNREFUSED',
  })
  const odd = Object.assign(new Error('connect EODD 192.0.2.7:1'), { code: 'EODD' })
  expect(networkReason(odd)).toEqual({ reason: 'connect EODD 192.0.2.7:1' })
  expect(networkReason(new SyncError('peer-self'))).toEqual({ reason: 'This address is this device itself.' })
  expect(networkReason('text')).toEqual({ reason: 'text' })
})

test('what has a code keeps it, however often it is told again', () => {
  const first = new SyncError('unreachable', {
    address: '192.0.2.7:1',
    ...networkReason(new NetworkFault('no-answer', 'no answer within 9 seconds')),
  })
  expect(networkReason(first)).toEqual({ reason: 'no answer within 9 seconds', why: 'no-answer' })
  expect(networkReason(new SyncError('peer-stalled', { seconds: 9 }))).toMatchObject({ why: 'no-answer' })
})
