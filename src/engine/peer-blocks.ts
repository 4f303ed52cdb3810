/**
 * Which blocks of contents it has not all of the peer of one link told (P14). Hints: `missing` takes one back. What is too much is
 * forgotten, oldest first, and costs that nobody asks there for it.
 */
import { addRuns, type BlockSet, createBlockSet, deleteBlock } from '../core/block-set.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { Clock } from '../ports.ts'
import type { Message } from '../wire/messages.ts'

/** More contents at a time than anybody gets together. */
const maxContents = 256
/** Blocks, of all of them: a mebibyte of bits. */
const maxBlocks = 8 * 1024 ** 2

/** A peer that tells of blocks and then lacks them makes nobody begin anew more often than this. */
const restMs = 30_000

export interface PeerBlocks {
  /** What it told of this content. */
  of(root: ContentRoot): BlockSet | undefined
  note(message: Message & { kind: 'progress' }): void
  /** It has not this block (any more). */
  takeBack(root: ContentRoot, block: number): void
  forget(root: ContentRoot): void
  /** Nothing it told so far was of use. */
  exhaust(root: ContentRoot): void
  /** From when on it makes sense to ask for some of it, monotonic: infinity until it tells more. */
  promisingMs(root: ContentRoot): number
}

export function createPeerBlocks(clock: Clock): PeerBlocks {
  /** The one told of last at the end. */
  const sets = new Map<ContentRoot, BlockSet>()
  /** When what was told was found to be of no use, and whether more was told since. */
  const exhausted = new Map<ContentRoot, { readonly atMs: number; isNews: boolean }>()
  let blockCount = 0

  function forget(root: ContentRoot): void {
    blockCount -= sets.get(root)?.blockCount ?? 0
    sets.delete(root)
    exhausted.delete(root)
  }

  return {
    of: (root) => sets.get(root),
    note(message) {
      const { root, whole, runs } = message
      const known = sets.get(root)
      const set =
        whole || known?.blockCount !== message.blockCount ? createBlockSet(message.blockCount) : known
      addRuns(set, runs)
      const before = exhausted.get(root)
      forget(root)
      if (before !== undefined) exhausted.set(root, { ...before, isNews: true })
      for (const oldest of sets.keys()) {
        if (sets.size < maxContents && blockCount + set.blockCount <= maxBlocks) break
        forget(oldest)
      }
      sets.set(root, set)
      blockCount += set.blockCount
    },
    takeBack(root, block) {
      const set = sets.get(root)
      if (set !== undefined) deleteBlock(set, block)
    },
    forget,
    exhaust(root) {
      if (sets.has(root)) exhausted.set(root, { atMs: clock.monotonicMs(), isNews: false })
    },
    promisingMs(root) {
      const before = exhausted.get(root)
      if (!sets.get(root)?.size || before?.isNews === false) return Number.POSITIVE_INFINITY
      return before === undefined ? 0 : before.atMs + restMs
    },
  }
}
