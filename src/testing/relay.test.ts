import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { type ContentRoot, idToBytes } from '../core/ids.ts'
import { formatHostPort, type HostPort } from '../net/address.ts'
import { dialAddress } from '../net/dial.ts'
import { maxHandshakesPerNetwork } from '../net/listener.ts'
import { createRelayClient } from '../net/relay-client.ts'
import { maxCallsAtOnce } from '../net/relay-session.ts'
import { relayTopic } from '../net/relay-topic.ts'
import type { Link } from '../ports.ts'
import { cipherNames } from '../wire/noise.ts'
import { maxMembersTold, memberIdBytes, relayFrame, tagBytes } from '../wire/relay-protocol.ts'
import { describeLinkContract } from './link-contract.ts'
import { createTestContext, createTestMembership } from './loopback.ts'
import { createManualClock } from './manual-clock.ts'
import { openRelayedDevice, openTestRelay, topicOf } from './relay-scene.ts'
import { until } from './until.ts'

const noSignal = new AbortController().signal

/** Two devices linked over a relay. */
async function openRelayedPair(cipher = cipherNames[0]!) {
  const clock = createManualClock(0)
  const membership = createTestMembership()
  const relay = await openTestRelay()
  const one = await openRelayedDevice([relay.address], [membership], createTestContext(clock, cipher))
  const two = await openRelayedDevice([relay.address], [membership], createTestContext(clock))
  const a = await one.dial(membership, await one.onlyMember(membership))
  const b = await until('the link at the other end', () => two.links[0])
  return {
    ...{ relay, one, two, membership, a, b },
    async [Symbol.asyncDispose]() {
      for (const link of [a, b]) link.close('closing')
      await Promise.all([a.closed, b.closed])
      await Promise.all([one[Symbol.asyncDispose](), two[Symbol.asyncDispose]()])
      await relay[Symbol.asyncDispose]()
    },
  }
}

for (const cipher of cipherNames)
  describeLinkContract(`the link over a relay, with ${cipher}`, () => openRelayedPair(cipher))

test('F4 a link over a relay says so at both ends, and shows the address of the relay', async () => {
  await using pair = await openRelayedPair()
  const address = formatHostPort(pair.relay.address)
  for (const { via, address: shown } of [pair.a, pair.b]) expect([via, shown]).toEqual(['relay', address])
  expect(pair.a.peer).toBe(pair.two.context.device.id)
  expect(pair.b.peer).toBe(pair.one.context.device.id)
})

test('F3 who holds the folder recognises which member is which device, and nobody finds itself', async () => {
  await using pair = await openRelayedPair()
  const { one, two, membership } = pair
  const [seen] = one.client.members(membership.folderId)
  expect(one.client.isMember(seen!, two.context.device.id)).toBe(true)
  expect(one.client.isMember(seen!, one.context.device.id)).toBe(false)
  expect(one.client.isMember({ ...seen!, folderId: createTestMembership().folderId }, pair.a.peer)).toBe(
    false,
  )
  // Once more at the same relay: both connections are the same device, and neither is told of the other as somebody else.
  await using again = await openRelayedDevice([pair.relay.address], [membership], one.context)
  await again.onlyMember(membership)
  expect(one.client.members(membership.folderId)).toHaveLength(1)
})

test('F3 devices that share no folder do not see each other, and nobody is called about another folder', async () => {
  await using relay = await openTestRelay()
  const [first, second] = [createTestMembership(), createTestMembership()]
  await using one = await openRelayedDevice([relay.address], [first])
  await using two = await openRelayedDevice([relay.address], [first, second])
  await using three = await openRelayedDevice([relay.address], [second])
  const member = await one.onlyMember(first)
  await two.onlyMember(first)
  await three.onlyMember(second)
  expect(one.client.members(second.folderId)).toEqual([])
  // Known by its id, but not a member of any topic of the caller's.
  await expect(three.client.call({ ...member, folderId: second.folderId }, noSignal)).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('not there any more'),
  })
  expect(two.called).toEqual([])
})

/** Somebody on the wire between clients and relay, who keeps all that passes. */
async function openTap(target: HostPort) {
  const passed: Buffer[] = []
  const server = createServer((inner) => {
    const outer = connect(target)
    for (const [here, there] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      here.on('data', (chunk: Buffer) => passed.push(Buffer.from(chunk)))
      here.pipe(there)
      here.on('error', () => undefined).on('close', () => there.destroy())
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: { host: '127.0.0.1', port },
    bytes: () => Buffer.concat(passed),
    [Symbol.dispose]: () => void server.close(),
  }
}

test('I9 the relay sees neither content nor secret nor the names of folder and devices', async () => {
  await using relay = await openTestRelay()
  using tap = await openTap(relay.address)
  const membership = createTestMembership()
  await using one = await openRelayedDevice([tap.address], [membership])
  await using two = await openRelayedDevice([tap.address], [membership])
  const link = await one.dial(membership, await one.onlyMember(membership))
  const marker = 'this very text must not be seen by any relay'
  const arrived = Promise.withResolvers<void>()
  const other = await until('the link at the other end', () => two.links[0])
  other.listen(() => arrived.resolve())
  link.send({ kind: 'have', roots: [marker as ContentRoot] })
  await arrived.promise
  const seen = tap.bytes()
  expect(seen.length).toBeGreaterThan(300)
  expect(seen.includes(marker)).toBe(false)
  const hidden = [membership.psk, membership.tagKey, idToBytes(membership.folderId)].map((bytes) =>
    Buffer.from(bytes),
  )
  for (const device of [one, two]) hidden.push(Buffer.from(idToBytes(device.context.device.id)))
  for (const bytes of hidden) {
    expect(bytes.length).toBe(32)
    expect(seen.includes(bytes)).toBe(false)
    expect(seen.includes(bytes.subarray(0, 8))).toBe(false)
  }
  link.close('closing')
  await link.closed
})

test('F2 without topics there is no connection, and topics come and go over one', async () => {
  await using relay = await openTestRelay()
  const [first, second] = [createTestMembership(), createTestMembership()]
  await using one = await openRelayedDevice([relay.address], [])
  await using two = await openRelayedDevice([relay.address], [first, second])
  await until('the second device is there', () => two.client.results(first.folderId)[0]?.state === 'working')
  expect(one.client.results(first.folderId)).toEqual([])
  expect(two.client.members(first.folderId)).toEqual([])
  one.client.setTopics([topicOf(first)])
  await two.onlyMember(first)
  one.client.setTopics([topicOf(second)])
  await two.onlyMember(second)
  await until('it left', () => two.client.members(first.folderId).length === 0)
  one.client.setTopics([])
  await until('it is gone', () => two.client.members(second.folderId).length === 0)
  one.client.setTopics([topicOf(first)])
  await two.onlyMember(first)
  one.client.setRelays([])
  await until('it is gone', () => two.client.members(first.folderId).length === 0)
  expect(one.client.results(first.folderId)).toEqual([])
})

test('F2 a relay that is started again has its clients back, and links over it go on to be made', async () => {
  const membership = createTestMembership()
  const before = await openTestRelay()
  await using one = await openRelayedDevice([before.address], [membership])
  await using two = await openRelayedDevice([before.address], [membership])
  const member = await one.onlyMember(membership)
  const link = await one.dial(membership, member)
  await before[Symbol.asyncDispose]()
  expect((await link.closed).code).toBe('unreachable')
  await until('both know it', () =>
    [one, two].every(({ client }) => client.results(membership.folderId)[0]?.state === 'failed'),
  )
  expect(one.client.members(membership.folderId)).toEqual([])
  expect(one.client.results(membership.folderId)[0]?.message).toMatch(/; tried again in \d+ s$/)
  await expect(one.client.call(member, noSignal)).rejects.toMatchObject({ code: 'unreachable' })

  await using after = await openTestRelay({}, undefined, before.address.port)
  expect(after.address).toEqual(before.address)
  const found = await one.onlyMember(membership)
  expect(found.id).not.toBe(member.id)
  const again = await one.dial(membership, found)
  expect(again.via).toBe('relay')
  again.close('closing')
  await again.closed
})

test('with two relays a member is found at both, and can be called at the one that is left', async () => {
  const membership = createTestMembership()
  const first = await openTestRelay()
  await using second = await openTestRelay()
  const relays = [first.address, second.address]
  await using one = await openRelayedDevice(relays, [membership])
  await using two = await openRelayedDevice(relays, [membership])
  await until('it is at both', () => one.client.members(membership.folderId).length === 2)
  const [here, there] = one.client.members(membership.folderId)
  // Nothing that two relays see is the same: they cannot tell by it that they know the same folder or device.
  expect(here!.id).not.toBe(there!.id)
  expect(here!.tag.slice(32)).not.toBe(there!.tag.slice(32))
  await first[Symbol.asyncDispose]()
  const link = await one.dial(membership, await one.onlyMember(membership))
  expect(link.address).toBe(formatHostPort(second.address))
  link.close('closing')
  await link.closed
  expect(two.links).toHaveLength(1)
})

test('a call ends with its signal, and one that nobody answers in time', async () => {
  await using relay = await openTestRelay()
  const membership = createTestMembership()
  await using one = await openRelayedDevice([relay.address], [membership])
  await using two = await openRelayedDevice([relay.address], [membership])
  const member = await one.onlyMember(membership)
  const stop = new AbortController()
  const call = one.client.call(member, stop.signal)
  stop.abort()
  await expect(call).rejects.toMatchObject({ code: 'closing' })
  await expect(one.client.call({ ...member, id: '00'.repeat(8) }, noSignal)).rejects.toMatchObject({
    code: 'unreachable',
  })
  await expect(one.client.call({ ...member, relay: '127.0.0.1:1' }, noSignal)).rejects.toMatchObject({
    code: 'unreachable',
  })
  await two[Symbol.asyncDispose]()
  await until('it is gone', () => one.client.members(membership.folderId).length === 0)
  await expect(one.client.call(member, noSignal)).rejects.toMatchObject({ code: 'unreachable' })
})

test('I14 what comes over a relay takes no place of those who come from its network', async () => {
  await using relay = await openTestRelay()
  const membership = createTestMembership()
  await using one = await openRelayedDevice([relay.address], [membership])
  await using two = await openRelayedDevice([relay.address], [membership])
  const member = await one.onlyMember(membership)
  // Calls whose caller never says a word.
  const silent: Socket[] = []
  for (let count = 0; count < maxHandshakesPerNetwork; count++)
    silent.push(await one.client.call(member, noSignal))
  await until('all arrived', () => two.called.length === maxHandshakesPerNetwork)
  const surplus = await one.client.call(member, noSignal)
  await once(surplus.resume(), 'close')
  const direct = await dialAddress(one.context, membership, two.listener.address, noSignal)
  expect(direct.via).toBe('direct')
  expect(two.called.slice(0, maxHandshakesPerNetwork).every((socket) => !socket.destroyed)).toBe(true)
  direct.close('closing')
  await direct.closed
  for (const socket of silent) socket.destroy()
})

/** Something that listens where a relay should, and says that to the first that comes. */
async function openPretender(...words: readonly Uint8Array[]) {
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => undefined)
    socket.resume()
    if (sockets.length === 1) for (const each of words) socket.write(each)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    address: { host: '127.0.0.1', port },
    sockets,
    [Symbol.dispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const salt = '00'.repeat(16)
const hello = relayFrame({ kind: 'hello', version: 1, maxTopics: 1, salt })

test.each<[string, Buffer[], string]>([
  ['a web server', [Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')], 'allowed are 4096'],
  ['a relay that is full', [relayFrame({ kind: 'closed', reason: 'full' })], 'no more devices now'],
  [
    'a relay that calls before it greets, and lies',
    [relayFrame({ kind: 'join', topic: '00'.repeat(20), tag: '00'.repeat(32) })],
    'says join',
  ],
])('F1 %s in place of a relay is told as what it is', async (_name, words, reason) => {
  using pretender = await openPretender(...words)
  const membership = createTestMembership()
  await using one = await openRelayedDevice([pretender.address], [membership])
  const result = await until('a result', () =>
    one.client.results(membership.folderId).find(({ state }) => state === 'failed'),
  )
  expect(result.message).toContain(reason)
})

test('I14 a relay that makes up calls, members and answers gets few connections and does no harm', async () => {
  const [membership, second] = [createTestMembership(), createTestMembership()]
  const called = Array.from({ length: 100 }, (_, at) =>
    relayFrame({ kind: 'called', token: Buffer.alloc(16, at).toString('hex') }),
  )
  const madeUp = [
    relayFrame({ kind: 'accepted', number: 7, token: '00'.repeat(16) }),
    relayFrame({ kind: 'refused', number: 8, reason: 'busy' }),
    relayFrame({ kind: 'members', topic: '11'.repeat(20), members: [] }),
  ]
  const nobody = { id: '00'.repeat(8), tag: '00'.repeat(32) }
  const last = relayFrame({ kind: 'members', topic: relayTopic(membership, salt), members: [nobody] })
  using pretender = await openPretender(hello, ...madeUp)
  await using one = await openRelayedDevice([pretender.address], [membership, second])
  await until('it has joined', () => one.client.results(membership.folderId)[0]?.state === 'working')
  pretender.sockets[0]!.write(Buffer.concat([...called, last]))
  const member = await one.onlyMember(membership)
  await until('it answers', () => pretender.sockets.length === 1 + maxCallsAtOnce)
  expect(one.called).toEqual([])
  // One topic was all the relay said it takes.
  expect(one.client.results(second.folderId)[0]).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('no more folders'),
  })
  // It answers no call either.
  const stop = new AbortController()
  const call = one.client.call(member, stop.signal)
  stop.abort()
  await expect(call).rejects.toMatchObject({ code: 'closing' })
  expect(pretender.sockets.length).toBe(1 + maxCallsAtOnce)
})

test('I14 of lists of members that come without end each is taken note of in its time, and the last one in the end', async () => {
  const clock = createManualClock(0)
  const context = createTestContext(clock)
  const membership = createTestMembership()
  using pretender = await openPretender(hello)
  let heard = 0
  await using client = createRelayClient({
    ...{ clock, chance: context.chance, log: context.log, device: context.device.id },
    onCalled: () => undefined,
    onMembers() {
      heard += 1
    },
  })
  client.setRelays([formatHostPort(pretender.address)])
  client.setTopics([topicOf(membership)])
  await until('it has joined', () => client.connected().length === 1)
  const topic = relayTopic(membership, salt)
  const lists = Array.from({ length: 50 }, () =>
    Array.from({ length: maxMembersTold }, () => ({
      id: randomBytes(memberIdBytes).toString('hex'),
      tag: randomBytes(tagBytes).toString('hex'),
    })),
  )
  for (const members of lists) pretender.sockets[0]!.write(relayFrame({ kind: 'members', topic, members }))
  const last = lists.at(-1)![0]!.id
  await until('the last list is known', async () => {
    await clock.advance(100)
    return client.members(membership.folderId)[0]?.id === last
  })
  expect(heard).toBeGreaterThan(1)
  expect(heard).toBeLessThanOrEqual(2 + clock.monotonicMs() / 1000)
})

test('links of many folders are made over one relay at once', async () => {
  await using relay = await openTestRelay()
  const memberships = Array.from({ length: 10 }, createTestMembership)
  await using one = await openRelayedDevice([relay.address], memberships)
  await using two = await openRelayedDevice([relay.address], memberships)
  const links: Link[] = await Promise.all(
    memberships.map(async (membership) => one.dial(membership, await one.onlyMember(membership))),
  )
  expect(new Set(links.map(({ folderId }) => folderId)).size).toBe(memberships.length)
  await until('all are there', () => two.links.length === memberships.length)
  for (const link of links) link.close('closing')
  await Promise.all(links.map((link) => link.closed))
})
