/**
 * The arithmetic of a scrub, which reads every file again at leisure: how much of a file at a time, how long to rest then, when the next one
 * is due, and what came of a file.
 */
import { blockCount, blockHashBytes, blockSizeFor, blocksThatDiffer, contentRootOf } from './blocks.ts'
import type { ContentRoot } from './ids.ts'
import { isClockSet } from './wall-clock.ts'

/** What is read in one go while the folder waits; one block at least. */
const pieceBytes = 4 * 1024 ** 2
/** What finding and opening a file is worth in bytes: small ones are no lesser work for a disk. */
const fileBytes = 128 * 1024
const dayMs = 86_400_000

/** The blocks of a file to read next. */
export function pieceFrom(sizeBytes: number, firstBlock: number): { first: number; count: number } {
  const blockSizeBytes = blockSizeFor(sizeBytes)
  const left = blockCount(sizeBytes, blockSizeBytes) - firstBlock
  return { first: firstBlock, count: Math.min(left, Math.max(1, Math.floor(pieceBytes / blockSizeBytes))) }
}

/** Whether so much is enough for one go. */
export function isPieceFull(bytes: number, files: number): boolean {
  return bytes + files * fileBytes >= pieceBytes
}

/** How long to rest after that, at so many bytes a second; 0 is no limit. */
export function restAfterMs(bytes: number, files: number, bytesPerSecond: number): number {
  return bytesPerSecond === 0 ? 0 : ((bytes + files * fileBytes) / bytesPerSecond) * 1000
}

/**
 * In how long the next scrub is due, by the wall clock; undefined for never. A clock that is not set says nothing, and one that was wrong
 * makes nobody wait longer than the days between.
 */
export function scrubDueInMs(nowMs: number, lastMs: number | undefined, days: number): number | undefined {
  if (days === 0 || lastMs === undefined || !isClockSet(nowMs)) return undefined
  return Math.min(Math.max(0, lastMs + days * dayMs - nowMs), days * dayMs)
}

/** Which blocks are not those of the list; `hashes` are of the blocks from `first` on. */
export function wrongBlocks(list: Uint8Array, hashes: Uint8Array, first: number): Map<number, Uint8Array> {
  const start = first * blockHashBytes
  const expected = list.subarray(start, start + hashes.length)
  return new Map(
    blocksThatDiffer(expected, hashes).map((at) => [
      first + at,
      hashes.subarray(at * blockHashBytes, (at + 1) * blockHashBytes),
    ]),
  )
}

/** The root of what lies there, where only these blocks are not those of the list. */
export function rootWith(list: Uint8Array, wrong: ReadonlyMap<number, Uint8Array>): ContentRoot {
  const found = Buffer.from(list)
  for (const [block, hash] of wrong) found.set(hash, block * blockHashBytes)
  return contentRootOf(found)
}
