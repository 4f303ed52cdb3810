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

/** Adds the blocks of runs, a word at a time: of what a peer tells in a few bytes a million blocks must not cost a million steps. */
export function addRuns(set: BlockSet, runs: BlockRuns): void {
  let block = 0
  for (let at = 0; at + 1 < runs.length; at += 2) {
    const start = block + runs[at]!
    block = start + runs[at + 1]!
    if (block > set.blockCount) throw new Error(`assertion: block ${block - 1} of ${set.blockCount}`)
    for (let word = start >>> 5; word << 5 < block; word++) {
      const bits = bitsBetween(start - (word << 5), block - (word << 5))
      const before = set.words[word]!
      set.words[word] = before | bits
      set.size += countBits(set.words[word]!) - countBits(before)
    }
  }
}

/** The bits of a word from one up to, not including, another; what is outside the word does not count. */
function bitsBetween(from: number, to: number): number {
  const upTo = to >= 32 ? 0xffffffff : (1 << to) - 1
  return from <= 0 ? upTo : upTo & ~((1 << from) - 1)
}

/** Bits set in a word of 32. */
function countBits(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return (((bits + (bits >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24
}

/** How many members there are from one block up to, not including, another. */
export function countBlocks({ words }: BlockSet, from: number, to: number): number {
  let count = 0
  for (let word = from >>> 5; word << 5 < to; word++)
    count += countBits(words[word]! & bitsBetween(from - (word << 5), to - (word << 5)))
  return count
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
