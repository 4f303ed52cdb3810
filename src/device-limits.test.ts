import { expect, test } from 'vitest'
import { createDeviceLimits } from './device-limits.ts'
import { createDeviceRates } from './engine/rates.ts'
import { createUploadSlots } from './engine/upload-slots.ts'
import { createManualClock } from './testing/manual-clock.ts'

const plain = {
  uploadLimit: 5000,
  downloadLimit: 0,
  limitLan: false,
  uploads: 4,
  limitSchedule: [] as string[],
}
const hourMs = 3_600_000

/** A place where the week begins with the year 1970. */
function begin(limitSchedule: string[], startMs = 0) {
  const clock = createManualClock(startMs)
  const rates = createDeviceRates(clock, () => false)
  const pauses: boolean[] = []
  const limits = createDeviceLimits(
    {
      clock,
      rates,
      uploads: createUploadSlots(clock),
      weekMsAt: (nowMs) => nowMs,
      onPause: (paused) => pauses.push(paused),
    },
    { ...plain, limitSchedule },
  )
  return { clock, rates, pauses, limits }
}

test('without a schedule the settings hold at once, and no timer runs', () => {
  const { clock, rates, limits } = begin([])
  expect(rates.limits).toEqual({ up: 5000, down: 0 })
  expect(clock.waiting).toBe(0)
  limits.set({ ...plain, uploadLimit: 0, downloadLimit: 7000 })
  expect(rates.limits).toEqual({ up: 0, down: 7000 })
  expect(limits.current()).toMatchObject({ download: 7000, by: 'settings', untilMs: undefined })
})

test('an entry holds from its beginning to its end; what it leaves out is as at other times', async () => {
  const { clock, rates, limits, pauses } = begin(['mon 08:00-18:00 down=2K', 'mon 12:00-13:00 pause'])
  expect(rates.limits).toEqual({ up: 5000, down: 0 })
  await clock.advance(8 * hourMs - 1)
  expect(rates.limits).toEqual({ up: 5000, down: 0 })
  await clock.advance(1)
  expect(rates.limits).toEqual({ up: 5000, down: 2048 })
  expect(limits.current()).toMatchObject({ by: 'schedule', untilMs: 12 * hourMs })
  await clock.advance(4 * hourMs)
  expect(pauses).toEqual([true])
  expect(limits.current()).toMatchObject({ paused: true })
  await clock.advance(hourMs)
  expect(pauses).toEqual([true, false])
  expect(rates.limits).toEqual({ up: 5000, down: 2048 })
  await clock.advance(5 * hourMs)
  expect(rates.limits).toEqual({ up: 5000, down: 0 })
  expect(clock.waiting).toBe(1)
  limits[Symbol.dispose]()
  expect(clock.waiting).toBe(0)
})

test('a wall clock that is set is noticed within a minute', async () => {
  const { clock, rates } = begin(['tue 00:00-24:00 up=2K'])
  clock.jumpWall(30 * hourMs)
  await clock.advance(60_000)
  expect(rates.limits.up).toBe(2048)
  clock.jumpWall(-30 * hourMs)
  await clock.advance(60_000)
  expect(rates.limits.up).toBe(5000)
})

test('a schedule that is taken away in a pause ends it', () => {
  const { limits, pauses, clock } = begin(['daily 00:00-24:00 pause'])
  expect(pauses).toEqual([true])
  limits.set(plain)
  expect(pauses).toEqual([true, false])
  expect(clock.waiting).toBe(0)
})
