import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { createPick, type Pick, type PickOptions } from './pick.ts'

const peerNames = ['a', 'b', 'c', 'd'] as const
type Name = (typeof peerNames)[number]

interface Step {
  readonly what: 'have' | 'all' | 'lack' | 'forget' | 'distrust' | 'next' | 'come' | 'fail'
  readonly peer: Name
  readonly block: number
}

const steps: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('have', 'have', 'all', 'lack', 'forget', 'next', 'next', 'next', 'come', 'fail'),
  peer: fc.constantFrom(...peerNames),
  block: fc.nat(),
})
const stepsWithDistrust = fc.oneof(
  { weight: 20, arbitrary: steps },
  { weight: 1, arbitrary: steps.map((step) => ({ ...step, what: 'distrust' as const })) },
)

/** A plain picture of what pick was told, to compare with. */
function createModel(options: PickOptions) {
  const { blockCount } = options
  const pick = createPick<Name>(options)
  const has = new Map<Name, Set<number>>()
  const distrusted = new Set<Name>()
  const missing = new Set(Array(blockCount).keys())
  const asked = new Map<number, Set<Name>>()

  function unask(peer: Name, block?: number): void {
    for (const [each, names] of asked)
      if ((block === undefined || each === block) && names.delete(peer) && names.size === 0)
        asked.delete(each)
  }

  function take({ what, peer, block: drawn }: Step): void {
    const block = drawn % blockCount
    switch (what) {
      case 'have':
        pick.noteHaving(peer, [block])
        if (!distrusted.has(peer)) has.set(peer, (has.get(peer) ?? new Set()).add(block))
        return
      case 'all':
        pick.noteAll(peer)
        if (!distrusted.has(peer)) has.set(peer, new Set(Array(blockCount).keys()))
        return
      case 'lack':
        pick.noteLacking(peer, block)
        has.get(peer)?.delete(block)
        return
      case 'forget':
        pick.forget(peer)
        has.delete(peer)
        return unask(peer)
      case 'distrust':
        pick.distrust(peer)
        has.delete(peer)
        distrusted.add(peer)
        return unask(peer)
      case 'next':
        return void next(peer)
      case 'come': {
        const among = [...asked.keys()]
        const come = among[drawn % among.length]
        if (come === undefined) return
        const [from, ...others] = [...asked.get(come)!]
        expect(pick.noteCome(come, from)).toEqual(others)
        missing.delete(come)
        asked.delete(come)
        return
      }
      case 'fail': {
        const of = [...asked].filter(([, names]) => names.has(peer)).map(([each]) => each)
        const failed = of[drawn % of.length]
        if (failed === undefined) return
        pick.noteFailed(peer, failed)
        return unask(peer, failed)
      }
    }
  }

  /** Asks, and checks every rule about what may be asked. */
  function next(peer: Name): number | undefined {
    const unasked = [...missing].filter((block) => !asked.has(block))
    const could = unasked.filter((block) => has.get(peer)?.has(block))
    expect(pick.hasNew(peer)).toBe(could.length > 0)
    const block = pick.next(peer)
    if (block === undefined) {
      expect(could).toEqual([])
      const mayAskAgain = unasked.length === 0 && missing.size <= options.endGameBlocks!
      const again = [...asked].filter(
        ([each, names]) =>
          names.size < options.endGameCopies! && !names.has(peer) && has.get(peer)?.has(each),
      )
      expect(mayAskAgain ? again : []).toEqual([])
      return undefined
    }
    expect(missing).toContain(block)
    expect(has.get(peer)).toContain(block)
    expect(distrusted).not.toContain(peer)
    const names = asked.get(block) ?? new Set()
    if (names.size > 0) {
      expect(unasked).toEqual([])
      expect(missing.size).toBeLessThanOrEqual(options.endGameBlocks!)
      expect(names.size).toBeLessThan(options.endGameCopies!)
      expect(names).not.toContain(peer)
    } else if (options.order !== 'random') {
      const holders = (each: number) => [...has.values()].filter((blocks) => blocks.has(each)).length
      expect(holders(block)).toBe(Math.min(...could.map(holders)))
    }
    asked.set(block, names.add(peer))
    return block
  }

  function check(): void {
    expect(pick.missingCount).toBe(missing.size)
    for (const peer of peerNames)
      expect([...pick.askedOf(peer)].sort()).toEqual(
        [...asked]
          .filter(([, names]) => names.has(peer))
          .map(([block]) => block)
          .sort(),
      )
  }

  return { pick, take, next, check, missing, has, asked }
}

const options: fc.Arbitrary<PickOptions> = fc.record({
  blockCount: fc.integer({ min: 1, max: 40 }),
  seed: fc.integer(),
  order: fc.constantFrom('rarest' as const, 'rarest' as const, 'random' as const),
  endGameCopies: fc.integer({ min: 1, max: 3 }),
  endGameBlocks: fc.integer({ min: 0, max: 40 }),
})

/** Few blocks, so that all that are missing are soon asked for. */
const endGames = options.map((drawn) => ({
  ...drawn,
  blockCount: (drawn.blockCount % 4) + 1,
  endGameBlocks: (drawn.endGameBlocks ?? 0) % 5,
}))

describe('pick', () => {
  test('P14 rarest first, only what the peer has, each block of one peer until end-game, limits there', () => {
    fc.assert(
      fc.property(
        fc.oneof(options, endGames),
        fc.array(stepsWithDistrust, { maxLength: 150, size: 'max' }),
        (drawn, taken) => {
          const model = createModel(drawn)
          for (const step of taken) {
            model.take(step)
            model.check()
          }
        },
      ),
      { numRuns: caseCount(150) },
    )
  })

  test('P14 no stall: what some peer has comes, whatever happened before', () => {
    fc.assert(
      fc.property(options, fc.array(steps, { maxLength: 100, size: 'max' }), (drawn, taken) => {
        const model = createModel(drawn)
        for (const step of taken) model.take(step)
        for (const name of peerNames)
          for (const block of [...model.pick.askedOf(name)]) {
            model.take({ what: 'fail', peer: name, block: [...model.pick.askedOf(name)].indexOf(block) })
          }
        for (let turn = 0; turn < drawn.blockCount; turn++) {
          for (const name of peerNames) model.next(name)
          while (model.asked.size > 0) model.take({ what: 'come', peer: 'a', block: 0 })
        }
        const held = new Set([...model.has.values()].flatMap((blocks) => [...blocks]))
        expect([...model.missing].filter((block) => held.has(block))).toEqual([])
      }),
      { numRuns: caseCount(60) },
    )
  })

  test('I12 the same is asked for the same said', () => {
    const play = (drawn: PickOptions, taken: readonly Step[]) => {
      const { take, next } = createModel(drawn)
      return taken.map((step) => (step.what === 'next' ? next(step.peer) : take(step)))
    }
    fc.assert(
      fc.property(options, fc.array(steps, { maxLength: 100, size: 'max' }), (drawn, taken) => {
        expect(play(drawn, taken)).toEqual(play(drawn, taken))
      }),
      { numRuns: caseCount(40) },
    )
  })

  test('P14 other seeds begin with other blocks', () => {
    const firsts = Array.from({ length: 50 }, (_, seed) => {
      const pick = createPick<Name>({ blockCount: 1000, seed })
      pick.noteAll('a')
      return pick.next('a')
    })
    expect(new Set(firsts).size).toBeGreaterThan(40)
  })

  test('P14 who sent something wrong is not asked again, and its blocks are asked of others', () => {
    const pick: Pick<Name> = createPick({ blockCount: 2, seed: 1 })
    pick.noteAll('a')
    const block = pick.next('a')!
    pick.distrust('a')
    pick.noteAll('a')
    pick.noteHaving('a', [block])
    expect(pick.next('a')).toBeUndefined()
    pick.noteHaving('b', [block])
    expect(pick.next('b')).toBe(block)
  })
})
