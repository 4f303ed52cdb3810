/**
 * Contents that are being put together here, and which of their blocks are right already: who has a part of a file passes it on before
 * having all of it.
 */
import { addBlock, type BlockSet, createBlockSet } from '../core/block-set.ts'
import { blockCount } from '../core/blocks.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { Version } from '../core/version.ts'
import type { Stage } from '../ports.ts'

export interface UnfinishedContent {
  readonly root: ContentRoot
  readonly sizeBytes: number
  /** Those that can be read. */
  readonly blocks: BlockSet
  /** Throws a `SyncError` when it was closed meanwhile. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>
}

/** Is told of blocks that have just become right. */
export type NewBlocksListener = (content: UnfinishedContent, blocks: Iterable<number>) => void

export interface Unfinished {
  get(root: ContentRoot): UnfinishedContent | undefined
  all(): Iterable<UnfinishedContent>
  /** From now on the verified blocks of this stage can be read. */
  add(version: Version, stage: Stage, right: Iterable<number>): void
  /** One more block was verified and written. */
  noteRight(root: ContentRoot, block: number): void
  /** The stage is about to be closed. */
  remove(root: ContentRoot): void
  listen(listener: NewBlocksListener): Disposable
}

export function createUnfinished(): Unfinished {
  const contents = new Map<ContentRoot, UnfinishedContent>()
  const listeners = new Set<NewBlocksListener>()

  function tell(content: UnfinishedContent, blocks: Iterable<number>): void {
    for (const listener of listeners) listener(content, blocks)
  }

  return {
    get: (root) => contents.get(root),
    all: () => contents.values(),
    add({ root, sizeBytes, blockSizeBytes }, stage, right) {
      const blocks = createBlockSet(blockCount(sizeBytes, blockSizeBytes))
      for (const block of right) addBlock(blocks, block)
      const content = { root, sizeBytes, blocks, read: stage.read }
      contents.set(root, content)
      if (blocks.size > 0) tell(content, right)
    },
    noteRight(root, block) {
      const content = contents.get(root)
      if (content !== undefined && addBlock(content.blocks, block)) tell(content, [block])
    },
    remove: (root) => void contents.delete(root),
    listen(listener) {
      listeners.add(listener)
      return { [Symbol.dispose]: () => void listeners.delete(listener) }
    },
  }
}
