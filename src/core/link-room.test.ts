import { expect, test } from 'vitest'
import { helloMs, longStayMs, type Rank, ranks, type Seat, stayMs, whoMakesRoom } from './link-room.ts'

let seatsMade = 0

function seat(
  name: string,
  given: { open?: boolean; rank?: Rank; network?: string; sinceMs?: number; settled?: boolean } = {},
) {
  seatsMade += 1
  const { open = true, rank = ranks.stranger, sinceMs = 0, settled = true } = given
  const { network = `network ${seatsMade}` } = given
  return { name, isOpen: () => open, rank, network, sinceMs, isSettled: () => settled } satisfies Seat & {
    name: string
  }
}

const stranger = { rank: ranks.stranger, network: 'elsewhere' }
const near = { rank: ranks.near, network: 'elsewhere' }
const sought = { rank: ranks.sought, network: 'elsewhere' }

test('who says nothing goes first', () => {
  const seats = [seat('old'), seat('silent', { open: false, rank: ranks.near })]
  expect(whoMakesRoom(stranger, seats, 2 * stayMs)?.name).toBe('silent')
})

test('who has just come keeps its place while its hello is on its way', () => {
  const seats = [seat('coming', { open: false, settled: false })]
  expect(whoMakesRoom(stranger, seats, helloMs - 1)).toBeUndefined()
  expect(whoMakesRoom(stranger, seats, helloMs)?.name).toBe('coming')
})

test('where many say nothing the first of them goes at once', () => {
  const silent = { open: false, settled: false }
  const seats = [seat('first', silent), seat('second', silent), seat('busy', { settled: false })]
  expect(whoMakesRoom(stranger, seats, 0)?.name).toBe('first')
})

test('one that is near gets the place of a stranger, and one that was sought that of either', () => {
  const busy = { settled: false }
  const seats = [
    seat('near', { rank: ranks.near, ...busy }),
    seat('stranger', busy),
    seat('sought', { rank: ranks.sought, ...busy }),
  ]
  expect(whoMakesRoom(near, seats, 0)?.name).toBe('stranger')
  expect(whoMakesRoom(sought, seats, 0)?.name).toBe('stranger')
  expect(whoMakesRoom(sought, [seats[0]!, seats[2]!], 0)?.name).toBe('near')
  expect(whoMakesRoom(near, [seats[0]!, seats[2]!], 0)).toBeUndefined()
  expect(whoMakesRoom(sought, [seats[2]!], 2 * longStayMs)).toBeUndefined()
})

test('a stranger gets the place of the first that has been here a while and needs nothing', () => {
  const seats = [
    seat('near', { rank: ranks.near }),
    seat('busy', { settled: false }),
    seat('old', { sinceMs: 1 }),
    seat('young', { sinceMs: stayMs }),
  ]
  expect(whoMakesRoom(stranger, seats, stayMs + 1)?.name).toBe('old')
  expect(whoMakesRoom(stranger, seats, stayMs)).toBeUndefined()
})

test('whoever says that it needs something for ever goes after a long time', () => {
  const seats = [seat('busy', { settled: false }), seat('near', { rank: ranks.near, settled: false })]
  expect(whoMakesRoom(stranger, seats, longStayMs - 1)).toBeUndefined()
  expect(whoMakesRoom(stranger, seats, longStayMs)?.name).toBe('busy')
  expect(whoMakesRoom(near, [seats[1]!], longStayMs)?.name).toBe('near')
})

test('one network with more than its share makes room for others at once, and not for its own', () => {
  const crowd = { network: 'crowd', settled: false }
  const seats = [
    seat('first', crowd),
    seat('second', crowd),
    seat('other', { settled: false }),
    seat('another', { settled: false }),
  ]
  expect(whoMakesRoom(stranger, seats, 0)?.name).toBe('first')
  expect(whoMakesRoom({ ...stranger, network: 'crowd' }, seats, 0)).toBeUndefined()
  const soughtCrowd = seats.map((each) => ({ ...each, rank: ranks.sought }))
  expect(whoMakesRoom(stranger, soughtCrowd, 0)).toBeUndefined()
})
