import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createFloodGuard } from './flood-guard.ts'

const limits = { perSender: 40, inTotal: 100 }

/** How many of these are admitted, one after another. */
function admitted(admits: () => boolean, count: number): number {
  return Array.from({ length: count }, admits).filter((isAdmitted) => isAdmitted).length
}

test('one sender gets its share, and leaves the rest to others', async () => {
  const clock = createManualClock(0)
  const guard = createFloodGuard({ clock, ...limits })
  expect(admitted(() => guard.admits('noisy', 1), 1000)).toBe(10)
  expect(admitted(() => guard.admits('quiet', 1), 5)).toBe(5)
  let inTenSeconds = 0
  for (let second = 0; second < 40; second++) {
    await clock.advance(250)
    inTenSeconds += admitted(() => guard.admits('noisy', 1), 1000)
  }
  expect(inTenSeconds).toBe(10 * limits.perSender)
})

test('made-up senders get no more than the limit in total', async () => {
  const clock = createManualClock(0)
  const guard = createFloodGuard({ clock, ...limits })
  let made = 0
  let inTenSeconds = 0
  for (let second = 0; second < 40; second++) {
    await clock.advance(250)
    inTenSeconds += admitted(() => guard.admits(`sender ${made++}`, 1), 1000)
  }
  expect(inTenSeconds).toBe(10 * limits.inTotal)
})

test('something dear is admitted once, and paid for by waiting', async () => {
  const clock = createManualClock(0)
  const guard = createFloodGuard({ clock, ...limits })
  expect(guard.admits('dear', 50)).toBe(true)
  await clock.advance(900)
  expect(guard.admits('dear', 50)).toBe(false)
  await clock.advance(200)
  expect(guard.admits('dear', 50)).toBe(true)
})

test('only so many senders are remembered, and the noisy one is among them while it is noisy', () => {
  const guard = createFloodGuard({ clock: createManualClock(0), perSender: 40, inTotal: 1e6 })
  const pass = (count: number, noisy: boolean) => {
    for (let at = 0; at < count; at++) {
      guard.admits(`passer-by ${at}`, 1)
      if (noisy) guard.admits('noisy', 1)
    }
  }
  expect(admitted(() => guard.admits('noisy', 1), 20)).toBe(10)
  pass(1000, true)
  expect(guard.admits('noisy', 1)).toBe(false)
  pass(1000, false)
  expect(guard.admits('noisy', 1)).toBe(true)
})
