import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createRateGate, type RateGate } from './rate-gate.ts'

/** Sends piece after piece until told to stop; counts what went. */
function sender(gate: RateGate, owner: object = {}) {
  const state = { sent: 0, isOn: true }
  async function run(): Promise<void> {
    while (state.isOn) {
      const piece = gate.pieceBytes()
      await gate.turn(owner, piece)
      state.sent += piece
    }
  }
  void run()
  return state
}

test.each([1024, 100_000, 20_000_000])('%i bytes a second hold over minutes', async (rate) => {
  const clock = createManualClock(0)
  const gate = createRateGate(clock)
  gate.setRate(rate)
  const one = sender(gate)
  await clock.advance(120_000)
  expect(one.sent / 120 / rate).toBeGreaterThan(0.95)
  expect(one.sent / 120 / rate).toBeLessThan(1.05)
  one.isOn = false
})

test('those who wait take turns', async () => {
  const clock = createManualClock(0)
  const gate = createRateGate(clock)
  gate.setRate(100_000)
  const senders = [sender(gate), sender(gate), sender(gate)]
  await clock.advance(30_000)
  for (const { sent } of senders) expect(sent / 1_000_000).toBeCloseTo(1, 1)
  for (const each of senders) each.isOn = false
})

test('no timer runs while nobody waits, and none is left by who is forgotten', async () => {
  const clock = createManualClock(0)
  const gate = createRateGate(clock)
  expect(gate.turn({}, 1_000_000)).toBeUndefined()
  gate.setRate(1024)
  const owner = {}
  await gate.turn(owner, 10_000)
  expect(clock.waiting).toBe(0)
  const waits = gate.turn(owner, 1)
  expect(clock.waiting).toBe(1)
  gate.forget(owner)
  await waits
  expect(clock.waiting).toBe(0)
})

test('whoever waits goes at once when the limit goes', async () => {
  const clock = createManualClock(0)
  const gate = createRateGate(clock)
  gate.setRate(1024)
  await gate.turn({}, 1_000_000)
  const waits = gate.turn({}, 1_000_000)
  gate.setRate(0)
  await waits
  expect(clock.waiting).toBe(0)
})

test('P8 only as many are answered at once as the rate is enough for, and those sent away come next', async () => {
  const clock = createManualClock(0)
  const gate = createRateGate(clock)
  gate.setRate(2048)
  const [a, b, c, d] = [{}, {}, {}, {}]
  expect([a, b, c, d].map((owner) => gate.enter(owner))).toEqual([true, true, false, false])
  gate.leave(a)
  // The place is kept for the first who was sent away.
  expect([a, d, c].map((owner) => gate.enter(owner))).toEqual([false, false, true])
  gate.leave(b)
  expect([a, d].map((owner) => gate.enter(owner))).toEqual([false, true])
  gate.leave(c)
  // Nobody came for it in time.
  await clock.advance(41_000)
  expect(gate.enter(b)).toBe(true)
  gate.forget(b)
  gate.forget(d)
  gate.setRate(0)
  expect([a, b, c, d].map((owner) => gate.enter(owner))).toEqual([true, true, true, true])
})
