import { expect, test } from 'vitest'
import { helloMs, type Seat, stayMs, whoMakesRoom } from './link-room.ts'

function seat(
  name: string,
  given: { open?: boolean; dear?: boolean; sinceMs?: number; settled?: boolean } = {},
) {
  const { open = true, dear = false, sinceMs = 0, settled = true } = given
  return { name, isOpen: () => open, isDear: dear, sinceMs, isSettled: () => settled } satisfies Seat & {
    name: string
  }
}

const stranger = { isDear: false }
const dear = { isDear: true }

test('who says nothing goes first', () => {
  const seats = [seat('old'), seat('silent', { open: false, dear: true })]
  expect(whoMakesRoom(stranger, seats, 2 * stayMs)?.name).toBe('silent')
})

test('who has just come keeps its place while its hello is on its way', () => {
  const seats = [seat('coming', { open: false, settled: false })]
  expect(whoMakesRoom(stranger, seats, helloMs - 1)).toBeUndefined()
  expect(whoMakesRoom(stranger, seats, helloMs)?.name).toBe('coming')
})

test('one that is near or sought gets the place of one that is neither, and of no other', () => {
  const seats = [seat('dear', { dear: true }), seat('busy', { settled: false, sinceMs: stayMs })]
  expect(whoMakesRoom(dear, seats, stayMs)?.name).toBe('busy')
  expect(whoMakesRoom(dear, [seats[0]!], stayMs)).toBeUndefined()
})

test('a stranger gets the place of the first that has been here long and needs nothing', () => {
  const seats = [
    seat('dear', { dear: true }),
    seat('busy', { settled: false }),
    seat('old'),
    seat('young', { sinceMs: stayMs }),
  ]
  expect(whoMakesRoom(stranger, seats, stayMs)?.name).toBe('old')
  expect(whoMakesRoom(stranger, seats, stayMs - 1)).toBeUndefined()
})
