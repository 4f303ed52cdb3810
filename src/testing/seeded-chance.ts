/**
 * Chance that is the same for the same seed, everywhere (I12): for the simulator and for tests that need to be repeatable. The
 * generator is sfc32; good dice, no secrets.
 */
import type { Chance } from '../ports.ts'

export interface SeededChance extends Chance {
  /** A whole number from 0 up to, not including, `below`. */
  below(below: number): number
  pick<T>(list: readonly T[]): T
  happens(probability: number): boolean
  /** A generator of its own, so that what one part draws does not change what another one gets. */
  fork(): SeededChance
}

/** Numbers thrown away first: seeds that differ in one bit must not begin alike. */
const warmUp = 12

export function createSeededChance(seed: number): SeededChance {
  let a = 0x9e3779b9
  let b = seed | 0
  let c = Math.trunc(seed / 2 ** 32) | 0
  let counter = 1

  function next(): number {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let thrown = 0; thrown < warmUp; thrown++) next()

  const chance: SeededChance = {
    bytes(count) {
      const bytes = Buffer.alloc(count)
      for (let at = 0; at < count; at++) bytes[at] = next() >>> 24
      return bytes
    },
    fraction: () => next() / 2 ** 32,
    below: (below) => Math.floor((next() / 2 ** 32) * below),
    pick(list) {
      if (list.length === 0) throw new Error('assertion: nothing to pick from')
      return list[chance.below(list.length)]!
    },
    happens: (probability) => next() / 2 ** 32 < probability,
    fork: () => createSeededChance(next() * 2 ** 20 + (next() >>> 12)),
  }
  return chance
}
