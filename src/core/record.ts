/**
 * A record: one version with the proof of who wrote it. The body is kept exactly as its author encoded it, because the signature
 * is over those bytes; a newer version's unknown fields survive being stored and passed on by an older one.
 */
import type { AuthorKey } from './ids.ts'
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
