import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { until } from '../testing/until.ts'
import { maxMembersTold, type RelayMessage, relayFrame } from '../wire/relay-protocol.ts'
import {
  createRelayChannel,
  messagesPerSecond,
  pingAfterMs,
  silenceLimitMs,
  watchEveryMs,
} from './relay-channel.ts'

const topic = '00'.repeat(20)
const fullList: RelayMessage = {
  kind: 'members',
  topic,
  members: Array.from({ length: maxMembersTold }, () => ({ id: '11'.repeat(8), tag: '22'.repeat(32) })),
}

/** A channel and, at its other end, a bare socket. */
async function openChannel(pings: boolean) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [far] = await accepted
  server.close()
  far.on('error', () => undefined)
  const clock = createManualClock(0)
  const heard: RelayMessage[] = []
  const reasons: string[] = []
  const channel = createRelayChannel({
    ...{ socket, clock, pings },
    onMessage: (message) => {
      if (message.kind === 'hello') throw new Error('not to be said')
      heard.push(message)
    },
    onClosed: (reason) => reasons.push(reason),
  })
  return {
    ...{ channel, socket, far, clock, heard, reasons },
    say: (...messages: readonly RelayMessage[]) => far.write(Buffer.concat(messages.map(relayFrame))),
    [Symbol.dispose]() {
      far.destroy()
      socket.destroy()
    },
  }
}

test('I14 a side that does not read is given up', async () => {
  using open = await openChannel(false)
  open.far.pause()
  let sent = 0
  await until('it is given up', () => {
    for (let count = 0; count < 200; count++) open.channel.send(fullList)
    sent += 200
    return open.reasons.length > 0
  })
  expect(open.reasons).toEqual(['the other side does not read'])
  expect(open.socket.destroyed).toBe(true)
  expect(sent).toBeLessThan(20_000)
  expect(open.clock.waiting).toBe(0)
})

test('I14 messages are read at a pace, and the rest waits in the socket', async () => {
  using open = await openChannel(false)
  open.say(...Array.from({ length: 300 }, () => ({ kind: 'leave' as const, topic })))
  await until('the first come', () => open.heard.length > 0)
  expect(open.heard.length).toBeLessThan(messagesPerSecond / 2)
  expect(open.socket.isPaused()).toBe(true)
  await open.clock.advance(2000)
  expect(open.heard.length).toBeLessThanOrEqual(2.5 * messagesPerSecond)
  await open.clock.advance(5000)
  expect(open.heard.length).toBe(300)
  expect(open.socket.isPaused()).toBe(false)
})

test('F2 a client breaks silence, and gives up a relay that does not', async () => {
  using open = await openChannel(true)
  let heardBytes = 0
  open.far.on('data', (chunk: Buffer) => {
    heardBytes += chunk.length
  })
  await open.clock.advance(pingAfterMs + watchEveryMs)
  await until('a ping', () => heardBytes === relayFrame({ kind: 'ping' }).length)
  open.say({ kind: 'pong' }, { kind: 'connected' })
  await until('it is heard', () => open.heard.length === 1)
  await open.clock.advance(silenceLimitMs - watchEveryMs)
  expect(open.reasons).toEqual([])
  await open.clock.advance(2 * watchEveryMs)
  expect(open.reasons).toEqual(['nothing came from the other side for 90 seconds'])
  expect(open.clock.waiting).toBe(0)
})

test('F1 what is not to be said, or no message at all, ends the channel with the reason', async () => {
  using first = await openChannel(false)
  first.say({ kind: 'hello', version: 1, maxTopics: 1, salt: '00'.repeat(16) }, { kind: 'connected' })
  await until('it ends', () => first.reasons.length > 0)
  expect([first.reasons, first.heard]).toEqual([['not to be said'], []])
  using second = await openChannel(false)
  second.far.write('GET / HTTP/1.1\r\n\r\n')
  await until('it ends', () => second.reasons.length > 0)
  expect(second.reasons[0]).toContain('more than allowed')
  using third = await openChannel(false)
  third.far.end()
  await until('it ends', () => third.reasons.length > 0)
  expect(third.reasons).toEqual(['the connection was lost'])
})

test('F4 a released connection brings what came behind the last message, unchanged', async () => {
  const { promise, resolve } = Promise.withResolvers<Socket>()
  const server = createServer((socket) => {
    const channel = createRelayChannel({
      ...{ socket, clock: createManualClock(0), pings: false },
      onMessage: () => resolve(channel.release()),
      onClosed: () => undefined,
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const far = connect((server.address() as AddressInfo).port, '127.0.0.1')
  far.write(Buffer.concat([relayFrame({ kind: 'connected' }), Buffer.of(255, 255, 1, 2)]))
  const socket = await promise
  far.end(Buffer.of(3, 4))
  expect(Buffer.concat(await socket.toArray())).toEqual(Buffer.of(255, 255, 1, 2, 3, 4))
  server.close()
})

test('last words are heard before the end', async () => {
  using open = await openChannel(false)
  open.channel.close({ kind: 'closed', reason: 'full' })
  expect(open.reasons).toEqual(['this side closed the connection'])
  expect(Buffer.concat(await open.far.toArray())).toEqual(relayFrame({ kind: 'closed', reason: 'full' }))
  await until('it is closed', () => open.socket.closed)
  expect(open.clock.waiting).toBe(0)
})
