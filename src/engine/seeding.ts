/**
 * Super-seeding: a file that this device alone has is not offered as a whole to peers far away, but block by block, different ones to
 * each, so that this device's line carries every block about once and the peers pass them on (P14). What is offered to whom is up to
 * `core/offers`. Peers in the local network and peers that do not speak of progress are told of the whole file.
 */
import { blocksToRuns, membersOf, runsToBlocks } from '../core/block-set.ts'
import { blockCount, blockSizeFor } from '../core/blocks.ts'
import type { ContentRoot } from '../core/ids.ts'
import { createOffers, type Offers } from '../core/offers.ts'
import type { SignedRecord } from '../core/record.ts'
import type { Link } from '../ports.ts'
import type { Message } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'
import type { PeerBlocks } from './peer-blocks.ts'

/** Fewer blocks are gone before the peers could help each other, or are so small that nobody gains. */
const minBlocks = 16
/** Larger files would take too much memory for each peer: 65,536 blocks are a tebibyte. */
const maxBlocks = 2 ** 16
/** Files seeded like this at a time. */
const maxSeeded = 16
/** How often peers are looked for that wait in vain. */
const lookMs = 1000
/** A peer that for so long neither was sent anything nor told of anything is told of the whole file. */
const vainMs = 15_000

/** A peer far away that speaks of progress. */
export interface FarPeer {
  readonly link: Link
  readonly blocks: Pick<PeerBlocks, 'of'>
}

export interface Seeding {
  /**
   * Whether to say that this device has the content of a record of its index to the peer of this link; otherwise some blocks are offered
   * there.
   */
  mayTellWhole(sequence: number, record: SignedRecord, link: Link): boolean
  /** The peer told which blocks it has, or has all. */
  noteProgress(link: Link, progress: Message & { kind: 'progress' }): void
  noteWhole(link: Link, root: ContentRoot): void
  /** A block was sent. */
  noteSent(link: Link, root: ContentRoot, offsetBytes: number): void
  noteGone(link: Link): void
}

interface Seeded {
  readonly sizeBytes: number
  readonly blockCount: number
  readonly offers: Offers<Link>
  /** Peers that lack some of it, and when they last were sent or told something. */
  readonly lacking: Map<Link, number>
}

export function createSeeding(
  { author, clock, chance, store }: FolderContext,
  farPeers: () => readonly FarPeer[],
): Seeding {
  const seededByRoot = new Map<ContentRoot, Seeded>()
  /** What is in the index from before may be with others by now. */
  const oldSequence = store.lastSequence()
  let timer: Disposable | undefined

  function mayTellWhole(sequence: number, { version, proof }: SignedRecord, link: Link): boolean {
    const { kind, root, sizeBytes, blockSizeBytes } = version
    const count = blockCount(sizeBytes, blockSizeBytes)
    if (kind !== 'file' || count < minBlocks || count > maxBlocks) return true
    const far = farPeers()
    const peer = far.find((each) => each.link === link)
    if (peer === undefined) return true
    const known = seededByRoot.get(root)
    const isOurNews = proof.author === author.key && sequence > oldSequence
    // With a single peer there is nobody to pass anything on.
    if (known === undefined && (!isOurNews || far.length < 2 || seededByRoot.size >= maxSeeded)) return true
    const seeded = known ?? begin(root, sizeBytes, count)
    const nowMs = clock.monotonicMs()
    seeded.offers.add(link, nowMs)
    const told = peer.blocks.of(root)
    if (told?.blockCount === count) seeded.offers.noteHaving(link, membersOf(told), nowMs)
    seeded.lacking.set(link, nowMs)
    // After the index message that names it.
    queueMicrotask(() => offer(root, seeded, link))
    return false
  }

  function begin(root: ContentRoot, sizeBytes: number, count: number): Seeded {
    const offers = createOffers<Link>({ blockCount: count, seed: chance.bytes(4).readInt32LE() })
    const seeded = { sizeBytes, blockCount: count, offers, lacking: new Map<Link, number>() }
    seededByRoot.set(root, seeded)
    timer ??= clock.after(lookMs, look)
    return seeded
  }

  function offer(root: ContentRoot, { offers, blockCount, lacking }: Seeded, link: Link): void {
    if (!lacking.has(link)) return
    const blocks = offers.offer(link, clock.monotonicMs())
    if (blocks.length === 0) return
    const runs = blocksToRuns([...blocks].sort((a, b) => a - b))
    link.send({ kind: 'progress', root, blockCount, whole: false, runs })
  }

  function noteActive({ lacking }: Seeded, link: Link): void {
    if (lacking.has(link)) lacking.set(link, clock.monotonicMs())
  }

  function stop(): void {
    seededByRoot.clear()
    timer?.[Symbol.dispose]()
    timer = undefined
  }

  /** From here on it may ask for everything. */
  function tellWhole(root: ContentRoot, { lacking }: Seeded, link: Link): void {
    lacking.delete(link)
    link.send({ kind: 'have', roots: [root] })
  }

  /** Whoever gets nothing from others is offered what it lacks. */
  function look(): void {
    timer = undefined
    for (const [root, seeded] of seededByRoot) {
      for (const [link, sinceMs] of seeded.lacking) {
        if (clock.monotonicMs() - sinceMs < vainMs) offer(root, seeded, link)
        else tellWhole(root, seeded, link)
      }
      if (seeded.lacking.size === 0 || store.hereWithRoot(root).length === 0) seededByRoot.delete(root)
    }
    if (seededByRoot.size > 0) timer = clock.after(lookMs, look)
  }

  return {
    mayTellWhole,
    noteProgress(link, { root, blockCount, runs }) {
      const seeded = seededByRoot.get(root)
      if (seeded?.blockCount !== blockCount) return
      noteActive(seeded, link)
      seeded.offers.noteHaving(link, runsToBlocks(runs), clock.monotonicMs())
      offer(root, seeded, link)
    },
    noteWhole(link, root) {
      const seeded = seededByRoot.get(root)
      if (seeded === undefined) return
      const all = Array.from({ length: seeded.blockCount }, (_, block) => block)
      seeded.offers.noteHaving(link, all, clock.monotonicMs())
      // It may lose it again.
      if (seeded.lacking.has(link)) tellWhole(root, seeded, link)
    },
    noteSent(link, root, offsetBytes) {
      const seeded = seededByRoot.get(root)
      if (seeded === undefined) return
      noteActive(seeded, link)
      seeded.offers.noteSent(link, offsetBytes / blockSizeFor(seeded.sizeBytes), clock.monotonicMs())
    },
    noteGone(link) {
      for (const { offers, lacking } of seededByRoot.values()) {
        offers.remove(link)
        lacking.delete(link)
      }
      if ([...seededByRoot.values()].every(({ lacking }) => lacking.size === 0)) stop()
    },
  }
}
