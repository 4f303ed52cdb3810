import { beforeEach, expect, test } from 'vitest'
import { language } from '../state/preferences.ts'
import { formatDayHeading, formatMinuteOfDay, weekdayName } from './dates.ts'

beforeEach(() => {
  language.value = 'en'
})

const nowMs = new Date(2026, 4, 10, 0, 30).getTime()

test('days are called as people call them', () => {
  const call = (...at: [number, number, number, number]) => formatDayHeading(new Date(...at).getTime(), nowMs)
  expect(call(2026, 4, 10, 0)).toBe('Today')
  expect(call(2026, 4, 9, 23)).toBe('Yesterday')
  expect(call(2026, 4, 8, 23)).toMatch(/^Friday/)
  expect(call(2025, 4, 8, 23)).toMatch(/2025/)
  language.value = 'ru'
  expect(call(2026, 4, 10, 0)).toBe('Сегодня')
  expect(call(2026, 4, 9, 0)).toBe('Вчера')
})

test('the week begins with Monday', () => {
  expect([0, 6].map((day) => weekdayName(day, 'long'))).toEqual(['Monday', 'Sunday'])
  language.value = 'ru'
  expect(weekdayName(0, 'short')).toBe('пн')
})

test('a day ends at 24:00', () => {
  language.value = 'ru'
  expect([0, 8 * 60 + 5, 1440].map(formatMinuteOfDay)).toEqual(['00:00', '08:05', '24:00'])
})
