import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rendezvous } from '../core/secret.ts'
import { openPlainDht, openStranger } from '../testing/dht-strangers.ts'
import { createTestMembership } from '../testing/loopback.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog, type MemoryLog } from '../testing/memory-log.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { makeTempDirectory, type TempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'
import { type BdecodedMap, encodeBencode } from '../wire/bencode.ts'
import { formatHostPort, type HostPort } from './address.ts'
import { createDhtSearch } from './dht-search.ts'
import { defaultDhtBootstrap } from './public-servers.ts'
import type { Search, Topic } from './search.ts'

const noonMs = Date.UTC(2026, 4, 4, 12)
const dayOfNoon = Math.floor(noonMs / 86_400_000)

let directory: TempDirectory
let stack: AsyncDisposableStack
let clock: ManualClock
let devices = 0

beforeEach(async () => {
  directory = await makeTempDirectory()
  stack = new AsyncDisposableStack()
  clock = createManualClock(noonMs)
})
afterEach(async () => {
  await stack.disposeAsync()
  await directory[Symbol.asyncDispose]()
})

function createTopic(): Topic {
  const membership = createTestMembership()
  return { membership, rendezvous: (day) => rendezvous(membership.folderId, day) }
}

interface Device {
  readonly search: Search
  readonly log: MemoryLog
  /** Where it listens. */
  readonly address: HostPort
  readonly stateFile: string
  /** What it was told, as text, by folder. */
  found(topic: Topic): readonly string[]
  message(topic: Topic): string | undefined
}

/** A UDP port that was free a moment ago. */
async function freePort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}

async function isPortFree(port: number): Promise<boolean> {
  const socket = createSocket('udp4').bind(port, '127.0.0.1')
  const isFree = await once(socket, 'listening').then(
    () => true,
    () => false,
  )
  if (isFree) socket.close()
  return isFree
}

async function createDevice(
  bootstrap: readonly HostPort[],
  port: number,
  stateFile = join(directory.path, `${port}.json`),
): Promise<Device> {
  const log = createMemoryLog()
  const address = { host: '127.0.0.1', port: await freePort() }
  const told = new Map<string, Set<string>>()
  devices += 1
  const search = stack.use(
    createDhtSearch({
      ...{ clock, chance: createSeededChance(devices), log, stateFile, listen: address },
      port: () => port,
      bootstrap: () => bootstrap.map(formatHostPort),
      onFound(folderId, addresses) {
        const all = told.get(folderId) ?? new Set()
        told.set(folderId, all)
        for (const one of addresses) all.add(formatHostPort(one))
      },
    }),
  )
  return {
    ...{ search, log, address, stateFile },
    found: ({ membership }) => [...(told.get(membership.folderId) ?? [])].sort(),
    message: ({ membership }) => search.results(membership.folderId)[0]?.message,
  }
}

/** Lets time pass, faster than it does, until that is so. */
function eventually(what: string, check: () => boolean | Promise<boolean>): Promise<unknown> {
  return until(what, async () => {
    await clock.advance(500)
    return await check()
  })
}

const isWorking = (device: Device, topic: Topic) =>
  device.search.results(topic.membership.folderId)[0]?.state === 'working'

describe('finding', () => {
  test('two devices find each other among nodes of others, and what is announced is the port of each', async () => {
    const dht = stack.use(await openPlainDht(20))
    const topic = createTopic()
    const [one, other] = [
      await createDevice(dht.addresses.slice(0, 1), 4001),
      await createDevice(dht.addresses.slice(7, 8), 4002),
    ]
    one.search.setTopics([topic, createTopic()])
    await eventually('the first announces itself', () => isWorking(one, topic))
    other.search.setTopics([topic])
    await eventually('both find each other', () =>
      [one, other].every((device) => device.found(topic).length === 2),
    )
    expect(one.found(topic)).toEqual(['127.0.0.1:4001', '127.0.0.1:4002'])
    expect(other.found(topic)).toEqual(['127.0.0.1:4001', '127.0.0.1:4002'])
    await eventually('it says so', () => /addresses found: 2/.test(one.message(topic) ?? ''))
    expect(other.search.results(createTopic().membership.folderId)).toEqual([])
  })

  test('around midnight those are found whose clock shows the other day', async () => {
    const dht = stack.use(await openPlainDht(5))
    clock.jumpWall(11.5 * 3_600_000)
    const [one, other] = [await createDevice(dht.addresses, 4001), await createDevice(dht.addresses, 4002)]
    const topic = createTopic()
    const ofNextDay = { ...topic, rendezvous: () => topic.rendezvous(dayOfNoon + 1) }
    one.search.setTopics([ofNextDay])
    await eventually('it announces itself', () => isWorking(one, topic))
    other.search.setTopics([topic])
    await eventually('it is found', () => other.found(topic).includes('127.0.0.1:4001'))
  })

  test('a hundred topics all get their turn, a few at a time', async () => {
    const dht = stack.use(await openPlainDht(10))
    const device = await createDevice(dht.addresses, 4001)
    const topics = Array.from({ length: 100 }, createTopic)
    device.search.setTopics(topics)
    await eventually('all are announced', () => topics.every((topic) => isWorking(device, topic)))
  })

  test('after a restart with all bootstrap nodes gone the nodes known before do', async () => {
    const dht = stack.use(await openPlainDht(12))
    const topic = createTopic()
    const before = await createDevice(dht.addresses.slice(0, 1), 4001)
    before.search.setTopics([topic])
    await eventually('it announces itself', () => isWorking(before, topic))
    await before.search[Symbol.asyncDispose]()
    expect(JSON.parse(await readFile(before.stateFile, 'utf8')).nodes.length).toBeGreaterThan(8)
    await dht.end(0)
    const after = await createDevice(dht.addresses.slice(0, 1), 4003, before.stateFile)
    after.search.setTopics([topic])
    await eventually('it finds what was announced before', () =>
      after.found(topic).includes('127.0.0.1:4001'),
    )
  })

  test('a damaged table is as none', async () => {
    const dht = stack.use(await openPlainDht(3))
    const topic = createTopic()
    const device = await createDevice(dht.addresses, 4001)
    await writeFile(device.stateFile, '{"nodes":[')
    device.search.setTopics([topic])
    await eventually('it works', () => isWorking(device, topic))
  })

  test('a bootstrap node that is typed in later is asked', async () => {
    const dht = stack.use(await openPlainDht(3))
    const bootstrap: HostPort[] = []
    const topic = createTopic()
    const device = await createDevice(bootstrap, 4001)
    device.search.setTopics([topic])
    await eventually('nobody is known', () => /no bootstrap node is set/.test(device.message(topic) ?? ''))
    bootstrap.push(...dht.addresses)
    await eventually('it works', () => isWorking(device, topic))
  })

  test('two devices that only know each other find each other', async () => {
    const topic = createTopic()
    const bootstrap: HostPort[] = []
    const [one, other] = [await createDevice(bootstrap, 4001), await createDevice(bootstrap, 4002)]
    bootstrap.push(one.address)
    one.search.setTopics([topic])
    other.search.setTopics([topic])
    await eventually('both are found', () =>
      [one, other].every(
        (device) =>
          device.found(topic).includes('127.0.0.1:4001') && device.found(topic).includes('127.0.0.1:4002'),
      ),
    )
  })
})

describe('saying nothing', () => {
  test('without topics there is no socket, and none is left when the last topic goes', async () => {
    const stranger = stack.use(await openStranger())
    const device = await createDevice([stranger.address], 4001)
    expect(await isPortFree(device.address.port)).toBe(true)
    device.search.setTopics([createTopic()])
    await eventually('it asks', () => stranger.heard.length > 0)
    expect(await isPortFree(device.address.port)).toBe(false)
    device.search.setTopics([])
    await eventually('the port is free', () => isPortFree(device.address.port))
    const heard = stranger.heard.length
    await clock.advance(3_600_000)
    expect(stranger.heard.length).toBe(heard)
    expect(clock.waiting).toBe(0)
  })

  test('while the clock is not set it waits, and says so', async () => {
    const stranger = stack.use(await openStranger())
    clock.jumpWall(-noonMs)
    const topic = createTopic()
    const device = await createDevice([stranger.address], 4001)
    device.search.setTopics([topic])
    await clock.advance(3_600_000)
    expect(device.search.results(topic.membership.folderId)).toMatchObject([
      { at: 'DHT', state: 'waiting', message: 'waits until the clock of this device is set' },
    ])
    expect(await isPortFree(device.address.port)).toBe(true)
    clock.jumpWall(noonMs)
    await eventually('it asks', () => stranger.heard.length > 0)
  })

  test('a port that others use is said, and tried again', async () => {
    const dht = stack.use(await openPlainDht(2))
    const topic = createTopic()
    const device = await createDevice(dht.addresses, 4001)
    const other = createSocket('udp4').bind(device.address.port, '127.0.0.1')
    await once(other, 'listening')
    device.search.setTopics([topic])
    await eventually('it says so', () => /in use by another program/.test(device.message(topic) ?? ''))
    other.close()
    await eventually('it works', () => isWorking(device, topic))
  })

  test('where nobody answers it says so', async () => {
    const topic = createTopic()
    const device = await createDevice([{ host: '127.0.0.1', port: await freePort() }], 4001)
    device.search.setTopics([topic])
    await eventually('it says so', () => /no node answers/.test(device.message(topic) ?? ''))
    expect(device.search.results(topic.membership.folderId)[0]?.state).toBe('failed')
  })

  test('neither the folder nor more than the hash of the day is told to anybody', async () => {
    const stranger = stack.use(await openStranger(plainAnswer))
    const topic = createTopic()
    const device = await createDevice([stranger.address], 4001)
    device.search.setTopics([topic])
    await eventually('it announces itself', () =>
      stranger.heard.some((message) => String(message.get('q')) === 'announce_peer'),
    )
    const said = stranger.heard.map((message) => message.get('a') as BdecodedMap)
    const ids = new Set(said.map((question) => String(question.get('id'))))
    const hashes = said
      .map((question) => String(question.get('info_hash') ?? ''))
      .filter((hash) => hash !== '' && !ids.has(hash))
    expect(new Set(hashes)).toEqual(new Set([String(topic.rendezvous(dayOfNoon))]))
    const announced = said.filter((question) => question.has('port'))
    for (const question of announced) {
      expect([...question.keys()].sort()).toEqual(['id', 'implied_port', 'info_hash', 'port', 'token'])
      expect([question.get('port'), question.get('implied_port')]).toEqual([4001, 0])
    }
  })
})

const strangerId = Buffer.alloc(20, 's')

function answerWith(message: BdecodedMap, r: Parameters<typeof encodeBencode>[0]): Buffer {
  return encodeBencode({ t: message.get('t') as Buffer, y: 'r', r })
}

function plainAnswer(message: BdecodedMap): Buffer[] {
  return [answerWith(message, { id: strangerId, token: 'x' })]
}

function endpoint(host: string, port: number): Buffer {
  return Buffer.from([...host.split('.').map(Number), port >> 8, port & 255])
}

describe('hostile nodes', () => {
  test('addresses that no node may tell are not believed', async () => {
    const bad = ['10.0.0.1', '192.168.1.1', '172.16.0.1', '169.254.1.1', '224.0.0.1', '239.255.255.250']
    const hostile = stack.use(
      await openStranger((message) => [
        answerWith(message, {
          id: strangerId,
          token: 'x',
          nodes: Buffer.concat(
            bad.map((host, at) => Buffer.concat([Buffer.alloc(20, at), endpoint(host, 6881)])),
          ),
          values: [
            ...[...bad, '0.0.0.0', '255.255.255.255', '198.51.100.9'].map((host) => endpoint(host, 4000)),
          ],
        }),
      ]),
    )
    const topic = createTopic()
    const device = await createDevice([hostile.address], 4001)
    device.search.setTopics([topic])
    await eventually('a good one is found', () => device.found(topic).length > 0)
    await eventually('all is said', () => isWorking(device, topic))
    expect(device.found(topic)).toEqual(['198.51.100.9:4000'])
    await device.search[Symbol.asyncDispose]()
    expect(JSON.parse(await readFile(device.stateFile, 'utf8')).nodes).toEqual([
      formatHostPort(hostile.address),
    ])
  })

  test('garbage, packets that kill parsers and floods are ignored, told once, and hinder nobody', async () => {
    const topic = createTopic()
    const garbage = [
      'l-3:',
      'd1:yd8:toString1:xee',
      'd1:ad2:id20:aaaaaaaaaaaaaaaaaaaa6:targeti5ee1:q9:find_node1:t2:aa1:y1:qe',
      'd1:ad2:id20:aaaaaaaaaaaaaaaaaaaa9:info_hashi5ee1:q9:get_peers1:t2:aa1:y1:qe',
      'd1:q13:announce_peer1:t2:aa1:y1:qe',
      '',
      'x'.repeat(60_000),
      'l'.repeat(8000),
    ].map((text) => Buffer.from(text))
    const hostile = stack.use(
      await openStranger((message) => {
        const t = message.get('t') as Buffer
        const spoilt = [
          { id: 5 },
          { id: strangerId, values: 'x', nodes: 5 },
          { id: { equals: 'x' } },
          { id: strangerId, token: [] },
        ]
        return [...garbage, ...spoilt.map((r) => encodeBencode({ t, y: 'r', r }))]
      }),
    )
    const dht = stack.use(await openPlainDht(5))
    const one = await createDevice([hostile.address, ...dht.addresses], 4001)
    one.search.setTopics([topic])
    await eventually('it works', () => isWorking(one, topic))
    for (let round = 0; round < 200; round += 1)
      for (const packet of garbage) await hostile.send(packet, one.address)
    // Only the one that had all this knows where it is.
    const other = await createDevice([one.address], 4002)
    other.search.setTopics([topic])
    await eventually('it still answers and can be found', () => other.found(topic).includes('127.0.0.1:4001'))
    const shown = one.log.lines.filter(({ level }) => level !== 'debug')
    expect(shown.length).toBeGreaterThan(0)
    expect(shown.length).toBeLessThan(10)
    expect(shown.filter(({ level }) => level === 'error')).toEqual([])
  })

  test('strangers get few and small answers, however much they ask and announce', async () => {
    const topic = createTopic()
    const dht = stack.use(await openPlainDht(5))
    const device = await createDevice(dht.addresses, 4001)
    device.search.setTopics([topic])
    await eventually('it works', () => isWorking(device, topic))
    const hash = topic.rendezvous(dayOfNoon)
    const ask = (q: string, a: Record<string, Buffer | number>) =>
      encodeBencode({ t: 'tt', y: 'q', q, a: { id: strangerId, ...a } })
    const stranger = stack.use(await openStranger())
    const replies = () =>
      stranger.heard.map((message) => message.get('r') as BdecodedMap).filter((reply) => reply !== undefined)

    // Slowly enough to be answered: as many peers as it would keep, and more than it may tell.
    await eventually('it gives a token', async () => {
      await stranger.send(ask('get_peers', { info_hash: hash }), device.address)
      return replies().some((reply) => reply.has('token'))
    })
    const token = replies()
      .find((reply) => reply.has('token'))!
      .get('token') as Buffer
    for (let port = 1; port <= 100; port += 1) {
      const before = stranger.heard.length
      await stranger.send(ask('announce_peer', { info_hash: hash, port, token }), device.address)
      await clock.advance(100)
      await until('it is taken', () => stranger.heard.length > before)
    }
    await eventually('it tells some of them', async () => {
      await stranger.send(ask('get_peers', { info_hash: hash }), device.address)
      return replies().some((reply) => reply.has('values'))
    })
    const values = replies()
      .find((reply) => reply.has('values'))!
      .get('values') as readonly Buffer[]
    expect(values.length).toBe(50)

    // No time passes: what comes now comes at once.
    await clock.advance(10_000)
    const before = stranger.heard.length
    for (let sent = 0; sent < 5000; sent += 1)
      await stranger.send(ask('get_peers', { info_hash: hash }), device.address)
    await clock.advance(10_000)
    await eventually('it answers again', async () => {
      await stranger.send(
        encodeBencode({ t: 'last', y: 'q', q: 'ping', a: { id: strangerId } }),
        device.address,
      )
      return stranger.heard.some((message) => String(message.get('t')) === 'last')
    })
    expect(stranger.heard.length - before).toBeLessThan(100)
  })
})

test('there are bootstrap nodes to begin with', () => {
  expect(defaultDhtBootstrap.length).toBeGreaterThan(1)
})
