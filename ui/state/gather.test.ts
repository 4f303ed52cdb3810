import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createGatherer, gatherRestMs } from './gather.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function aGatherer() {
  const handed: (readonly number[])[] = []
  const gatherer = createGatherer<number>(
    (items) => handed.push(items),
    (action) => setTimeout(action, 1),
  )
  return { handed, gatherer }
}

test('the first is handed on at once, those that follow together after a rest, in their order', () => {
  const { handed, gatherer } = aGatherer()
  gatherer.add(0)
  vi.advanceTimersByTime(1)
  for (const item of [1, 2, 3]) {
    gatherer.add(item)
    vi.advanceTimersByTime(50)
  }
  expect(handed).toEqual([[0]])
  vi.advanceTimersByTime(gatherRestMs)
  expect(handed).toEqual([[0], [1, 2, 3]])
})

test('after a rest without news the next is handed on at once again', () => {
  const { handed, gatherer } = aGatherer()
  gatherer.add(0)
  vi.advanceTimersByTime(10 * gatherRestMs)
  gatherer.add(1)
  vi.advanceTimersByTime(1)
  expect(handed).toEqual([[0], [1]])
  expect(vi.getTimerCount()).toBe(1)
})

test('nothing is handed on after the end, and nothing runs', () => {
  const { handed, gatherer } = aGatherer()
  gatherer.add(0)
  vi.advanceTimersByTime(1)
  gatherer.add(1)
  gatherer[Symbol.dispose]()
  vi.advanceTimersByTime(10 * gatherRestMs)
  expect(handed).toEqual([[0]])
  expect(vi.getTimerCount()).toBe(0)
})
