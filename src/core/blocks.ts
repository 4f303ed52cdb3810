/**
 * How a file's content is cut into blocks and named. Pure arithmetic; reading and hashing is the disk's business.
 */
import { type ContentRoot, sha256, toId } from './ids.ts'

export const smallestBlockBytes = 128 * 1024
export const largestBlockBytes = 16 * 1024 * 1024
/** More blocks than this only where the largest block size is not enough. */
export const usualBlockLimit = 2000

/** The smallest power of two that cuts a file into at most `usualBlockLimit` blocks. */
export function blockSizeFor(sizeBytes: number): number {
  let blockSizeBytes = smallestBlockBytes
  while (blockSizeBytes < largestBlockBytes && sizeBytes > blockSizeBytes * usualBlockLimit)
    blockSizeBytes *= 2
  return blockSizeBytes
}

/** Names a file's content by its block hashes, 32 bytes each one after another. */
export function contentRootOf(hashes: Uint8Array): ContentRoot {
  return toId('ContentRoot', sha256('berrysync content', hashes))
}
