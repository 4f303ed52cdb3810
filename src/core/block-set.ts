/**
 * Which blocks of one content somebody has: a set of block numbers as bits, and its short form for the wire. A run says how many blocks are
 * skipped and then how many are meant, over and over, so that "all", "the first half" and "these three" are all a few numbers.
 */

export interface BlockSet {
  /** Blocks of the content; members are smaller. */
  readonly blockCount: number
  /** Members. */
  readonly size: number
  has(block: number): boolean
  /** Whether it is new. */
  add(block: number): boolean
  delete(block: number): boolean
}

/** Alternately blocks skipped and blocks meant, from block 0 on. */
export type BlockRuns = readonly number[]

export function createBlockSet(blockCount: number): BlockSet {
  const words = new Uint32Array(Math.ceil(blockCount / 32))
  let size = 0

  function bitOf(block: number): number {
    return 1 << (block & 31)
  }

  return {
    blockCount,
    get size() {
      return size
    },
    has: (block) => (words[block >>> 5]! & bitOf(block)) !== 0,
    add(block) {
      if (block < 0 || block >= blockCount) throw new Error(`assertion: block ${block} of ${blockCount}`)
      if ((words[block >>> 5]! & bitOf(block)) !== 0) return false
      words[block >>> 5]! |= bitOf(block)
      size++
      return true
    },
    delete(block) {
      if ((words[block >>> 5]! & bitOf(block)) === 0) return false
      words[block >>> 5]! &= ~bitOf(block)
      size--
      return true
    },
  }
}

/** The runs of some blocks, which come in rising order. */
export function blocksToRuns(blocks: Iterable<number>): BlockRuns {
  const runs: number[] = []
  let end = 0
  for (const block of blocks) {
    if (block === end && runs.length > 0) runs[runs.length - 1]!++
    else runs.push(block - end, 1)
    end = block + 1
  }
  return runs
}

/** The blocks of runs, in rising order. */
export function* runsToBlocks(runs: BlockRuns): Generator<number> {
  let block = 0
  for (let at = 0; at + 1 < runs.length; at += 2) {
    block += runs[at]!
    for (const end = block + runs[at + 1]!; block < end; block++) yield block
  }
}

/** The members of a set, in rising order. */
export function* membersOf(set: BlockSet): Generator<number> {
  for (let block = 0; block < set.blockCount; block++) if (set.has(block)) yield block
}
