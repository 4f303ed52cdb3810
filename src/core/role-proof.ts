/**
 * How each end of a link shows what it may do, without showing a secret (P4): with its author key, and with the folder's writer key, a
 * certificate, or the read-only secret. Says nothing of whether who has shown it is let in.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { isSignedBy } from './ed25519.ts'
import { type AuthorKey, type DeviceId, idToBytes } from './ids.ts'
import type { Author } from './record.ts'
import type { FolderKeys } from './secret.ts'
import { type Certificate, type Role, type SignedStatement, verifyStatement } from './statement.ts'

/** What binds a proof to one connection and one end of it; a `Link` is one. */
export interface LinkEnd {
  readonly handshakeHash: Uint8Array
  /** Whether this end dialled. */
  readonly initiator: boolean
  /** The other end. */
  readonly peer: DeviceId
}

/** Says with which key this end signs records, and proves that it has it. */
export interface AuthorClaim {
  readonly author: AuthorKey
  /** Ed25519, 64 bytes. */
  readonly authorProof: Uint8Array
}

/** The part of a hello that says and proves the role. */
export interface RoleClaim extends AuthorClaim {
  readonly role: Role
  /** Empty where the certificate shows it. */
  readonly proof: Uint8Array
  readonly certificate: SignedStatement<Certificate> | undefined
}

export function proveAuthor(link: LinkEnd, author: Author): AuthorClaim {
  return { author: author.key, authorProof: author.sign(authorMessage(link, link.initiator, author.key)) }
}

/** Whether the other end of this link has the author key it names. */
export function verifyAuthor(link: LinkEnd, { author, authorProof }: AuthorClaim): boolean {
  return isSignedBy(idToBytes(author), authorMessage(link, !link.initiator, author), authorProof)
}

/** The role part of this end's hello (P4). `given` is a certificate that somebody else gave this device. */
export function proveRole(
  keys: FolderKeys,
  link: LinkEnd,
  author: Author,
  given?: SignedStatement<Certificate>,
): RoleClaim {
  const certificate = keys.signAsWriter === undefined ? given : undefined
  const role = certificate?.statement.role ?? keys.role
  const message = roleMessage(role, link.handshakeHash, link.initiator, author.key)
  const proof = certificate !== undefined ? noBytes : (keys.signAsWriter?.(message) ?? roleMac(keys, message))
  return { role, proof, certificate, ...proveAuthor(link, author) }
}

/** Whether the other end of this link proved the role and the author its hello claims (P4). Everybody in the folder can tell. */
export function verifyRole(keys: FolderKeys, link: LinkEnd, claim: RoleClaim): boolean {
  const { role, author, proof, certificate } = claim
  if (!verifyAuthor(link, claim)) return false
  if (certificate !== undefined) {
    const { statement } = certificate
    const isIts = statement.author === author && statement.device === link.peer && statement.role === role
    return isIts && proof.length === 0 && verifyStatement(certificate, keys.folderId, keys.writerPublicKey)
  }
  const message = roleMessage(role, link.handshakeHash, !link.initiator, author)
  if (role === 'full') return isSignedBy(keys.writerPublicKey, message, proof)
  const mac = roleMac(keys, message)
  return proof.length === mac.length && timingSafeEqual(proof, mac)
}

const noBytes = Buffer.alloc(0)

function authorMessage({ handshakeHash }: LinkEnd, isInitiator: boolean, author: AuthorKey): Buffer {
  const end = Buffer.from([isInitiator ? 1 : 0])
  return Buffer.concat([Buffer.from('berrysync author'), handshakeHash, end, idToBytes(author)])
}

/** The end is part of the message, so that a proof cannot be sent back to the one who made it. */
function roleMessage(role: Role, handshakeHash: Uint8Array, isInitiator: boolean, author: AuthorKey): Buffer {
  const bits = (role === 'full' ? 1 : 0) | (isInitiator ? 2 : 0)
  return Buffer.concat([Buffer.from('berrysync role'), handshakeHash, Buffer.from([bits]), idToBytes(author)])
}

function roleMac(keys: FolderKeys, message: Uint8Array): Buffer {
  return createHmac('sha256', keys.roleKey.reveal()).update(message).digest()
}
