import { expect, test } from 'vitest'
import { createManualClock } from './manual-clock.ts'

test('I12 timers run in order of time, then of creation, and see the time they were due', async () => {
  const clock = createManualClock(1000)
  const seen: string[] = []
  clock.after(20, () => seen.push(`b ${clock.now()}`))
  clock.after(10, () => {
    seen.push(`a ${clock.now()}`)
    clock.after(10, () => seen.push(`d ${clock.now()}`))
    clock.after(0, () => seen.push(`a2 ${clock.now()}`))
  })
  clock.after(20, () => seen.push(`c ${clock.now()}`))
  using _cancelled = clock.after(500, () => seen.push('never'))
  await clock.advance(30)
  expect(seen).toEqual(['a 1010', 'a2 1010', 'b 1020', 'c 1020', 'd 1020'])
  expect(clock.monotonicMs()).toBe(30)
})

test('a disposed timer does not run, and promises run between timers', async () => {
  const clock = createManualClock(0)
  const seen: string[] = []
  const cancelled = clock.after(5, () => seen.push('cancelled'))
  clock.after(1, () => void Promise.resolve().then(() => cancelled[Symbol.dispose]()))
  clock.after(9, () => seen.push('kept'))
  expect(await clock.runNext()).toBe(true)
  expect(await clock.runNext()).toBe(true)
  expect(await clock.runNext()).toBe(false)
  expect(seen).toEqual(['kept'])
})

test('the wall clock may jump, the monotonic one does not', () => {
  const clock = createManualClock(5000)
  clock.jumpWall(-3000)
  expect([clock.now(), clock.monotonicMs()]).toEqual([2000, 0])
})
