import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Link } from '../ports.ts'
import { createTestContext, openLoopback } from '../testing/loopback.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createCipherState, rekeyAfterMessages } from '../wire/noise.ts'
import { type CipherPool, createCipherPool, jobBytes } from './cipher-pool.ts'

/** Two linked devices with a pool, and what the pool was given. */
async function openPooled() {
  const clock = createManualClock(0)
  const pool = createCipherPool(2)
  const jobs = { seal: 0, open: 0 }
  let smallest = Number.POSITIVE_INFINITY
  const counting: CipherPool = {
    ...pool,
    take() {
      const slot = pool.take()
      smallest = Math.min(smallest, slot.length)
      return slot
    },
    run(job) {
      jobs[job.what]++
      return pool.run(job)
    },
  }
  const context = () => ({ ...createTestContext(clock), ciphers: counting })
  const { dialled, accepted, ...loopback } = await openLoopback(context(), context())
  return {
    ...{ dialled, accepted, jobs },
    smallestSlot: () => smallest,
    async [Symbol.asyncDispose]() {
      await loopback[Symbol.asyncDispose]()
      await pool[Symbol.asyncDispose]()
    },
  }
}

/** Sends blocks of many sizes with small messages between them, as fast as the link takes them. */
async function flood(link: Link, blocks: readonly Buffer[]): Promise<void> {
  for (const [request, data] of blocks.entries()) {
    await link.writable()
    link.send({ kind: 'block', request, offsetBytes: 0, data })
    if (request % 7 === 0) link.send({ kind: 'cancel', request })
  }
}

/** What comes, as text: blocks are good only while they are handled. */
function listenTo(link: Link, count: number): Promise<string[]> {
  const { promise, resolve } = Promise.withResolvers<string[]>()
  const heard: string[] = []
  link.listen((message) => {
    if (message.kind === 'block')
      heard.push(`${message.request} ${Buffer.from(message.data).toString('latin1')}`)
    else if (message.kind === 'cancel') heard.push(`cancel ${message.request}`)
    if (heard.length === count) resolve(heard)
  })
  return promise
}

function expectedOf(blocks: readonly Buffer[]): string[] {
  return blocks.flatMap((data, request) => [
    `${request} ${data.toString('latin1')}`,
    ...(request % 7 === 0 ? [`cancel ${request}`] : []),
  ])
}

test('P1 what is sealed and opened in threads arrives whole and in order, in both directions, large and small', async () => {
  await using pooled = await openPooled()
  const sets = [0, 1].map(() =>
    Array.from({ length: 300 }, (_, at) => randomBytes(at % 3 === 0 ? 65_000 : 1 + at * 7)),
  )
  const expected = sets.map(expectedOf)
  const heard = [
    listenTo(pooled.accepted, expected[0]!.length),
    listenTo(pooled.dialled, expected[1]!.length),
  ]
  await Promise.all([flood(pooled.dialled, sets[0]!), flood(pooled.accepted, sets[1]!)])
  for (const [direction, texts] of (await Promise.all(heard)).entries())
    expect(texts.join() === expected[direction]!.join()).toBe(true)
  expect(pooled.jobs.seal).toBeGreaterThan(20)
  expect(pooled.jobs.open).toBeGreaterThan(20)
})

test('P12 what was sent before a close arrives before it, and so does the reason', async () => {
  await using pooled = await openPooled()
  const blocks = Array.from({ length: 100 }, () => randomBytes(60_000))
  const expected = expectedOf(blocks)
  const heard = listenTo(pooled.accepted, expected.length)
  await flood(pooled.dialled, blocks)
  pooled.dialled.close('folder-closed')
  expect((await heard).join() === expected.join()).toBe(true)
  expect((await pooled.accepted.closed).code).toBe('folder-closed')
})

test('P1 a message that is not authentic is found, and those before it count', async () => {
  await using pool = createCipherPool(1)
  const key = randomBytes(32)
  const [sender, receiver] = [createCipherState(key), createCipherState(key)]
  const frames = Array.from({ length: 5 }, (_, at) =>
    Buffer.concat(sender.encryptWithAd(Buffer.alloc(0), [Buffer.of(at)])),
  )
  frames[3]![0]! ^= 1
  const answer = await pool.run({
    what: 'open',
    reserved: receiver.reserve(5),
    data: new Uint8Array(Buffer.concat(frames)),
    lengths: frames.map(({ length }) => length),
  })
  expect([answer.state, answer.count]).toEqual(['garbage', 3])
  expect([0, 1, 2].map((index) => answer.data[index * 17])).toEqual([0, 1, 2])
})

test('P1 a flood goes on over a change of the key, and the memory of jobs stays large enough', {
  timeout: 60_000,
}, async () => {
  await using pooled = await openPooled()
  const count = rekeyAfterMessages + 2000
  let heard = 0
  const { promise, resolve } = Promise.withResolvers<void>()
  pooled.accepted.listen((message) => {
    if (message.kind === 'block' && message.request === heard) heard++
    if (heard === count) resolve()
  })
  const data = Buffer.alloc(1009, 'x')
  for (let request = 0; request < count; request++) {
    await pooled.dialled.writable()
    pooled.dialled.send({ kind: 'block', request, offsetBytes: 0, data })
  }
  await promise
  expect(pooled.jobs.seal).toBeGreaterThan(100)
  expect(pooled.smallestSlot()).toBeGreaterThan(jobBytes)
})
