import { beforeEach, expect, test } from 'vitest'
import { language, speedUnit } from '../state/preferences.ts'
import {
  formatBytes,
  formatDuration,
  formatPercent,
  formatRelative,
  formatSpeed,
  formatWait,
} from './format.ts'

/** Which kind of space stands before a unit is the browser's business. */
const plain = (text: string) => text.replace(/\s/g, ' ')

beforeEach(() => {
  language.value = 'en'
  speedUnit.value = 'bytes'
})

test('sizes are decimal, and short', () => {
  expect(
    [0, 1, 999, 1000, 99_940, 999_499, 999_500, 1_500_000, 123_456_789_000].map(formatBytesIn('en')),
  ).toEqual(['0 bytes', '1 byte', '999 bytes', '1 kB', '99.9 kB', '999 kB', '1 MB', '1.5 MB', '123 GB'])
  expect([1000, 1_500_000].map(formatBytesIn('ru'))).toEqual(['1 кБ', '1,5 МБ'])
})

function formatBytesIn(name: string): (bytes: number) => string {
  return (bytes) => plain(formatBytes(bytes, name))
}

test('speeds are in what the reader counts in', () => {
  expect(plain(formatSpeed(1_500_000))).toBe('1.5 MB/s')
  expect(plain(formatSpeed(0))).toBe('0 kB/s')
  speedUnit.value = 'bits'
  expect(plain(formatSpeed(1_500_000))).toBe('12 Mb/s')
  language.value = 'ru'
  expect(plain(formatSpeed(1_500_000))).toMatch(/^12 Мбит\/.$/)
})

test('a hundred per cent means that nothing is missing', () => {
  expect([0.9999, 1].map(formatPercent).map(plain)).toEqual(['99%', '100%'])
})

test('a wait is told from now', () => {
  expect([5, 290].map(formatWait)).toEqual(['now', 'in 5 minutes'])
})

test('times are told from now', () => {
  const nowMs = Date.parse('2026-05-10T12:00:00Z')
  const tell = (iso: string) => formatRelative(iso, nowMs)
  expect(tell('2026-05-10T11:59:50Z')).toBe('now')
  expect(tell('2026-05-10T11:58:00Z')).toBe('2 minutes ago')
  expect(tell('2026-05-09T12:00:00Z')).toBe('yesterday')
  expect(tell('2025-01-01T12:00:00Z')).toBe('last year')
  language.value = 'ru'
  expect(tell('2026-05-10T12:05:00Z')).toBe('через 5 минут')
})

test('how long something takes is told in one unit, never less than a minute', () => {
  expect([3, 300, 5400, 40 * 3600, 20 * 86_400].map((seconds) => plain(formatDuration(seconds)))).toEqual([
    '1 minute',
    '5 minutes',
    '2 hours',
    '2 days',
    '20 days',
  ])
  language.value = 'ru'
  expect(plain(formatDuration(300))).toBe('5 минут')
})
