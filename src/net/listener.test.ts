import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { ContentRoot } from '../core/ids.ts'
import { keyPairOf } from '../core/x25519.ts'
import type { Link } from '../ports.ts'
import { createTestContext, createTestMembership, type TestContext } from '../testing/loopback.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { frameHeader } from '../wire/frames.ts'
import { createHandshakeState } from '../wire/noise.ts'
import { dialAddress } from './dial.ts'
import { handshakeLimitMs } from './handshake.ts'
import { type Listener, maxHandshakesPerNetwork, openListener } from './listener.ts'
import { folderTag, type Membership } from './membership.ts'

const loopback = { host: '127.0.0.1', port: 0 }
const noSignal = new AbortController().signal

interface Side extends AsyncDisposable {
  readonly context: TestContext
  readonly clock: ReturnType<typeof createManualClock>
  readonly membership: Membership
  readonly listener: Listener
  readonly links: Link[]
}

async function openSide(): Promise<Side> {
  const clock = createManualClock(0)
  const context = createTestContext(clock)
  const membership = createTestMembership()
  const links: Link[] = []
  const listener = await openListener({
    ...context,
    address: loopback,
    memberships: () => [createTestMembership(), membership, createTestMembership()],
    onLink: (link) => links.push(link),
  })
  return {
    context,
    clock,
    membership,
    listener,
    links,
    async [Symbol.asyncDispose]() {
      for (const link of links) link.close('closing')
      await listener[Symbol.asyncDispose]()
      await Promise.all(links.map((link) => link.closed))
    },
  }
}

/** A bare connection that notes what it is told. */
async function knock(side: Side): Promise<{ socket: Socket; heard: Buffer[]; ended: Promise<unknown> }> {
  const socket = connect(side.listener.address)
  const heard: Buffer[] = []
  socket.on('data', (chunk) => heard.push(chunk))
  socket.on('error', () => undefined)
  const ended = new Promise((resolve) => socket.on('close', resolve))
  await new Promise((resolve) => socket.on('connect', resolve))
  return { socket, heard, ended }
}

function framed(message: Uint8Array): Buffer {
  return Buffer.concat([frameHeader(message.length), message])
}

function initiator(
  side: Side,
  psk: Uint8Array = side.membership.psk,
  staticKey: Uint8Array = randomBytes(32),
) {
  const ephemeral = keyPairOf(randomBytes(32))
  const noise = createHandshakeState({
    initiator: true,
    prologue: Buffer.from('berrysync/1'),
    ephemeral,
    static: keyPairOf(staticKey),
    psk,
  })
  return { noise, first: () => framed(noise.writeMessage(folderTag(side.membership, ephemeral.publicKey))) }
}

async function nextFrame(socket: Socket, heard: Buffer[]): Promise<Buffer> {
  for (;;) {
    const bytes = Buffer.concat(heard)
    if (bytes.length >= 2 && bytes.length >= 2 + bytes.readUInt16BE()) {
      const end = 2 + bytes.readUInt16BE()
      heard.splice(0, heard.length, bytes.subarray(end))
      return bytes.subarray(2, end)
    }
    await once(socket, 'data')
  }
}

test.each<[string, Buffer]>([
  ['a web request', Buffer.from('GET / HTTP/1.1\r\nHost: pi.local\r\n\r\n')],
  ['random bytes', Buffer.concat([frameHeader(80), randomBytes(80)])],
  ['an empty frame', Buffer.of(0, 0)],
  ['the largest frame', Buffer.concat([Buffer.of(0xff, 0xff), Buffer.alloc(65_535)])],
  ['a frame one byte too long for any handshake', Buffer.concat([frameHeader(97), Buffer.alloc(97)])],
  ['a short first message', framed(randomBytes(33))],
  ['a flood', Buffer.alloc(1_000_000, 1)],
])('P1 to %s nothing is answered', async (_name, bytes) => {
  await using side = await openSide()
  const { socket, heard, ended } = await knock(side)
  socket.write(bytes)
  await ended
  expect(Buffer.concat(heard).length).toBe(0)
  expect(side.links).toEqual([])
})

test('P1 a stranger to the folder gets no answer, the dialling side says the handshake failed', async () => {
  await using side = await openSide()
  const stranger = createTestContext(createManualClock(0))
  await expect(
    dialAddress(stranger, createTestMembership(), side.listener.address, noSignal),
  ).rejects.toMatchObject({
    code: 'handshake-failed',
  })
  expect(side.links).toEqual([])
})

test('P1 the right tag with another psk does not become a link on either side', async () => {
  await using side = await openSide()
  const impostor = { ...side.membership, psk: randomBytes(32) }
  await expect(
    dialAddress(createTestContext(createManualClock(0)), impostor, side.listener.address, noSignal),
  ).rejects.toMatchObject({ code: 'handshake-failed' })
  expect(side.links).toEqual([])
})

test('P1 a listener that only knows the tag key does not become a link to who dials it', async () => {
  await using side = await openSide()
  await using impostor = await openListener({
    ...side.context,
    device: createTestContext(side.clock).device,
    address: loopback,
    memberships: () => [{ ...side.membership, psk: randomBytes(32) }],
    onLink: () => expect.fail('linked'),
  })
  await expect(dialAddress(side.context, side.membership, impostor.address, noSignal)).rejects.toMatchObject({
    code: 'handshake-failed',
  })
})

test('P1 a first message played again leads nowhere', async () => {
  await using side = await openSide()
  const first = initiator(side).first()
  const [one, two] = [await knock(side), await knock(side)]
  one.socket.write(first)
  two.socket.write(first)
  const answers = [await nextFrame(one.socket, one.heard), await nextFrame(two.socket, two.heard)]
  expect(answers[0]!.equals(answers[1]!)).toBe(false)
  // The recording ends here: without the ephemeral key there is no third message.
  two.socket.write(framed(randomBytes(64)))
  await two.ended
  one.socket.destroy()
  expect(side.links).toEqual([])
})

test('P1 whole sessions played again lead nowhere', async () => {
  await using side = await openSide()
  const { noise, first } = initiator(side)
  const opening = first()
  const one = await knock(side)
  one.socket.write(opening)
  noise.readMessage(await nextFrame(one.socket, one.heard))
  const third = framed(noise.writeMessage(Buffer.alloc(0)))
  one.socket.write(third)
  await nextFrame(one.socket, one.heard)
  expect(side.links.length).toBe(1)
  const two = await knock(side)
  two.socket.write(Buffer.concat([opening, third]))
  await two.ended
  expect(side.links.length).toBe(1)
  one.socket.destroy()
})

test('P1 a device that reaches itself says so on both sides', async () => {
  await using side = await openSide()
  await expect(
    dialAddress(side.context, side.membership, side.listener.address, noSignal),
  ).rejects.toMatchObject({ code: 'peer-self' })
  expect(side.links).toEqual([])
})

test('I14 a handshake that does not get on is ended in time', async () => {
  await using side = await openSide()
  const silent = await knock(side)
  const slow = await knock(side)
  const halfway = await knock(side)
  halfway.socket.write(initiator(side).first())
  await nextFrame(halfway.socket, halfway.heard)
  const message = initiator(side).first()
  for (let at = 0; at < 8; at++) {
    slow.socket.write(message.subarray(at, at + 1))
    await side.clock.advance(handshakeLimitMs / 8)
  }
  await side.clock.advance(1)
  await Promise.all([silent.ended, slow.ended, halfway.ended])
  expect(Buffer.concat(slow.heard).length).toBe(0)
  expect(side.clock.waiting).toBe(0)
})

test('I14 connections beyond the limit are dropped at once, and places come free again', async () => {
  await using side = await openSide()
  const surplus = 20
  const flood = await Promise.all(
    Array.from({ length: maxHandshakesPerNetwork + surplus }, () => knock(side)),
  )
  let dropped = 0
  await new Promise<void>((resolve) => {
    for (const { ended } of flood)
      void ended.then(() => {
        dropped += 1
        if (dropped === surplus) resolve()
      })
  })
  const kept = flood.filter(({ socket }) => !socket.destroyed)
  expect(kept.length).toBe(maxHandshakesPerNetwork)
  for (const { socket } of kept) socket.destroy()
  await Promise.all(kept.map(({ ended }) => ended))
  const peer = createTestContext(side.clock)
  let link: Link | undefined
  while (link === undefined)
    // The server may hear of the places given up a moment later than we do.
    link = await dialAddress(peer, side.membership, side.listener.address, noSignal).catch(() => undefined)
  link.close('closing')
  await link.closed
})

test('two devices that dial each other at once get two sound links', async () => {
  await using one = await openSide()
  await using two = await openSide()
  await using other = await openListener({
    ...two.context,
    address: loopback,
    memberships: () => [one.membership],
    onLink: (link) => two.links.push(link),
  })
  const [first, second] = await Promise.all([
    dialAddress(one.context, one.membership, other.address, noSignal),
    dialAddress(two.context, one.membership, one.listener.address, noSignal),
  ])
  expect(first.peer).toBe(two.context.device.id)
  expect(second.peer).toBe(one.context.device.id)
  first.close('peer-duplicate')
  expect((await first.closed).code).toBe('peer-duplicate')
  const seen = Promise.withResolvers<unknown>()
  second.listen((message) => seen.resolve(message.kind))
  while (one.links.length === 0) await new Promise((resolve) => setImmediate(resolve))
  one.links[0]!.send({ kind: 'have', roots: ['x' as ContentRoot] })
  expect(await seen.promise).toBe('have')
  second.close('closing')
  await second.closed
})

/** A wire tap that hands on what passes, changed by `alter`. */
async function openTap(
  target: AddressInfo | { port: number; host: string },
  alter: (chunk: Buffer) => Buffer,
): Promise<Server> {
  const server = createServer((inner) => {
    const outer = connect({ port: target.port, host: '127.0.0.1' })
    inner.on('data', (chunk) => outer.write(alter(chunk)))
    outer.pipe(inner)
    for (const [here, there] of [
      [inner, outer],
      [outer, inner],
    ] as const)
      here.on('error', () => undefined).on('close', () => there.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

test('I9 a bit flipped on the way closes the link, and nothing of that message is delivered', async () => {
  await using side = await openSide()
  let spoil = false
  const tap = await openTap(side.listener.address, (chunk) => {
    if (spoil) chunk[chunk.length - 3]! ^= 4
    return chunk
  })
  const port = (tap.address() as AddressInfo).port
  const link = await dialAddress(
    createTestContext(side.clock),
    side.membership,
    { host: '127.0.0.1', port },
    noSignal,
  )
  while (side.links.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const seen: string[] = []
  const first = Promise.withResolvers<void>()
  side.links[0]!.listen((message) => {
    seen.push(message.kind)
    first.resolve()
  })
  link.send({ kind: 'summary', needFiles: 0, needBytes: 0, seenSequence: 0 })
  await first.promise
  spoil = true
  link.send({ kind: 'have', roots: ['spoiled' as ContentRoot] })
  expect((await side.links[0]!.closed).code).toBe('peer-garbage')
  expect((await link.closed).code).toBe('peer-garbage')
  expect(seen).toEqual(['summary'])
  tap.close()
})

test('a port in use and an address that is not ours are told as such', async () => {
  await using side = await openSide()
  const options = { ...side.context, memberships: () => [], onLink: () => undefined }
  await expect(openListener({ ...options, address: side.listener.address })).rejects.toMatchObject({
    code: 'port-in-use',
  })
  await expect(openListener({ ...options, address: { host: '192.0.2.1', port: 0 } })).rejects.toMatchObject({
    code: 'listen-failed',
  })
})

test('disposing gives the port back while links live on', async () => {
  await using side = await openSide()
  const link = await dialAddress(
    createTestContext(side.clock),
    side.membership,
    side.listener.address,
    noSignal,
  )
  const silent = await knock(side)
  await side.listener[Symbol.asyncDispose]()
  await silent.ended
  await using again = await openListener({
    ...side.context,
    address: side.listener.address,
    memberships: () => [],
    onLink: () => undefined,
  })
  expect(again.address.port).toBe(side.listener.address.port)
  const seen = Promise.withResolvers<string>()
  side.links[0]!.listen((message) => seen.resolve(message.kind))
  link.send({ kind: 'summary', needFiles: 0, needBytes: 0, seenSequence: 0 })
  expect(await seen.promise).toBe('summary')
  link.close('closing')
  await link.closed
})

/** A device that listens, another that may dial, and the links that come in. */
async function listenAt(address: { readonly host: string; readonly port: number }) {
  const clock = createManualClock(0)
  const [here, there] = [createTestContext(clock), createTestContext(clock)]
  const membership = createTestMembership()
  const links: Link[] = []
  const onLink = (link: Link) => void links.push(link)
  const listener = await openListener({ ...there, address, memberships: () => [membership], onLink })
  return { listener, here, membership, links }
}

test('listening on all addresses of IPv4 means those of IPv6 as well', async () => {
  const { listener, here, membership, links } = await listenAt({ host: '0.0.0.0', port: 0 })
  await using _listener = listener
  const { port } = listener.address
  const { signal } = new AbortController()
  for (const host of ['127.0.0.1', '::1'])
    links.push(await dialAddress(here, membership, { host, port }, signal))
  expect(links.map(({ address }) => address.replace(/:\d+$/, ''))).toEqual(
    expect.arrayContaining(['127.0.0.1', '[::1]']),
  )
  for (const link of links) link.close('closing')
  await Promise.all(links.map((link) => link.closed))
})

test('strangers that say nothing, from however many addresses, shut nobody out', async () => {
  const { listener, here, membership, links } = await listenAt(loopback)
  await using _listener = listener
  const { port } = listener.address
  const silent: Socket[] = []
  for (const localAddress of ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.5']) {
    for (let count = 0; count < maxHandshakesPerNetwork; count++) {
      const socket = connect({ port, host: '127.0.0.1', localAddress })
      socket.on('error', () => undefined)
      await once(socket, 'connect')
      silent.push(socket)
    }
  }
  links.push(await dialAddress(here, membership, listener.address, new AbortController().signal))
  expect(silent.filter(({ destroyed }) => !destroyed).length).toBeGreaterThanOrEqual(silent.length - 1)
  for (const socket of silent) socket.destroy()
  for (const link of links) link.close('closing')
  await Promise.all(links.map((link) => link.closed))
})
