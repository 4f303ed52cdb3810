/**
 * Ed25519 with raw keys, as secrets, certificates and records use it: 32-byte seeds, 32-byte public keys, 64-byte signatures
 * (RFC 8032). Node wants its keys in envelopes; only this module knows them. Holds no private key itself.
 */
import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

export const ed25519SeedBytes = 32
export const ed25519KeyBytes = 32
export const ed25519SignatureBytes = 64

/** What stands before the 32 raw bytes in the two standard envelopes (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b657004220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex')

/** Public keys in Node's form: to make one takes nearly as long as to verify with it, and most signatures are by the same few. */
const recentKeys = new Map<string, KeyObject>()
const maxRecentKeys = 64

export interface Ed25519Pair {
  /** 32 raw bytes. */
  readonly publicKey: Buffer
  readonly sign: (message: Uint8Array) => Buffer
}

/** The key pair of a 32-byte seed. The private half stays inside `sign`. */
export function ed25519Pair(seed: Uint8Array): Ed25519Pair {
  if (seed.length !== ed25519SeedBytes) throw new Error(`assertion: an Ed25519 seed has ${seed.length} bytes`)
  const privateKey = createPrivateKey({
    key: Buffer.concat([pkcs8Prefix, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(privateKey)
    .export({ format: 'der', type: 'spki' })
    .subarray(spkiPrefix.length)
  return { publicKey, sign: (message) => sign(null, message, privateKey) }
}

/** Whether a signature is right. Bytes that are no key or no signature are simply wrong. */
export function isSignedBy(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== ed25519KeyBytes || signature.length !== ed25519SignatureBytes) return false
  try {
    return verify(null, message, publicKeyObject(publicKey), signature)
  } catch {
    return false
  }
}

function publicKeyObject(publicKey: Uint8Array): KeyObject {
  const name = Buffer.from(publicKey).toString('latin1')
  const known = recentKeys.get(name)
  if (known !== undefined) return known
  const key = createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' })
  if (recentKeys.size >= maxRecentKeys) recentKeys.delete(recentKeys.keys().next().value!)
  recentKeys.set(name, key)
  return key
}
