import { expect, test } from 'vitest'
import { choosePattern, type DeviceView, type FolderView, ledPatterns } from './led-patterns.ts'

const quiet: FolderView = { isBusy: false, waitsForDisk: false, needsPerson: false }
const well: DeviceView = {
  ...{ phase: 'running', button: undefined, isIdentifying: false, isPasswordOpen: false, isBroken: false },
  ...{ disks: ['attached'], folders: [quiet] },
}

/** What is more important comes first. */
const cases: readonly (readonly [string, Partial<DeviceView>])[] = [
  ['button-short', { button: 'short' }],
  ['button-password', { button: 'password' }],
  ['button-reset', { button: 'reset' }],
  ['button-nothing', { button: 'nothing' }],
  ['identify', { isIdentifying: true }],
  ['stopping', { phase: 'stopping' }],
  ['password-open', { isPasswordOpen: true }],
  ['starting', { phase: 'starting' }],
  ['error', { isBroken: true }],
  ['error', { disks: ['attached', 'failed'] }],
  ['disk-busy', { disks: ['attached', 'checking'] }],
  ['ejected', { disks: ['attached', 'ejected'] }],
  ['ejected', { disks: ['ejected'], folders: [{ ...quiet, waitsForDisk: true }] }],
  ['no-disk', { disks: [] }],
  ['no-disk', { folders: [quiet, { ...quiet, waitsForDisk: true }] }],
  ['needs-attention', { disks: ['attached', 'blank'] }],
  ['needs-attention', { disks: ['unusable'] }],
  ['needs-attention', { disks: ['attached', 'clone'] }],
  ['needs-attention', { folders: [quiet, { ...quiet, needsPerson: true }] }],
  ['syncing', { folders: [quiet, { ...quiet, isBusy: true }] }],
  ['ready', {}],
]

test.each(cases)('%s is shown for %o', (id, view) => {
  expect(choosePattern({ ...well, ...view }).id).toBe(id)
})

test('of two states the one that stands first in the table is shown', () => {
  for (const [at, [id, view]] of cases.entries())
    for (const [, other] of cases.slice(at)) {
      // What one state says of disks and folders would cover what the other does.
      if (Object.keys(view).some((key) => key in other)) continue
      expect(choosePattern({ ...well, ...other, ...view }).id).toBe(id)
    }
})

test('every pattern has its cases here, and an id, a meaning and looks of its own', () => {
  expect([...new Set(cases.map(([id]) => id))]).toEqual(ledPatterns.map(({ id }) => id))
  const looks = ledPatterns.map(({ status, attention }) => JSON.stringify([status, attention]))
  expect(looks.filter((look, at) => looks.indexOf(look) !== at)).toEqual([])
  expect(new Set(ledPatterns.map(({ meaning }) => meaning)).size).toBe(ledPatterns.length)
})

test('a blink has a dark time for each lit one, and is slow enough for eyes and cheap enough to make', () => {
  for (const { status, attention, single } of ledPatterns)
    for (const blink of [status, attention, single]) {
      if (typeof blink === 'string') continue
      expect(blink.length % 2).toBe(0)
      expect(blink.filter((ms) => ms !== 0).every((ms) => ms >= 100)).toBe(true)
      expect(blink.some((ms) => ms > 0)).toBe(true)
    }
})
