/**
 * The messages two peers of a folder exchange inside an established link, as data. `berrysync.proto` is the specification of
 * their bytes and `PROTOCOL.md` of their meaning; `message-codec.ts` turns them into bytes and back.
 */
import type { BlockRuns } from '../core/block-set.ts'
import { maxBlockBytes } from '../core/blocks.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { AuthorKey, ContentRoot, IndexId } from '../core/ids.ts'
import type { SignedRecord } from '../core/record.ts'
import type { Certificate, Role, SignedStatement } from '../core/statement.ts'
import { maxNoiseMessageBytes, tagBytes } from './noise.ts'

/** An index entry: a record, and whether the sender can serve its content right now. */
export interface IndexEntry {
  readonly record: SignedRecord
  readonly have: boolean
}

/** So many blocks that follow each other. */
export interface BlockNumbers {
  readonly first: number
  readonly count: number
}

/** What goes beyond the version of the protocol, and is used where both sides name it (P2). */
export type Feature = 'sums' | 'progress' | 'moved'
export const ourFeatures: readonly Feature[] = ['sums', 'progress']

export type Message =
  /** First message of both sides (P3). `proof` shows the role without showing a secret (P4). */
  | {
      readonly kind: 'hello'
      readonly protocol: number
      readonly oldestProtocol: number
      readonly deviceName: string
      readonly client: string
      readonly features: readonly string[]
      readonly role: Role
      readonly author: AuthorKey
      readonly authorProof: Uint8Array
      readonly proof: Uint8Array
      /** What somebody else gave it. */
      readonly certificate: SignedStatement<Certificate> | undefined
    }
  /** "Send me your index from here on": what I have of yours, and the id of the index I had it from (P5). */
  | { readonly kind: 'cursor'; readonly indexId: IndexId | undefined; readonly sequence: number }
  /** A batch of the sender's index in sequence order. `lastSequence` is the cursor after it; `complete` ends the first sending. */
  | {
      readonly kind: 'index'
      readonly indexId: IndexId
      readonly statements: readonly SignedStatement[]
      readonly entries: readonly IndexEntry[]
      readonly lastSequence: number
      readonly complete: boolean
    }
  /** Content the sender can serve from now on. */
  | { readonly kind: 'have'; readonly roots: readonly ContentRoot[] }
  /** Blocks of a content that the sender can serve (P14): all there are to tell, or more than told before. */
  | {
      readonly kind: 'progress'
      readonly root: ContentRoot
      readonly blockCount: number
      readonly whole: boolean
      readonly runs: BlockRuns
    }
  | { readonly kind: 'block-list-request'; readonly request: number; readonly root: ContentRoot }
  /** A part of a block list: 32-byte hashes from block `first` on, of `count` in all. */
  | {
      readonly kind: 'block-list'
      readonly request: number
      readonly first: number
      readonly count: number
      readonly hashes: Uint8Array
    }
  /** Asks for bytes of a content; answered by `block` parts in order, or by `missing`. */
  | {
      readonly kind: 'request'
      readonly request: number
      readonly root: ContentRoot
      readonly offsetBytes: number
      readonly lengthBytes: number
    }
  /** Raw bytes of a request; `offsetBytes` counts from the request's own offset. */
  | {
      readonly kind: 'block'
      readonly request: number
      readonly offsetBytes: number
      readonly data: Uint8Array
    }
  /** Asks by which sums some blocks of a content are recognised at any offset; answered by `sums`, or by `missing` (P13). */
  | {
      readonly kind: 'sums-request'
      readonly request: number
      readonly root: ContentRoot
      readonly ranges: readonly BlockNumbers[]
    }
  /** All of them, in the order of the ranges. */
  | { readonly kind: 'sums'; readonly request: number; readonly sums: Uint8Array }
  /** The sender cannot serve this request (any more): it lacks the content, or could not read it just now. */
  | { readonly kind: 'missing'; readonly request: number; readonly unreadable: boolean }
  | { readonly kind: 'cancel'; readonly request: number }
  /** What the sender still lacks, knowing the receiver's index up to `seenSequence`. For status only. */
  | {
      readonly kind: 'summary'
      readonly needFiles: number
      readonly needBytes: number
      readonly seenSequence: number
    }
  /** Redeems a one-time secret (P15). */
  | {
      readonly kind: 'redeem'
      readonly token: Uint8Array
      readonly author: AuthorKey
      readonly authorProof: Uint8Array
      readonly deviceName: string
    }
  /** What it is good for: keys to read with, and a certificate. */
  | {
      readonly kind: 'grant'
      readonly readKey: Uint8Array
      readonly writerPublicKey: Uint8Array
      readonly certificate: SignedStatement<Certificate>
    }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'close'; readonly code: ErrorCode }

/** The version of the protocol this program speaks, and the oldest it still understands (P2). */
export const protocolVersion = 1
export const oldestProtocolVersion = 1

/** A message is one transport message of the link (P1): 65,535 bytes less the 16 of its tag. */
export const maxMessageBytes = maxNoiseMessageBytes - tagBytes
/** Bytes one request may ask for: a block of the largest size. */
export const maxRequestBytes = maxBlockBytes
/** Bytes of one `block` message: what fits beside type, request and offset. */
export const maxBlockPartBytes = maxMessageBytes - 9
/** Hashes of one `block-list` message. */
export const maxBlockListPart = 2000
/** Blocks of one `sums-request`: those of most files, and their windows can be read before anybody thinks the side that does is stalled. */
export const maxSums = 2000
/** Roots of one `have` message. */
export const maxHaveRoots = 2000
/** Numbers in the runs of one `progress` message, two a run: any set of the blocks of a file up to 31 GiB; larger ones take several. */
export const maxProgressNumbers = 8192
export const maxFeatures = 32
/** Requests of one side without a full answer (P8): more than an honest side ever asks, few enough to keep a list of. */
export const maxOpenRequests = 1024
