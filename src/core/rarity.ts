/**
 * Blocks in the order of how few peers have them. Counting one more or one less moves a block across one border between counts, which costs
 * two swaps; nothing is ever sorted. Blocks of one count lie in an order that is chance, the same for the same seed, so that peers who
 * see the same do not all begin with the same block.
 */
import { addBlock, type BlockSet, createBlockSet, deleteBlock, hasBlock } from './block-set.ts'

export interface Rarity {
  /** Blocks that are listed. */
  readonly size: number
  isListed(block: number): boolean
  /** Peers counted for this block, listed or not. */
  countOf(block: number): number
  /** One peer more has the block, or one less. */
  change(block: number, by: 1 | -1): void
  /** Takes a block off the list, where `list` puts it back. Its peers are counted meanwhile. */
  unlist(block: number): void
  list(block: number): void
  /**
   * The rarest listed block of a set, of which so many are listed, all of them counted for at least `least` peers. Costs the smaller of
   * what is to be looked through: the words of the set when few are listed, the list from its rare end when many are.
   */
  rarestOf(set: BlockSet, listedCount: number, least: number): number | undefined
  /** The rarest listed block. */
  first(): number | undefined
}

/** All blocks are listed, and nobody has any. */
export function createRarity(blockCount: number, seed: number): Rarity {
  const order = Uint32Array.from({ length: blockCount }, (_, block) => block)
  const placeOf = Uint32Array.from({ length: blockCount }, (_, block) => block)
  const listed = createBlockSet(blockCount)
  const counts = new Uint16Array(blockCount)
  /** Where the blocks of each count begin; those of count 0 begin at 0. */
  const starts = [0]
  let size = blockCount
  let state = seed | 0

  /** A whole number below `below`; the generator is mulberry32. */
  function draw(below: number): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }

  function swap(a: number, b: number): void {
    const first = order[a]!
    const second = order[b]!
    order[a] = second
    order[b] = first
    placeOf[first] = b
    placeOf[second] = a
  }

  function endOf(count: number): number {
    return starts[count + 1] ?? size
  }

  /** Moves a block somewhere among those of its count. */
  function mix(place: number, count: number): void {
    const start = starts[count]!
    swap(place, start + draw(endOf(count) - start))
  }

  // From a random start on, one after another, as disks like it: the list is used up from its front, and its end moves there.
  const start = draw(blockCount)
  for (let place = 0; place < blockCount; place++) {
    const block = (start + blockCount - place) % blockCount
    order[place] = block
    placeOf[block] = place
    addBlock(listed, block)
  }

  return {
    get size() {
      return size
    },
    isListed: (block) => hasBlock(listed, block),
    countOf: (block) => counts[block]!,
    change(block, by) {
      const count = counts[block]!
      counts[block] = count + by
      if (!hasBlock(listed, block)) return
      while (starts.length <= count + 1) starts.push(size)
      if (by === 1) {
        const place = --starts[count + 1]!
        swap(placeOf[block]!, place)
        mix(place, count + 1)
      } else {
        const place = starts[count]!++
        swap(placeOf[block]!, place)
        mix(place, count - 1)
      }
    },
    unlist(block) {
      if (!deleteBlock(listed, block)) return
      for (let count = counts[block]!; count < starts.length; count++) {
        swap(placeOf[block]!, endOf(count) - 1)
        if (count + 1 < starts.length) starts[count + 1]!--
      }
      size--
    },
    list(block) {
      if (!addBlock(listed, block)) return
      const count = counts[block]!
      while (starts.length <= count) starts.push(size)
      swap(placeOf[block]!, size++)
      for (let above = starts.length - 1; above > count; above--) swap(placeOf[block]!, starts[above]!++)
      mix(placeOf[block]!, count)
    },
    rarestOf(set, listedCount, least) {
      if (listedCount * listedCount > 2 * blockCount) {
        for (let place = starts[least] ?? size; place < size; place++)
          if (hasBlock(set, order[place]!)) return order[place]!
        return undefined
      }
      let first = size
      for (let word = 0; word < set.words.length; word++) {
        for (let bits = set.words[word]! & listed.words[word]!; bits !== 0; bits &= bits - 1) {
          first = Math.min(first, placeOf[word * 32 + 31 - Math.clz32(bits & -bits)]!)
        }
      }
      return first === size ? undefined : order[first]!
    },
    first: () => (size === 0 ? undefined : order[0]),
  }
}
