/**
 * Which block of one content to ask of which peer next: the rarest that the peer has, each of one peer only, until all that are missing are asked
 * for; then the last ones of a second peer, too (end-game). Knows neither time nor bytes: how much a peer may be asked for is `pipeline`'s
 * business, and whether a block that came is right the caller's. `Peer` is whatever names a peer, compared as a map key.
 */
import { addBlock, type BlockSet, createBlockSet, deleteBlock, hasBlock } from './block-set.ts'
import { createRarity } from './rarity.ts'

export interface PickOptions {
  readonly blockCount: number
  /** Chance of this transfer: peers with other seeds take equally rare blocks in another order. */
  readonly seed: number
  /** `random` takes no notice of what is rare; for comparing. */
  readonly order?: 'rarest' | 'random'
  /** Peers a block may be asked of at the same time once nothing else is left to ask; 1 for no end-game. */
  readonly endGameCopies?: number
  /** End-game begins when so few blocks are missing: before that a second copy would cost more than waiting. */
  readonly endGameBlocks?: number
}

/** A second peer is enough to get past a slow one; more would mostly be sent for nothing. */
const defaultEndGameCopies = 2
/** About what the peers of one transfer are asked for at a time. */
const defaultEndGameBlocks = 32

export interface Pick<Peer> {
  /** Blocks still to come. */
  readonly missingCount: number
  isMissing(block: number): boolean
  /** The peer has all blocks from now on. */
  noteAll(peer: Peer): void
  /** The peer has these blocks, too. */
  noteHaving(peer: Peer, blocks: Iterable<number>): void
  /** The peer lacks this block (any more). */
  noteLacking(peer: Peer, block: number): void
  /** The peer has nothing any more, or is gone; what it was asked for can be asked of others. */
  forget(peer: Peer): void
  /** Sent something wrong: as `forget`, and nothing it tells counts any more. */
  distrust(peer: Peer): void
  /**
   * The next block to ask this peer for; noted as asked. Undefined when it has nothing that should be asked of it now. In end-game a block
   * is asked of at most so many peers at the same time; 1: no end-game.
   */
  next(peer: Peer, copies?: number): number | undefined
  /** Whether every block that is missing was asked of somebody. */
  isAllAsked(): boolean
  /** Whether `next` would give a block that was asked of nobody yet. */
  hasNew(peer: Peer): boolean
  /** The block came and is right. Returns who else was asked for it and may be told to leave it. */
  noteCome(block: number, from?: Peer): readonly Peer[]
  /** The peer will not send this block (it said so, or it took too long); nothing is said about whether it has it. */
  noteFailed(peer: Peer, block: number): void
  /** Peers known to have this block, without those that have all. */
  holders(block: number): number
  /** Blocks asked of this peer and not settled. */
  askedOf(peer: Peer): ReadonlySet<number>
}

interface Known {
  /** Undefined for one that has all. */
  has: BlockSet | undefined
  readonly asked: Set<number>
  /** How many blocks it has that are missing and asked of nobody; for those that have not all. */
  newCount: number
}

export function createPick<Peer>(options: PickOptions): Pick<Peer> {
  const { blockCount, seed, order = 'rarest' } = options
  const { endGameCopies = defaultEndGameCopies, endGameBlocks = defaultEndGameBlocks } = options
  const peers = new Map<Peer, Known>()
  const distrusted = new Set<Peer>()
  /** Lists what is missing and asked of nobody. Peers that have all are not counted: they make no block rarer than another. */
  const rarity = createRarity(blockCount, seed)
  const come = createBlockSet(blockCount)
  /** Whom missing blocks were asked of, in the order of asking. */
  const askedByBlock = new Map<number, Peer[]>()
  const none: ReadonlySet<number> = new Set()

  function knownOf(peer: Peer): Known {
    let known = peers.get(peer)
    if (known === undefined) {
      known = { has: createBlockSet(blockCount), asked: new Set(), newCount: 0 }
      peers.set(peer, known)
    }
    return known
  }

  function count(block: number, by: 1 | -1): void {
    if (order === 'rarest') rarity.change(block, by)
  }

  function countNew(block: number, by: 1 | -1): void {
    for (const known of peers.values())
      if (known.has !== undefined && hasBlock(known.has, block)) known.newCount += by
  }

  function unlist(block: number): void {
    if (!rarity.isListed(block)) return
    rarity.unlist(block)
    countNew(block, -1)
  }

  function noteFailed(peer: Peer, block: number): void {
    if (!peers.get(peer)?.asked.delete(block)) return
    const asked = askedByBlock.get(block)!
    asked.splice(asked.indexOf(peer), 1)
    if (asked.length > 0) return
    askedByBlock.delete(block)
    rarity.list(block)
    countNew(block, 1)
  }

  function noteLacking(peer: Peer, block: number): void {
    const known = peers.get(peer)
    if (known === undefined) return
    if (known.has === undefined) becomePartial(known)
    if (!deleteBlock(known.has!, block)) return
    count(block, -1)
    if (rarity.isListed(block)) known.newCount--
  }

  /** It had all and lost some. */
  function becomePartial(known: Known): void {
    known.has = createBlockSet(blockCount)
    known.newCount = rarity.size
    for (let block = 0; block < blockCount; block++) {
      addBlock(known.has, block)
      count(block, 1)
    }
  }

  /** From now on it is counted for no block. */
  function uncount(known: Known): void {
    if (known.has === undefined) return
    for (let block = 0; block < blockCount; block++) if (hasBlock(known.has, block)) count(block, -1)
  }

  function forget(peer: Peer): void {
    const known = peers.get(peer)
    if (known === undefined) return
    for (const block of [...known.asked]) noteFailed(peer, block)
    uncount(known)
    peers.delete(peer)
  }

  function findNew(known: Known): number | undefined {
    const { has } = known
    if (has === undefined) return rarity.first()
    return known.newCount === 0 ? undefined : rarity.rarestOf(has, known.newCount, order === 'rarest' ? 1 : 0)
  }

  /** The one asked of the fewest, of these the one asked first: its peer had the longest time. */
  function findAgain({ has, asked }: Known, copies: number): number | undefined {
    const missing = blockCount - come.size
    if (rarity.size > 0 || copies < 2 || missing > endGameBlocks) return undefined
    let best: number | undefined
    let fewest = copies
    for (const [block, askedPeers] of askedByBlock) {
      if (askedPeers.length >= fewest || asked.has(block)) continue
      if (has !== undefined && !hasBlock(has, block)) continue
      best = block
      fewest = askedPeers.length
    }
    return best
  }

  return {
    get missingCount() {
      return blockCount - come.size
    },
    isMissing: (block) => !hasBlock(come, block),
    noteAll(peer) {
      if (distrusted.has(peer)) return
      const known = knownOf(peer)
      uncount(known)
      known.has = undefined
    },
    noteHaving(peer, blocks) {
      if (distrusted.has(peer)) return
      const known = knownOf(peer)
      if (known.has === undefined) return
      for (const block of blocks) {
        if (!addBlock(known.has, block)) continue
        count(block, 1)
        if (rarity.isListed(block)) known.newCount++
      }
    },
    noteLacking,
    forget,
    distrust(peer) {
      forget(peer)
      distrusted.add(peer)
    },
    next(peer, copies = endGameCopies) {
      const known = peers.get(peer)
      if (known === undefined) return undefined
      const block = findNew(known) ?? findAgain(known, copies)
      if (block === undefined) return undefined
      unlist(block)
      known.asked.add(block)
      const asked = askedByBlock.get(block)
      if (asked === undefined) askedByBlock.set(block, [peer])
      else asked.push(peer)
      return block
    },
    isAllAsked: () => rarity.size === 0,
    hasNew(peer) {
      const known = peers.get(peer)
      return known !== undefined && (known.has === undefined ? rarity.size > 0 : known.newCount > 0)
    },
    noteCome(block, from) {
      if (!addBlock(come, block)) return []
      unlist(block)
      const asked = askedByBlock.get(block) ?? []
      askedByBlock.delete(block)
      for (const peer of asked) peers.get(peer)!.asked.delete(block)
      return asked.filter((peer) => peer !== from)
    },
    noteFailed,
    holders: rarity.countOf,
    askedOf: (peer) => peers.get(peer)?.asked ?? none,
  }
}
