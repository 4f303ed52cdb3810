import { expect, test } from 'vitest'
import { SyncError } from './core/errors.ts'
import type { Link } from './ports.ts'
import { createManualClock } from './testing/manual-clock.ts'
import { createTrafficMeter } from './traffic.ts'

function fakeLink() {
  const traffic = { sentBytes: 0, receivedBytes: 0 }
  const { promise: closed, resolve: close } = Promise.withResolvers<SyncError>()
  const link = { traffic, closed } satisfies Pick<Link, 'traffic' | 'closed'>
  return { traffic, close: () => close(new SyncError('closing')), link: link as unknown as Link }
}

test('bytes are counted over all links, and stay counted when one closes', async () => {
  const clock = createManualClock(0)
  const meter = createTrafficMeter(clock)
  const [one, two] = [fakeLink(), fakeLink()]
  meter.add(one.link)
  meter.add(two.link)
  one.traffic.receivedBytes = 10
  two.traffic.sentBytes = 7
  one.close()
  await one.link.closed
  two.traffic.sentBytes = 8
  expect(meter.read()).toMatchObject({ received: 10, sent: 8 })
})

test('a rate is an average over the last seconds, and falls to nothing', async () => {
  const clock = createManualClock(0)
  const meter = createTrafficMeter(clock)
  const { link, traffic } = fakeLink()
  meter.add(link)
  for (let second = 0; second < 10; second += 1) {
    traffic.receivedBytes += 1000
    await clock.advance(1000)
  }
  expect(meter.read()).toMatchObject({ receivedPerSecond: 1000, sentPerSecond: 0 })
  await clock.advance(10_000)
  expect(meter.read()).toMatchObject({ received: 10_000, receivedPerSecond: 0 })
})

test('without links nothing runs, however often they come and go', async () => {
  const clock = createManualClock(0)
  const meter = createTrafficMeter(clock)
  for (let times = 0; times < 5; times += 1) {
    const { link, close } = fakeLink()
    meter.add(link)
    close()
    await link.closed
  }
  expect(clock.waiting).toBe(1)
  await clock.advance(2000)
  expect(clock.waiting).toBe(0)
})
