import { afterEach, expect, test, vi } from 'vitest'
import { createPace } from './pace.ts'

afterEach(() => void vi.useRealTimers())

test('many calls are one action, and the next is not before its time', () => {
  vi.useFakeTimers()
  let actions = 0
  const pace = createPace(() => {
    actions += 1
  }, 1_000)
  for (let call = 0; call < 50; call += 1) pace.call()
  expect(actions).toBe(0)
  vi.advanceTimersByTime(100)
  expect(actions).toBe(1)
  pace.call()
  vi.advanceTimersByTime(900)
  expect(actions).toBe(1)
  vi.advanceTimersByTime(100)
  expect(actions).toBe(2)
  vi.advanceTimersByTime(10_000)
  expect(actions).toBe(2)
  pace.call()
  pace[Symbol.dispose]()
  vi.advanceTimersByTime(10_000)
  expect(actions).toBe(2)
})
