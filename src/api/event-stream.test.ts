import { expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createEventStream, type EventReader } from './event-stream.ts'
import type { Snapshot } from './schemas/events.ts'

/** A device whose only news is a number. */
function createDevice(clock: ManualClock) {
  const device = {
    received: 0,
    looks: 0,
    failure: undefined as Error | undefined,
    note: (): void => undefined,
    isListenedTo: false,
    failures: [] as unknown[],
    /** How long a look takes. */
    lookMs: 0,
  }
  const limits = { upload: 0, download: 0, lan: false, paused: false, by: 'settings' } as const
  const stream = createEventStream({
    ...{ clock, epoch: 'run', onFailure: (error) => device.failures.push(error) },
    async look(): Promise<Snapshot> {
      device.looks++
      if (device.failure !== undefined) throw device.failure
      const { received } = device
      if (device.lookMs > 0) await new Promise<void>((done) => clock.after(device.lookMs, done))
      return {
        status: {
          device: { id: 'd', name: 'd', version: '0', listen: '', pid: 1, appliance: false, limits },
          ...{ folders: [], traffic: { received, sent: 0, receivedPerSecond: 0, sentPerSecond: 0 } },
        },
        transfers: {},
      }
    },
    listen(noted) {
      device.note = noted
      device.isListenedTo = true
      return {
        [Symbol.dispose]() {
          device.note = () => undefined
          device.isListenedTo = false
        },
      }
    },
  })
  return { device, stream }
}

function createReader() {
  const texts: string[] = []
  const reader = {
    isSlow: false,
    isEnded: false,
    write(text: string) {
      if (reader.isSlow) return false
      texts.push(text)
      return true
    },
    end() {
      reader.isEnded = true
    },
  } satisfies EventReader & Record<string, unknown>
  const received = () =>
    [...texts.join('').matchAll(/event: (\w+)\ndata: (.*)\n/g)].map(([, kind, data]) => {
      const { traffic, status } = JSON.parse(data!)
      return [kind, (traffic ?? status.traffic).received]
    })
  return { reader, texts, received, lastId: () => [...texts.join('').matchAll(/id: (.*)\n/g)].at(-1)?.[1] }
}

test('a reader gets everything, and then what changes: soon, but under constant change once a second', async () => {
  const clock = createManualClock(0)
  const { device, stream } = createDevice(clock)
  const { reader, received } = createReader()
  using _ = await stream.add(reader, undefined)
  expect(received()).toEqual([['snapshot', 0]])
  await clock.advance(5000)
  device.received = 1
  device.note()
  await clock.advance(250)
  expect(received().slice(1)).toEqual([['change', 1]])
  const looks = device.looks
  for (let step = 0; step < 100; step++) {
    device.received += 1
    device.note()
    await clock.advance(100)
  }
  expect(device.looks - looks).toBeLessThanOrEqual(10)
  await clock.advance(1000)
  expect(received().at(-1)).toEqual(['change', 101])
})

test('a device that is slow to look at is looked at seldom', async () => {
  const clock = createManualClock(0)
  const { device, stream } = createDevice(clock)
  const { reader } = createReader()
  using _ = await stream.add(reader, undefined)
  device.lookMs = 100
  for (let step = 0; step < 300; step++) {
    device.note()
    await clock.advance(100)
  }
  expect(device.looks).toBeLessThanOrEqual(8)
})

test('with nobody to read nothing runs, and who comes back gets what was missed', async () => {
  const clock = createManualClock(0)
  const { device, stream } = createDevice(clock)
  const first = createReader()
  const reading = await stream.add(first.reader, undefined)
  device.received = 1
  device.note()
  await clock.advance(1000)
  reading[Symbol.dispose]()
  reading[Symbol.dispose]()
  expect([clock.waiting, device.isListenedTo]).toEqual([0, false])
  device.received = 2
  const again = createReader()
  using _again = await stream.add(again.reader, first.lastId())
  expect(again.received()).toEqual([['change', 2]])
  const stranger = createReader()
  using _stranger = await stream.add(stranger.reader, 'other-1')
  expect(stranger.received()).toEqual([['snapshot', 2]])
  const fresh = createReader()
  using _fresh = await stream.add(fresh.reader, again.lastId())
  expect(fresh.received()).toEqual([])
})

test('a reader that does not take what it is sent goes, the others are served', async () => {
  const clock = createManualClock(0)
  const { device, stream } = createDevice(clock)
  const [slow, good] = [createReader(), createReader()]
  using _slow = await stream.add(slow.reader, undefined)
  using _good = await stream.add(good.reader, undefined)
  slow.reader.isSlow = true
  for (const received of [1, 2]) {
    device.received = received
    device.note()
    await clock.advance(1000)
  }
  expect(slow.reader.isEnded).toBe(true)
  expect(good.received()).toEqual([
    ['snapshot', 0],
    ['change', 1],
    ['change', 2],
  ])
})

test('every reader hears that the device is still there, and what nobody noted is found by then', async () => {
  const clock = createManualClock(0)
  const { device, stream } = createDevice(clock)
  const { reader, texts, received } = createReader()
  using _ = await stream.add(reader, undefined)
  device.received = 5
  await clock.advance(15_300)
  expect(texts[1]).toMatch(/^:.*\n\n$/)
  expect(received().at(-1)).toEqual(['change', 5])
})

test('one reader too many is refused, and there is room again when one goes', async () => {
  const clock = createManualClock(0)
  const { stream } = createDevice(clock)
  const readings = await Promise.all(
    Array.from({ length: 32 }, () => stream.add(createReader().reader, undefined)),
  )
  await expect(stream.add(createReader().reader, undefined)).rejects.toSatisfy((error) =>
    isSyncError(error, 'too-many-readers'),
  )
  readings[0]![Symbol.dispose]()
  readings[0] = await stream.add(createReader().reader, undefined)
  for (const reading of readings) reading[Symbol.dispose]()
  expect(clock.waiting).toBe(0)
})

test('a look that fails is told to who just came, and otherwise taken again', async () => {
  const clock = createManualClock(0)
  const { device, stream } = createDevice(clock)
  device.failure = new Error('no')
  await expect(stream.add(createReader().reader, undefined)).rejects.toThrow('no')
  device.failure = undefined
  const { reader, received } = createReader()
  using _ = await stream.add(reader, undefined)
  device.failure = new Error('no')
  device.note()
  await clock.advance(1000)
  expect(device.failures).toHaveLength(1)
  device.failure = undefined
  device.received = 1
  device.note()
  await clock.advance(1000)
  expect(received().at(-1)).toEqual(['change', 1])
})
