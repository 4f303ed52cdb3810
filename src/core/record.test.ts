import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { type Epoch, type FolderId, type RecordId, sha256, toId, writerIdOf } from './ids.ts'
import {
  createAuthor,
  createProofCache,
  isWrittenBy,
  maxBatch,
  type RecordProof,
  recordIdOf,
  signBatch,
  verifyProof,
} from './record.ts'
import type { Version } from './version.ts'

const folderId = toId('FolderId', sha256('one folder'))
const otherFolder = toId('FolderId', sha256('another folder'))
const author = createAuthor(sha256('an author'))
const stranger = createAuthor(sha256('a stranger'))

function idsOf(count: number): RecordId[] {
  return Array.from({ length: count }, (_, index) => recordIdOf(sha256(`body ${index}`)))
}

function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = Uint8Array.from(bytes)
  flipped[bit >> 3]! ^= 1 << (bit & 7)
  return flipped
}

function flipHex<T extends string>(hex: T, bit: number): T {
  return Buffer.from(flipBit(Buffer.from(hex, 'hex'), bit)).toString('hex') as T
}

const batchSizes = fc.oneof(
  fc.integer({ min: 1, max: 20 }),
  fc.integer({ min: 1, max: maxBatch }),
  fc.constant(maxBatch),
)

/** A record of a batch: its id, its proof. */
const proven = batchSizes.chain((count) =>
  fc.nat({ max: count - 1 }).map((index) => {
    const ids = idsOf(count)
    return { id: ids[index]!, ids, proof: signBatch(ids, folderId, author)[index]! }
  }),
)

describe('proofs', () => {
  test('R4 every record of every size of batch is proven, alone, with the shortest path', () => {
    for (const count of [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 255, 256]) {
      const ids = idsOf(count)
      const cache = createProofCache()
      signBatch(ids, folderId, author).forEach((proof, index) => {
        expect(verifyProof(ids[index]!, proof, folderId, cache)).toBe(true)
        expect(proof.siblings.length / 32).toBeLessThanOrEqual(Math.ceil(Math.log2(count)))
      })
    }
  })

  test('R4 any bit changed in id, folder, author, siblings or signature is refused', () => {
    fc.assert(
      fc.property(proven, fc.nat(), ({ id, proof }, drawn) => {
        const flips: [RecordId, RecordProof, FolderId][] = [
          [flipHex(id, drawn % 256), proof, folderId],
          [id, proof, flipHex(folderId, drawn % 256)],
          [id, { ...proof, author: flipHex(proof.author, drawn % 256) }, folderId],
          [id, { ...proof, signature: flipBit(proof.signature, drawn % 512) }, folderId],
        ]
        const siblingBits = proof.siblings.length * 8
        if (siblingBits > 0) {
          flips.push([id, { ...proof, siblings: flipBit(proof.siblings, drawn % siblingBits) }, folderId])
        }
        const cache = createProofCache()
        expect(verifyProof(id, proof, folderId, cache)).toBe(true)
        for (const [ofId, ofProof, ofFolder] of flips)
          expect(verifyProof(ofId, ofProof, ofFolder, cache)).toBe(false)
      }),
      { numRuns: caseCount(60) },
    )
  })

  test('R4 another place, another count, more or fewer siblings are refused', () => {
    fc.assert(
      fc.property(proven, fc.nat({ max: 300 }), fc.nat({ max: 300 }), ({ id, ids, proof }, index, count) => {
        const cache = createProofCache()
        expect(verifyProof(id, proof, folderId, cache)).toBe(true)
        const extra = Buffer.concat([proof.siblings, Buffer.alloc(32)])
        const wrong: Partial<RecordProof>[] = [
          { index: ids.length },
          { index: -1 },
          { index: 0.5 },
          { index: Number.NaN },
          { count: 0 },
          { count: ids.length + 1 },
          { count: 2 ** 32 },
          { siblings: extra },
          { siblings: Buffer.concat([proof.siblings, Buffer.alloc(1)]) },
          { signature: Buffer.concat([proof.signature, Buffer.alloc(1)]) },
          { signature: new Uint8Array(0) },
        ]
        if (index !== proof.index) wrong.push({ index })
        if (count !== proof.count) wrong.push({ count })
        if (proof.siblings.length > 0)
          wrong.push({ siblings: proof.siblings.subarray(32) }, { siblings: new Uint8Array(0) })
        for (const part of wrong) expect(verifyProof(id, { ...proof, ...part }, folderId, cache)).toBe(false)
      }),
      { numRuns: caseCount(60) },
    )
  })

  test('R4 an inner node of the tree cannot pass as a record', () => {
    const ids = idsOf(4)
    const proof = signBatch(ids, folderId, author)[0]!
    const inner = proof.siblings.subarray(32, 64)
    const forged = { ...proof, index: 0, count: 2, siblings: proof.siblings.subarray(0, 32) }
    expect(verifyProof(toId('RecordId', inner), forged, folderId)).toBe(false)
  })

  test("R4 a signature of somebody else does not pass under an author's name", () => {
    const [id] = idsOf(1)
    const [proof] = signBatch([id!], folderId, stranger)
    expect(verifyProof(id!, proof!, folderId)).toBe(true)
    expect(verifyProof(id!, { ...proof!, author: author.key }, folderId)).toBe(false)
    expect(verifyProof(id!, proof!, otherFolder)).toBe(false)
  })

  test('I14 the cache forgets the oldest, and what is forgotten still verifies', () => {
    const cache = createProofCache(2)
    const batches = [1, 2, 3].map((size) => idsOf(size))
    const proofs = batches.map((ids) => signBatch(ids, folderId, author)[0]!)
    for (const round of [0, 1]) {
      batches.forEach((ids, index) => {
        expect([round, verifyProof(ids[0]!, proofs[index]!, folderId, cache)]).toEqual([round, true])
      })
    }
  })

  test("V1 a version counts as its signer's own only under the signer's writer id of its epoch", () => {
    const epoch = '00112233aabbccdd' as Epoch
    const writer = writerIdOf(author.key, epoch)
    const version = { writer, epoch, vector: new Map([[writer, 3]]) } as unknown as Version
    expect(isWrittenBy(version, author.key)).toBe(true)
    expect(isWrittenBy(version, stranger.key)).toBe(false)
    expect(isWrittenBy({ ...version, epoch: 'ff112233aabbccdd' as Epoch }, author.key)).toBe(false)
    expect(isWrittenBy({ ...version, vector: new Map() }, author.key)).toBe(false)
  })

  test('I9 an author prints as [secret]', () => {
    expect(`${author} ${JSON.stringify({ author })}`).toBe('[secret] {"author":"[secret]"}')
  })
})
