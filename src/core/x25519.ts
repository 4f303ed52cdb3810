/**
 * X25519 with raw keys, as links and envelopes use it: 32 bytes each (RFC 7748). Node wants its keys in DER; only this module knows that.
 * Holds no key itself.
 */
import { createPrivateKey, createPublicKey, diffieHellman, type KeyObject } from 'node:crypto'

/** Length of a private key, a public key, and what two of them agree on. */
export const x25519KeyBytes = 32

export interface KeyPair {
  readonly privateKey: Uint8Array
  readonly publicKey: Uint8Array
}

/** What stands before the 32 raw bytes in the two standard forms (RFC 8410). */
const pkcs8Prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')
const spkiPrefix = Buffer.from('302a300506032b656e032100', 'hex')

/** The pair of 32 private bytes. */
export function keyPairOf(privateKey: Uint8Array): KeyPair {
  if (privateKey.length !== x25519KeyBytes) throw new Error('assertion: an X25519 key has 32 bytes')
  const spki = createPublicKey(toPrivateKeyObject(privateKey)).export({ format: 'der', type: 'spki' })
  return { privateKey, publicKey: spki.subarray(spkiPrefix.length) }
}

/** What the pair and somebody else's key agree on. Undefined for a key of low order, with which anyone would know it, and for what is no key. */
export function agree(pair: KeyPair, publicKey: Uint8Array): Buffer | undefined {
  let shared: Buffer
  try {
    shared = diffieHellman({
      privateKey: toPrivateKeyObject(pair.privateKey),
      publicKey: createPublicKey({
        key: Buffer.concat([spkiPrefix, publicKey]),
        format: 'der',
        type: 'spki',
      }),
    })
  } catch {
    return undefined
  }
  return shared.every((byte) => byte === 0) ? undefined : shared
}

function toPrivateKeyObject(raw: Uint8Array): KeyObject {
  return createPrivateKey({ key: Buffer.concat([pkcs8Prefix, raw]), format: 'der', type: 'pkcs8' })
}
