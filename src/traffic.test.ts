import { expect, test } from 'vitest'
import { SyncError } from './core/errors.ts'
import type { DeviceId, FolderId } from './core/ids.ts'
import type { Link } from './ports.ts'
import { createManualClock } from './testing/manual-clock.ts'
import { createTrafficMeter } from './traffic.ts'

function fakeLink(folder = 'folder', device = 'peer') {
  const traffic = { sentBytes: 0, receivedBytes: 0 }
  const { promise: closed, resolve: close } = Promise.withResolvers<SyncError>()
  const link = { traffic, closed, folderId: folder as FolderId, peer: device as DeviceId }
  return {
    traffic,
    close: () => close(new SyncError('closing')),
    link: link as Pick<Link, keyof typeof link> as Link,
  }
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

test('speeds are told by folder and peer, over all links with it', async () => {
  const clock = createManualClock(0)
  const meter = createTrafficMeter(clock)
  const links = [fakeLink('a', 'p'), fakeLink('a', 'p'), fakeLink('a', 'q'), fakeLink('b', 'p')]
  for (const { link } of links) meter.add(link)
  for (let second = 0; second < 6; second += 1) {
    for (const [at, { traffic }] of links.entries()) traffic.sentBytes += 10 ** at
    await clock.advance(1000)
  }
  const { byPeer, ...all } = meter.speedsOf('a' as FolderId)
  expect(all).toEqual({ receivedPerSecond: 0, sentPerSecond: 111 })
  expect([...byPeer].map(([peer, { sentPerSecond }]) => [peer, sentPerSecond])).toEqual([
    ['p', 11],
    ['q', 100],
  ])
  for (const { close, link } of links) {
    close()
    await link.closed
  }
  expect(meter.speedsOf('a' as FolderId).byPeer.size).toBe(0)
})

test('who listens is told of every byte once', async () => {
  const clock = createManualClock(0)
  const meter = createTrafficMeter(clock)
  let [received, untilMs] = [0, 0]
  const listening = meter.listen((passed) => {
    expect(passed.fromMs).toBe(untilMs)
    untilMs = passed.toMs
    received += passed.received
  })
  const { link, traffic, close } = fakeLink()
  meter.add(link)
  for (let second = 0; second < 3; second += 1) {
    traffic.receivedBytes += 1000
    await clock.advance(1000)
  }
  traffic.receivedBytes += 7
  close()
  await clock.advance(2000)
  expect([received, meter.read().received]).toEqual([3007, 3007])
  listening[Symbol.dispose]()
})
