import { expect, test } from 'vitest'
import { type Progress, runEach } from './run-each.ts'

const calm = () => ({ onProgress: () => undefined, signal: new AbortController().signal })

test('one that fails does not keep the others from being done', async () => {
  const told: number[] = []
  const act = async (name: string) => {
    if (name === 'b') throw new Error('no room')
  }
  const result = await runEach(['a', 'b', 'c'], (name) => name, act, {
    ...calm(),
    onProgress: ({ done, failed }) => told.push(done + failed),
  })
  expect(result).toMatchObject({ done: 2, failed: 1, failures: [{ name: 'b', error: { code: 'internal' } }] })
  expect(told).toEqual([1, 2, 3])
})

test('it ends between two of them when somebody wants it to', async () => {
  const leaving = new AbortController()
  const done: number[] = []
  const act = async (number: number) => {
    done.push(number)
    if (number === 2) leaving.abort()
  }
  const progress: Progress = await runEach([1, 2, 3], String, act, { ...calm(), signal: leaving.signal })
  expect(done).toEqual([1, 2])
  expect(progress.done).toBe(2)
})

test('of many failures the first are told, and of all the number', async () => {
  const many = Array.from({ length: 500 }, (_, at) => at)
  const result = await runEach(many, String, () => Promise.reject(new Error('no')), calm())
  expect(result).toMatchObject({ done: 0, failed: 500 })
  expect(result.failures).toHaveLength(100)
})
