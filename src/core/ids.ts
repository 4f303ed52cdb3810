/**
 * Branded names for the ids and hashes of the engine, so that one cannot stand in for another.
 * In memory every hash is lower-case hexadecimal text (a good map key); store and wire keep the bytes.
 */
import { hash } from 'node:crypto'

declare const brand: unique symbol
type Brand<T, B extends string> = T & { readonly [brand]: B }

/** SHA-256 that names a folder; 64 hex digits. */
export type FolderId = Brand<string, 'FolderId'>
/** The X25519 static public key of a device; 64 hex digits. */
export type DeviceId = Brand<string, 'DeviceId'>
/** The Ed25519 public key a device signs records with; 64 hex digits. */
export type AuthorKey = Brand<string, 'AuthorKey'>
/** One author in one epoch: the key of a version vector; 16 hex digits (rule V1). */
export type WriterId = Brand<string, 'WriterId'>
/** The hash of a record's signed body; 64 hex digits. */
export type RecordId = Brand<string, 'RecordId'>
/** What a path holds, as one hash; 64 hex digits; empty for directories and deletions (rule R2). */
export type ContentRoot = Brand<string, 'ContentRoot'>
/** A file's identity, kept across renames; 32 hex digits. */
export type FileId = Brand<string, 'FileId'>
/** An author's life between two losses of its database; 16 hex digits (rule E7). */
export type Epoch = Brand<string, 'Epoch'>
/** One life of an index: sequence numbers of different index ids cannot be compared; 16 hex digits. */
export type IndexId = Brand<string, 'IndexId'>

/** Names a one-time secret without telling it; 64 hex digits (rule S10). */
export type InviteId = Brand<string, 'InviteId'>
/** The hash of a statement's signed body; 64 hex digits (rule R5). */
export type StatementId = Brand<string, 'StatementId'>
/** Names a revocation, so that its parts are known to belong together; 16 hex digits (rule R7). */
export type RevocationId = Brand<string, 'RevocationId'>
/** Names a change of the folder's secret, so that its parts are known to belong together; 16 hex digits (rule R9). */
export type RotationId = Brand<string, 'RotationId'>

/** The content root of directories and deletions, which have no content. */
export const noContent = '' as ContentRoot

const hexDigits = {
  FolderId: 64,
  DeviceId: 64,
  AuthorKey: 64,
  WriterId: 16,
  RecordId: 64,
  ContentRoot: 64,
  FileId: 32,
  Epoch: 16,
  IndexId: 16,
  InviteId: 64,
  RevocationId: 16,
  RotationId: 16,
  StatementId: 64,
} as const

interface IdTypes {
  FolderId: FolderId
  DeviceId: DeviceId
  AuthorKey: AuthorKey
  WriterId: WriterId
  RecordId: RecordId
  ContentRoot: ContentRoot
  FileId: FileId
  Epoch: Epoch
  IndexId: IndexId
  InviteId: InviteId
  RevocationId: RevocationId
  RotationId: RotationId
  StatementId: StatementId
}

/** Bytes to an id of the given type; undefined when the length is not that type's. */
export function bytesToId<T extends keyof IdTypes>(type: T, bytes: Uint8Array): IdTypes[T] | undefined {
  if (bytes.length * 2 !== hexDigits[type]) return undefined
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex') as IdTypes[T]
}

/** Bytes that are known to have the right length (our own hashes, our own database) to an id. */
export function toId<T extends keyof IdTypes>(type: T, bytes: Uint8Array): IdTypes[T] {
  const id = bytesToId(type, bytes)
  if (id === undefined) throw new Error(`assertion: ${bytes.length} bytes are not a ${type}`)
  return id
}

export function idToBytes(id: string): Buffer {
  return Buffer.from(id, 'hex')
}

/** SHA-256 over the parts one after another. Callers put a domain string first (rule S1). */
export function sha256(...parts: readonly (Uint8Array | string)[]): Buffer {
  const buffers = parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part))
  return hash('sha256', buffers.length === 1 ? buffers[0]! : Buffer.concat(buffers), 'buffer')
}

/**
 * The key of an author in version vectors (rule V1): the first 8 bytes of SHA-256 over author key and epoch, so that a device
 * that lost its history counts as a writer nobody has heard of.
 */
export function writerIdOf(author: AuthorKey, epoch: Epoch): WriterId {
  return toId('WriterId', sha256('berrysync writer', idToBytes(author), idToBytes(epoch)).subarray(0, 8))
}
