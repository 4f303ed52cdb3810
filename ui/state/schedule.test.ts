import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  parseScheduleEntry,
  type ScheduleEntry as ReadEntry,
  scheduledAt,
  scheduleEntryToText,
} from '../../src/core/rate-schedule.ts'
import { deviceSettingTable } from '../../src/setting-table.ts'
import {
  dayRuns,
  entryFault,
  entryIn,
  hoursBetween,
  readEntry,
  readMinute,
  type ScheduleEntry,
  stepInWeek,
  weekDays,
  writeEntry,
  writeMinute,
} from './schedule.ts'

const { kind } = deviceSettingTable('pi', '/home/pi').limitSchedule

const rate = fc.oneof(fc.constant(0), fc.integer({ min: 1024, max: 2 ** 40 }))
const entryArbitrary: fc.Arbitrary<ScheduleEntry> = fc
  .record({
    days: fc.subarray([...weekDays], { minLength: 1 }),
    fromMinute: fc.integer({ min: 0, max: 1439 }),
    toMinute: fc.integer({ min: 1, max: 1440 }),
    does: fc.oneof(
      fc.constant({ kind: 'pause' as const }),
      rate.map((up) => ({ kind: 'limit' as const, up })),
      rate.map((down) => ({ kind: 'limit' as const, down })),
      fc.tuple(rate, rate).map(([up, down]) => ({ kind: 'limit' as const, up, down })),
    ),
  })
  .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute)

test('what is written here the daemon keeps, and what it tells is read as the same', () => {
  fc.assert(
    fc.property(fc.array(entryArbitrary, { maxLength: 5 }), (entries) => {
      expect(entries.map(entryFault)).toEqual(entries.map(() => undefined))
      const kept = kind.fromJson(entries.map(writeEntry))
      expect(Array.isArray(kept)).toBe(true)
      expect((kept as readonly string[]).map(readEntry)).toEqual(entries)
    }),
  )
})

test('an entry that this page does not know is none', () => {
  for (const text of ['', 'mon', 'mon 08:00-09:00', 'mon 08:00-09:00 dance', 'fri-mon 08:00-09:00 pause'])
    expect(readEntry(text)).toBeUndefined()
})

test('an hour of the grid shows the entry that holds in it', () => {
  const halfHours = fc.integer({ min: 0, max: 47 }).map((half) => half * 30)
  fc.assert(
    fc.property(
      fc.array(
        fc
          .tuple(entryArbitrary, halfHours, halfHours)
          .map(([entry, from, to]) => ({ ...entry, fromMinute: from, toMinute: to + 30 }))
          .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute),
        { minLength: 1, maxLength: 4 },
      ),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 0, max: 23 }),
      (entries, day, hour) => {
        const at = entryIn(entries, { day, hour })
        const holds = (one: ScheduleEntry) =>
          [0, 30].some((minute) => scheduledAt([one as ReadEntry], minutesToMs(day, hour, minute)))
        expect(at).toBe(entries.findLastIndex(holds) < 0 ? undefined : entries.findLastIndex(holds))
      },
    ),
  )
})

function minutesToMs(day: number, hour: number, minute: number): number {
  return ((day * 24 + hour) * 60 + minute) * 60_000
}

test('what lacks something is told before it is sent', () => {
  const whole: ScheduleEntry = { days: [0], fromMinute: 0, toMinute: 1440, does: { kind: 'pause' } }
  expect(entryFault(whole)).toBeUndefined()
  expect(entryFault({ ...whole, days: [] })).toBe('days')
  expect(entryFault({ ...whole, fromMinute: 60, toMinute: 60 })).toBe('time')
  expect(entryFault({ ...whole, does: { kind: 'limit' } })).toBe('effect')
  expect(entryFault({ ...whole, does: { kind: 'limit', up: 1000 } })).toBe('rate')
  expect(entryFault({ ...whole, does: { kind: 'limit', up: 0, down: 1024 } })).toBeUndefined()
})

test('a rectangle of the grid is the same whichever corner is first', () => {
  const rectangle = hoursBetween({ day: 4, hour: 17 }, { day: 0, hour: 8 })
  expect(rectangle).toEqual({ days: [0, 1, 2, 3, 4], fromMinute: 480, toMinute: 1080 })
  expect(hoursBetween({ day: 0, hour: 8 }, { day: 4, hour: 17 })).toEqual(rectangle)
})

test('keys stay within the week', () => {
  expect(stepInWeek({ day: 6, hour: 23 }, 'ArrowRight')).toEqual({ day: 6, hour: 23 })
  expect(stepInWeek({ day: 6, hour: 23 }, 'ArrowUp')).toEqual({ day: 6, hour: 22 })
  expect(stepInWeek({ day: 3, hour: 5 }, 'Home')).toEqual({ day: 0, hour: 5 })
  expect(stepInWeek({ day: 3, hour: 5 }, 'a')).toBeUndefined()
})

test('days that follow each other are one run', () => {
  expect(dayRuns([0, 1, 2, 5])).toEqual([
    [0, 2],
    [5, 5],
  ])
})

test('times of day are written as a time field has them', () => {
  expect([0, 485, 1440].map(writeMinute)).toEqual(['00:00', '08:05', '24:00'])
  expect(readMinute('08:05')).toBe(485)
  expect(readMinute('')).toBeUndefined()
})

test('the daemon reads the same entries one by one', () => {
  fc.assert(
    fc.property(entryArbitrary, (entry) => {
      const rateOf = (text: string) => Number(text)
      const read = parseScheduleEntry(writeEntry(entry), rateOf)
      expect(read).toEqual(entry)
      expect(readEntry(scheduleEntryToText(entry as ReadEntry, String))).toEqual(entry)
    }),
  )
})
