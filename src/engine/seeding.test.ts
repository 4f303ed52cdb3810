import { afterEach, expect, test } from 'vitest'
import type { Link } from '../ports.ts'
import { faultsOf } from '../testing/hostile-scene.ts'
import { createLinkPair } from '../testing/link-pair.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  connectDevices,
  keysByRole,
  type MemoryDevice,
  openMemoryDevice,
  pass,
} from '../testing/memory-device.ts'
import { errnoError, type Gate } from '../testing/memory-files.ts'
import { noise } from '../testing/search-run.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import { createDeviceRates } from './rates.ts'
import { defaultFolderSettings } from './settings.ts'

const content = noise(48 * 131_072, 'podcast')
const devices: MemoryDevice[] = []
afterEach(async () => {
  for (const device of devices.splice(0)) {
    expect(faultsOf(device)).toBe('')
    await device[Symbol.asyncDispose]()
  }
})

async function run(clock: ManualClock, seconds: number): Promise<void> {
  for (let step = 0; step < seconds * 8; step++) await pass(clock, 125, 1)
}

/** A source with a line of 400,000 bytes a second, and readers, each with a link to it and perhaps to each other. */
async function openSwarm({
  linked,
  near = false,
  names = ['bob', 'carol', 'dave'],
  gate = async () => undefined,
}: {
  readonly linked: boolean
  readonly near?: boolean
  readonly names?: readonly string[]
  readonly gate?: Gate
}) {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const rates = createDeviceRates(clock, () => near)
  rates.limitLan(true)
  rates.set({ up: 400_000, down: 0 })
  const source = await openMemoryDevice({ clock, name: 'alice', rates, gate })
  devices.push(source)
  const readers: MemoryDevice[] = []
  const links: Link[] = []
  for (const name of names) {
    const reader = await openMemoryDevice({ clock, name, role: 'read-only' })
    if (linked) for (const other of readers) connectDevices(other, reader)
    links.push(connectDevices(source, reader)[0])
    readers.push(reader)
    devices.push(reader)
  }
  await run(clock, 3)
  return {
    ...{ clock, source, readers, links },
    copiesSent: () => links.reduce((sum, { traffic }) => sum + traffic.sentBytes, 0) / content.length,
    whoHasIt: () =>
      readers.filter(
        ({ own: { person } }) => person.stat('podcast') && person.readFile('podcast').equals(content),
      ).length,
  }
}

test('P14 a source sends what it alone has about once, however many want it', async () => {
  const { clock, source, copiesSent, whoHasIt } = await openSwarm({ linked: true })
  source.own.person.writeFile('podcast', content)
  await run(clock, 40)
  expect(whoHasIt()).toBe(3)
  expect(copiesSent()).toBeLessThan(1.1)
})

test('P14 peers that have no way to each other get all of it from the source', async () => {
  const { clock, source, copiesSent, whoHasIt } = await openSwarm({ linked: false })
  source.own.person.writeFile('podcast', content)
  await run(clock, 200)
  expect(whoHasIt()).toBe(3)
  expect(copiesSent()).toBeGreaterThan(2.9)
})

test('P14 a single peer, and peers in the local network, are told of the whole file', async () => {
  for (const swarm of [
    await openSwarm({ linked: false, names: ['bob'] }),
    await openSwarm({ linked: false, near: true }),
  ]) {
    const { clock, source, readers, whoHasIt } = swarm
    source.own.person.writeFile('podcast', content)
    await run(clock, 16 * readers.length + 4)
    expect(whoHasIt()).toBe(readers.length)
  }
})

test('P14 who comes later gets it as well, from the source and from others', async () => {
  const { clock, source, readers, whoHasIt, copiesSent } = await openSwarm({ linked: true })
  source.own.person.writeFile('podcast', content)
  await run(clock, 10)
  const late = await openMemoryDevice({ clock, name: 'eve', role: 'read-only' })
  devices.push(late)
  connectDevices(source, late)
  connectDevices(readers[0]!, late)
  await run(clock, 60)
  expect(whoHasIt()).toBe(3)
  expect(late.own.person.readFile('podcast').equals(content)).toBe(true)
  expect(copiesSent()).toBeLessThan(1.3)
})

test('P14 when those that were offered blocks leave, others are offered them', async () => {
  const { clock, source, links, readers } = await openSwarm({ linked: true })
  source.own.person.writeFile('podcast', content)
  await run(clock, 5)
  links[0]!.close('closing')
  links[1]!.close('closing')
  for (const gone of readers.slice(0, 2)) {
    await gone[Symbol.asyncDispose]()
    devices.splice(devices.indexOf(gone), 1)
  }
  await run(clock, 60)
  expect(readers[2]!.own.person.readFile('podcast').equals(content)).toBe(true)
})

test('P14 a source that could not read for a moment lets the peers have what it could not send', async () => {
  let isIll = false
  const { clock, source, whoHasIt } = await openSwarm({
    linked: false,
    gate: async (operation, path) => {
      if (isIll && path === 'podcast' && ['read', 'open'].includes(operation)) throw errnoError('EIO', path)
    },
  })
  source.own.person.writeFile('podcast', content)
  await run(clock, 6)
  isIll = true
  await run(clock, 3)
  isIll = false
  await run(clock, 200)
  expect(whoHasIt()).toBe(3)
})

test('P14 who got all of it and lost it gets it again from the source', async () => {
  const { clock, source, readers, whoHasIt } = await openSwarm({ linked: true, names: ['bob', 'carol'] })
  source.own.person.writeFile('podcast', content)
  await run(clock, 40)
  expect(whoHasIt()).toBe(2)
  const [bob, carol] = readers as [MemoryDevice, MemoryDevice]
  await carol[Symbol.asyncDispose]()
  devices.splice(devices.indexOf(carol), 1)
  bob.own.person.remove('podcast')
  await run(clock, 30)
  expect(await bob.folder.restoreLocal(undefined)).toBe(1)
  await run(clock, 60)
  expect(bob.own.person.readFile('podcast').equals(content)).toBe(true)
})

test('P14 a source whose limit is low for so many peers gives all of them the file in the end', async () => {
  const { clock, source, whoHasIt } = await openSwarm({ linked: false })
  source.folder.configure({ ...defaultFolderSettings, uploadLimit: 2048 })
  source.own.person.writeFile('podcast', content.subarray(0, 16 * 131_072))
  // Three copies take 52 minutes.
  for (let step = 0; step < 90 * 30; step++) await pass(clock, 2_000, 1)
  const short = content.subarray(0, 16 * 131_072)
  expect(devices.filter(({ own: { person } }) => person.readFile('podcast').equals(short)).length).toBe(4)
  expect(whoHasIt()).toBe(0)
})

/** As over a socket: what was sent in one go arrives in one go. */
function connectInOneGo(dialler: MemoryDevice, other: MemoryDevice): void {
  let due: (() => void)[] = []
  const { ends } = createLinkPair({
    folderId: keysByRole.full.folderId,
    devices: [dialler.id, other.id],
    handshakeHash: Buffer.alloc(32, 'in one go'),
    codec: { encode: encodeMessage, decode: decodeMessage },
    deliver(_, run) {
      if (due.push(run) > 1) return
      setImmediate(() => {
        const all = due
        due = []
        for (const each of all) each()
      })
    },
  })
  dialler.folder.attach(ends[0])
  other.folder.attach(ends[1])
}

test('P14 who comes with a part is offered the rest, also when it told of its part before it was known', async () => {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const rates = createDeviceRates(clock, () => false)
  rates.set({ up: 200_000, down: 0 })
  const source = await openMemoryDevice({ clock, name: 'alice', rates })
  const [carol, dave, bob] = await Promise.all(
    ['carol', 'dave', 'bob'].map((name) => openMemoryDevice({ clock, name, role: 'read-only' })),
  )
  devices.push(source, bob!)
  for (const [one, other] of [
    [source, carol],
    [source, dave],
    [carol, dave],
    [carol, bob],
  ] as const)
    connectDevices(one!, other!)
  await run(clock, 3)
  source.own.person.writeFile('podcast', content)
  await run(clock, 18)
  expect(bob!.own.person.stat('podcast')).toBeUndefined()
  connectInOneGo(source, bob!)
  await run(clock, 1)
  for (const gone of [carol!, dave!]) await gone[Symbol.asyncDispose]()
  await run(clock, 120)
  expect(bob!.own.person.readFile('podcast').equals(content)).toBe(true)
})
