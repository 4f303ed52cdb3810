import { expect, test } from 'vitest'
import { createTurns } from './turns.ts'

const never = new AbortController().signal

test('so many run at once, the others in their order, and a failure frees its turn', async () => {
  const takeTurn = createTurns(2)
  const begun: number[] = []
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>())
  const done = gates.map(({ promise }, index) =>
    takeTurn(never, () => {
      begun.push(index)
      return promise
    }).catch((error: Error) => error.message),
  )
  await Promise.resolve()
  expect(begun).toEqual([0, 1])
  gates[1]!.reject(new Error('one'))
  expect(await done[1]).toBe('one')
  await new Promise(setImmediate)
  expect(begun).toEqual([0, 1, 2])
  for (const { resolve } of gates) resolve()
  await Promise.all(done)
  expect(begun).toEqual([0, 1, 2, 3, 4])
})

test('who stops waiting loses its place, and nobody else does', async () => {
  const takeTurn = createTurns(1)
  const gate = Promise.withResolvers<void>()
  const first = takeTurn(never, () => gate.promise)
  const impatient = new AbortController()
  const second = takeTurn(impatient.signal, async () => 'second')
  const third = takeTurn(never, async () => 'third')
  impatient.abort(new Error('enough'))
  await expect(second).rejects.toThrow('enough')
  await expect(takeTurn(impatient.signal, async () => 'late')).rejects.toThrow('enough')
  gate.resolve()
  await first
  expect(await third).toBe('third')
})
