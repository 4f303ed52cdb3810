import { expect, test } from 'vitest'
import { resolveName } from './resolve.ts'

test('a name is looked up once for all who ask at the same time, and anew for those that come later', async () => {
  const first = resolveName('localhost')
  expect(resolveName('localhost')).toBe(first)
  expect(await first).toContain('127.0.0.1')
  expect(resolveName('localhost')).not.toBe(first)
})

test('a name that is not there is told so to everybody', async () => {
  const asked = ['a', 'b', 'c', 'a'].map((name) => resolveName(`${name}.invalid`))
  const outcomes = await Promise.allSettled(asked)
  expect(outcomes.map(({ status }) => status)).toEqual(Array(4).fill('rejected'))
})
