/**
 * Which blocks of contents it has not all of the peer of one link told (P14). Hints: `missing` takes one back. What is too much is
 * forgotten, oldest first, and costs that nobody asks there for it.
 */
import { addBlock, type BlockSet, createBlockSet, deleteBlock, runsToBlocks } from '../core/block-set.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { Message } from '../wire/messages.ts'

/** More contents at a time than anybody gets together. */
const maxContents = 256
/** Blocks, of all of them: a mebibyte of bits. */
const maxBlocks = 8 * 1024 ** 2

export interface PeerBlocks {
  /** What it told of this content. */
  of(root: ContentRoot): BlockSet | undefined
  note(message: Message & { kind: 'progress' }): void
  /** It has not this block (any more). */
  takeBack(root: ContentRoot, block: number): void
  forget(root: ContentRoot): void
  /** Nothing it told so far was of use. */
  exhaust(root: ContentRoot): void
  /** Whether it told anything since then. */
  isPromising(root: ContentRoot): boolean
}

export function createPeerBlocks(): PeerBlocks {
  /** The one told of last at the end. */
  const sets = new Map<ContentRoot, BlockSet>()
  const exhausted = new Set<ContentRoot>()
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
      for (const block of runsToBlocks(runs)) addBlock(set, block)
      forget(root)
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
      if (sets.has(root)) exhausted.add(root)
    },
    isPromising: (root) => (sets.get(root)?.size ?? 0) > 0 && !exhausted.has(root),
  }
}
