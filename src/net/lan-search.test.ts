import { randomBytes } from 'node:crypto'
import { beforeEach, expect, test } from 'vitest'
import { createTestMembership } from '../testing/loopback.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import {
  createMemoryLan,
  createMemorySwitch,
  infoOfIPv4,
  infoOfIPv6,
  type MemoryHost,
  type MemorySwitch,
} from '../testing/memory-lan.ts'
import { createMemoryLog, type MemoryLog } from '../testing/memory-log.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { bytesToLanPacket, lanPacketToBytes, lanTag, paddedTags } from './lan-packet.ts'
import { lookEveryMs } from './lan-presence.ts'
import { createLanSearch, tellEveryMs } from './lan-search.ts'
import type { Segment } from './lan-segments.ts'
import { segmentsOf } from './lan-segments.ts'
import type { SegmentSocket } from './lan-sockets.ts'
import type { Search, Topic } from './search.ts'

const rendezvous = () => Buffer.alloc(20)
const newTopic = (): Topic => ({ membership: createTestMembership(), rendezvous })
const idOf = (topic: Topic) => topic.membership.folderId

interface Device {
  readonly search: Search
  readonly host: MemoryHost
  readonly log: MemoryLog
  /** `folder address:port`, each once. */
  readonly found: Set<string>
  readonly foundAtMs: number[]
}

let clock: ManualClock
let lan: ReturnType<typeof createMemoryLan>
let home: MemorySwitch
let devices: number

beforeEach(() => {
  // A Pi without a battery: nothing here may need the time of day.
  clock = createManualClock(0)
  lan = createMemoryLan()
  home = createMemorySwitch()
  devices = 0
})

function newDevice(plugged: (host: MemoryHost, number: number) => void = plugIntoHome): Device {
  devices += 1
  const number = devices
  const host = lan.host()
  plugged(host, number)
  const log = createMemoryLog()
  const found = new Set<string>()
  const foundAtMs: number[] = []
  const search = createLanSearch({
    clock,
    chance: createSeededChance(number),
    log,
    network: host.network,
    port: () => 5000 + number,
    onFound(folderId, addresses) {
      for (const { host: address, port } of addresses) found.add(`${folderId} ${address} ${port}`)
      foundAtMs.push(clock.monotonicMs())
    },
  })
  return { search, host, log, found, foundAtMs }
}

function plugIntoHome(host: MemoryHost, number: number): void {
  host.plug('eth0', home, infoOfIPv4(`192.0.2.${number}`))
}

/** A machine there that speaks for itself. */
async function openStranger(address = '192.0.2.99'): Promise<{ socket: SegmentSocket; heard: Buffer[] }> {
  const host = lan.host()
  host.plug('eth0', home, infoOfIPv4(address))
  const [segment] = segmentsOf(host.network.interfaces()) as [Segment]
  const heard: Buffer[] = []
  const socket = await host.network.openSegmentSocket(segment, {
    onHeard: ({ bytes }) => void heard.push(bytes),
    onBroken: () => undefined,
  })
  return { socket, heard }
}

function packetOf(topics: readonly Topic[], kind: 'ask' | 'tell' = 'ask', port = 4444): Buffer {
  const head = { kind, port, salt: randomBytes(16) }
  const tags = topics.map(({ membership }) => lanTag(membership, head))
  return lanPacketToBytes({ ...head, tags: paddedTags(tags, randomBytes) })
}

test('L1 without a topic there is no socket, no packet and no timer, and again so at once when the last one goes', async () => {
  const device = newDevice()
  device.search.setTopics([])
  await clock.advance(600_000)
  expect([device.host.openSockets, home.said.length, clock.waiting]).toEqual([0, 0, 0])
  device.search.setTopics([newTopic()])
  await clock.advance(10_000)
  expect(device.host.openSockets).toBeGreaterThan(0)
  const before = home.said.length
  expect(before).toBeGreaterThan(0)
  device.search.setTopics([])
  expect(device.host.openSockets).toBe(0)
  await clock.advance(600_000)
  expect([device.host.openSockets, home.said.length, clock.waiting]).toEqual([0, before, 0])
})

test('a search that is ended while it opens its sockets leaves none behind', async () => {
  for (let steps = 0; steps < 12; steps++) {
    const device = newDevice()
    device.search.setTopics([newTopic()])
    for (let step = 0; step < steps; step++) await Promise.resolve()
    const disposed = device.search[Symbol.asyncDispose]()
    const said = home.said.length
    await clock.advance(60_000)
    await disposed
    expect([device.host.openSockets, home.said.length, clock.waiting]).toEqual([0, said, 0])
  }
})

test('who starts is found by who is there, and finds them, at once and only for folders both have', async () => {
  const [shared, mine, theirs] = [newTopic(), newTopic(), newTopic()]
  const [old, young] = [newDevice(), newDevice()]
  old.search.setTopics([mine, shared])
  await clock.advance(600_000)
  young.search.setTopics([shared, theirs])
  await clock.advance(0)
  expect([...old.found]).toEqual([`${idOf(shared)} 192.0.2.2 5002`])
  expect([...young.found]).toEqual([`${idOf(shared)} 192.0.2.1 5001`])
  expect(old.search.results(idOf(shared))).toEqual([
    { at: 'eth0', state: 'working', message: 'asked, 1 found', found: 1, atMs: 600_000 },
  ])
  expect(old.search.results(idOf(mine))).toMatchObject([{ message: 'asked, 0 found', found: 0 }])
  expect(old.search.results(idOf(theirs))).toEqual([])
})

test('folders that are opened one after another are asked for together', async () => {
  const device = newDevice()
  const peer = newDevice()
  const topics = Array.from({ length: 60 }, newTopic)
  peer.search.setTopics(topics)
  await clock.advance(60_000)
  const before = home.said.length
  for (let count = 1; count <= topics.length; count++) {
    device.search.setTopics(topics.slice(0, count))
    await clock.advance(50)
  }
  await clock.advance(2_000)
  // Three seconds of opening and three asks, each by multicast and broadcast; and an answer to each of them.
  expect(home.said.length - before).toBeLessThan(30)
  expect(device.found.size).toBe(topics.length)
  expect(peer.found.size).toBe(topics.length)
})

test('who is gone is not counted as found for ever', async () => {
  const topic = newTopic()
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics([topic])
  two.search.setTopics([topic])
  await clock.advance(300_000)
  expect(one.search.results(idOf(topic))[0]!.found).toBe(1)
  two.search.setTopics([])
  await clock.advance(300_000)
  expect(one.search.results(idOf(topic))[0]!.found).toBe(0)
})

test('a lost first try is made good within two seconds, and two that never heard each other meet within a minute', async () => {
  const topic = newTopic()
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics([topic])
  await clock.advance(10_000)
  home.swallowed.add('multicast').add('broadcast')
  two.search.setTopics([topic])
  await clock.advance(1_500)
  expect(one.found.size).toBe(0)
  home.swallowed.clear()
  await clock.advance(500)
  expect([one.found.size, two.found.size]).toEqual([1, 1])

  const three = newDevice()
  home.swallowed.add('multicast').add('broadcast')
  three.search.setTopics([topic])
  await clock.advance(100_000)
  expect(three.found.size).toBe(0)
  home.swallowed.clear()
  await clock.advance(2 * tellEveryMs)
  expect(three.found.size).toBe(2)
})

test('where multicast is swallowed, broadcast does', async () => {
  const topic = newTopic()
  const [one, two] = [newDevice(), newDevice()]
  home.swallowed.add('multicast')
  one.search.setTopics([topic])
  await clock.advance(5_000)
  two.search.setTopics([topic])
  await clock.advance(0)
  expect([one.found.size, two.found.size]).toEqual([1, 1])
})

test('where only IPv6 is, link-local addresses are found, with their zone', async () => {
  const topic = newTopic()
  const plug = (host: MemoryHost, number: number) => host.plug('wlan0', home, infoOfIPv6(`fe80::${number}`))
  const [one, two] = [newDevice(plug), newDevice(plug)]
  one.search.setTopics([topic])
  two.search.setTopics([topic])
  await clock.advance(0)
  expect([...one.found]).toEqual([`${idOf(topic)} fe80::2%wlan0 5002`])
  expect([...two.found]).toEqual([`${idOf(topic)} fe80::1%wlan0 5001`])
})

test('an interface that comes is asked on at once, one that goes is forgotten, and one that comes back is asked on again', async () => {
  const topic = newTopic()
  const office = createMemorySwitch()
  const [laptop, there] = [
    newDevice(),
    newDevice((host) => host.plug('eth0', office, infoOfIPv4('203.0.113.2'))),
  ]
  laptop.search.setTopics([topic])
  there.search.setTopics([topic])
  await clock.advance(60_000)
  expect(laptop.found.size).toBe(0)
  const sockets = laptop.host.openSockets
  for (let time = 0; time < 3; time++) {
    laptop.host.plug('wlan0', office, infoOfIPv4('203.0.113.1'))
    await clock.advance(lookEveryMs)
    expect([...laptop.found]).toEqual([`${idOf(topic)} 203.0.113.2 5002`])
    expect(laptop.search.results(idOf(topic)).map(({ message }) => message)).toEqual([
      'asked, 0 found',
      'asked, 1 found',
    ])
    laptop.host.unplug('wlan0')
    await clock.advance(lookEveryMs)
    expect(laptop.search.results(idOf(topic)).map(({ at }) => at)).toEqual(['eth0'])
    expect(laptop.host.openSockets).toBe(sockets)
    laptop.found.clear()
  }
})

test('an address that cannot be used yet is tried again', async () => {
  const topic = newTopic()
  const [one, two] = [newDevice(), newDevice()]
  two.search.setTopics([topic])
  one.host.refuse('segment sockets', new Error('bind EADDRNOTAVAIL'))
  one.search.setTopics([topic])
  await clock.advance(10_000)
  const reason = 'opening a socket does not work with IPv4 (bind EADDRNOTAVAIL)'
  expect(one.search.results(idOf(topic))).toMatchObject([
    { at: 'eth0', state: 'failed', message: `could not ask: ${reason}` },
  ])
  expect(one.log.lines.length).toBe(1)
  one.host.refuse('segment sockets', undefined)
  await clock.advance(lookEveryMs)
  expect(one.found.size).toBe(1)
  expect(one.search.results(idOf(topic))).toMatchObject([{ state: 'working', message: 'asked, 1 found' }])
})

test('sockets the system is done with are opened again, as soon as that is possible', async () => {
  const topic = newTopic()
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics([topic])
  two.search.setTopics([topic])
  await clock.advance(10_000)
  one.host.refuse('segment sockets', new Error('bind EACCES'))
  one.host.breakSockets()
  await clock.advance(lookEveryMs)
  expect(one.search.results(idOf(topic))).toMatchObject([
    {
      state: 'failed',
      message: 'could not ask: opening a socket does not work with IPv4 (bind EACCES)',
    },
  ])
  one.found.clear()
  one.host.refuse('segment sockets', undefined)
  await clock.advance(lookEveryMs)
  expect(one.found.size).toBe(1)
  expect(one.search.results(idOf(topic))).toMatchObject([{ state: 'working', message: 'asked, 1 found' }])
})

test('what does not work is told for each interface, and logged once', async () => {
  const topic = newTopic()
  const device = newDevice()
  device.host.refuse('multicast', new Error('send EPERM'))
  device.search.setTopics([topic])
  await clock.advance(300_000)
  expect(device.search.results(idOf(topic))).toMatchObject([
    {
      state: 'working',
      message: 'asked, 0 found; sending by multicast does not work with IPv4 (send EPERM)',
    },
  ])
  expect(device.log.lines.length).toBe(1)
  device.host.refuse('broadcast', new Error('send EPERM'))
  await clock.advance(300_000)
  expect(device.search.results(idOf(topic))).toMatchObject([
    { state: 'failed', message: expect.stringContaining('could not ask: sending by multicast') },
  ])
  expect(device.log.lines.length).toBe(2)
})

test('where another program has the port, asking and being answered still work', async () => {
  const topic = newTopic()
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics([topic])
  two.host.refuse('group sockets', new Error('bind EADDRINUSE'))
  two.search.setTopics([topic])
  await clock.advance(0)
  expect([one.found.size, two.found.size]).toEqual([1, 1])
  expect(two.search.results(idOf(topic))[0]!.message).toContain('listening does not work with IPv4')
})

test('a folder that is added is asked for at once', async () => {
  const [first, second] = [newTopic(), newTopic()]
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics([first, second])
  two.search.setTopics([first])
  await clock.advance(20_000)
  two.search.setTopics([first, second])
  await clock.advance(0)
  expect(two.found).toContain(`${idOf(second)} 192.0.2.1 5001`)
  expect(one.found).toContain(`${idOf(second)} 192.0.2.2 5002`)
  const said = home.said.length
  two.search.setTopics([first, second])
  await clock.advance(0)
  expect(home.said.length).toBe(said)
})

test('a hundred and fifty folders are all found', async () => {
  const topics = Array.from({ length: 150 }, newTopic)
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics(topics)
  await clock.advance(10_000)
  two.search.setTopics([...topics].reverse())
  await clock.advance(3_000)
  expect([one.found.size, two.found.size]).toEqual([150, 150])
})

test('more folders than can be looked at together are all found in time', async () => {
  const topics = Array.from({ length: 400 }, newTopic)
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics(topics)
  two.search.setTopics(topics)
  await clock.advance(1_200_000)
  expect([one.found.size, two.found.size]).toEqual([400, 400])
})

test('L3 two announcements of a device have nothing in common but its port', async () => {
  const device = newDevice((host) => {
    host.plug('eth0', home, infoOfIPv4('192.0.2.1'))
    host.plug('wlan0', home, infoOfIPv4('203.0.113.1'))
    host.plug('wlan0', home, infoOfIPv6('fe80::1'))
  })
  device.search.setTopics(Array.from({ length: 9 }, newTopic))
  await clock.advance(300_000)
  // One and the same packet goes out by multicast and broadcast, from one address at one time.
  const packets = home.said
    .filter(({ way }) => way === 'multicast')
    .map(({ bytes }) => bytesToLanPacket(bytes)!)
  expect(packets.length).toBeGreaterThan(20)
  const parts = packets.flatMap(({ salt, tags }) => [salt, ...tags].map((part) => part.toString('hex')))
  expect(new Set(parts).size).toBe(parts.length)
  expect(new Set(packets.map(({ tags }) => tags.length))).toEqual(new Set([16]))
})

test('L4 an answer is no larger than the question and names only what both have', async () => {
  const topics = Array.from({ length: 40 }, newTopic)
  const device = newDevice()
  device.search.setTopics(topics)
  await clock.advance(10_000)
  const { socket, heard } = await openStranger()
  for (const count of [1, 8, 9, 40]) {
    const question = packetOf(topics.slice(0, count))
    await socket.send('multicast', question)
    const answer = heard.at(-1)!
    expect(answer.length).toBeLessThanOrEqual(question.length)
    const packet = bytesToLanPacket(answer)!
    const known = topics.filter(({ membership }) =>
      packet.tags.some((tag) => tag.equals(lanTag(membership, packet))),
    )
    expect(known).toEqual(topics.slice(0, count))
  }
  const answers = heard.length
  await socket.send('multicast', packetOf([newTopic()]))
  await socket.send('multicast', packetOf(topics, 'tell'))
  expect(heard.length).toBe(answers)
})

test('L4 however often it is asked, answers are few, to one and to many made-up senders', async () => {
  const topic = newTopic()
  const device = newDevice()
  device.search.setTopics([topic])
  await clock.advance(10_000)
  const strangers = await Promise.all(
    Array.from({ length: 200 }, (_, at) => openStranger(`192.0.2.${at + 10}`)),
  )
  const question = packetOf([topic])
  const total = () => strangers.reduce((sum, { heard }) => sum + heard.length, 0)
  for (let at = 0; at < 500; at++) await strangers[0]!.socket.send('multicast', question)
  expect(total()).toBeLessThanOrEqual(5)
  for (let quarter = 0; quarter < 20; quarter++) {
    for (const { socket } of strangers) await socket.send('multicast', question)
    await clock.advance(250)
  }
  expect(total()).toBeLessThanOrEqual(50 + 5 * 200 + 5)
  expect(total()).toBeGreaterThan(500)
})

test('L5 a flood is cut off, told once, and does not keep others from being found', async () => {
  const topics = Array.from({ length: 9 }, newTopic)
  const device = newDevice()
  device.search.setTopics(topics)
  await clock.advance(10_000)
  const stranger = await openStranger()
  const told = () => device.log.lines.filter(({ level }) => level === 'warn').length
  // Each of them would be found, so what is found is what was looked at.
  const flood = Array.from({ length: 200 }, () => packetOf(topics.slice(0, 1), 'tell'))
  const looksBefore = device.foundAtMs.length
  for (let quarter = 0; quarter < 8; quarter++) {
    for (const packet of flood) await stranger.socket.send('multicast', packet)
    await clock.advance(250)
  }
  expect(device.foundAtMs.length - looksBefore).toBeLessThanOrEqual((2_000 * 2) / 10 + 50)
  expect(told()).toBe(1)
  const peer = newDevice()
  peer.search.setTopics(topics)
  await clock.advance(0)
  expect(device.found).toContain(`${idOf(topics[8]!)} 192.0.2.2 5002`)
  expect(told()).toBe(1)
})

test('L5 a sender that is not of the segment is not heard, a public address that is of it is', async () => {
  const topic = newTopic()
  const device = newDevice((host) => host.plug('eth0', home, infoOfIPv4('198.51.100.1')))
  device.search.setTopics([topic])
  await clock.advance(10_000)
  for (const address of ['192.168.7.7', '203.0.113.7', '198.51.100.7']) {
    const { socket, heard } = await openStranger(address)
    await socket.send('multicast', packetOf([topic]))
    expect(heard.length).toBe(address.startsWith('198') ? 1 : 0)
  }
  expect([...device.found]).toEqual([`${idOf(topic)} 198.51.100.7 4444`])
})

test('what somebody repeats under another address says no other port, and the device itself is never found', async () => {
  const topic = newTopic()
  const [one, two] = [newDevice(), newDevice()]
  one.search.setTopics([topic])
  two.search.setTopics([topic])
  await clock.advance(10_000)
  const { socket } = await openStranger()
  const overheard = home.said.map(({ bytes }) => bytes)
  one.found.clear()
  for (const bytes of overheard) {
    const changed = Buffer.from(bytes)
    changed.writeUInt16BE(22, 5)
    await socket.send('multicast', changed)
    await clock.advance(250)
  }
  expect([...one.found].filter((found) => found.includes('192.0.2.99'))).toEqual([])
  for (const bytes of overheard) {
    await socket.send('multicast', bytes)
    await clock.advance(250)
  }
  expect([...one.found].filter((found) => found.includes('192.0.2.99'))).toEqual([
    `${idOf(topic)} 192.0.2.99 5002`,
  ])
})

test('garbage is nothing to it', async () => {
  const device = newDevice()
  device.search.setTopics([newTopic()])
  await clock.advance(10_000)
  const { socket, heard } = await openStranger()
  for (let length = 0; length < 1500; length += 7) await socket.send('multicast', randomBytes(length))
  expect([device.found.size, heard.length, device.log.lines.length]).toEqual([0, 0, 0])
})
