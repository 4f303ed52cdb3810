import { expect, test } from 'vitest'
import { goOn, seriesOf, summarize, tableRows, toDays, toMinutes } from './traffic-series.ts'

const from = '2026-05-10T12:00:00.000Z'
const fromSeconds = Date.parse(from) / 1000
const told = seriesOf({ from, stepSeconds: 1, received: [null, 1, 2], sent: [null, 0, 4] })

test('each step has its time', () => {
  expect(told.times).toEqual([fromSeconds, fromSeconds + 1, fromSeconds + 2])
})

test('it goes on at the present speed, and keeps its length', () => {
  const next = goOn(told, 1, { receivedPerSecond: 7, sentPerSecond: 8 })
  expect(next.times).toEqual([fromSeconds + 1, fromSeconds + 2, fromSeconds + 3])
  expect(next.received).toEqual([1, 2, 7])
  expect(next.sent).toEqual([0, 4, 8])
})

test('after a long sleep of the browser everything before is gone, and the times are right', () => {
  const next = goOn(told, 500, { receivedPerSecond: 7, sentPerSecond: 8 })
  expect(next.times).toEqual([fromSeconds + 500, fromSeconds + 501, fromSeconds + 502])
  expect(next.received).toEqual([7, 7, 7])
})

test('days are those of the reader, and hours that nobody counted stay unknown', () => {
  const midnight = new Date(2026, 4, 10).getTime()
  const hours = seriesOf({
    from: new Date(midnight - 2 * 3_600_000).toISOString(),
    stepSeconds: 3600,
    received: [null, null, 5, 6],
    sent: [null, null, 0, 1],
  })
  const days = toDays(hours)
  expect(days.times).toEqual([new Date(2026, 4, 9).getTime() / 1000, midnight / 1000])
  expect(days.received).toEqual([null, 11])
  expect(days.sent).toEqual([null, 1])
})

test('minutes are whole ones', () => {
  const seconds = seriesOf({
    from: '2026-05-10T12:00:59.500Z',
    stepSeconds: 1,
    received: [1, 2, 3],
    sent: [0, 0, 0],
  })
  expect(toMinutes(seconds).received).toEqual([1, 5])
})

test('sums and heights leave out what nobody counted, and so does the table', () => {
  expect(summarize(told)).toEqual({ received: 3, sent: 4, mostReceived: 2, mostSent: 4 })
  expect(tableRows(told)).toEqual([
    { time: fromSeconds + 2, received: 2, sent: 4 },
    { time: fromSeconds + 1, received: 1, sent: 0 },
  ])
})
