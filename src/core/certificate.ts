/**
 * Writer certificates: who may change a folder. The folder's writer key signs an author key; a receiver checks the chain
 * body → author → certificate → writer key before anything else (I9).
 */
import type { AuthorKey, DeviceId } from './ids.ts'

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
