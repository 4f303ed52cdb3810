import { expect, test } from 'vitest'
import { createPace } from './pace.ts'

/** A pace at which a call takes as long as told, with the processor perhaps taken away meanwhile. */
function scene() {
  let nowMs = 0
  let preemptions = 0
  const turns: (() => void)[] = []
  const pace = createPace({
    nowMs: () => nowMs,
    onNextTurn: (callback) => turns.push(callback),
    preemptions: () => preemptions,
  })
  return {
    nextTurn() {
      for (const callback of turns.splice(0)) callback()
    },
    rest(ms: number) {
      nowMs += ms
    },
    call: (ms: number, isPreempted = false) =>
      pace.run<string>(
        () => {
          nowMs += ms
          if (isPreempted) preemptions += 1
          return 'at once'
        },
        async () => 'in a thread',
      ),
  }
}

test('what is answered at once is asked at once, but not for long in one turn', async () => {
  const { call, nextTurn } = scene()
  for (let ms = 0; ms < 20; ms += 1) expect(await call(1)).toBe('at once')
  expect(await call(1)).toBe('in a thread')
  nextTurn()
  expect(await call(1)).toBe('at once')
})

test('a disk that keeps us waiting is asked in threads for a while', async () => {
  const { call, nextTurn, rest } = scene()
  expect(await call(17)).toBe('at once')
  nextTurn()
  expect(await call(17)).toBe('at once')
  nextTurn()
  expect(await call(0)).toBe('in a thread')
  rest(1001)
  nextTurn()
  expect(await call(0)).toBe('at once')
})

test('a call that took long because others had the processor says nothing about the disk', async () => {
  const { call, nextTurn } = scene()
  for (let count = 0; count < 5; count += 1) {
    expect(await call(17, true)).toBe('at once')
    nextTurn()
  }
})

test('what fails at once is a failure, not an exception', async () => {
  const { promise } = Promise.withResolvers<string>()
  const pace = createPace({ nowMs: () => 0, onNextTurn: () => undefined, preemptions: () => 0 })
  const failing = () => {
    throw new Error('EIO')
  }
  await expect(pace.run(failing, () => promise)).rejects.toThrow('EIO')
})
