import { expect, test } from 'vitest'
import { membersOf } from '../core/block-set.ts'
import { toId } from '../core/ids.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createPeerBlocks } from './peer-blocks.ts'

const rootOf = (number: number) => toId('ContentRoot', Buffer.alloc(32, `content ${number}`))

function progress(number: number, blockCount: number, runs: readonly number[], whole = false) {
  return { kind: 'progress' as const, root: rootOf(number), blockCount, whole, runs }
}

function blocksOf(told: ReturnType<typeof createPeerBlocks>, number: number): number[] | undefined {
  const set = told.of(rootOf(number))
  return set && [...membersOf(set)]
}

test('P14 blocks are added to those told before, unless these are all', () => {
  const told = createPeerBlocks(createManualClock(0))
  told.note(progress(1, 9, [1, 2]))
  told.note(progress(1, 9, [7, 2]))
  expect(blocksOf(told, 1)).toEqual([1, 2, 7, 8])
  told.takeBack(rootOf(1), 7)
  expect(blocksOf(told, 1)).toEqual([1, 2, 8])
  told.note(progress(1, 9, [0, 1], true))
  expect(blocksOf(told, 1)).toEqual([0])
  told.note(progress(1, 10, [3, 1]))
  expect(blocksOf(told, 1)).toEqual([3])
  told.forget(rootOf(1))
  expect(blocksOf(told, 1)).toBeUndefined()
})

test('P14 a peer that was of no use is promising again when it tells more, after a while', async () => {
  const clock = createManualClock(0)
  const told = createPeerBlocks(clock)
  const isPromising = () => told.promisingMs(rootOf(1)) <= clock.monotonicMs()
  told.exhaust(rootOf(1))
  told.note(progress(1, 9, []))
  expect(isPromising()).toBe(false)
  told.note(progress(1, 9, [0, 1]))
  expect(isPromising()).toBe(true)
  told.exhaust(rootOf(1))
  await clock.advance(60_000)
  expect(told.promisingMs(rootOf(1))).toBe(Number.POSITIVE_INFINITY)
  told.exhaust(rootOf(1))
  told.note(progress(1, 9, [1, 1]))
  expect(isPromising()).toBe(false)
  await clock.advance(30_000)
  expect(isPromising()).toBe(true)
})

test('I14 of countless contents and of the largest ones the newest are remembered', () => {
  const told = createPeerBlocks(createManualClock(0))
  for (let number = 0; number < 1000; number++) told.note(progress(number, 8, [0, 1]))
  const small = Array.from({ length: 1000 }, (_, number) => number).filter((number) =>
    told.of(rootOf(number)),
  )
  expect(small).toEqual(Array.from({ length: 256 }, (_, index) => 744 + index))
  for (let number = 1000; number < 1100; number++) told.note(progress(number, 2 ** 20, [0, 1]))
  const large = Array.from({ length: 1100 }, (_, number) => number).filter((number) =>
    told.of(rootOf(number)),
  )
  expect(large).toEqual(Array.from({ length: 8 }, (_, index) => 1092 + index))
})
