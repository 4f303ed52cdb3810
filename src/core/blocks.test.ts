import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import {
  blockCount,
  blockHashOf,
  blockRange,
  blockSizeFor,
  contentRootOf,
  isBlockListOf,
  maxBlockBytes,
  maxBlockCount,
  maxFileBytes,
  minBlockBytes,
  singleBlockRoot,
  targetBlockCount,
  zeroBlockHash,
} from './blocks.ts'
import { sha256 } from './ids.ts'
import { linkRoot } from './version.ts'

const sizes = fc.maxSafeNat().map((size) => size % (maxFileBytes + 1))
const smallSizes = fc.nat({ max: 10_000 })

test('R1 the block size is the smallest power of two that needs no more than 2000 blocks', () => {
  fc.assert(
    fc.property(fc.oneof(sizes, fc.nat(), smallSizes), (size) => {
      const blockSize = blockSizeFor(size)
      expect(Number.isInteger(Math.log2(blockSize))).toBe(true)
      expect(blockSize).toBeGreaterThanOrEqual(minBlockBytes)
      expect(blockSize).toBeLessThanOrEqual(maxBlockBytes)
      if (blockSize < maxBlockBytes) expect(blockCount(size, blockSize)).toBeLessThanOrEqual(targetBlockCount)
      if (blockSize > minBlockBytes) expect(blockCount(size, blockSize / 2)).toBeGreaterThan(targetBlockCount)
    }),
    { numRuns: caseCount(300) },
  )
})

test.each([
  [0, 128 * 1024, 0],
  [1, 128 * 1024, 1],
  [128 * 1024, 128 * 1024, 1],
  [128 * 1024 + 1, 128 * 1024, 2],
  [2000 * 128 * 1024, 128 * 1024, 2000],
  [2000 * 128 * 1024 + 1, 256 * 1024, 1001],
  [35 * 1024 ** 3, 16 * 1024 ** 2, 2240],
  [maxFileBytes, 16 * 1024 ** 2, maxBlockCount],
])('R1 a file of %i bytes has blocks of %i bytes, %i of them', (size, blockSize, count) => {
  expect(blockSizeFor(size)).toBe(blockSize)
  expect(blockCount(size, blockSize)).toBe(count)
})

test('R1 the blocks of a file cover it once, without a gap', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 50 * minBlockBytes }), (size) => {
      let end = 0
      for (let index = 0; index < blockCount(size, minBlockBytes); index++) {
        const range = blockRange(index, size, minBlockBytes)
        expect(range.offsetBytes).toBe(end)
        expect(range.lengthBytes).toBeGreaterThan(0)
        end += range.lengthBytes
      }
      expect(end).toBe(size)
    }),
    { numRuns: caseCount(100) },
  )
})

test('R2 a file of one block is known by its root alone; an empty one by an empty list', () => {
  const data = Buffer.from('hello')
  expect(singleBlockRoot(data)).toBe(contentRootOf(sha256(data)))
  expect(contentRootOf(new Uint8Array(0))).toBe(
    'f1203fa59e0f78ea049f9c169c8b101034adaa04e877d4b6c55a447a2a7ad6fb',
  )
  expect(isBlockListOf(new Uint8Array(0), contentRootOf(new Uint8Array(0)), 0, minBlockBytes)).toBe(true)
})

test('R2 no file has the root of a link', () => {
  expect(linkRoot('target')).not.toBe(contentRootOf(Buffer.from('target')))
})

test('R2 a list is right for one root and one count of blocks', () => {
  const hashes = Buffer.concat([sha256('a'), sha256('b')])
  const root = contentRootOf(hashes)
  expect(isBlockListOf(hashes, root, minBlockBytes + 1, minBlockBytes)).toBe(true)
  expect(isBlockListOf(hashes, root, minBlockBytes, minBlockBytes)).toBe(false)
  expect(isBlockListOf(hashes, root, 2 * minBlockBytes + 1, minBlockBytes)).toBe(false)
  expect(
    isBlockListOf(Buffer.concat([sha256('b'), sha256('a')]), root, minBlockBytes + 1, minBlockBytes),
  ).toBe(false)
})

test('R1 the hash of a block of zeros is known for each block size', () => {
  for (let size = minBlockBytes; size <= maxBlockBytes; size *= 2)
    expect(zeroBlockHash(size)).toEqual(blockHashOf(Buffer.alloc(size)))
  expect(zeroBlockHash(1000)).toBeUndefined()
})
