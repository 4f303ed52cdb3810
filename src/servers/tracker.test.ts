import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { systemChance } from '../system.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { silentLog } from '../testing/silent-log.ts'
import { until } from '../testing/until.ts'
import { decodeBencode } from '../wire/bencode.ts'
import { type Announce, decodeUdpAnswer, encodeUdpRequest, type UdpRequest } from '../wire/udp-tracker.ts'
import { openTracker } from './tracker.ts'
import { createTrackerDesk } from './tracker-desk.ts'
import { createUdpTracker } from './udp-tracker.ts'

const hash = Buffer.alloc(20, 0xf1)
const anAnnounce: Announce = {
  ...{
    infoHash: hash,
    peerId: Buffer.alloc(20, 2),
    key: 3,
    port: 4444,
    left: 5,
    event: 'started',
    wanted: 50,
  },
}

async function open() {
  const clock = createManualClock(0)
  const address = { host: '127.0.0.1', port: 0 }
  const tracker = await openTracker({ address, clock, chance: systemChance, log: silentLog })
  const url = `http://127.0.0.1:${tracker.address.port}`
  return {
    tracker,
    clock,
    get: async (path: string, init?: RequestInit) =>
      Buffer.from(await (await fetch(`${url}${path}`, init)).arrayBuffer()),
    [Symbol.asyncDispose]: () => tracker[Symbol.asyncDispose](),
  }
}

const escaped = (bytes: Buffer) => bytes.toString('hex').replace(/../g, '%$&')
const announcePath = (more = '', infoHash = hash) =>
  `/announce?info_hash=${escaped(infoHash)}&peer_id=${'p'.repeat(20)}&port=4444&left=1${more}`

/** Sends packets and gives what comes back to each. */
async function openAsker(port: number) {
  const socket = createSocket('udp4')
  socket.connect(port, '127.0.0.1')
  await once(socket, 'connect')
  return {
    async ask(request: UdpRequest) {
      const answer = once(socket, 'message') as Promise<[Buffer]>
      socket.send(encodeUdpRequest(request))
      return decodeUdpAnswer((await answer)[0])!
    },
    send: (bytes: Buffer) => socket.send(bytes),
    /** Sends what must not be answered and then what is; resolves with the first answer. */
    async firstAnswer(silent: Buffer) {
      const answer = once(socket, 'message') as Promise<[Buffer]>
      socket.send(silent)
      socket.send(encodeUdpRequest({ kind: 'connect', transaction: 77 }))
      return decodeUdpAnswer((await answer)[0])!
    },
    [Symbol.dispose]: () => void socket.close(),
  }
}

describe('over HTTP', () => {
  test('it answers what a client of any kind asks', async () => {
    await using scene = await open()
    expect((await scene.get(announcePath())).toString()).toBe(
      'd8:completei0e10:incompletei1e8:intervali300e12:min intervali60e5:peers0:6:peers60:e',
    )
    const other = decodeBencode(await scene.get(announcePath('&compact=0').replace('4444', '5555')))
    expect((other as Map<string, Buffer>).get('peers')!.toString('hex')).toBe('7f000001115c')
    const body = await scene.get(`/scrape?info_hash=${escaped(hash)}&info_hash=${escaped(Buffer.alloc(20))}`)
    const files = (decodeBencode(body) as Map<string, unknown>).get('files')
    const counts = (leechers: number) =>
      new Map(Object.entries({ complete: 0, downloaded: 0, incomplete: leechers }))
    expect(files).toEqual(
      new Map([
        [Buffer.alloc(20).toString('latin1'), counts(0)],
        [hash.toString('latin1'), counts(2)],
      ]),
    )
    await scene.get(announcePath('&event=stopped'))
    expect(scene.tracker.peerCount).toBe(1)
  })

  test.each([
    ['/announce', 'info_hash, peer_id or port'],
    ['/announce?info_hash=short&peer_id=short&port=1', 'info_hash, peer_id or port'],
    [announcePath().replace('4444', '0'), 'info_hash, peer_id or port'],
    [announcePath().replace('4444', 'x'), 'info_hash, peer_id or port'],
    ['/scrape', 'info_hash is missing'],
    ['/stats', 'not found'],
    ['/', 'not found'],
    ['/announce/../stats.json', 'not found'],
  ])('%s is refused', async (path, reason) => {
    await using scene = await open()
    expect((await scene.get(path)).toString()).toContain(reason)
    expect(scene.tracker.peerCount).toBe(0)
  })

  test('an address in the question is not believed', async () => {
    await using scene = await open()
    await scene.get(announcePath('&ip=198.51.100.9&ipv4=198.51.100.9'), {
      headers: { 'x-forwarded-for': '198.51.100.9' },
    })
    const body = await scene.get(announcePath().replace('4444', '5555'))
    expect((decodeBencode(body) as Map<string, Buffer>).get('peers')!.toString('hex')).toBe('7f000001115c')
  })

  test('only so many connections of one network are open at once', async () => {
    await using scene = await open()
    const { port } = scene.tracker.address
    const sockets = Array.from({ length: 80 }, () => connect(port, '127.0.0.1'))
    let closed = 0
    for (const socket of sockets) {
      socket.on('error', () => undefined)
      socket.on('close', () => {
        closed += 1
      })
    }
    await until('the others were closed', () => closed === 16)
    for (const socket of sockets) socket.destroy()
    await until('there is room again', async () => (await scene.get(announcePath())).length > 0)
  })
})

describe('over UDP', () => {
  test('it answers in the order of the specification', async () => {
    await using scene = await open()
    using asker = await openAsker(scene.tracker.address.port)
    const greeting = await asker.ask({ kind: 'connect', transaction: 1 })
    if (greeting.kind !== 'connect') throw new Error(greeting.kind)
    const { connectionId } = greeting
    const announce = (port: number) =>
      asker.ask({ kind: 'announce', transaction: 2, connectionId, announce: { ...anAnnounce, port } })
    expect(await announce(4444)).toMatchObject({
      transaction: 2,
      intervalSeconds: 300,
      peers: Buffer.alloc(0),
    })
    expect(await announce(5555)).toMatchObject({ peers: Buffer.from('7f000001115c', 'hex') })
    expect(
      await asker.ask({ kind: 'scrape', transaction: 3, connectionId, infoHashes: [hash, Buffer.alloc(20)] }),
    ).toEqual({
      ...{ kind: 'scrape', transaction: 3 },
      swarms: [
        { seeders: 0, leechers: 2 },
        { seeders: 0, leechers: 0 },
      ],
    })
  })

  test('nobody is noted or answered who has not shown that answers reach it', async () => {
    await using scene = await open()
    using asker = await openAsker(scene.tracker.address.port)
    using other = await openAsker(scene.tracker.address.port)
    const greeting = await asker.ask({ kind: 'connect', transaction: 1 })
    if (greeting.kind !== 'connect') throw new Error(greeting.kind)
    const with_ = (connectionId: Buffer) =>
      encodeUdpRequest({ kind: 'announce', transaction: 9, connectionId, announce: anAnnounce })
    expect(await asker.firstAnswer(with_(Buffer.alloc(8)))).toMatchObject({ transaction: 77 })
    expect(await other.firstAnswer(with_(greeting.connectionId))).toMatchObject({ transaction: 77 })
    expect(await asker.firstAnswer(Buffer.alloc(15))).toMatchObject({ transaction: 77 })
    expect(scene.tracker.peerCount).toBe(0)
    await scene.clock.advance(250_000)
    expect(await asker.firstAnswer(with_(greeting.connectionId))).toMatchObject({ transaction: 77 })
  })

  test('a packet from port 0, where no answer can go, ends nothing', () => {
    const clock = createManualClock(0)
    using desk = createTrackerDesk(clock, systemChance)
    const socket = createUdpTracker('127.0.0.1', desk, clock, systemChance)
    const bytes = encodeUdpRequest({ kind: 'connect', transaction: 1 })
    // As it comes in: no socket of one's own can send it without the rights of root.
    expect(() => socket.emit('message', bytes, { address: '127.0.0.1', port: 0 })).not.toThrow()
    socket.close()
  })
})

test('a network that asks too often is refused, until the next minute', async () => {
  await using scene = await open()
  const desk = createTrackerDesk(scene.clock, systemChance)
  const allowed = Array.from({ length: 1_300 }, () => desk.allow('198.51.100.1')).filter(Boolean)
  expect(allowed.length).toBe(1_200)
  expect(desk.allow('198.51.100.2')).toBe(true)
  await scene.clock.advance(60_000)
  expect(desk.allow('198.51.100.1')).toBe(true)
  desk[Symbol.dispose]()
})

test('addresses of the own local network are told only there', () => {
  const desk = createTrackerDesk(createManualClock(0), systemChance)
  const told = (host: string) => desk.announce(host, anAnnounce, [4, 6])!.peers.map((peer) => peer.host)
  told('192.168.1.2')
  told('203.0.113.1')
  expect(told('203.0.113.2')).toEqual(['203.0.113.1'])
  expect(told('192.168.1.3').sort()).toEqual(['192.168.1.2', '203.0.113.1', '203.0.113.2'])
  desk[Symbol.dispose]()
})

test('I14: one address that asks as much as it may leaves the others of a swarm where they are', async () => {
  const clock = createManualClock(0)
  using desk = createTrackerDesk(clock, systemChance)
  for (let at = 1; at <= 50; at++) desk.announce(`203.0.113.${at}`, anAnnounce, [4])
  for (let port = 1; port <= 2_000; port++) {
    if (!desk.allow('198.51.100.1')) await clock.advance(60_000)
    desk.announce('198.51.100.1', { ...anAnnounce, port }, [4])
  }
  expect(desk.scrape(hash).leechers).toBe(50 + 64)
})

test('a port that is taken, for either way, is told', async () => {
  await using first = await open()
  const { address } = first.tracker
  const options = { clock: first.clock, chance: systemChance, log: silentLog }
  await expect(openTracker({ ...options, address })).rejects.toThrow(/Port 127\.0\.0\.1:\d+ is in use/)
  const udp = createSocket('udp4')
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  const { port } = udp.address()
  await expect(openTracker({ ...options, address: { host: '127.0.0.1', port } })).rejects.toThrow(
    `Port 127.0.0.1:${port} is in use`,
  )
  udp.close()
  await expect(openTracker({ ...options, address: { host: '192.0.2.1', port: 0 } })).rejects.toThrow(
    'Cannot listen on 192.0.2.1:0',
  )
})
