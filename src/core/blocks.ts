/**
 * How a file is cut into blocks and named by what it holds (R1, R2). A block list is the SHA-256 of every block, 32 bytes each,
 * one after another. Pure arithmetic and hashes; reads no file.
 */
import { type ContentRoot, sha256, toId } from './ids.ts'

export const blockHashBytes = 32
export const minBlockBytes = 128 * 1024
export const maxBlockBytes = 16 * 1024 ** 2
/** A list of so many hashes is 64,000 bytes; more would cost memory, fewer would cost bytes sent for a small change. */
export const targetBlockCount = 2000
/** What ext4 can hold. Bounds a block list to 2^20 hashes (32 MiB), which is what a device must be able to keep in memory. */
export const maxFileBytes = 2 ** 44
export const maxBlockCount = maxFileBytes / maxBlockBytes

/** Bytes a block of a file of this size (R1): the smallest power of two that needs at most `targetBlockCount` blocks. */
export function blockSizeFor(sizeBytes: number): number {
  let blockSizeBytes = minBlockBytes
  while (blockSizeBytes < maxBlockBytes && sizeBytes > blockSizeBytes * targetBlockCount) blockSizeBytes *= 2
  return blockSizeBytes
}

/** Blocks of a file; an empty file has none. */
export function blockCount(sizeBytes: number, blockSizeBytes: number): number {
  return Math.ceil(sizeBytes / blockSizeBytes)
}

/** Where block `index` of a file lies. Only the last one may be shorter than the block size. */
export function blockRange(
  index: number,
  sizeBytes: number,
  blockSizeBytes: number,
): { readonly offsetBytes: number; readonly lengthBytes: number } {
  const offsetBytes = index * blockSizeBytes
  return { offsetBytes, lengthBytes: Math.min(blockSizeBytes, sizeBytes - offsetBytes) }
}

/** The hash of one block: plain SHA-256 of its bytes. */
export function blockHashOf(data: Uint8Array): Buffer {
  return sha256(data)
}

/** SHA-256 of nothing but zeros, by block size, so that nobody has to hash sixteen mebibytes to know one. */
const zeroBlockHashes: Readonly<Record<number, string>> = {
  [128 * 1024]: 'fa43239bcee7b97ca62f007cc68487560a39e19f74f3dde7486db3f98df8e471',
  [256 * 1024]: '8a39d2abd3999ab73c34db2476849cddf303ce389b35826850f9a700589b4a90',
  [512 * 1024]: '07854d2fef297a06ba81685e660c332de36d5d18d546927d30daad6d7fda1541',
  [1024 ** 2]: '30e14955ebf1352266dc2ff8067e68104607e750abb9d3b36582b8af909fcb58',
  [2 * 1024 ** 2]: '5647f05ec18958947d32874eeb788fa396a05d0bab7c1b71f112ceb7e9b31eee',
  [4 * 1024 ** 2]: 'bb9f8df61474d25e71fa00722318cd387396ca1736605e1248821cc0de3d3af8',
  [8 * 1024 ** 2]: '2daeb1f36095b44b318410b3f4e8b5d989dcc7bb023d1426c492dab0a3053e74',
  [16 * 1024 ** 2]: '080acf35a507ac9849cfcba47dc2ad83e01b75663a516279c8b9d243b719643e',
}

/** The hash of a whole block of zeros; undefined for what is no block size (R1). */
export function zeroBlockHash(blockSizeBytes: number): Buffer | undefined {
  const hex = zeroBlockHashes[blockSizeBytes]
  return hex === undefined ? undefined : Buffer.from(hex, 'hex')
}

/** The content root of a file (R2), from its block list; an empty file's list is empty. */
export function contentRootOf(hashes: Uint8Array): ContentRoot {
  return toId('ContentRoot', sha256('berrysync content', hashes))
}

/** The content root of a file of one block: it can be checked against its root alone, without a list. */
export function singleBlockRoot(data: Uint8Array): ContentRoot {
  return contentRootOf(blockHashOf(data))
}

/** Whether a list has the right length for a file of this size and leads to its root. */
export function isBlockListOf(
  hashes: Uint8Array,
  root: ContentRoot,
  sizeBytes: number,
  blockSizeBytes: number,
): boolean {
  return (
    hashes.length === blockCount(sizeBytes, blockSizeBytes) * blockHashBytes && contentRootOf(hashes) === root
  )
}

/** Numbers of the blocks of one list that are not the same in another of the same length. */
export function blocksThatDiffer(hashes: Uint8Array, others: Uint8Array): number[] {
  const differ: number[] = []
  for (let at = 0; at < hashes.length; at += blockHashBytes) {
    const end = at + blockHashBytes
    if (Buffer.compare(hashes.subarray(at, end), others.subarray(at, end)) !== 0)
      differ.push(at / blockHashBytes)
  }
  return differ
}
