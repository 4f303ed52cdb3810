/**
 * What a source offers of a content that it alone is known to have (super-seeding): to each peer a few blocks that nobody in sight has or was offered, so
 * that its line carries each block once and the peers pass them on. A peer that gets nothing from others is offered what it lacks
 * instead: it may have no way to them. Holders in sight are counted from what peers tell; one that leaves takes its blocks out of sight.
 */
import { type BlockSet, createBlockSet } from './block-set.ts'
import { createRarity } from './rarity.ts'

export interface OffersOptions {
  readonly blockCount: number
  readonly seed: number
  /** Blocks a peer is offered and has not got. More than it is asked for at a time, or its line would idle; few, because they are promised to it. */
  readonly window?: number
  /** A peer that for so long got no block except from here is offered what it lacks. Infinity: never. */
  readonly patienceMs?: number
}

const defaultWindow = 4
/** Longer than a block takes from peer to peer, and short for one that has no other way. */
const defaultPatienceMs = 5_000

export interface Offers<Peer> {
  /** A peer that lacks all blocks until it tells. */
  add(peer: Peer, nowMs: number): void
  remove(peer: Peer): void
  noteHaving(peer: Peer, block: number, nowMs: number): void
  /** Blocks to offer this peer beside those offered before. */
  offer(peer: Peer, nowMs: number): readonly number[]
  /** Whether the peer may ask for this block. */
  isOffered(peer: Peer, block: number): boolean
}

interface Known {
  readonly has: BlockSet
  readonly offered: BlockSet
  /** Offered and not told to have come. */
  open: number
  /** When it last told of a block it did not have from here. */
  fedMs: number
}

export function createOffers<Peer>(options: OffersOptions): Offers<Peer> {
  const { blockCount, seed, window = defaultWindow, patienceMs = defaultPatienceMs } = options
  const peers = new Map<Peer, Known>()
  /** Counts for each block the peers that have it or were offered it. */
  const rarity = createRarity(blockCount, seed)

  function find({ has, offered }: Known, mayBeCommon: boolean): number | undefined {
    const rarest = rarity.find(() => true)
    if (rarest === undefined || (rarity.countOf(rarest) > 0 && !mayBeCommon)) return undefined
    return rarity.find((block) => !has.has(block) && !offered.has(block))
  }

  return {
    add(peer, nowMs) {
      if (peers.has(peer)) return
      peers.set(peer, {
        has: createBlockSet(blockCount),
        offered: createBlockSet(blockCount),
        open: 0,
        fedMs: nowMs,
      })
    },
    remove(peer) {
      const known = peers.get(peer)
      if (known === undefined) return
      peers.delete(peer)
      for (let block = 0; block < blockCount; block++)
        if (known.has.has(block) || known.offered.has(block)) rarity.change(block, -1)
    },
    noteHaving(peer, block, nowMs) {
      const known = peers.get(peer)
      if (!known?.has.add(block)) return
      if (known.offered.has(block)) {
        known.open--
        return
      }
      known.fedMs = nowMs
      rarity.change(block, 1)
    },
    offer(peer, nowMs) {
      const known = peers.get(peer)
      const blocks: number[] = []
      while (known !== undefined && known.open < window) {
        const block = find(known, nowMs - known.fedMs >= patienceMs)
        if (block === undefined) break
        known.offered.add(block)
        known.open++
        rarity.change(block, 1)
        blocks.push(block)
      }
      return blocks
    },
    isOffered: (peer, block) => peers.get(peer)?.offered.has(block) ?? false,
  }
}
