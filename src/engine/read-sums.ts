/**
 * Reads by which sums blocks of a content that lies here are recognised (P13): just their windows, in the order of the file. Whether the
 * content may be served at all was asked before.
 */
import { blockCount, blockRange, blockSizeFor } from '../core/blocks.ts'
import { isSyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { sumOf, windowBytes } from '../core/rolling-sum.ts'
import type { Here } from '../store/folder-store.ts'
import type { BlockNumbers } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'

/** The sums, or why there are none. When nobody wants them any more, what there is by then. */
export async function readSums(
  { store, disk, markDirty }: FolderContext,
  root: ContentRoot,
  ranges: readonly BlockNumbers[],
  isWanted: () => boolean,
): Promise<Buffer | 'absent' | 'unreadable'> {
  let outcome: 'absent' | 'unreadable' = 'absent'
  for (const { path, here } of store.hereWithRoot(root)) {
    if (!areBlocksOf(here, ranges)) continue
    try {
      await using content = await disk.open(path, here.diskPath, here)
      const sums: Buffer[] = []
      for (const number of numbersOf(ranges)) {
        if (!isWanted()) break
        const { offsetBytes, lengthBytes } = blockRange(number, here.sizeBytes, blockSizeFor(here.sizeBytes))
        sums.push(sumOf(await content.read(offsetBytes, Math.min(lengthBytes, windowBytes))))
      }
      return Buffer.concat(sums)
    } catch (error) {
      if (!isSyncError(error)) throw error
      markDirty(here.diskPath)
      outcome = 'unreadable'
    }
  }
  return outcome
}

/** A record that is wrong about the size of this content made a peer ask for others. */
function areBlocksOf({ sizeBytes }: Here, ranges: readonly BlockNumbers[]): boolean {
  const count = blockCount(sizeBytes, blockSizeFor(sizeBytes))
  return ranges.every((range) => range.first + range.count <= count)
}

function* numbersOf(ranges: readonly BlockNumbers[]): Generator<number> {
  for (const { first, count } of ranges)
    for (let number = first; number < first + count; number += 1) yield number
}
