import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createLatest } from './latest.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function aQuestioner() {
  const asked: { question: string; settle: PromiseWithResolvers<string> }[] = []
  const answers: string[] = []
  const latest = createLatest<string, string>(
    300,
    (question) => {
      const settle = Promise.withResolvers<string>()
      asked.push({ question, settle })
      return settle.promise
    },
    (settled) => answers.push(settled.status === 'fulfilled' ? settled.value : 'failed'),
  )
  return { asked, answers, latest }
}

test('who types is asked for once, when the typing rests', async () => {
  const { asked, latest } = aQuestioner()
  for (const question of ['a', 'ab', 'abc']) {
    latest.ask(question)
    await vi.advanceTimersByTimeAsync(200)
  }
  await vi.advanceTimersByTimeAsync(200)
  expect(asked.map(({ question }) => question)).toEqual(['abc'])
})

test('an answer to what is not asked any more is not heard; the new question follows it', async () => {
  const { asked, answers, latest } = aQuestioner()
  latest.ask('old')
  await vi.advanceTimersByTimeAsync(300)
  latest.ask('new')
  await vi.advanceTimersByTimeAsync(300)
  expect(asked).toHaveLength(1)
  asked[0]!.settle.resolve('to old')
  await vi.advanceTimersByTimeAsync(0)
  expect(asked[1]!.question).toBe('new')
  asked[1]!.settle.reject(new Error('no'))
  await vi.advanceTimersByTimeAsync(0)
  expect(answers).toEqual(['failed'])
})

test('nothing is heard after the end', async () => {
  const { asked, answers, latest } = aQuestioner()
  latest.ask('a')
  await vi.advanceTimersByTimeAsync(300)
  latest[Symbol.dispose]()
  asked[0]!.settle.resolve('late')
  await vi.advanceTimersByTimeAsync(1000)
  expect(answers).toEqual([])
})
