/**
 * Writer certificates: who may change a folder. The folder's writer key signs an author key; a receiver checks the chain
 * body → author → certificate → writer key before anything else (I9). The bytes of a body are the business of wire.
 */
import { isSignedBy } from './ed25519.ts'
import { type AuthorKey, type DeviceId, type FolderId, idToBytes } from './ids.ts'

export type Role = 'full' | 'read-only'

export interface Certificate {
  readonly author: AuthorKey
  readonly device: DeviceId
  readonly role: Role
}

/** A certificate as it travels and is stored: the signed bytes, and what they say. */
export interface SignedCertificate {
  readonly certificate: Certificate
  readonly body: Uint8Array
  /** Ed25519 signature of the folder's writer key, 64 bytes. */
  readonly signature: Uint8Array
}

/** The bytes the writer key signs (R5). The folder is among them, so that a certificate is worth nothing elsewhere. */
export function certificateMessage(folderId: FolderId, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from('berrysync certificate'), idToBytes(folderId), body])
}

/** Signs a certificate. `body` is `certificate` as wire encodes it. */
export function issueCertificate(
  certificate: Certificate,
  body: Uint8Array,
  folderId: FolderId,
  signAsWriter: (message: Uint8Array) => Uint8Array,
): SignedCertificate {
  return { certificate, body, signature: signAsWriter(certificateMessage(folderId, body)) }
}

/**
 * Whether the folder's writer key signed these bytes. What they say, the role above all, is for the caller to ask; `certificate`
 * must have been decoded from `body`.
 */
export function verifyCertificate(
  signed: SignedCertificate,
  folderId: FolderId,
  writerPublicKey: Uint8Array,
): boolean {
  return isSignedBy(writerPublicKey, certificateMessage(folderId, signed.body), signed.signature)
}
