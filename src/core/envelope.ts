/**
 * Envelopes: bytes that only one device can open, with the key it is known by (S11). Whoever knows a device id can seal one, so what is
 * inside is to be believed only as far as whoever signed the envelope is.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { type DeviceId, type FolderId, idToBytes, type RotationId } from './ids.ts'
import { agree, type KeyPair, x25519KeyBytes } from './x25519.ts'

const tagBytes = 16
/** What sealing adds. */
export const sealBytes = x25519KeyBytes + tagBytes
/** Each key seals one envelope. */
const nonce = Buffer.alloc(12)
const cipher = 'aes-256-gcm'

/** `ephemeral` must be fresh; `about` is bound to it and not inside. Undefined for a device whose id is no usable key. */
export function seal(
  device: DeviceId,
  about: Uint8Array,
  content: Uint8Array,
  ephemeral: KeyPair,
): Buffer | undefined {
  const shared = agree(ephemeral, idToBytes(device))
  if (shared === undefined) return undefined
  const sealing = createCipheriv(cipher, keyOf(shared, ephemeral.publicKey, idToBytes(device)), nonce)
  sealing.setAAD(about)
  const sealed = Buffer.concat([sealing.update(content), sealing.final()])
  return Buffer.concat([ephemeral.publicKey, sealed, sealing.getAuthTag()])
}

/** Undefined for one that was not sealed for this pair, or about something else. */
export function unseal(pair: KeyPair, about: Uint8Array, sealed: Uint8Array): Buffer | undefined {
  if (sealed.length < sealBytes) return undefined
  const ephemeral = sealed.subarray(0, x25519KeyBytes)
  const shared = agree(pair, ephemeral)
  if (shared === undefined) return undefined
  const opening = createDecipheriv(cipher, keyOf(shared, ephemeral, pair.publicKey), nonce)
  opening.setAAD(about)
  opening.setAuthTag(sealed.subarray(-tagBytes))
  try {
    return Buffer.concat([opening.update(sealed.subarray(x25519KeyBytes, -tagBytes)), opening.final()])
  } catch {
    return undefined
  }
}

/** What the envelopes of a change of the secret are about. */
export function rotationSubject(folderId: FolderId, rotation: RotationId): Buffer {
  return Buffer.concat([Buffer.from('berrysync envelope'), idToBytes(folderId), idToBytes(rotation)])
}

function keyOf(shared: Uint8Array, ephemeral: Uint8Array, device: Uint8Array): Buffer {
  const material = Buffer.concat([shared, ephemeral, device])
  return Buffer.from(hkdfSync('sha256', material, new Uint8Array(0), 'berrysync derive envelope', 32))
}
