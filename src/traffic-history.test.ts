import { expect, test } from 'vitest'
import type { DeviceTraffic } from './store/device-traffic.ts'
import { createManualClock } from './testing/manual-clock.ts'
import { silentLog } from './testing/silent-log.ts'
import type { Passed, TrafficMeter } from './traffic.ts'
import { openTrafficHistory } from './traffic-history.ts'

const hourMs = 3_600_000

function createMeter() {
  let told: (passed: Passed) => void = () => undefined
  const meter: Pick<TrafficMeter, 'listen'> = {
    listen(listener) {
      told = listener
      return { [Symbol.dispose]: () => undefined }
    },
  }
  return { meter: meter as TrafficMeter, pass: (passed: Passed) => told(passed) }
}

function createStore(hours = new Map<number, { received: number; sent: number }>()) {
  let writes = 0
  const store: DeviceTraffic = {
    addTraffic(hour, received, sent) {
      writes++
      const before = hours.get(hour) ?? { received: 0, sent: 0 }
      hours.set(hour, { received: before.received + received, sent: before.sent + sent })
    },
    trafficSince: (first) =>
      [...hours].filter(([hour]) => hour >= first).map(([hour, sums]) => ({ hour, ...sums })),
  }
  return { store, hours, writes: () => writes }
}

function sumOf(values: readonly (number | null)[]): number {
  return values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
}

test('the last minutes are told by seconds, none lost between looks that come late', async () => {
  const clock = createManualClock(50 * hourMs)
  const { meter, pass } = createMeter()
  using history = openTrafficHistory(clock, silentLog, meter, createStore().store)
  let fromMs = 0
  for (let look = 0; look < 100; look++) {
    await clock.advance(1013)
    pass({ fromMs, toMs: clock.monotonicMs(), received: 1013, sent: 0, isFlowing: true })
    fromMs = clock.monotonicMs()
  }
  const { received, fromMs: shownFromMs } = history.minutes()
  expect(shownFromMs).toBe(clock.now() - 600_000)
  expect(received).toHaveLength(600)
  expect(sumOf(received)).toBe(101_300)
  expect(new Set(received.slice(-102))).toEqual(new Set([1000, 300]))
  expect(received.slice(0, 498).every((bytes) => bytes === null)).toBe(true)
  await clock.advance(600_000)
  expect(new Set(history.minutes().received)).toEqual(new Set([0]))
})

test('hours are written once each and at the end, and told before that', async () => {
  const clock = createManualClock(800 * hourMs + 1000)
  const { meter, pass } = createMeter()
  const { store, hours, writes } = createStore(new Map([[799, { received: 5, sent: 6 }]]))
  const history = openTrafficHistory(clock, silentLog, meter, store)
  for (let minute = 0; minute < 100; minute++) {
    pass({
      fromMs: clock.monotonicMs() - 1000,
      toMs: clock.monotonicMs(),
      received: 1,
      sent: 2,
      isFlowing: false,
    })
    await clock.advance(60_000)
  }
  expect(writes()).toBe(1)
  const { received, sent, fromMs } = history.days()
  expect(fromMs).toBe((801 - 719) * hourMs)
  expect(received.slice(-4)).toEqual([null, 5, 60, 40])
  expect(sent.slice(-3)).toEqual([6, 120, 80])
  history[Symbol.dispose]()
  expect([writes(), hours.get(801)]).toEqual([2, { received: 40, sent: 80 }])
})

test('a store that fails costs the hour and nothing else', async () => {
  const clock = createManualClock(800 * hourMs)
  const { meter, pass } = createMeter()
  const { store } = createStore()
  const failing: DeviceTraffic = {
    ...store,
    addTraffic() {
      throw new Error('disk full')
    },
  }
  const history = openTrafficHistory(clock, silentLog, meter, failing)
  pass({ fromMs: -1000, toMs: 0, received: 1, sent: 2, isFlowing: false })
  await clock.advance(hourMs)
  pass({ fromMs: -1000, toMs: 0, received: 3, sent: 4, isFlowing: false })
  expect(history.days().received.slice(-2)).toEqual([0, 3])
  history[Symbol.dispose]()
})
