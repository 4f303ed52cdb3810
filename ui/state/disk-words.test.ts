import { expect, test } from 'vitest'
import type { DiskBody } from '../../src/api/schemas/disks.ts'
import { aDisk } from '../testing/samples.ts'
import {
  aboutOf,
  deedsFor,
  diskTitle,
  fullPart,
  limitOf,
  stateOf,
  textToErase,
  titleAmong,
} from './disk-words.ts'

test.each([
  [{}, 'ok disk-state-attached', ['eject']],
  [{ readOnly: true, reason: 'not-cleanly-removed' }, 'waiting disk-state-read-only', ['eject', 'repair']],
  [{ state: 'checking' }, 'busy disk-state-checking', []],
  [{ state: 'blank', fileSystem: undefined }, 'waiting disk-state-blank', ['prepare']],
  [{ state: 'unusable' }, 'problem disk-state-unusable', ['erase']],
  [{ state: 'clone' }, 'waiting disk-state-clone', []],
  [{ state: 'ejected' }, 'paused disk-state-ejected', ['attach']],
  [{ state: 'failed' }, 'problem disk-state-failed', ['attach', 'repair', 'erase']],
  [{ state: 'failed', fileSystem: undefined }, 'problem disk-state-failed', ['attach', 'erase']],
  [{ doing: 'erase' }, 'busy disk-doing-erase', []],
] as const)('A1 a disk with %o says %s and offers %o', (over, words, deeds) => {
  const disk = aDisk(over as Partial<DiskBody>)
  const { tone, key } = stateOf(disk)
  expect(`${tone} ${key}`).toBe(words)
  expect(deedsFor(disk)).toEqual(deeds)
})

test('A1 what destroys is never offered for a disk in use, nor for one with content that is taken', () => {
  for (const readOnly of [true, false])
    expect(deedsFor(aDisk({ readOnly })).filter((deed) => deed === 'erase' || deed === 'prepare')).toEqual([])
})

test('whoever looks is told to wait, or what the state means', () => {
  expect(aboutOf(aDisk())).toBe('disk-state-attached-about')
  expect(aboutOf(aDisk({ doing: 'eject' }))).toBe('disk-wait')
  expect(aboutOf(aDisk({ doing: 'repair' }))).toBe('disk-wait-long')
  expect(aboutOf(aDisk({ state: 'checking' }))).toBe('disk-wait')
  const why = (reason: NonNullable<DiskBody['reason']>) => aboutOf(aDisk({ state: 'failed', reason }))
  expect(why('input-output-error')).toBe('disk-reason-input-output-error')
  expect(why('check-too-long')).toBe('disk-reason-check-failed')
  expect(why('mount-failed')).toBe('disk-state-failed-about')
  expect(aboutOf(aDisk({ state: 'unusable', reason: 'member' }))).toBe('disk-state-unusable-about')
})

test('A2 what is typed is the end of what is shown', () => {
  expect(textToErase(aDisk({ serial: 'WX21D6A' }))).toEqual({ whole: 'WX21D6A', typed: '1D6A' })
  expect(textToErase(aDisk({ serial: 'A1', eraseBy: 'size', sizeBytes: 4026531840 }))).toEqual({
    ...{ whole: '4026531840', typed: '1840' },
  })
})

test('it is called as its owner labelled it', () => {
  expect(diskTitle(aDisk({ fileSystem: { kind: 'ext4', label: 'podcasts' } }))).toBe('podcasts')
  expect(diskTitle(aDisk({ fileSystem: { kind: 'ext4' } }))).toBe('toshiba')
})

test('partitions that are called the same are told apart', () => {
  const all = ['sda1', 'sda2', 'sdb1'].map((device) =>
    aDisk({ device, fileSystem: { kind: 'ext4' }, name: device === 'sdb1' ? 'other' : 'disk' }),
  )
  expect(all.map((disk) => titleAmong(disk, all))).toEqual(['disk (sda1)', 'disk (sda2)', 'other'])
})

test('what a file system cannot keep is told, and how full a disk is', () => {
  const limit = (kind: string) => limitOf(aDisk({ fileSystem: { kind } }))
  expect(['ext4', 'btrfs', 'vfat', 'exfat', 'ntfs', 'ntfs3'].map(limit)).toEqual([
    ...[undefined, undefined, 'vfat', 'exfat', 'ntfs', 'ntfs'],
  ])
  expect(fullPart(aDisk({ freeBytes: 25, totalBytes: 100 }))).toBe(0.75)
  const { freeBytes: _, ...unknown } = aDisk()
  expect(fullPart(unknown)).toBeUndefined()
  expect(fullPart(aDisk({ freeBytes: 0, totalBytes: 0 }))).toBeUndefined()
})
