/**
 * What a source offers of a content that it alone is known to have (super-seeding): to each peer a few blocks that nobody in sight has or was offered, so
 * that its line carries each block once and the peers pass them on. A peer that gets nothing from others is offered what it lacks
 * instead: it may have no way to them. Holders in sight are counted from what peers tell; one that leaves takes its blocks out of sight.
 */
import { addBlock, type BlockSet, createBlockSet, deleteBlock, hasBlock, membersOf } from './block-set.ts'
import { createRarity } from './rarity.ts'

export interface OffersOptions {
  readonly blockCount: number
  readonly seed: number
  /** Blocks a peer is offered and has not got. With fewer its line would idle between them; more would be promised to slow peers. */
  readonly window?: number
  /** A peer that for so long got no block except from here is offered what it lacks. Infinity: never. */
  readonly patienceMs?: number
  /** A block that was sent and that for so long its peer did not tell of is offered to another, too: the whole swarm waits for it. */
  readonly lateMs?: number
}

const defaultWindow = 2
/** Longer than a block takes from peer to peer, and short for one that has no other way. */
const defaultPatienceMs = 5_000
/** Far longer than a block needs on a line that is not full of other things. */
const defaultLateMs = 2_000

export interface Offers<Peer> {
  /** A peer that lacks all blocks until it tells. */
  add(peer: Peer, nowMs: number): void
  remove(peer: Peer): void
  noteHaving(peer: Peer, blocks: Iterable<number>, nowMs: number): void
  /** This block was sent to the peer. */
  noteSent(peer: Peer, block: number, nowMs: number): void
  /** Blocks to offer this peer beside those offered before. */
  offer(peer: Peer, nowMs: number): readonly number[]
  /** Whether the peer may ask for this block. */
  isOffered(peer: Peer, block: number): boolean
}

interface Known {
  /** Neither told to have come nor offered. */
  readonly wanted: BlockSet
  readonly has: BlockSet
  readonly offered: BlockSet
  /** Blocks it is counted for: those it has, and those it was offered and is not late with. */
  readonly counted: BlockSet
  /** Offered and not told to have come, and when they were sent; infinity until then. */
  readonly sentMsByBlock: Map<number, number>
  /** When it last told of a block it did not have from here. */
  fedMs: number
}

export function createOffers<Peer>(options: OffersOptions): Offers<Peer> {
  const { blockCount, seed, window = defaultWindow } = options
  const { patienceMs = defaultPatienceMs, lateMs = defaultLateMs } = options
  const peers = new Map<Peer, Known>()
  /** Counts for each block the peers that have it or will soon. */
  const rarity = createRarity(blockCount, seed)

  function count(known: Known, block: number): void {
    if (addBlock(known.counted, block)) rarity.change(block, 1)
  }

  function uncount(known: Known, block: number): void {
    if (deleteBlock(known.counted, block)) rarity.change(block, -1)
  }

  function uncountLate(nowMs: number): void {
    for (const known of peers.values())
      for (const [block, sentMs] of known.sentMsByBlock) if (nowMs - sentMs >= lateMs) uncount(known, block)
  }

  function find(known: Known, mayBeCommon: boolean): number | undefined {
    const rarest = rarity.first()
    if (rarest === undefined || (rarity.countOf(rarest) > 0 && !mayBeCommon)) return undefined
    const found = rarity.rarestOf(known.wanted, known.wanted.size, 0)
    return found !== undefined && rarity.countOf(found) > 0 && !mayBeCommon ? undefined : found
  }

  return {
    add(peer, nowMs) {
      if (peers.has(peer)) return
      const wanted = createBlockSet(blockCount)
      for (let block = 0; block < blockCount; block++) addBlock(wanted, block)
      peers.set(peer, {
        wanted,
        has: createBlockSet(blockCount),
        offered: createBlockSet(blockCount),
        counted: createBlockSet(blockCount),
        sentMsByBlock: new Map(),
        fedMs: nowMs,
      })
    },
    remove(peer) {
      const known = peers.get(peer)
      if (known === undefined) return
      peers.delete(peer)
      for (const block of membersOf(known.counted)) rarity.change(block, -1)
    },
    noteHaving(peer, blocks, nowMs) {
      const known = peers.get(peer)
      if (known === undefined) return
      for (const block of blocks) {
        if (!addBlock(known.has, block)) continue
        deleteBlock(known.wanted, block)
        if (!known.sentMsByBlock.delete(block)) known.fedMs = nowMs
        count(known, block)
      }
    },
    noteSent(peer, block, nowMs) {
      const known = peers.get(peer)
      if (known?.sentMsByBlock.has(block)) known.sentMsByBlock.set(block, nowMs)
    },
    offer(peer, nowMs) {
      const known = peers.get(peer)
      const blocks: number[] = []
      uncountLate(nowMs)
      while (known !== undefined && known.sentMsByBlock.size < window) {
        const block = find(known, nowMs - known.fedMs >= patienceMs)
        if (block === undefined) break
        addBlock(known.offered, block)
        deleteBlock(known.wanted, block)
        known.sentMsByBlock.set(block, Number.POSITIVE_INFINITY)
        count(known, block)
        blocks.push(block)
      }
      return blocks
    },
    isOffered(peer, block) {
      const known = peers.get(peer)
      return known !== undefined && hasBlock(known.offered, block)
    },
  }
}
