import { expect, test, vi } from 'vitest'
import { attachHostile, hostileIndex } from '../testing/hostile-peer.ts'
import { introduced, scene } from '../testing/hostile-scene.ts'
import { identityOf } from '../testing/memory-device.ts'
import type { Message } from '../wire/messages.ts'
import { createChatter } from './chatter.ts'

const root = 'ab'.repeat(32) as Extract<Message, { kind: 'have' }>['roots'][number]

test('I14: a link that says without end what costs it nothing is heard for a small part of the time', () => {
  const chatter = createChatter()
  let nowMs = 0
  let heard = 0
  const have: Message = { kind: 'have', roots: Array.from({ length: 1000 }, () => root) }
  for (; nowMs < 60_000; heard += 1) nowMs += chatter.waitAfter(have, nowMs)
  // A hundred at once, and some four a second.
  expect(heard).toBeGreaterThan(300)
  expect(heard).toBeLessThan(400)
})

test('whoever says what there is to say never waits: a hundred thousand contents, answers and questions without number', () => {
  const chatter = createChatter()
  const have: Message = { kind: 'have', roots: Array.from({ length: 2000 }, () => root) }
  const waits: number[] = []
  for (let times = 0; times < 49; times += 1) waits.push(chatter.waitAfter(have, 0))
  for (let request = 0; request < 100_000; request += 1)
    waits.push(chatter.waitAfter({ kind: 'block', request, offsetBytes: 0, data: Buffer.of(1) }, 0))
  for (let second = 1; second < 1000; second += 1)
    waits.push(
      chatter.waitAfter({ kind: 'summary', needFiles: 1, needBytes: 1, seenSequence: 1 }, second * 1000),
    )
  expect(Math.max(...new Set(waits))).toBe(0)
})

test('I14: cursors without end are answered now and then, and everybody else at once', async () => {
  await using at = await scene()
  const loud = await introduced(at, 'read-only', 'loud')
  const before = loud.of('index').length
  for (let times = 0; times < 1000; times += 1) loud.send({ kind: 'cursor', indexId: undefined, sequence: 0 })
  await at.pass(6_000)
  expect(loud.ended).toBeUndefined()
  expect(loud.of('index').length - before).toBeLessThan(300)
  const other = attachHostile(at.victim, 'read-only', 'other')
  other.hello()
  await at.pass(600)
  expect(other.of('index').length).toBeGreaterThan(0)
  await at.expectService()
})

test('I14: index messages that hold nothing are heard for a small part of the time, and none is a durable write', async () => {
  await using at = await scene()
  const loud = await introduced(at, 'read-only', 'loud')
  const setCursor = vi.spyOn(at.victim.store, 'setCursor')
  const [statements, entries] = [[], []]
  for (let lastSequence = 1; lastSequence <= 20_000; lastSequence += 1)
    loud.send({ kind: 'index', indexId: hostileIndex, statements, entries, lastSequence, complete: false })
  await at.pass(6_000)
  expect(loud.ended).toBeUndefined()
  const { sequence } = at.victim.store.cursor(identityOf('loud').id)!
  expect(sequence).toBeGreaterThan(9_000)
  expect(sequence).toBeLessThan(15_000)
  expect(setCursor).not.toHaveBeenCalled()
  await at.expectService()
})
