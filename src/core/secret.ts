/**
 * Secrets of a folder, as text and as keys. Owns their three kinds, the checksum that refuses a mistyped one, and every key
 * derived from them (rules S1 to S9). Must never print one, and never make one out of a text that was meant to be another.
 */
import { hkdfSync } from 'node:crypto'
import { ed25519KeyBytes, ed25519Pair, ed25519SeedBytes } from './ed25519.ts'
import { SyncError } from './errors.ts'
import { type FolderId, type InviteId, idToBytes, sha256, toId } from './ids.ts'
import type { Certificate, Role, SignedStatement } from './statement.ts'
import { type HiddenBytes, hide, hideBytes } from './unprintable.ts'

/** 168 bits: as long as the original's secrets, and 28 characters without a rest. */
export const seedBytes = 21
/** Nobody types more; bounds the work of parsing. */
export const maxSecretCharacters = 1024

export const readKeyBytes = 21
const swarmKeyBytes = 21
const checksumBytes = 3

/** Holds everything: reads, writes, and makes the other kinds. */
export interface FullSecret {
  readonly kind: 'full'
  readonly seed: HiddenBytes
  /** As it was generated or typed. */
  readonly text: HiddenBytes
}

/** Reads and verifies, cannot sign. */
export interface ReadSecret {
  readonly kind: 'read-only'
  readonly readKey: HiddenBytes
  /** Ed25519, 32 bytes. */
  readonly writerPublicKey: Buffer
}

/** What a one-time secret was redeemed for: reads and verifies, and may be certified to write. Never shown, and has no text. */
export interface GuestPass {
  readonly kind: 'guest'
  readonly readKey: HiddenBytes
  /** Ed25519, 32 bytes. */
  readonly writerPublicKey: Buffer
  readonly certificate: SignedStatement<Certificate>
}

/** May be redeemed once, for one of the others' powers. */
export interface OneTimeSecret {
  readonly kind: 'one-time'
  readonly token: HiddenBytes
}

export type Secret = FullSecret | ReadSecret | OneTimeSecret

/** What opens a folder. */
export type FolderSecret = FullSecret | ReadSecret | GuestPass

/** A shape a checksummed text can have: its letter, and the bytes of its body. */
interface Shape {
  readonly letter: string
  readonly kind: Secret['kind'] | 'storage-only'
  readonly bodyBytes: number
}

const fullShape: Shape = { letter: 'A', kind: 'full', bodyBytes: seedBytes }
const readShape: Shape = { letter: 'B', kind: 'read-only', bodyBytes: readKeyBytes + ed25519KeyBytes }
const oneTimeShape: Shape = { letter: 'C', kind: 'one-time', bodyBytes: seedBytes }
/** Reserved, so that such a secret of a later version never becomes an empty new folder here. */
const storageShape: Shape = { letter: 'F', kind: 'storage-only', bodyBytes: swarmKeyBytes + ed25519KeyBytes }
const shapes: readonly Shape[] = [fullShape, readShape, oneTimeShape, storageShape]

const urlAlphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Characters of a text of this shape, letter included. */
function shapeCharacters(shape: Shape): number {
  return 1 + Math.ceil(((shape.bodyBytes + checksumBytes) * 4) / 3)
}

// ---- making, parsing, printing ------------------------------------------------------------------------------------------

/** A new folder's secret. `random` must be the system's. */
export function generateFullSecret(random: (count: number) => Uint8Array): FullSecret {
  return fullSecretOf(random(seedBytes))
}

/** The full secret of 21 bytes. */
export function fullSecretOf(seed: Uint8Array): FullSecret {
  return fullSecret(seed, shapeToText(fullShape, seed))
}

/** What was granted for a one-time secret. */
export function guestPass(
  readKey: Uint8Array,
  writerPublicKey: Uint8Array,
  certificate: SignedStatement<Certificate>,
): GuestPass {
  return hide({
    kind: 'guest',
    readKey: hideBytes(readKey),
    writerPublicKey: Buffer.from(writerPublicKey),
    certificate,
  })
}

/** 32 bytes: the private half of the author key a device redeems a one-time secret with. The same each time it asks. */
export function guestAuthorSeed(authorSeed: Uint8Array, invite: InviteId): Buffer {
  return derive(
    Buffer.concat([authorSeed, idToBytes(invite)]),
    'berrysync derive guest author',
    ed25519SeedBytes,
  )
}

/** A new one-time secret. `random` must be the system's. */
export function generateOneTimeSecret(random: (count: number) => Uint8Array): OneTimeSecret {
  return hide({ kind: 'one-time', token: hideBytes(random(seedBytes)) })
}

/**
 * A text a person gave to a secret (S2, S3). White space around it is ignored, and so is what a messenger put into one with a checksum. Throws `secret-mistyped`, `secret-cut-off`,
 * `secret-too-short`, `secret-malformed`, or `secret-wrong-kind` for a kind this version cannot use.
 */
export function parseSecret(given: string): Secret {
  if (given.length > 2 * maxSecretCharacters) throw new SyncError('secret-malformed')
  const text = readThroughBreaks(given)
  for (const shape of shapes) {
    if (!hasShape(shape, text)) continue
    const body = bodyOf(shape, text)
    if (body === undefined) throw new SyncError('secret-mistyped')
    return secretOfShape(shape, body, text)
  }
  if (shapes.some((shape) => isNearly(shape, text))) throw new SyncError('secret-mistyped')
  const seed = typedSeed(text)
  const cutOff = shapes.find((shape) => isCutOff(shape, text))
  if (cutOff !== undefined)
    throw new SyncError('secret-cut-off', { characters: text.length, of: shapeCharacters(cutOff) })
  return fullSecret(seed, text)
}

/**
 * Without the line breaks, blanks and invisible characters that messengers put into long words, where a checksum then says that this was
 * meant. Other texts keep theirs: a sentence must not become a secret of somebody's own.
 */
function readThroughBreaks(given: string): string {
  const joined = given.replace(/[\s\u00ad\u200b-\u200f\u2060\ufeff]+/g, '')
  const isChecked = shapes.some((shape) => hasShape(shape, joined) && bodyOf(shape, joined) !== undefined)
  return isChecked ? joined : given.trim()
}

/** The text `parseSecret` reads back. For showing to the person who asked, and for the key store. */
export function secretToText(secret: Secret): string {
  switch (secret.kind) {
    case 'full':
      return secret.text.reveal().toString('latin1')
    case 'read-only':
      return shapeToText(readShape, Buffer.concat([secret.readKey.reveal(), secret.writerPublicKey]))
    case 'one-time':
      return shapeToText(oneTimeShape, secret.token.reveal())
  }
}

/** Whether it is of a person's own making, and so has no checksum. */
export function isOwnSecret(secret: Secret): boolean {
  return secret.kind === 'full' && secretToText(secret) !== shapeToText(fullShape, secret.seed.reveal())
}

function fullSecret(seed: Uint8Array, text: string): FullSecret {
  return hide({ kind: 'full', seed: hideBytes(seed), text: hideBytes(Buffer.from(text, 'latin1')) })
}

/** The read-only secret of these keys. */
export function readSecret(readKey: Uint8Array, writerPublicKey: Uint8Array): ReadSecret {
  return hide({
    kind: 'read-only',
    readKey: hideBytes(readKey),
    writerPublicKey: Buffer.from(writerPublicKey),
  })
}

function secretOfShape(shape: Shape, body: Buffer, text: string): Secret {
  switch (shape.kind) {
    case 'full':
      return fullSecret(body, text)
    case 'read-only':
      return readSecret(body.subarray(0, readKeyBytes), body.subarray(readKeyBytes))
    case 'one-time':
      return hide({ kind: 'one-time', token: hideBytes(body) })
    case 'storage-only':
      throw new SyncError('secret-wrong-kind', { kind: shape.kind })
  }
}

/** S3: base64 text of either alphabet, used as it stands. */
function typedSeed(text: string): Buffer {
  if (text.length > maxSecretCharacters || !/^[A-Za-z0-9+/_-]*={0,2}$/.test(text))
    throw new SyncError('secret-malformed')
  const seed = Buffer.from(text, 'base64url')
  if (seed.length < seedBytes) throw new SyncError('secret-too-short')
  const digits = text.replace(/=+$/, '').length
  const isPadded = digits !== text.length
  if (digits % 4 === 1 || (isPadded && text.length % 4 !== 0)) throw new SyncError('secret-malformed')
  return seed
}

// ---- checksum -----------------------------------------------------------------------------------------------------------

function shapeToText(shape: Shape, body: Uint8Array): string {
  return shape.letter + Buffer.concat([body, checksum(shape, body)]).toString('base64url')
}

function hasShape(shape: Shape, text: string): boolean {
  return text.length === shapeCharacters(shape) && text.startsWith(shape.letter)
}

/** The body of a text of this shape; undefined unless it is exactly what `shapeToText` prints for it. */
function bodyOf(shape: Shape, text: string): Buffer | undefined {
  const bytes = Buffer.from(text.slice(1), 'base64url')
  if (bytes.length !== shape.bodyBytes + checksumBytes) return undefined
  const body = bytes.subarray(0, shape.bodyBytes)
  return shapeToText(shape, body) === text ? body : undefined
}

/**
 * S2: CRC-24 (polynomial 0x864CFB, start 0xB704CE) over letter and body. Not a hash, because a CRC finds every change within 24
 * neighbouring bits for certain (any wrong character, any two neighbours swapped), and a hash of that length only probably.
 */
function checksum(shape: Shape, body: Uint8Array): Buffer {
  let crc = 0xb704ce
  for (const byte of [shape.letter.charCodeAt(0), ...body]) {
    crc ^= byte << 16
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x800000 ? ((crc << 1) ^ 0x864cfb) & 0xffffff : crc << 1
  }
  return Buffer.from([crc >> 16, (crc >> 8) & 0xff, crc & 0xff])
}

/**
 * Whether one slip of the hand (a character lost, added, or its first letter wrong or swapped) turns a checksummed text into this
 * one. Such a text is often base64 too, and taking it for a typed-in secret would start an empty new folder.
 */
function isNearly(shape: Shape, text: string): boolean {
  const isRight = (candidate: string): boolean =>
    hasShape(shape, candidate) && bodyOf(shape, candidate) !== undefined
  switch (text.length - shapeCharacters(shape)) {
    case 0:
      return isRight(shape.letter + text.slice(1)) || isRight(text.charAt(1) + text.charAt(0) + text.slice(2))
    case 1:
      return range(text.length).some((at) => isRight(text.slice(0, at) + text.slice(at + 1)))
    case -1:
      if (isRight(shape.letter + text)) return true
      return range(text.length).some((at) =>
        Array.from(urlAlphabet).some((character) =>
          isRight(text.slice(0, at + 1) + character + text.slice(at + 1)),
        ),
      )
    default:
      return false
  }
}

/** Whether this may be the first part of a text of this shape, which would begin an empty folder of its own where one is to be joined. */
function isCutOff(shape: Shape, text: string): boolean {
  const isShorter = text.length < shapeCharacters(shape)
  return isShorter && text.startsWith(shape.letter) && /^[A-Za-z0-9_-]+$/.test(text)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at)
}

// ---- derived keys -------------------------------------------------------------------------------------------------------

/** Everything a device can do with a folder's secret. The private half of the writer key stays inside `signAsWriter`. */
export interface FolderKeys {
  readonly folderId: FolderId
  readonly role: Role
  /** 21 bytes: what it all comes from, given to those who redeem a one-time secret. */
  readonly readKey: HiddenBytes
  /** Ed25519, 32 bytes: what certificates are verified with. */
  readonly writerPublicKey: Buffer
  /** 32 bytes: the pre-shared key of the handshake. */
  readonly psk: HiddenBytes
  /** 32 bytes: recognises the folder in a first handshake message (P1). */
  readonly tagKey: HiddenBytes
  /** 32 bytes: proves the read-only role (P4). */
  readonly roleKey: HiddenBytes
  /** Signs with the folder's writer key; only where the full secret is. */
  readonly signAsWriter?: (message: Uint8Array) => Buffer
  /** What makes a guest a member. */
  readonly certificate?: SignedStatement<Certificate>
}

/** The read-only secret of the same folder (S5). */
export function readSecretOf(secret: FullSecret): ReadSecret {
  const seed = secret.seed.reveal()
  return readSecret(derive(seed, 'berrysync derive read', readKeyBytes), writerPair(seed).publicKey)
}

/** S4 to S8. Gives the same folder and keys for a full secret, its read-only secret and a guest's pass, but for signing. */
export function folderKeys(secret: FolderSecret): FolderKeys {
  const read = secret.kind === 'full' ? readSecretOf(secret) : secret
  const readKey = read.readKey.reveal()
  const swarmKey = derive(readKey, 'berrysync derive swarm', swarmKeyBytes)
  return hide({
    folderId: toId('FolderId', sha256('berrysync folder', swarmKey, read.writerPublicKey)),
    role: secret.kind === 'guest' ? secret.certificate.statement.role : secret.kind,
    readKey: read.readKey,
    writerPublicKey: read.writerPublicKey,
    psk: hideBytes(derive(swarmKey, 'berrysync derive psk', 32)),
    tagKey: hideBytes(derive(swarmKey, 'berrysync derive tag', 32)),
    roleKey: hideBytes(derive(readKey, 'berrysync derive role', 32)),
    ...(secret.kind === 'full' ? { signAsWriter: writerPair(secret.seed.reveal()).sign } : {}),
    ...(secret.kind === 'guest' ? { certificate: secret.certificate } : {}),
  })
}

/** What trackers and the DHT see of a folder on a day (S9): 20 bytes. `day` counts UTC days since 1970-01-01. */
export function rendezvous(folderId: FolderId, day: number): Buffer {
  const dayBytes = Buffer.alloc(4)
  dayBytes.writeInt32BE(day)
  return sha256('berrysync rendezvous', idToBytes(folderId), dayBytes).subarray(0, 20)
}

function writerPair(seed: Uint8Array): ReturnType<typeof ed25519Pair> {
  return ed25519Pair(derive(seed, 'berrysync derive writer key', ed25519SeedBytes))
}

function derive(key: Uint8Array, domain: string, count: number): Buffer {
  return Buffer.from(hkdfSync('sha256', key, new Uint8Array(0), domain, count))
}
