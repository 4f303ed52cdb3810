import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { describeLinkContract } from '../testing/link-contract.ts'
import { createTestContext, createTestMembership, openLoopback } from '../testing/loopback.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { plainCodec } from '../testing/plain-codec.ts'
import { frameHeader } from '../wire/frames.ts'
import type { Message } from '../wire/messages.ts'
import { cipherNames } from '../wire/noise.ts'
import { createCipherPool } from './cipher-pool.ts'
import { dialAddress } from './dial.ts'
import { respondHandshake } from './handshake.ts'
import { closeLimitMs, maxQueuedBytes, stallLimitMs, watchEveryMs } from './link.ts'

for (const cipher of cipherNames)
  for (const elsewhere of [false, true])
    describeLinkContract(
      `the link over a socket, with ${cipher} ${elsewhere ? 'in worker threads' : 'on this thread'}`,
      async () => {
        const clock = createManualClock(0)
        const ciphers = elsewhere ? createCipherPool(2) : undefined
        const loopback = await openLoopback(
          { ...createTestContext(clock, cipher), ciphers },
          { ...createTestContext(clock), ciphers },
        )
        return {
          a: loopback.dialled,
          b: loopback.accepted,
          async [Symbol.asyncDispose]() {
            await loopback[Symbol.asyncDispose]()
            await ciphers?.[Symbol.asyncDispose]()
          },
        }
      },
    )

/** A link and, at its other end, whoever speaks the protocol by hand. */
async function openToPuppet() {
  const clock = createManualClock(0)
  const context = createTestContext(clock)
  const membership = createTestMembership()
  const server = createServer({ noDelay: true })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port }
  const dialled = dialAddress(context, membership, address, new AbortController().signal)
  const [socket] = await accepted
  const channel = await respondHandshake(socket, 'puppet', () => [membership], {
    ...createTestContext(clock),
  })
  const link = await dialled
  socket.on('error', () => undefined)
  return {
    clock,
    context,
    link,
    socket,
    seal: (plaintext: Uint8Array) => {
      const sealed = Buffer.concat(channel.transport.seal([plaintext]))
      return Buffer.concat([frameHeader(sealed.length), sealed])
    },
    say(message: Message) {
      socket.write(this.seal(Buffer.concat(plainCodec.encode(message))))
    },
    open: (frame: Buffer) => channel.transport.open(frame),
    splitter: channel.splitter,
    async [Symbol.asyncDispose]() {
      socket.destroy()
      server.close()
      link.close('closing')
      await link.closed
    },
  }
}

test('a ping is answered inside the link, and the engine sees neither', async () => {
  await using puppet = await openToPuppet()
  const seen: string[] = []
  puppet.link.listen((message) => void seen.push(message.kind))
  puppet.say({ kind: 'ping' })
  puppet.say({ kind: 'pong' })
  puppet.say({ kind: 'summary', needFiles: 0, needBytes: 0, seenSequence: 0 })
  let answer: Buffer | undefined
  puppet.socket.on('data', (chunk) => {
    puppet.splitter.push(chunk)
    answer = puppet.splitter.next()
  })
  puppet.socket.resume()
  while (answer === undefined || seen.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(plainCodec.decode(puppet.open(answer))).toEqual({ kind: 'pong' })
  expect(seen).toEqual(['summary'])
})

test('I14 a peer that falls silent is asked three times and then given up', async () => {
  await using puppet = await openToPuppet()
  let pings = 0
  puppet.socket.on('data', (chunk) => {
    puppet.splitter.push(chunk)
    for (let frame = puppet.splitter.next(); frame !== undefined; frame = puppet.splitter.next())
      if (plainCodec.decode(puppet.open(frame))?.kind === 'ping') pings += 1
  })
  puppet.socket.resume()
  await puppet.clock.advance(stallLimitMs - watchEveryMs)
  expect(await Promise.race([puppet.link.closed, 'open'])).toBe('open')
  await puppet.clock.advance(watchEveryMs)
  expect((await puppet.link.closed).code).toBe('peer-stalled')
  expect(pings).toBe(2)
})

test('two idle links keep each other alive', async () => {
  const clock = createManualClock(0)
  await using loopback = await openLoopback(createTestContext(clock), createTestContext(clock))
  for (let round = 0; round < 60; round++) {
    await clock.advance(watchEveryMs)
    const before = [loopback.dialled.traffic.sentBytes, loopback.accepted.traffic.sentBytes]
    if (round % 3 !== 2) continue
    // Each third look sends a ping: wait until it has come over.
    while (
      loopback.accepted.traffic.receivedBytes < before[0]! ||
      loopback.dialled.traffic.receivedBytes < before[1]!
    )
      await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await Promise.race([loopback.dialled.closed, loopback.accepted.closed, 'open'])).toBe('open')
})

test('I14 a peer that takes nothing is given up, and a writer that waits has queued little', async () => {
  await using puppet = await openToPuppet()
  puppet.socket.pause()
  const data = Buffer.alloc(65_000)
  let sentBytes = 0
  let closed = false
  void puppet.link.closed.then(() => {
    closed = true
  })
  const writing = (async () => {
    while (!closed) {
      await puppet.link.writable()
      puppet.link.send({ kind: 'block', request: 1, offsetBytes: 0, data })
      sentBytes += data.length
      await new Promise((resolve) => setImmediate(resolve))
    }
  })()
  while (!closed) {
    // It speaks, so silence is not what ends the link.
    puppet.say({ kind: 'summary', needFiles: 0, needBytes: 0, seenSequence: 0 })
    while (puppet.link.traffic.receivedBytes < puppet.socket.bytesWritten && !closed)
      await new Promise((resolve) => setImmediate(resolve))
    await puppet.clock.advance(watchEveryMs)
    expect(puppet.clock.monotonicMs()).toBeLessThan(10 * stallLimitMs)
  }
  await writing
  expect((await puppet.link.closed).code).toBe('peer-stalled')
  // What the queue may hold, what the socket may hold, and what two kernels may hold.
  expect(sentBytes).toBeLessThan(24 * 1024 * 1024)
})

test('I14 a writer that never waits ends its link instead of filling memory', async () => {
  await using puppet = await openToPuppet()
  puppet.socket.pause()
  const data = Buffer.alloc(65_000)
  for (let sent = 0; sent <= maxQueuedBytes; sent += data.length)
    puppet.link.send({ kind: 'block', request: 1, offsetBytes: 0, data })
  await puppet.clock.advance(closeLimitMs)
  expect((await puppet.link.closed).code).toBe('peer-stalled')
})

test('I14 a peer that pings and never reads gets one answer queued, not thousands', async () => {
  await using puppet = await openToPuppet()
  puppet.link.listen(() => puppet.link.send({ kind: 'missing', request: 1, unreadable: false }))
  const pings = Array.from({ length: 5000 }, () =>
    puppet.seal(Buffer.concat(plainCodec.encode({ kind: 'ping' }))),
  )
  puppet.socket.write(Buffer.concat(pings))
  puppet.say({ kind: 'summary', needFiles: 0, needBytes: 0, seenSequence: 0 })
  const answers: string[] = []
  puppet.socket.on('data', (chunk) => {
    puppet.splitter.push(chunk)
    for (let frame = puppet.splitter.next(); frame !== undefined; frame = puppet.splitter.next())
      answers.push(plainCodec.decode(puppet.open(frame))!.kind)
  })
  while (puppet.link.traffic.receivedBytes < puppet.socket.bytesWritten)
    await new Promise((resolve) => setImmediate(resolve))
  puppet.socket.resume()
  while (answers.at(-1) !== 'missing') await new Promise((resolve) => setImmediate(resolve))
  expect(answers.length).toBeLessThan(pings.length / 10)
})

test('I14 a peer that sends faster than it is handled is not read any further', async () => {
  await using puppet = await openToPuppet()
  const release = Promise.withResolvers<void>()
  let handled = 0
  puppet.link.listen(async () => {
    await release.promise
    handled += 1
  })
  const data = Buffer.alloc(65_000)
  const count = 500
  for (let request = 0; request < count; request++) {
    puppet.say({ kind: 'block', request, offsetBytes: 0, data })
  }
  let before = -1
  for (let still = 0; still < 50; ) {
    await new Promise((resolve) => setImmediate(resolve))
    still = puppet.link.traffic.receivedBytes === before ? still + 1 : 0
    before = puppet.link.traffic.receivedBytes
  }
  expect(before).toBeLessThan(4 * 1024 * 1024)
  // Not reading is our doing, not the peer's silence.
  await puppet.clock.advance(stallLimitMs * 2)
  release.resolve()
  while (handled < count) await new Promise((resolve) => setImmediate(resolve))
})

test.each<[string, string, (puppet: Awaited<ReturnType<typeof openToPuppet>>) => Buffer]>([
  ['an empty frame', 'peer-garbage', () => Buffer.of(0, 0)],
  ['bytes that are not sealed', 'peer-garbage', () => Buffer.concat([frameHeader(50), randomBytes(50)])],
  ['a frame too short for a tag', 'peer-garbage', () => Buffer.of(0, 1, 7)],
  ['a sealed frame of nothing', 'peer-garbage', ({ seal }) => seal(Buffer.alloc(0))],
  ['a message no codec reads', 'peer-garbage', ({ seal }) => seal(Buffer.from('not a message'))],
])('I14 %s closes the link as %s', async (_name, code, bytes) => {
  await using puppet = await openToPuppet()
  puppet.link.listen(() => expect.fail('delivered'))
  puppet.socket.resume()
  puppet.socket.write(bytes(puppet))
  expect((await puppet.link.closed).code).toBe(code)
})

test('a message of an unknown kind is skipped', async () => {
  await using puppet = await openToPuppet()
  const seen = Promise.withResolvers<string>()
  puppet.link.listen((message) => seen.resolve(message.kind))
  puppet.say({ kind: 'from the future' } as unknown as Message)
  puppet.say({ kind: 'summary', needFiles: 0, needBytes: 0, seenSequence: 0 })
  expect(await seen.promise).toBe('summary')
})

test('a connection that is lost says so', async () => {
  await using puppet = await openToPuppet()
  puppet.socket.resetAndDestroy()
  expect((await puppet.link.closed).code).toBe('unreachable')
  expect(puppet.clock.waiting).toBe(0)
})

test('a bug in a handler is logged as an error, with folder and peer', async () => {
  await using puppet = await openToPuppet()
  puppet.link.listen(() => {
    throw new TypeError('a bug')
  })
  puppet.say({ kind: 'summary', needFiles: 0, needBytes: 0, seenSequence: 0 })
  await puppet.clock.advance(0)
  while (puppet.context.log.lines.length === 0) await new Promise((resolve) => setImmediate(resolve))
  expect(puppet.context.log.lines).toMatchObject([
    { level: 'error', fields: { folderId: puppet.link.folderId, peer: puppet.link.peer } },
  ])
})
