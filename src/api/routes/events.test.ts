import { join } from 'node:path'
import { expect, test } from 'vitest'
import { comparable } from '../../testing/comparable-snapshot.ts'
import { type EventReader, openEventReader } from '../../testing/event-reader.ts'
import { createManualClock, type ManualClock } from '../../testing/manual-clock.ts'
import { makeTempDirectory } from '../../testing/temp-directory.ts'
import { until } from '../../testing/until.ts'
import type { Access } from '../access.ts'
import { buildApp } from '../app.ts'
import { openControlSocket } from '../control-socket.ts'
import { createOwnerDoor } from '../door.ts'
import { createEventStream } from '../event-stream.ts'
import type { Snapshot } from '../schemas/events.ts'
import { createSessionCookie } from '../session-cookie.ts'
import type { Steering } from '../steering.ts'

/** More than the kernel keeps for both ends of a socket, and the route behind it. */
const largeCharacters = 4 * 1024 ** 2

function snapshotOf(received: number, name: string): Snapshot {
  const limits = { upload: 0, download: 0, lan: false, paused: false, by: 'settings' } as const
  return {
    status: {
      device: { ...{ id: 'd', name, version: '0', listen: '', pid: 1, appliance: false }, limits },
      ...{ folders: [], traffic: { received, sent: 0, receivedPerSecond: 0, sentPerSecond: 0 } },
    },
    transfers: {},
  }
}

async function openDevice(clock: ManualClock) {
  await using parts = new AsyncDisposableStack()
  const directory = parts.use(await makeTempDirectory())
  const device = { now: snapshotOf(0, 'd'), note: (): void => undefined, readers: 0 }
  const events = createEventStream({
    ...{ clock, epoch: 'run' },
    look: async () => device.now,
    listen(noted) {
      device.note = noted
      return { [Symbol.dispose]: () => undefined }
    },
    onFailure: (error) => {
      throw error
    },
  })
  const door = createOwnerDoor({} as Access, createSessionCookie('d', false))
  const throwIt = (error: unknown) => {
    throw error
  }
  const app = buildApp({ events } as Partial<Steering> as Steering, throwIt, door)
  const socketPath = join(directory.path, 's')
  parts.use(await openControlSocket(app, socketPath))
  const owned = parts.move()
  return {
    ...{ device, socketPath },
    async change(next: Snapshot) {
      device.now = next
      device.note()
      await clock.advance(1000)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function knows({ now }: EventReader, wanted: Snapshot): boolean {
  return now !== undefined && JSON.stringify(comparable(now)) === JSON.stringify(comparable(wanted))
}

test('a reader that takes nothing is cut off, another is served on', async () => {
  const clock = createManualClock(0)
  await using opened = await openDevice(clock)
  const { device, change, socketPath } = opened
  const large = 'x'.repeat(largeCharacters)
  device.now = snapshotOf(0, large)
  using slow = await openEventReader(socketPath)
  slow.pause()
  using good = await openEventReader(socketPath)
  await until('the good reader has the snapshot', async () => knows(good, device.now))
  for (const received of [1, 2, 3]) {
    await change(snapshotOf(received, large))
    await until('the good reader has the change', async () => knows(good, device.now))
  }
  expect(good.kinds).toEqual(['snapshot', 'traffic', 'traffic', 'traffic'])
  slow.resume()
  await until('the slow reader is gone', async () => slow.isEnded)
  expect(slow.kinds).toEqual([])
})

test('who comes back goes on after the event it had last', async () => {
  const clock = createManualClock(0)
  await using opened = await openDevice(clock)
  const { change, socketPath, device } = opened
  const first = await openEventReader(socketPath)
  await until('it has the snapshot', async () => knows(first, snapshotOf(0, 'd')))
  await change(snapshotOf(1, 'd'))
  await until('it has the change', async () => knows(first, device.now))
  first[Symbol.dispose]()
  await change(snapshotOf(2, 'd'))
  using again = await openEventReader(socketPath, { lastId: 'run-0', now: snapshotOf(0, 'd') })
  await until('it has both changes', async () => again.kinds.length === 2)
  expect(again.kinds).toEqual(['traffic', 'traffic'])
  expect(knows(again, device.now)).toBe(true)
  using stranger = await openEventReader(socketPath, { lastId: 'another-1' })
  await until('it has a snapshot', async () => knows(stranger, device.now))
  expect(stranger.kinds).toEqual(['snapshot'])
})

test('one reader too many gets the error of every route, and room when another goes', async () => {
  await using opened = await openDevice(createManualClock(0))
  const readers = await Promise.all(Array.from({ length: 32 }, () => openEventReader(opened.socketPath)))
  using refused = await openEventReader(opened.socketPath)
  expect([readers[0]!.status, refused.status]).toEqual([200, 503])
  readers[0]![Symbol.dispose]()
  await until('there is room again', async () => {
    using next = await openEventReader(opened.socketPath)
    return next.status === 200
  })
  for (const reader of readers) reader[Symbol.dispose]()
})

test('an open stream does not hold up the end', async () => {
  const opened = await openDevice(createManualClock(0))
  using reader = await openEventReader(opened.socketPath)
  await opened[Symbol.asyncDispose]()
  await until('the stream has ended', async () => reader.isEnded)
})
