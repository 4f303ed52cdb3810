import { expect, test } from 'vitest'
import type { Link } from '../ports.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createUploadSlots, type UploadSlot } from './upload-slots.ts'

const links = ['a', 'b', 'c'].map((name) => ({ address: name }) as Link)
const [a, b, c] = links as [Link, Link, Link]

/** Slots, and who has got one by now. */
function open(count: number) {
  const clock = createManualClock(0)
  const slots = createUploadSlots(clock, count)
  const got = new Map<Link, UploadSlot>()
  return {
    ...{ clock, slots, got },
    ask(link: Link, holders = 0): void {
      void slots.take(link, 131_072, () => holders).then((slot) => got.set(link, slot))
    },
    async names(): Promise<string[]> {
      await new Promise((resolve) => setImmediate(resolve))
      return [...got.keys()].map(({ address }) => address)
    },
    giveBack(link: Link, bytes = 100): void {
      const slot = got.get(link)!
      slot.sentBytes = bytes
      slot[Symbol.dispose]()
      got.delete(link)
    },
  }
}

test('P8 so many are sent to at a time, and who asks for what few have goes before', async () => {
  const { ask, names, giveBack } = open(1)
  ask(a)
  ask(b, 2)
  ask(c, 1)
  expect(await names()).toEqual(['a'])
  giveBack(a)
  expect(await names()).toEqual(['c'])
  giveBack(c)
  expect(await names()).toEqual(['b'])
})

test('P8 of those who ask for the same the one that got the least goes before', async () => {
  const { ask, names, giveBack } = open(1)
  for (const link of [a, b]) {
    ask(link)
    await names()
    giveBack(link, link === a ? 1000 : 10)
  }
  ask(c)
  await names()
  ask(a)
  ask(b)
  giveBack(c, 2000)
  expect(await names()).toEqual(['b'])
})

test('I3 who takes a block too slowly, or is gone, holds nobody else up', async () => {
  const { clock, slots, got, ask, names } = open(1)
  ask(a)
  ask(b)
  expect(await names()).toEqual(['a'])
  await clock.advance(10_000)
  expect(await names()).toEqual(['a', 'b'])
  // Its end changes nothing any more.
  got.get(a)![Symbol.dispose]()
  ask(c)
  expect(await names()).toEqual(['a', 'b'])
  slots.forget(b)
  expect(await names()).toEqual(['a', 'b', 'c'])
})

test('P8 who waits and is gone is let through, and more slots are given at once', async () => {
  const { slots, ask, names } = open(1)
  for (const link of links) ask(link)
  expect(await names()).toEqual(['a'])
  slots.forget(b)
  expect(await names()).toEqual(['a', 'b'])
  slots.setCount(4)
  expect(await names()).toEqual(['a', 'b', 'c'])
})

test('I3 peers that take their blocks slowly hold others up once', async () => {
  const clock = createManualClock(0)
  const slots = createUploadSlots(clock, 4)
  const served = new Map<string, number>()
  async function play(name: string, ms: number): Promise<void> {
    const link = { address: name } as Link
    for (;;) {
      using slot = await slots.take(link, 131_072, () => 0)
      await new Promise<void>((resolve) => void clock.after(ms, resolve))
      slot.sentBytes = 131_072
      served.set(name, (served.get(name) ?? 0) + 1)
    }
  }
  for (let slow = 0; slow < 12; slow++) void play(`slow ${slow}`, 11_000)
  void play('fast', 50)
  for (let step = 0; step < 6000; step++) {
    await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(50)
  }
  // Of five minutes: each slow one in eleven seconds, the fast one twenty times a second when it is let.
  expect(served.get('fast')).toBeGreaterThan(2000)
  for (const [name, count] of served) if (name !== 'fast') expect(count).toBeGreaterThan(20)
})

test('I14 however many come that take nothing, who takes its blocks goes on at once', async () => {
  const { clock, ask, names, giveBack, got } = open(4)
  ask(a)
  await names()
  giveBack(a)
  for (let nth = 0; nth < 50; nth += 1) ask({ address: `silent ${nth}` } as Link)
  expect(await names()).toEqual(['silent 0', 'silent 1'])
  for (let second = 0; second < 15; second += 1) {
    ask(a)
    expect(await names()).toContain('a')
    giveBack(a)
    await clock.advance(1_000)
  }
  // Two more of them after each ten seconds.
  expect(got.size).toBe(4)
})

test('P8 who waited long is let through beside the others', async () => {
  const { clock, ask, names } = open(1)
  ask(a)
  ask(b)
  for (let second = 0; second < 9; second++) await clock.advance(1_000)
  expect(await names()).toEqual(['a'])
})

test.each([2, 3, 4])(
  'I14 of %i slots, links that take a block and let the next one lie leave some to who goes on reading',
  async (count) => {
    const clock = createManualClock(0)
    const slots = createUploadSlots(clock, count)
    const waitMs = (ms: number) => new Promise<void>((resolve) => void clock.after(ms, resolve))
    const read = async (link: Link, ms: number) => {
      using slot = await slots.take(link, 131_072, () => 1)
      await waitMs(ms)
      slot.sentBytes = 131_072
    }
    let isOver = false
    let blocks = 0
    const honest = async () => {
      for (; !isOver; blocks += 1) await read(a, 50)
    }
    const stalling = async () => {
      while (!isOver) {
        const link = { address: 'new each time' } as Link
        await read(link, 5)
        await read(link, 11_000)
        slots.forget(link)
      }
    }
    void honest()
    for (let number = 0; number < 16; number++) void stalling()
    for (let step = 0; step < 1200; step++) {
      await clock.advance(50)
      for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    isOver = true
    // Alone it would be 1200; that once all slots are held is not known before.
    expect(blocks).toBeGreaterThan(300)
  },
)
