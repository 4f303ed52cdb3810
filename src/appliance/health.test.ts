import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { makeReleaseScene } from '../testing/release-files.ts'
import { trialMs, watchHealth } from './health.ts'

interface Watched extends AsyncDisposable {
  readonly clock: ManualClock
  readonly calls: string[]
  fault: Error | undefined
  keepFault: Error | undefined
  pass(ms: number): Promise<void>
}

async function watch(version: string, trial: string | undefined): Promise<Watched> {
  const scene = await makeReleaseScene()
  await scene.place('1.1.0')
  await scene.point('1.1.0')
  if (trial !== undefined) await writeFile(join(scene.places.releases, 'trial'), trial)
  const clock = createManualClock(0)
  const watched: Watched = {
    clock,
    calls: [],
    fault: undefined,
    keepFault: undefined,
    async pass(ms) {
      for (let left = ms; left > 0; left -= 10_000) {
        await clock.advance(10_000)
      }
    },
    [Symbol.asyncDispose]: async () => {
      health[Symbol.dispose]()
      await scene[Symbol.asyncDispose]()
    },
  }
  const health = await watchHealth({
    ...{ places: scene.places, version, clock, log: createMemoryLog() },
    async look() {
      watched.calls.push('look')
      if (watched.fault !== undefined) throw watched.fault
    },
    async keep() {
      watched.calls.push('keep')
      if (watched.keepFault !== undefined) throw watched.keepFault
    },
    giveUp: () => watched.calls.push('give up'),
  })
  return watched
}

const count = (calls: readonly string[], name: string) => calls.filter((call) => call === name).length

describe('A9: a release on trial', () => {
  test('is kept once it has answered for a minute, and then left alone', async () => {
    await using watched = await watch('1.1.0', '1.1.0 2 packaged\n')
    await watched.pass(50_000)
    expect(count(watched.calls, 'keep')).toBe(0)
    await watched.pass(30_000)
    expect(count(watched.calls, 'keep')).toBe(1)
    const { length } = watched.calls
    await watched.pass(2 * trialMs)
    expect(watched.calls.length).toBe(length)
  })

  test('that answers and then does not begins anew', async () => {
    await using watched = await watch('1.1.0', '1.1.0 2 packaged\n')
    await watched.pass(40_000)
    watched.fault = new Error('away')
    await watched.pass(20_000)
    watched.fault = undefined
    await watched.pass(50_000)
    expect(watched.calls).not.toContain('keep')
    await watched.pass(40_000)
    expect(watched.calls).toContain('keep')
  })

  test.each(['fault', 'keepFault'] as const)(
    'gives up its start when it does not get well in time (%s)',
    async (which) => {
      await using watched = await watch('1.1.0', '1.1.0 2 packaged\n')
      watched[which] = new Error('never')
      await watched.pass(trialMs - 30_000)
      expect(watched.calls).not.toContain('give up')
      await watched.pass(60_000)
      expect(count(watched.calls, 'give up')).toBe(1)
    },
  )
})

test('A9: a kept release tells that it is well, and never gives up', async () => {
  await using watched = await watch('1.1.0', undefined)
  watched.fault = new Error('slow')
  await watched.pass(2 * trialMs)
  expect(watched.calls).not.toContain('give up')
  watched.fault = undefined
  await watched.pass(90_000)
  expect(count(watched.calls, 'keep')).toBe(1)
})

test('A9: the packaged release watches nothing', async () => {
  await using scene = await makeReleaseScene()
  await rm(join(scene.places.releases), { recursive: true })
  await using watched = await watch('1.0.0', '1.1.0 2 packaged\n')
  await watched.pass(trialMs * 2)
  expect(watched.calls).toEqual([])
})
