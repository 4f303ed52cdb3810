import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { messagesPerSecond, silenceLimitMs } from '../net/relay-channel.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { openTestRelay } from '../testing/relay-scene.ts'
import { until } from '../testing/until.ts'
import { createFrameSplitter, frameHeader } from '../wire/frames.ts'
import {
  maxMembersTold,
  maxRelayMessageBytes,
  type RelayMessage,
  readRelayMessage,
  relayFrame,
} from '../wire/relay-protocol.ts'
import { maxTopics, openingLimitMs, type Relay, type RelayLimits } from './relay.ts'
import { callLimitMs, callsPerMinute } from './relay-calls.ts'
import { idleLimitMs, idleWatchMs } from './splice.ts'

const topic = 'aa'.repeat(20)
const tagOf = (byte: number) => Buffer.alloc(32, byte).toString('hex')

interface Visit {
  readonly socket: Socket
  readonly heard: RelayMessage[]
  readonly closed: Promise<unknown>
  say(...messages: readonly RelayMessage[]): void
  /** The last message of that kind, once there is one. */
  hear<K extends RelayMessage['kind']>(kind: K): Promise<Extract<RelayMessage, { kind: K }>>
}

/** A bare connection to a relay. */
async function visit(relay: Relay): Promise<Visit> {
  const socket = connect({ ...relay.address, noDelay: true })
  const splitter = createFrameSplitter(maxRelayMessageBytes)
  const heard: RelayMessage[] = []
  socket.on('error', () => undefined)
  const onData = (chunk: Buffer) => {
    splitter.push(chunk)
    for (let frame = splitter.next(); frame !== undefined; frame = splitter.next())
      heard.push(readRelayMessage(frame)!)
  }
  socket.on('data', onData)
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await once(socket, 'connect')
  return {
    ...{ socket, heard, closed },
    say: (...messages) => void socket.write(Buffer.concat(messages.map(relayFrame))),
    hear: (kind) =>
      until(`a ${kind}`, () => heard.findLast((message) => message.kind === kind)) as Promise<never>,
  }
}

async function greet(relay: Relay): Promise<Visit> {
  const visitor = await visit(relay)
  visitor.say({ kind: 'control', version: 1 })
  await visitor.hear('hello')
  return visitor
}

/** So many visitors in one topic. */
async function gather(relay: Relay, count: number): Promise<Visit[]> {
  const visitors = await Promise.all(Array.from({ length: count }, () => greet(relay)))
  for (const [at, visitor] of visitors.entries()) visitor.say({ kind: 'join', topic, tag: tagOf(at) })
  await until('all know of each other', () =>
    visitors.every(({ heard }) => membersOf(heard).length === Math.min(maxMembersTold, count - 1)),
  )
  return visitors
}

function membersOf(heard: readonly RelayMessage[]) {
  const last = heard.findLast((message) => message.kind === 'members')
  return last?.members ?? []
}

/** Data connections of a call, once both are spliced; what comes next over them is the other's. */
async function connectPair(relay: Relay, caller: Visit, callee: Visit): Promise<[Socket, Socket]> {
  const [member] = membersOf(caller.heard)
  const before = [caller, callee].map(({ heard }) => heard.length)
  caller.say({ kind: 'call', number: 1, id: member!.id })
  const tokens = await until('both tokens', () => {
    const answer = caller.heard.slice(before[0]).find((message) => message.kind === 'accepted')
    const call = callee.heard.slice(before[1]).find((message) => message.kind === 'called')
    return answer && call && [answer.token, call.token]
  })
  const sides = await Promise.all(tokens.map(() => visit(relay)))
  for (const [at, side] of sides.entries()) side.say({ kind: 'data', token: tokens[at]! })
  await Promise.all(sides.map((side) => side.hear('connected')))
  for (const { socket } of sides) socket.removeAllListeners('data').pause()
  return [sides[0]!.socket, sides[1]!.socket]
}

async function openPair(limits: Partial<RelayLimits> = {}, clock?: ManualClock) {
  const relay = await openTestRelay(limits, clock)
  const [caller, callee] = await gather(relay, 2)
  const [one, other] = await connectPair(relay, caller!, callee!)
  return {
    ...{ relay, one, other },
    [Symbol.asyncDispose]: () => relay[Symbol.asyncDispose](),
  }
}

test.each<[string, Buffer]>([
  ['a web request', Buffer.from('GET / HTTP/1.1\r\nHost: relay.example\r\n\r\n')],
  ['an empty frame', Buffer.of(0, 0)],
  ['a frame above the cap', Buffer.concat([frameHeader(4097), Buffer.alloc(4097)])],
  ['a message that is none to begin with', relayFrame({ kind: 'join', topic, tag: tagOf(1) })],
  ['a token nobody was given', relayFrame({ kind: 'data', token: '00'.repeat(16) })],
  [
    'more than a token',
    Buffer.concat([relayFrame({ kind: 'data', token: '00'.repeat(16) }), Buffer.alloc(9)]),
  ],
  ['a short message', Buffer.concat([frameHeader(3), Buffer.of(2, 1, 1)])],
  ['random bytes', Buffer.concat([frameHeader(100), Buffer.of(1, 0), randomBytes(98)])],
])('F1 whoever begins with %s is shown out without a word', async (_name, bytes) => {
  await using relay = await openTestRelay()
  const stranger = await visit(relay)
  stranger.socket.write(bytes)
  await stranger.closed
  expect(stranger.heard).toEqual([])
})

test('F1 whoever says nothing, or half a word, is shown out in time, and its place comes free', async () => {
  const clock = createManualClock(0)
  await using relay = await openTestRelay({}, clock)
  const [silent, slow] = [await visit(relay), await visit(relay)]
  slow.socket.write(Buffer.of(0))
  await until('both are in', () => clock.waiting >= 4)
  await clock.advance(openingLimitMs + 1)
  await Promise.all([silent.closed, slow.closed])
  await until('nothing waits', () => clock.waiting === 0)
})

test('I14 connections that do not say what they want are few for each network', async () => {
  await using relay = await openTestRelay()
  const flood = await Promise.all(Array.from({ length: 40 }, () => visit(relay)))
  await until('the surplus is gone', () => flood.filter(({ socket }) => socket.destroyed).length === 24)
  const last = flood.find(({ socket }) => !socket.destroyed)!
  last.say({ kind: 'control', version: 1 })
  await last.hear('hello')
  // Its place is free for the next one.
  await greet(relay)
})

test('I14 a relay that is full says so, and takes the next one when somebody leaves', async () => {
  await using relay = await openTestRelay({ clients: 2 })
  const [first] = [await greet(relay), await greet(relay)]
  const third = await visit(relay)
  third.say({ kind: 'control', version: 1 })
  expect(await third.hear('closed')).toEqual({ kind: 'closed', reason: 'full' })
  await third.closed
  first.socket.destroy()
  await until('there is a place', async () => {
    const next = await visit(relay)
    next.say({ kind: 'control', version: 1 })
    await until('an answer', () => next.heard.length > 0)
    return next.heard[0]!.kind === 'hello'
  })
})

test('I14 one network has few places of all', async () => {
  await using relay = await openTestRelay({ clientsPerNetwork: 1 })
  await greet(relay)
  const second = await visit(relay)
  second.say({ kind: 'control', version: 1 })
  expect(await second.hear('closed')).toEqual({ kind: 'closed', reason: 'crowded' })
})

test('F3 members hear of each other as they come and go, of nobody else, and not of themselves', async () => {
  await using relay = await openTestRelay()
  const [one, two] = await gather(relay, 2)
  const stranger = await greet(relay)
  stranger.say({ kind: 'join', topic: 'bb'.repeat(20), tag: tagOf(9) })
  await until('its own topic', () => stranger.heard.length === 2)
  expect(membersOf(stranger.heard)).toEqual([])
  expect(membersOf(one!.heard).map(({ tag }) => tag)).toEqual([tagOf(1)])
  two!.say({ kind: 'leave', topic })
  await until('it left', () => membersOf(one!.heard).length === 0)
  two!.say({ kind: 'join', topic, tag: tagOf(7) })
  await until('it is back', () => membersOf(one!.heard)[0]?.tag === tagOf(7))
  two!.socket.destroy()
  await until('it is gone', () => membersOf(one!.heard).length === 0)
})

test('I14 of many members each is told of some, and of changes at a pace of its own', async () => {
  const clock = createManualClock(0)
  await using relay = await openTestRelay({ clientsPerNetwork: 200 }, clock)
  const visitors: Visit[] = []
  for (let count = 0; count < maxMembersTold + 10; count++) {
    const visitor = await greet(relay)
    visitor.say({ kind: 'join', topic, tag: tagOf(count) })
    visitors.push(visitor)
  }
  const [first] = visitors
  const toldAtOnce = await until('nothing more comes', async () => {
    const before = first!.heard.length
    await clock.advance(0)
    return first!.heard.length === before && before > 2 && before
  })
  expect(toldAtOnce).toBeLessThan(30)
  await until('all are told in time', async () => {
    await clock.advance(1000)
    return visitors.every(({ heard }) => membersOf(heard).length === maxMembersTold)
  })
  const ids = membersOf(first!.heard).map(({ id }) => id)
  expect(new Set(ids).size).toBe(maxMembersTold)
  expect(membersOf(visitors[1]!.heard).map(({ id }) => id)).not.toEqual(ids)
})

test('I14 a flood of joins is read at a pace, and one beyond the limit ends the connection', async () => {
  const clock = createManualClock(0)
  await using relay = await openTestRelay({}, clock)
  const flooder = await greet(relay)
  const joins = (from: number, count: number) =>
    Array.from({ length: count }, (_, at) => ({
      ...{ kind: 'join' as const, topic: Buffer.alloc(20, from + at).toString('hex'), tag: tagOf(1) },
    }))
  flooder.say(...joins(0, maxTopics))
  await until('some are read', () => flooder.heard.length > 5)
  expect(flooder.heard.length).toBeLessThan(messagesPerSecond / 2)
  await until('all are read', async () => {
    await clock.advance(100)
    return flooder.heard.length === 1 + maxTopics
  })
  flooder.say(...joins(0, 1), ...joins(maxTopics, 1))
  await until('it is shown out', async () => {
    await clock.advance(100)
    return flooder.socket.destroyed
  })
})

test('F2 a ping is answered, and a silent client is given up', async () => {
  const clock = createManualClock(0)
  await using relay = await openTestRelay({}, clock)
  const [one, two] = await gather(relay, 2)
  for (let passedMs = 0; passedMs < 2 * silenceLimitMs; passedMs += 30_000) {
    const before = one!.heard.length
    one!.say({ kind: 'ping' })
    await until('a pong', () => one!.heard.length > before)
    await clock.advance(30_000)
  }
  await two!.closed
  await until('it is told', () => membersOf(one!.heard).length === 0)
  expect(one!.socket.destroyed).toBe(false)
})

test('F4 what one side says the other hears, in both directions, and ends as it ended', async () => {
  await using pair = await openPair()
  const { one, other } = pair
  const [there, back] = [randomBytes(3_000_000), randomBytes(2_000_000)]
  const collect = async (socket: Socket) => Buffer.concat(await socket.toArray())
  const heard = Promise.all([collect(one), collect(other)])
  one.end(there)
  other.end(back)
  const [atOne, atOther] = await heard
  expect(atOne.equals(back)).toBe(true)
  expect(atOther.equals(there)).toBe(true)
})

test('F4 one side may be done long before the other', async () => {
  await using pair = await openPair()
  const { one, other } = pair
  one.allowHalfOpen = true
  other.allowHalfOpen = true
  one.end('question')
  expect(Buffer.concat(await other.toArray()).toString()).toBe('question')
  other.end('a long answer')
  expect(Buffer.concat(await one.toArray()).toString()).toBe('a long answer')
})

test('F4 when one side breaks off, the other is told', async () => {
  await using pair = await openPair()
  const ended = once(pair.other.resume(), 'close')
  pair.one.resetAndDestroy()
  await ended
})

test('I14 a side that does not read slows the other down, and nothing piles up in between', async () => {
  await using pair = await openPair()
  const { one, other } = pair
  const [pieces, pieceBytes] = [1000, 64 * 1024]
  let taken = 0
  // One after the other, because only then the socket says what has been taken.
  const writeNext = () => {
    taken += 1
    if (taken <= pieces) one.write(Buffer.alloc(pieceBytes, 7), writeNext)
    else one.end()
  }
  one.write(Buffer.alloc(pieceBytes, 7), writeNext)
  let before = -1
  await until('it stops', () => {
    const isSame = taken > 0 && taken === before
    before = taken
    return isSame
  })
  // The kernel's buffers on both ways hold some megabytes, the relay less than one.
  expect(taken).toBeGreaterThan(1)
  expect(taken).toBeLessThan(pieces * 0.6)
  let heard = 0
  for await (const bytes of other) heard += (bytes as Buffer).length
  expect(heard).toBe((pieces + 1) * pieceBytes)
})

test('I14 a pair in which nothing moves is given up, whoever does not read or speak', async () => {
  const clock = createManualClock(0)
  await using pair = await openPair({}, clock)
  const { one, other } = pair
  one.write('word')
  await once(other.resume(), 'data')
  await clock.advance(idleLimitMs - idleWatchMs)
  expect(one.destroyed).toBe(false)
  const ended = Promise.all([once(one.resume(), 'close'), once(other.resume(), 'close')])
  await clock.advance(2 * idleWatchMs)
  await ended
  await until('nothing of it is left', () => clock.waiting <= 2)
})

test.each([['pairRate'], ['rate']] as const)('a limit of %s holds', async (key) => {
  const clock = createManualClock(0)
  await using pair = await openPair({ [key]: 100_000 }, clock)
  const { one, other } = pair
  let heard = 0
  other.on('data', (chunk: Buffer) => {
    heard += chunk.length
  })
  other.resume()
  one.write(Buffer.alloc(1_000_000))
  await until('the first', () => heard > 0)
  let seconds = 0
  await until('the rest', async () => {
    if (heard === 1_000_000) return true
    await clock.advance(1000)
    // What was let through has time to arrive before more time passes.
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setImmediate(resolve))
    seconds += 1
    expect(heard).toBeLessThanOrEqual(100_000 * (seconds + 1) + 2 * 256 * 1024)
    return false
  })
  expect(seconds).toBeGreaterThanOrEqual(6)
})

test('F4 a token is good once, for one side, and not for long', async () => {
  const clock = createManualClock(0)
  await using relay = await openTestRelay({}, clock)
  const [caller, callee] = await gather(relay, 2)
  const [member] = membersOf(caller!.heard)
  caller!.say({ kind: 'call', number: 9, id: member!.id })
  const { token, number } = await caller!.hear('accepted')
  const called = await callee!.hear('called')
  expect(number).toBe(9)
  expect(called.token).not.toBe(token)
  const first = await visit(relay)
  first.say({ kind: 'data', token })
  const thief = await visit(relay)
  await until('the first one is in', async () => {
    thief.say({ kind: 'data', token })
    return true
  })
  // One of the two was first; the other is shown out.
  await Promise.race([first.closed, thief.closed])
  await clock.advance(callLimitMs + 1)
  await Promise.all([first.closed, thief.closed])
  const late = await visit(relay)
  late.say({ kind: 'data', token: called.token })
  await late.closed
  expect([...first.heard, ...thief.heard, ...late.heard]).toEqual([])
})

test('F4 a side that goes away before the other comes leaves nothing behind', async () => {
  await using relay = await openTestRelay({ endsPerNetwork: 2 })
  const [caller, callee] = await gather(relay, 2)
  const [member] = membersOf(caller!.heard)
  caller!.say({ kind: 'call', number: 1, id: member!.id })
  const { token } = await caller!.hear('accepted')
  const side = await visit(relay)
  side.say({ kind: 'data', token })
  // Both places are taken until then.
  caller!.say({ kind: 'call', number: 2, id: member!.id })
  expect(await caller!.hear('refused')).toMatchObject({ number: 2, reason: 'busy' })
  side.socket.resetAndDestroy()
  await until('the places are free', async () => {
    const before = caller!.heard.length
    caller!.say({ kind: 'call', number: 3, id: member!.id })
    await until('an answer', () => caller!.heard.length > before)
    return caller!.heard.at(-1)!.kind === 'accepted'
  })
  expect(callee!.heard.filter(({ kind }) => kind === 'called').length).toBe(2)
})

test.each<[string, Partial<RelayLimits>]>([
  ['in all', { pairs: 1 }],
  ['of one network', { endsPerNetwork: 2 }],
])('I14 pairs %s are limited, and come free when they end', async (_name, limits) => {
  await using relay = await openTestRelay(limits)
  const [caller, callee] = await gather(relay, 2)
  const [one] = await connectPair(relay, caller!, callee!)
  const id = membersOf(caller!.heard)[0]!.id
  caller!.say({ kind: 'call', number: 2, id })
  expect(await caller!.hear('refused')).toEqual({ kind: 'refused', number: 2, reason: 'busy' })
  one.destroy()
  await until('it is free', async () => {
    const before = caller!.heard.length
    caller!.say({ kind: 'call', number: 3, id })
    await until('an answer', () => caller!.heard.length > before)
    return caller!.heard.at(-1)!.kind === 'accepted'
  })
})

test('I14 calls to nobody, to oneself and to those of other topics reach nobody; more than some a minute are refused', async () => {
  const clock = createManualClock(0)
  await using relay = await openTestRelay({ pairs: 1000, endsPerNetwork: 2000 }, clock)
  const [caller, callee] = await gather(relay, 2)
  const stranger = await greet(relay)
  stranger.say({ kind: 'join', topic: 'bb'.repeat(20), tag: tagOf(3) })
  await stranger.hear('members')
  const id = membersOf(caller!.heard)[0]!.id
  const own = membersOf(callee!.heard)[0]!.id
  caller!.say({ kind: 'call', number: 1, id: '00'.repeat(8) }, { kind: 'call', number: 2, id: own })
  stranger.say({ kind: 'call', number: 3, id })
  const answers = await until('three answers', () => {
    const all = [...caller!.heard, ...stranger.heard].filter(({ kind }) => kind === 'refused')
    return all.length === 3 && all
  })
  expect(answers.map((answer) => answer.kind === 'refused' && answer.reason)).toEqual([
    'gone',
    'gone',
    'gone',
  ])

  caller!.say(
    ...Array.from({ length: callsPerMinute + 5 }, (_, number) => ({ kind: 'call' as const, number, id })),
  )
  await until('all are answered', async () => {
    await clock.advance(100)
    return (
      caller!.heard.filter(({ kind }) => kind === 'accepted' || kind === 'refused').length ===
      callsPerMinute + 7
    )
  })
  expect(callee!.heard.filter(({ kind }) => kind === 'called').length).toBe(callsPerMinute)
  expect(caller!.heard.at(-1)).toMatchObject({ kind: 'refused', reason: 'too-often' })
  for (const visitor of [caller!, callee!]) visitor.say({ kind: 'ping' })
  await clock.advance(60_000)
  caller!.say({ kind: 'call', number: 999, id })
  await until('it may again', () =>
    caller!.heard.some((message) => message.kind === 'accepted' && message.number === 999),
  )
})

test('a relay that ends lets go of everybody and of its port', async () => {
  const relay = await openTestRelay()
  const [caller, callee] = await gather(relay, 2)
  const [one, other] = await connectPair(relay, caller!, callee!)
  const waiting = await visit(relay)
  const ends = [one, other].map((socket) => once(socket.resume(), 'close'))
  await relay[Symbol.asyncDispose]()
  await Promise.all([caller!.closed, callee!.closed, waiting.closed, ...ends])
  await using again = await openTestRelay({}, undefined, relay.address.port)
  await greet(again)
  await expect(openTestRelay({}, undefined, again.address.port)).rejects.toMatchObject({
    code: 'port-in-use',
  })
})
