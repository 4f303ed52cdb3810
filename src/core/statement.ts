/**
 * What is said of a folder's members, signed by the folder's writer key, which every holder of the full secret has: who may write or read
 * as which device, whose word counts no more, and who is let in. Statements are only ever added; `roster` says what they mean together.
 * Their bytes are the business of wire.
 */
import { isSignedBy } from './ed25519.ts'
import {
  type AuthorKey,
  type DeviceId,
  type FolderId,
  type InviteId,
  idToBytes,
  type RecordId,
  type RevocationId,
  type RotationId,
  type StatementId,
  sha256,
  toId,
} from './ids.ts'

export type Role = 'full' | 'read-only'

/** A device is a member, and who signs with this author key is that device (R5). */
export interface Certificate {
  readonly kind: 'certificate'
  readonly author: AuthorKey
  readonly device: DeviceId
  readonly role: Role
  /** What the device called itself then. */
  readonly deviceName: string
  /** Who let it in; undefined for who holds the full secret and let itself in. */
  readonly invitedBy: DeviceId | undefined
  /** The one-time secret it redeemed, if it did. */
  readonly invite: InviteId | undefined
  /** Wall clock; for people. */
  readonly issuedMs: number
  /** The folder the author's records are signed for, where that is not this one: what this one was before its secret changed (R9). */
  readonly signsFor: FolderId | undefined
}

/**
 * A device is a member no more (R7). Of what its author signed only the records named count, and none it signs from now on. Many records
 * take many statements of the same id; they hold once all parts are known.
 */
export interface Revocation {
  readonly kind: 'revocation'
  readonly id: RevocationId
  readonly device: DeviceId
  readonly author: AuthorKey
  readonly revokedBy: DeviceId
  readonly issuedMs: number
  /** From 0. */
  readonly part: number
  readonly partCount: number
  /** What the revoker had of this author's. */
  readonly kept: readonly RecordId[]
}

/**
 * Who may be a peer (R8). `secret`: whoever holds a secret. `approval` and `invite`: only who has a certificate beside; with the former
 * others may wait to be given one.
 */
export type AdmissionRule = 'secret' | 'approval' | 'invite'

export interface Admission {
  readonly kind: 'admission'
  readonly rule: AdmissionRule
  /** The highest holds. */
  readonly number: number
}

/**
 * The folder has another secret from here on (R9), and with it another id and writer key. Many members take many statements of the same id;
 * they hold once all parts are known.
 */
export interface Rotation {
  readonly kind: 'rotation'
  readonly id: RotationId
  readonly rotatedBy: DeviceId
  readonly issuedMs: number
  /** From 0. */
  readonly part: number
  readonly partCount: number
  /** The new secret, for each member that moves over. */
  readonly envelopes: readonly Envelope[]
  /** What is said of members after it. */
  readonly carried: readonly CarriedStatement[]
}

/** What only one device can open (S11). */
export interface Envelope {
  readonly device: DeviceId
  readonly sealed: Uint8Array
}

/** A statement of the folder as it is, signed anew for the folder with its new secret. */
export interface CarriedStatement {
  /** The one it takes the place of. */
  readonly replaces: StatementId
  readonly body: Uint8Array
  readonly signature: Uint8Array
}

export type Statement = Certificate | Revocation | Admission | Rotation

/** A statement as it travels and is stored: the signed bytes, and what they say. */
export interface SignedStatement<S extends Statement = Statement> {
  readonly id: StatementId
  readonly statement: S
  readonly body: Uint8Array
  /** Ed25519 signature of the folder's writer key, 64 bytes. */
  readonly signature: Uint8Array
}

/** The id of a statement: a hash over its body as it was encoded (R5). */
export function statementIdOf(body: Uint8Array): StatementId {
  return toId('StatementId', sha256('berrysync id of statement', body))
}

/** The bytes the writer key signs (R5). The folder is among them, so that a statement is worth nothing elsewhere. */
function statementMessage(folderId: FolderId, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('berrysync statement'), idToBytes(folderId), body])
}

/** Signs a statement. `body` is `statement` as wire encodes it. */
export function signStatement<S extends Statement>(
  statement: S,
  body: Uint8Array,
  folderId: FolderId,
  signAsWriter: (message: Uint8Array) => Uint8Array,
): SignedStatement<S> {
  return {
    id: statementIdOf(body),
    statement,
    body,
    signature: signAsWriter(statementMessage(folderId, body)),
  }
}

/** Whether the folder's writer key signed these bytes. `statement` must have been decoded from `body`. */
export function verifyStatement(
  { body, signature }: SignedStatement,
  folderId: FolderId,
  writerPublicKey: Uint8Array,
): boolean {
  return isSignedBy(writerPublicKey, statementMessage(folderId, body), signature)
}
