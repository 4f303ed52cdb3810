import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { createOffers } from './offers.ts'

describe('offers of a lone source', () => {
  test('P14 before a block is offered twice, every block was offered once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 6 }),
        fc.array(fc.nat({ max: 3 }), { maxLength: 100, size: 'max' }),
        fc.integer(),
        (blockCount, window, turns, seed) => {
          const offers = createOffers<number>({ blockCount, window, seed })
          for (let peer = 0; peer < 4; peer++) offers.add(peer, 0)
          const offered: number[] = []
          for (const peer of turns) {
            const blocks = offers.offer(peer, 0)
            offered.push(...blocks)
            for (const block of blocks) expect(offers.isOffered(peer, block)).toBe(true)
            offers.noteHaving(peer, blocks, 0)
          }
          expect(new Set(offered).size).toBe(offered.length)
          expect(offered.length).toBe(Math.min(blockCount, turns.length * window))
        },
      ),
      { numRuns: caseCount(60) },
    )
  })

  test('P14 a peer is never promised more than the window, nor what it has', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ peer: fc.nat({ max: 2 }), block: fc.nat({ max: 19 }), tell: fc.boolean() }), {
          maxLength: 200,
          size: 'max',
        }),
        (steps) => {
          const offers = createOffers<number>({ blockCount: 20, window: 3, seed: 7, patienceMs: 10 })
          const has = [0, 1, 2].map(() => new Set<number>())
          const open = [0, 1, 2].map(() => new Set<number>())
          for (const [at, { peer, block, tell }] of steps.entries()) {
            offers.add(peer, at)
            if (tell) {
              offers.noteHaving(peer, [block], at)
              has[peer]!.add(block)
              open[peer]!.delete(block)
              continue
            }
            for (const each of offers.offer(peer, at)) {
              expect(has[peer]!.has(each) || open[peer]!.has(each)).toBe(false)
              open[peer]!.add(each)
            }
            expect(open[peer]!.size).toBeLessThanOrEqual(3)
          }
        },
      ),
      { numRuns: caseCount(60) },
    )
  })

  test('P14 no stall: a peer that gets nothing from others is offered everything in time', () => {
    const offers = createOffers<string>({ blockCount: 10, window: 2, seed: 1, patienceMs: 100 })
    offers.add('first', 0)
    offers.add('alone', 0)
    for (const peer of ['first', 'alone'])
      for (let turn = 0; turn < 100; turn++) offers.noteHaving(peer, offers.offer(peer, 100), 100)
    expect(Array.from({ length: 10 }, (_, block) => offers.isOffered('alone', block))).toEqual(
      Array(10).fill(true),
    )
  })

  test('P14 a block that was sent and not told of in time is offered to another, and not to a third', () => {
    const offers = createOffers<string>({ blockCount: 1, window: 2, seed: 1, patienceMs: 1e6, lateMs: 100 })
    for (const peer of ['slow', 'quick', 'other']) offers.add(peer, 0)
    expect(offers.offer('slow', 0)).toEqual([0])
    expect(offers.offer('quick', 500)).toEqual([])
    offers.noteSent('slow', 0, 500)
    expect(offers.offer('quick', 599)).toEqual([])
    expect(offers.offer('quick', 600)).toEqual([0])
    expect(offers.offer('other', 600)).toEqual([])
    offers.noteHaving('slow', [0], 700)
    offers.remove('quick')
    expect(offers.offer('other', 5000)).toEqual([])
  })

  test('P14 a peer that others feed is not offered what others have, and what leaves with its holder is offered again', () => {
    const offers = createOffers<string>({ blockCount: 2, window: 2, seed: 1, patienceMs: 100 })
    offers.add('a', 0)
    expect(offers.offer('a', 0)).toHaveLength(2)
    offers.noteHaving('a', [0], 0)
    offers.add('b', 0)
    expect(offers.offer('b', 50)).toEqual([])
    offers.remove('a')
    offers.noteHaving('b', [0], 50)
    expect(offers.offer('b', 60)).toEqual([1])
  })
})
