import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { interleave, race } from './race.ts'

/** Ways whose ends a test decides, and what the race does with them. */
function scene(names: readonly string[]) {
  const clock = createManualClock(0)
  const stop = new AbortController()
  const started: string[] = []
  const aborted: string[] = []
  const discarded: string[] = []
  const ends = new Map(names.map((name) => [name, Promise.withResolvers<string>()]))
  const result = race(
    names,
    (name, signal) => {
      started.push(name)
      signal.addEventListener('abort', () => aborted.push(name))
      return ends.get(name)!.promise
    },
    {
      clock,
      signal: stop.signal,
      discard: (late) => discarded.push(late),
      isFinal: (error) => (error as Error).message === 'final',
    },
  )
  result.catch(() => undefined)
  const win = (name: string) => ends.get(name)!.resolve(name)
  const fail = (name: string, why = 'failed') => ends.get(name)!.reject(new Error(why))
  return { clock, stop, started, aborted, discarded, result, win, fail }
}

test('the next way starts a quarter of a second later, and the first that works is kept', async () => {
  const { clock, started, aborted, discarded, result, win } = scene(['a', 'b', 'c'])
  expect(started).toEqual(['a'])
  await clock.advance(249)
  expect(started).toEqual(['a'])
  await clock.advance(1)
  expect(started).toEqual(['a', 'b'])
  win('b')
  expect(await result).toBe('b')
  await clock.advance(10_000)
  expect(started).toEqual(['a', 'b'])
  expect(aborted).toEqual(['a', 'b'])
  win('a')
  await clock.advance(0)
  expect(discarded).toEqual(['a'])
  expect(clock.waiting).toBe(0)
})

test('a way that fails makes room for the next at once, and the last failure is told', async () => {
  const { clock, started, result, fail } = scene(['a', 'b'])
  fail('a')
  await clock.advance(0)
  expect(started).toEqual(['a', 'b'])
  fail('b', 'the last')
  await expect(result).rejects.toThrow('the last')
  expect(clock.waiting).toBe(0)
})

test('after what is final nothing else is tried', async () => {
  const { clock, started, result, fail } = scene(['a', 'b'])
  fail('a', 'final')
  await expect(result).rejects.toThrow('final')
  await clock.advance(10_000)
  expect(started).toEqual(['a'])
})

test('the whole race can be called off', async () => {
  const { clock, stop, aborted } = scene(['a', 'b'])
  await clock.advance(300)
  stop.abort()
  expect(aborted).toEqual(['a', 'b'])
})

test('IPv6 and IPv4 take turns', () => {
  const addresses = ['192.0.2.1', '192.0.2.2', '2001:db8::1', '192.0.2.3']
  expect(interleave(addresses)).toEqual(['2001:db8::1', '192.0.2.1', '192.0.2.2', '192.0.2.3'])
  expect(interleave([])).toEqual([])
})
