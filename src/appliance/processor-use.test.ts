import { expect, test } from 'vitest'
import { systemClock } from '../system.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { watchProcessor } from './processor-use.ts'

const cores = 4

function watched() {
  const clock = createManualClock(0)
  let busyMs = 1_000_000
  const use = watchProcessor(clock, () => ({ busyMs, cores }))
  return {
    ...{ clock, use },
    /** Some part of what all cores can do is done for so long. */
    async pass(seconds: number, part: number): Promise<void> {
      for (let second = 0; second < seconds; second++) {
        busyMs += cores * 1000 * part
        await clock.advance(1000)
      }
    },
    loseCore: () => {
      busyMs /= 2
    },
  }
}

test('what the processor did in the last minutes counts, whatever it did before', async () => {
  const { use, pass } = watched()
  await pass(30, 0.5)
  expect(use.busy()).toBeCloseTo(0.5)
  for (let minute = 0; minute < 10; minute++) await pass(60, 1)
  expect(use.busy()).toBeGreaterThan(0.9)
  await pass(60, 0)
  await pass(60, 0)
  expect(use.busy()).toBeCloseTo(0)
})

test('it is never more than all it can do, and nothing is told where there is nothing to tell', async () => {
  const { use, pass, loseCore } = watched()
  expect(use.busy()).toBeUndefined()
  await pass(10, 6.23)
  expect(use.busy()).toBe(1)
  await pass(60, 0.2)
  loseCore()
  expect(use.busy()).toBeUndefined()
})

test('a look changes nothing, and nothing runs after the end', async () => {
  const { clock, use, pass } = watched()
  await pass(20, 0.25)
  for (let at = 0; at < 9; at++) expect(use.busy()).toBeCloseTo(0.25)
  use[Symbol.dispose]()
  expect(clock.waiting).toBe(0)
})

test('the kernel of this machine tells', () => {
  using use = watchProcessor(systemClock)
  const until = performance.now() + 200
  while (performance.now() < until);
  expect(use.busy()).toBeGreaterThan(0)
  expect(use.busy()).toBeLessThanOrEqual(1)
})
