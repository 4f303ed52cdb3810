import { expect, test } from 'vitest'
import { createEventRing } from './event-ring.ts'

test('who comes back gets what came since, in order', () => {
  const ring = createEventRing('run')
  const start = ring.lastId
  const sent = ['1', '2', '3'].map((data) => ring.add(data))
  expect(sent[1]).toBe('id: run-2\nevent: change\ndata: 2\n\n')
  expect(ring.since(start)).toEqual(sent)
  expect(ring.since('run-2')).toEqual(sent.slice(2))
  expect(ring.since(ring.lastId)).toEqual([])
})

test('what is of another run, of the future, or no number is not known', () => {
  const ring = createEventRing('run')
  ring.add('1')
  for (const id of ['other-1', 'run-2', 'run--1', 'run-', 'run-1.5', 'run-01', 'run', '', 'nur-1', 'run-NaN'])
    expect(ring.since(id)).toBeUndefined()
})

test('only so many and so much are kept', () => {
  const many = createEventRing('run')
  for (let number = 1; number <= 5000; number++) many.add(`${number}`)
  expect(many.since('run-1000')).toHaveLength(4000)
  expect(many.since('run-999')).toBeUndefined()
  const large = createEventRing('run')
  for (let number = 1; number <= 20; number++) large.add('x'.repeat(100_000))
  expect(large.since('run-10')).toHaveLength(10)
  expect(large.since('run-9')).toBeUndefined()
})
