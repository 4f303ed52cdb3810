/**
 * A record: one version with the proof of who wrote it. The body is kept exactly as its author encoded it, because the signature
 * is over those bytes; a newer version's unknown fields survive being stored and passed on by an older one.
 * Keeps R3 (ids), R4 (one signature for a batch, through a Merkle tree) and the first half of I9.
 */
import { ed25519Pair, ed25519SignatureBytes, isSignedBy } from './ed25519.ts'
import { type AuthorKey, type FolderId, idToBytes, type RecordId, sha256, toId, writerIdOf } from './ids.ts'
import { hide } from './unprintable.ts'
import type { Version } from './version.ts'

/** The proof that an author signed a body, one signature for a batch of them (R4). */
export interface RecordProof {
  readonly author: AuthorKey
  /** Place of the body in its batch. */
  readonly index: number
  /** How many bodies the batch has. */
  readonly count: number
  /** Sibling hashes from leaf to root, 32 bytes each, one after another. */
  readonly siblings: Uint8Array
  /** Ed25519 signature over folder and Merkle root, 64 bytes. */
  readonly signature: Uint8Array
}

/** A version as it travels and is stored. */
export interface SignedRecord {
  readonly version: Version
  readonly body: Uint8Array
  readonly proof: RecordProof
}

/** Records under one signature. More would save nothing worth having: every doubling adds 32 bytes to each record. */
export const maxBatch = 256

/** A device as the writer of records. */
export interface Author {
  readonly key: AuthorKey
  readonly sign: (message: Uint8Array) => Uint8Array
}

/** The author of a 32-byte Ed25519 seed. Prints as `[secret]`. */
export function createAuthor(seed: Uint8Array): Author {
  const pair = ed25519Pair(seed)
  return hide({ key: toId('AuthorKey', pair.publicKey), sign: pair.sign })
}

/** The id of a record: a hash over its body as its author encoded it (R3). */
export function recordIdOf(body: Uint8Array): RecordId {
  return toId('RecordId', sha256('berrysync record', body))
}

/** Signs records together (R4): one proof each, in order. Takes 1 to `maxBatch`. */
export function signBatch(ids: readonly RecordId[], folderId: FolderId, author: Author): RecordProof[] {
  if (ids.length === 0 || ids.length > maxBatch) throw new Error(`assertion: a batch of ${ids.length}`)
  const levels = treeOf(ids)
  const signature = author.sign(batchMessage(folderId, ids.length, levels.at(-1)![0]!))
  return ids.map((_, index) => ({
    author: author.key,
    index,
    count: ids.length,
    siblings: siblingsOf(levels, index),
    signature,
  }))
}

/** Signatures found right lately, so that a batch that arrives as single records costs one verification. */
export interface ProofCache {
  has(key: string): boolean
  add(key: string): void
}

/** Batches arrive mostly one after another; what falls out of the cache is merely verified again. */
const maxCachedProofs = 512

export function createProofCache(limit: number = maxCachedProofs): ProofCache {
  const keys = new Set<string>()
  return {
    has: (key) => keys.has(key),
    add(key) {
      keys.add(key)
      if (keys.size > limit) keys.delete(keys.values().next().value!)
    },
  }
}

/** Whether the author named in the proof signed this record for this folder (R4). Whether it may write here is another question. */
export function verifyProof(
  id: RecordId,
  proof: RecordProof,
  folderId: FolderId,
  cache?: ProofCache,
): boolean {
  if (proof.signature.length !== ed25519SignatureBytes) return false
  const root = rootThrough(id, proof)
  if (root === undefined) return false
  const message = batchMessage(folderId, proof.count, root)
  const key =
    cache && sha256('berrysync proof', idToBytes(proof.author), proof.signature, message).toString('latin1')
  if (key !== undefined && cache?.has(key)) return true
  if (!isSignedBy(idToBytes(proof.author), message, proof.signature)) return false
  if (key !== undefined) cache?.add(key)
  return true
}

/** Whether the version counts as a change of the very author that signed it (V1): nobody may raise another's counter as its own. */
export function isWrittenBy(version: Version, author: AuthorKey): boolean {
  return version.writer === writerIdOf(author, version.epoch) && version.vector.has(version.writer)
}

// ---- Merkle tree (R4) ---------------------------------------------------------------------------------------------------

const hashBytes = 32

function leafOf(id: RecordId): Buffer {
  return sha256('berrysync leaf', idToBytes(id))
}

function nodeOf(left: Uint8Array, right: Uint8Array): Buffer {
  return sha256('berrysync node', left, right)
}

function batchMessage(folderId: FolderId, count: number, root: Uint8Array): Buffer {
  const countBytes = Buffer.alloc(4)
  countBytes.writeUInt32BE(count)
  return Buffer.concat([Buffer.from('berrysync batch'), idToBytes(folderId), countBytes, root])
}

/** Every level from the leaves to the root. A node without a partner rises as it is. */
function treeOf(ids: readonly RecordId[]): Buffer[][] {
  const levels = [ids.map(leafOf)]
  for (let level = levels[0]!; level.length > 1; levels.push(level)) {
    const below = level
    level = []
    for (let at = 0; at < below.length; at += 2) {
      const right = below[at + 1]
      level.push(right === undefined ? below[at]! : nodeOf(below[at]!, right))
    }
  }
  return levels
}

function siblingsOf(levels: readonly Buffer[][], index: number): Buffer {
  const siblings: Buffer[] = []
  let at = index
  for (const level of levels) {
    const sibling = level[at ^ 1]
    if (sibling !== undefined) siblings.push(sibling)
    at >>= 1
  }
  return Buffer.concat(siblings)
}

/** The root a proof leads to; undefined unless index, count and siblings fit each other exactly. */
function rootThrough(id: RecordId, proof: RecordProof): Buffer | undefined {
  const { index, count, siblings } = proof
  const isSound =
    Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count && count <= maxBatch
  if (!isSound) return undefined
  let hash = leafOf(id)
  let used = 0
  for (let at = index, width = count; width > 1; at >>= 1, width = (width + 1) >> 1) {
    if (at === width - 1 && at % 2 === 0) continue
    const sibling = siblings.subarray(used, used + hashBytes)
    if (sibling.length !== hashBytes) return undefined
    used += hashBytes
    hash = at % 2 === 0 ? nodeOf(hash, sibling) : nodeOf(sibling, hash)
  }
  return used === siblings.length ? hash : undefined
}
