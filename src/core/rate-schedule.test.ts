import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import {
  parseScheduleEntry,
  type ScheduleEntry,
  scheduledAt,
  scheduleEntryToText,
  untilNextChangeMs,
  weekMs,
} from './rate-schedule.ts'

const readRate = (text: string) => (/^\d+$/.test(text) ? Number(text) : { fault: 'no rate' })

function parse(...texts: string[]): ScheduleEntry[] {
  return texts.map((text) => {
    const entry = parseScheduleEntry(text, readRate)
    if ('fault' in entry) throw new Error(entry.fault)
    return entry
  })
}

/** `wed 13:05` in milliseconds since Monday. */
function at(text: string): number {
  const [day, hours, minutes] = text.split(/[ :]/)
  const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].indexOf(day!)
  return ((days * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000
}

const limit = (up?: number, down?: number) => ({
  kind: 'limit',
  ...(up !== undefined && { up }),
  ...(down !== undefined && { down }),
})

test.each([
  ['mon-fri 08:00-18:00 up=5 down=7', 'mon 08:00', limit(5, 7)],
  ['mon-fri 08:00-18:00 up=5', 'fri 17:59', limit(5)],
  ['mon-fri 08:00-18:00 up=5', 'fri 18:00', undefined],
  ['mon-fri 08:00-18:00 up=5', 'sat 12:00', undefined],
  ['fri-mon 08:00-18:00 down=0', 'sun 12:00', limit(undefined, 0)],
  ['fri-mon 08:00-18:00 down=0', 'tue 12:00', undefined],
  ['daily 00:00-24:00 pause', 'thu 00:00', { kind: 'pause' }],
  ['fri 22:00-06:00 pause', 'sat 05:59', { kind: 'pause' }],
  ['fri 22:00-06:00 pause', 'fri 05:59', undefined],
  ['sun 22:00-06:00 pause', 'mon 05:59', { kind: 'pause' }],
  ['sun 22:00-00:00 pause', 'sun 23:59', { kind: 'pause' }],
  ['sun 22:00-00:00 pause', 'mon 00:00', undefined],
  ['SAT,Sun  8:00-9:00   UP=5', 'sun 08:30', limit(5)],
])('%s at %s', (text, moment, expected) => {
  expect(scheduledAt(parse(text), at(moment))).toEqual(expected)
})

test('where entries overlap the later one holds, alone', () => {
  const entries = parse('daily 00:00-24:00 up=1 down=1', 'mon 08:00-18:00 up=2', 'mon 12:00-13:00 pause')
  expect(scheduledAt(entries, at('mon 07:00'))).toEqual(limit(1, 1))
  expect(scheduledAt(entries, at('mon 09:00'))).toEqual(limit(2))
  expect(scheduledAt(entries, at('mon 12:30'))).toEqual({ kind: 'pause' })
  expect(scheduledAt([...entries].reverse(), at('mon 12:30'))).toEqual(limit(1, 1))
})

test.each([
  ['', '"" is not days'],
  ['someday 08:00-09:00 pause', '"someday" is not days'],
  ['mon-tue-wed 08:00-09:00 pause', 'is not days'],
  ['mon, 08:00-09:00 pause', 'is not days'],
  ['mon', '"" is not a time of day'],
  ['mon 8-9 pause', '"8-9" is not a time of day'],
  ['mon 08:60-09:00 pause', 'is not a time of day'],
  ['mon 24:00-25:00 pause', 'is not a time of day'],
  ['mon 24:00-09:00 pause', 'is not a time of day'],
  ['mon 09:00-09:00 pause', 'ends when it begins'],
  ['mon 08:00-09:00', 'up=500K'],
  ['mon 08:00-09:00 pause up=5', 'pause stands alone'],
  ['mon 08:00-09:00 up=5 up=6', 'up stands there twice'],
  ['mon 08:00-09:00 left=5', '"left=5" is unknown'],
  ['mon 08:00-09:00 up', 'up: no rate'],
  ['mon 08:00-09:00 down=much', 'down=much: no rate'],
])('"%s" is refused', (text, reason) => {
  expect(() => parse(text)).toThrow(reason)
})

const entry = fc
  .record({
    days: fc.uniqueArray(fc.nat(6), { minLength: 1 }).map((days) => days.sort((a, b) => a - b)),
    fromMinute: fc.nat(1439),
    toMinute: fc.nat(1440),
    does: fc.oneof(
      fc.constant({ kind: 'pause' as const }),
      fc
        .record(
          { kind: fc.constant('limit' as const), up: fc.nat(), down: fc.nat() },
          { requiredKeys: ['kind'] },
        )
        .filter(({ up, down }) => up !== undefined || down !== undefined),
    ),
  })
  .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute)
const entries = fc.array(entry, { maxLength: 5 })
const moment = fc.nat(weekMs - 1)

test('what is printed is read as the same', () => {
  fc.assert(
    fc.property(entry, (one) => {
      expect(parse(scheduleEntryToText(one, String))).toEqual([one])
    }),
    { numRuns: caseCount(200) },
  )
})

test('any text is an entry or a fault', () => {
  const word = fc.oneof(fc.string(), fc.constantFrom('mon', '-', '08:00-09:00', 'pause', 'up=1', ' '))
  fc.assert(
    fc.property(fc.array(word), (words) => {
      const read = parseScheduleEntry(words.join(' '), readRate)
      if ('fault' in read) expect(read.fault).not.toBe('')
      else expect(parse(scheduleEntryToText(read, String))).toEqual([read])
    }),
    { numRuns: caseCount(300) },
  )
})

test('an entry covers each of its days from its beginning up to its end', () => {
  fc.assert(
    fc.property(entry, moment, (one, now) => {
      const minute = Math.floor(now / 60_000) % 1440
      const day = Math.floor(now / 60_000 / 1440)
      const { fromMinute, toMinute, days } = one
      const isOvernight = toMinute <= fromMinute
      const covers =
        (days.includes(day) && minute >= fromMinute && (isOvernight || minute < toMinute)) ||
        (isOvernight && days.includes((day + 6) % 7) && minute < toMinute)
      expect(scheduledAt([one], now)).toEqual(covers ? one.does : undefined)
    }),
    { numRuns: caseCount(300) },
  )
})

test('nothing changes before the next change, and the week repeats', () => {
  fc.assert(
    fc.property(entries, moment, fc.nat(1000), (some, now, share) => {
      const delayMs = untilNextChangeMs(some, now)
      if (some.length === 0) expect(delayMs).toBeUndefined()
      else {
        expect(delayMs).toBeGreaterThan(0)
        expect(delayMs).toBeLessThanOrEqual(weekMs)
        const between = Math.floor(((delayMs! - 1) * share) / 1000)
        expect(scheduledAt(some, (now + between) % weekMs)).toEqual(scheduledAt(some, now))
      }
    }),
    { numRuns: caseCount(300) },
  )
})
