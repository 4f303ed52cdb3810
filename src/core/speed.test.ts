import { expect, test } from 'vitest'
import { createSpeed } from './speed.ts'

test('a speed is an average over the last seconds', () => {
  const speed = createSpeed()
  for (let second = 0; second <= 10; second++) speed.note(second * 1000, second < 5 ? 0 : (second - 5) * 300)
  expect(speed.perSecond(10_000, 1500)).toBe(300)
})

test('what does not grow any more has no speed after a while, though nothing was noted since', () => {
  const speed = createSpeed()
  speed.note(0, 0)
  speed.note(1000, 5000)
  expect(speed.perSecond(2000, 5000)).toBe(2500)
  expect(speed.perSecond(6001, 5000)).toBe(0)
})

test('a first look tells no speed, and notes close together change nothing', () => {
  const speed = createSpeed()
  expect(speed.perSecond(0, 100)).toBe(0)
  speed.note(0, 100)
  expect(speed.perSecond(0, 100)).toBe(0)
  for (let ms = 1; ms <= 400; ms++) speed.note(ms, 100 + ms)
  expect(speed.perSecond(400, 500)).toBe(1000)
})
