/**
 * Which blocks of one content somebody has: a set of block numbers as bits, and its short form for the wire. A run says how many blocks are
 * skipped and then how many are meant, over and over, so that "all", "the first half" and "these three" are all a few numbers.
 */

/** Changed by the functions below only. */
export interface BlockSet {
  /** Blocks of the content; members are smaller. */
  readonly blockCount: number
  /** Members. */
  size: number
  readonly words: Uint32Array
}

/** Alternately blocks skipped and blocks meant, from block 0 on. */
export type BlockRuns = readonly number[]

export function createBlockSet(blockCount: number): BlockSet {
  return { blockCount, size: 0, words: new Uint32Array(Math.ceil(blockCount / 32)) }
}

export function hasBlock({ words }: BlockSet, block: number): boolean {
  return (words[block >>> 5]! & (1 << (block & 31))) !== 0
}

/** Whether it is new. */
export function addBlock(set: BlockSet, block: number): boolean {
  if (block < 0 || block >= set.blockCount) throw new Error(`assertion: block ${block} of ${set.blockCount}`)
  if (hasBlock(set, block)) return false
  set.words[block >>> 5]! |= 1 << (block & 31)
  set.size++
  return true
}

/** Whether it was a member. */
export function deleteBlock(set: BlockSet, block: number): boolean {
  if (!hasBlock(set, block)) return false
  set.words[block >>> 5]! &= ~(1 << (block & 31))
  set.size--
  return true
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
  for (let block = 0; block < set.blockCount; block++) if (hasBlock(set, block)) yield block
}
