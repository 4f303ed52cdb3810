import { expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createAttempts } from './attempts.ts'

function start() {
  const clock = createManualClock(0)
  const log = createMemoryLog()
  const attempts = createAttempts(clock, log)
  const known = new Set<string>()
  const by = (key: string) => ({ key, isKnown: () => known.has(key) })
  /** Seconds to wait; 0 when it was let through. */
  function take(key: string): number {
    try {
      attempts.take(by(key))
      return 0
    } catch (error) {
      if (isSyncError(error, 'too-many-attempts')) return Number(error.data.seconds)
      throw error
    }
  }
  return { clock, log, known, take, succeed: (key: string) => attempts.succeeded(by(key)) }
}

test('whoever mistypes a few times is not held up; then it takes longer each time, up to a minute', async () => {
  const { clock, log, take } = start()
  expect(Array.from({ length: 5 }, () => take('192.0.2.1'))).toEqual([0, 0, 0, 0, 0])
  const waits: number[] = []
  for (let at = 0; at < 9; at += 1) {
    const wait = take('192.0.2.1')
    waits.push(wait)
    // Trying meanwhile makes it no longer.
    expect(take('192.0.2.1')).toBe(wait)
    await clock.advance(wait * 1000)
    expect(take('192.0.2.1')).toBe(0)
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  expect(log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
})

test('others are not held up, and success or an hour forgets', async () => {
  const { clock, succeed, take } = start()
  for (let at = 0; at < 5; at += 1) take('192.0.2.1')
  expect(take('192.0.2.1')).toBe(1)
  expect(take('192.0.2.2')).toBe(0)
  await clock.advance(1000)
  expect(take('192.0.2.1')).toBe(0)
  succeed('192.0.2.1')
  expect(Array.from({ length: 5 }, () => take('192.0.2.1'))).toEqual([0, 0, 0, 0, 0])
  await clock.advance(3_600_000)
  expect(Array.from({ length: 5 }, () => take('192.0.2.1'))).toEqual([0, 0, 0, 0, 0])
})

test('from everywhere at once all are slowed, but not who is known, and nobody for more than seconds', async () => {
  const { clock, log, known, take } = start()
  known.add('192.0.2.1')
  const waits = Array.from({ length: 200 }, (_, at) => take(`198.51.100.${at}`))
  expect(waits.filter((wait) => wait === 0)).toHaveLength(30)
  expect(take('192.0.2.1')).toBe(0)
  let tried = 0
  for (let second = 0; second < 600; second += 1) {
    if (take(`203.0.113.${second % 250}`) === 0) tried += 1
    await clock.advance(1000)
  }
  expect(tried).toBeGreaterThan(100)
  expect(tried).toBeLessThan(130)
  expect(log.lines).toHaveLength(1)
})
