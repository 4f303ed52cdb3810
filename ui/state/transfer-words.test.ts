import { expect, test } from 'vitest'
import { aFolder, aPeer, aSnapshot } from '../testing/samples.ts'
import {
  describeLeft,
  describeLimits,
  describeTransfer,
  movingPeers,
  transferRows,
} from './transfer-words.ts'

const transfer = (path: string, asked = false) => {
  return { path, sizeBytes: 100, haveBytes: 50, receivedPerSecond: 10, holders: 2, asked }
}

test('files that were asked for come first, and every other stays where it is', () => {
  const snapshot = {
    ...aSnapshot([aFolder({ id: 'a', path: '/srv/a' }), aFolder({ id: 'b', path: '/srv/b' })]),
    transfers: { a: [transfer('z'), transfer('y')], b: [transfer('x', true)], gone: [transfer('w')] },
  }
  expect(transferRows(snapshot).map(({ folderPath, path }) => `${folderPath}/${path}`)).toEqual([
    '/srv/b/x',
    '/srv/a/z',
    '/srv/a/y',
  ])
  expect(transferRows(undefined)).toEqual([])
})

test('the time left is told as a person would', () => {
  const tell = (seconds: number) => describeLeft(seconds * 1000, 1000)
  expect([3, 12, 48, 58, 90, 3500, 3600, 90_000, 26 * 86_400, 90 * 86_400].map(tell)).toEqual([
    { key: 'left-moment' },
    { key: 'left-seconds', args: { seconds: 20 } },
    { key: 'left-seconds', args: { seconds: 50 } },
    { key: 'left-minutes', args: { minutes: 1 } },
    { key: 'left-minutes', args: { minutes: 2 } },
    { key: 'left-minutes', args: { minutes: 58 } },
    { key: 'left-hours', args: { hours: 1 } },
    { key: 'left-days', args: { days: 1 } },
    { key: 'left-days', args: { days: 26 } },
    { key: 'left-long' },
  ])
  expect(describeLeft(0, 0)).toEqual({ key: 'left-none' })
  expect(describeLeft(5, 0)).toEqual({ key: 'left-unknown' })
})

test('a file that does not come says whether anybody has it', () => {
  const still = { ...transfer('a'), receivedPerSecond: 0 }
  expect(describeTransfer({ ...still, holders: 0 })).toEqual({ key: 'left-nobody' })
  expect(describeTransfer(still)).toEqual({ key: 'left-unknown' })
  expect(describeTransfer({ ...still, haveBytes: 100 })).toEqual({ key: 'left-none' })
})

test('a device is one row however many folders it shares, and none at rest', () => {
  const attic = { id: 'attic', name: 'attic' }
  const rows = movingPeers([
    aFolder({
      path: '/srv/photos',
      peers: [
        aPeer({ ...attic, sentPerSecond: 5000, needFiles: 1, needBytes: 10 }),
        aPeer({ id: 'resting', sentPerSecond: 30 }),
      ],
    }),
    aFolder({
      path: '/srv/music',
      peers: [aPeer({ ...attic, via: 'relay', receivedPerSecond: 7000, needFiles: 2, needBytes: 20 })],
    }),
  ])
  expect(rows).toEqual([
    {
      ...attic,
      folders: ['photos', 'music'],
      isRelayed: true,
      receivedPerSecond: 7000,
      sentPerSecond: 5000,
      needFiles: 3,
      needBytes: 30,
    },
  ])
})

test('limits say who set them, where they hold, and until when', () => {
  const none = { upload: 0, download: 0, lan: false, paused: false, by: 'settings' } as const
  expect(describeLimits(none)).toEqual({ words: { key: 'limits-none' } })
  expect(describeLimits({ ...none, upload: 1 }).words.key).toBe('limits-settings-outside')
  const until = '2026-05-10T18:00:00Z'
  expect(describeLimits({ ...none, download: 1, lan: true, by: 'schedule', until })).toEqual({
    words: { key: 'limits-schedule-lan' },
    until,
  })
  expect(describeLimits({ ...none, paused: true, by: 'schedule', until })).toEqual({
    words: { key: 'limits-paused' },
    until,
  })
})
