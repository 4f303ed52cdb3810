import { expect, test } from 'vitest'
import type { System } from '../../src/api/schemas/system.ts'
import { type Appliance, applianceOf, concernsOf, flashesOf, startOf } from './system-words.ts'

const machine: System['machine'] = { busy: 0, uptimeSeconds: 90, addresses: [], diskErrors: [] }
const described: Appliance = {
  ...{ hostName: 'pi', timeZone: 'UTC', resetText: 'reset', canIdentify: true },
  lastStart: 'crash',
  ssh: { enabled: false, keys: [] },
}

const keysOf = (told: Partial<System['machine']>) =>
  concernsOf({ machine: { ...machine, ...told } }).map(({ tone, key }) => `${tone} ${key}`)

test.each([
  [{}, []],
  [{ power: 'good', temperature: 79, storage: { total: 100, free: 5 } }, []],
  [{ power: 'low-now' }, ['problem system-power-low-now']],
  [{ power: 'low-before' }, ['waiting system-power-low-before']],
  [{ temperature: 80 }, ['waiting system-warm']],
  [{ temperature: 85 }, ['problem system-warm']],
  [{ storage: { total: 100, free: 4 } }, ['problem system-storage-scarce']],
  [
    { temperature: 82, diskErrors: [{ device: 'sda1', errors: 2 }] },
    ['problem system-disk-errors', 'waiting system-warm'],
  ],
] as const)('of %o a person should know %o', (told, keys) => {
  expect(keysOf(told as Partial<System['machine']>)).toEqual(keys)
})

test('a start without a clean end is told, where the helper tells', () => {
  expect(concernsOf({ machine, appliance: described })).toMatchObject([{ key: 'system-crash' }])
  expect(concernsOf({ machine, appliance: { reason: 'away' } })).toEqual([])
  expect(applianceOf({ machine, appliance: { reason: 'away' } })).toBeUndefined()
  expect(applianceOf({ machine })).toBeUndefined()
})

test('when it started is counted back from now', () => {
  expect(startOf({ machine }, Date.UTC(2026, 0, 1, 0, 1, 30))).toBe('2026-01-01T00:00:00.000Z')
})

test('a strip shows two seconds of a light', () => {
  expect(flashesOf('off')).toEqual([])
  expect(flashesOf('on')).toEqual([{ from: 0, length: 1 }])
  expect(flashesOf([500, 500])).toEqual([
    { from: 0, length: 0.25 },
    { from: 0.5, length: 0.25 },
  ])
  expect(flashesOf([0, 500, 500, 0])).toEqual([
    { from: 0.25, length: 0.25 },
    { from: 0.75, length: 0.25 },
  ])
  expect(flashesOf([1900, 1900])).toEqual([{ from: 0, length: 0.95 }])
  expect(flashesOf([0, 0])).toEqual([])
})
