/**
 * The Noise protocol framework, revision 34, as far as Berrysync needs it: XXpsk3 with 25519, SHA256, and AESGCM (AES-256) or ChaChaPoly.
 * Names are those of the specification. Pure: key pairs, also the ephemeral one, come in as arguments, and an ephemeral pair must never be
 * used twice. Whatever the other side gets wrong throws `peer-garbage`; after a throw the state is spoiled and must be dropped.
 */
import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hash,
  hkdfSync,
  type KeyObject,
} from 'node:crypto'
import { SyncError } from '../core/errors.ts'
import { agree, type KeyPair, x25519KeyBytes } from '../core/x25519.ts'

/** Length of every key, hash and Diffie-Hellman output here, bytes. */
export const keyBytes = x25519KeyBytes
/** Length of the authentication tag each ciphertext ends with, bytes. */
export const tagBytes = 16
/** No Noise message is longer (section 3 of the specification). */
export const maxNoiseMessageBytes = 65_535
/**
 * Each direction of a transport changes its key after this many messages. At most 4 GiB then go under one key, far below what
 * AES-GCM bears, and who gets at a key of today cannot open the earlier part of a long-lived link.
 */
export const rekeyAfterMessages = 65_536

function garbage(reason: string): SyncError {
  return new SyncError('peer-garbage', { reason })
}

/** DH(key_pair, public_key). */
function dh(pair: KeyPair, publicKey: Uint8Array): Buffer {
  const shared = agree(pair, publicKey)
  if (shared === undefined) throw garbage('its key is not usable')
  return shared
}

/** HKDF(chaining_key, input_key_material, num_outputs); RFC 5869 with an empty info is the same function. */
function hkdf(chainingKey: Uint8Array, material: Uint8Array, outputs: number): Buffer[] {
  const bytes = Buffer.from(hkdfSync('sha256', material, chainingKey, '', keyBytes * outputs))
  return Array.from({ length: outputs }, (_, at) => bytes.subarray(at * keyBytes, (at + 1) * keyBytes))
}

const noBytes = Buffer.alloc(0)

/** A nonce is 32 zero bits and the counter as 64 bits. */
function nonceOf(write: 'writeBigUInt64BE' | 'writeBigUInt64LE', counter: bigint): Buffer {
  const nonce = Buffer.alloc(12)
  nonce[write](counter, 4)
  return nonce
}

/** Cipher functions, each with its nonces (section 12 of the specification). */
const ciphers = {
  AESGCM: {
    algorithm: 'aes-256-gcm',
    nonceOf: (counter: bigint) => nonceOf('writeBigUInt64BE', counter),
  },
  ChaChaPoly: {
    algorithm: 'chacha20-poly1305',
    nonceOf: (counter: bigint) => nonceOf('writeBigUInt64LE', counter),
  },
} as const

export type CipherName = keyof typeof ciphers
export const cipherNames = Object.keys(ciphers) as readonly CipherName[]

type Algorithm = (typeof ciphers)[CipherName]['algorithm']

/** The ciphertext of each part, and the tag, not joined: copying what is on its way to the line costs as much as sealing it. */
function encrypt(
  algorithm: Algorithm,
  key: KeyObject,
  nonce: Buffer,
  ad: Uint8Array,
  plaintext: readonly Uint8Array[],
): readonly Buffer[] {
  // The types know each algorithm by itself only; both take the same.
  const cipher = createCipheriv(algorithm as 'aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  if (ad.length > 0) cipher.setAAD(ad)
  const sealed = plaintext.map((part) => cipher.update(part))
  // Both seal byte by byte, so nothing is left for the end.
  cipher.final()
  return [...sealed, cipher.getAuthTag()]
}

function decrypt(
  algorithm: Algorithm,
  key: KeyObject,
  nonce: Buffer,
  ad: Uint8Array,
  sealed: Uint8Array,
): Buffer {
  if (sealed.length < tagBytes) throw garbage('a ciphertext is too short')
  const end = sealed.length - tagBytes
  const decipher = createDecipheriv(algorithm as 'aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  if (ad.length > 0) decipher.setAAD(ad)
  decipher.setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
  } catch (thrown) {
    throw new SyncError('peer-garbage', { reason: 'a ciphertext is not authentic' }, { cause: thrown })
  }
  return plaintext
}

const maxNonce = 2n ** 64n - 1n

/** `k` and `n` of one direction. Without a key, data passes unchanged. */
export function createCipherState(initialKey?: Uint8Array, cipher: CipherName = 'AESGCM') {
  const { algorithm, nonceOf } = ciphers[cipher]
  // A key object made once: node would make one of raw bytes for each message, which costs more than sealing a small one.
  let k = initialKey && createSecretKey(initialKey)
  let n = 0n

  /** 2^64-1 belongs to REKEY, so a counter that came this far may not be used again. */
  function nextNonce(): Buffer {
    if (n >= maxNonce) throw new Error('assertion: the nonces of a cipher state are used up')
    return nonceOf(n++)
  }

  return {
    hasKey: () => k !== undefined,
    /** Gives away the next `count` nonces of the present key: they are never used here. */
    reserve(count: number): Reserved {
      if (k === undefined) throw new Error('assertion: nothing to seal with')
      const firstNonce = n
      n += BigInt(count)
      if (n >= maxNonce) throw new Error('assertion: the nonces of a cipher state are used up')
      return { cipher, key: k, firstNonce, count }
    },
    /** What follows each other on the line. */
    encryptWithAd(ad: Uint8Array, plaintext: readonly Uint8Array[]): readonly Buffer[] {
      return k === undefined
        ? plaintext.map((part) => Buffer.from(part))
        : encrypt(algorithm, k, nextNonce(), ad, plaintext)
    },
    decryptWithAd(ad: Uint8Array, ciphertext: Uint8Array): Buffer {
      return k === undefined ? Buffer.from(ciphertext) : decrypt(algorithm, k, nextNonce(), ad, ciphertext)
    },
    rekey(): void {
      if (k === undefined) throw new Error('assertion: nothing to rekey')
      const [key] = encrypt(algorithm, k, nonceOf(maxNonce), noBytes, [Buffer.alloc(keyBytes)])
      k = createSecretKey(key!)
    },
  }
}
export type CipherState = ReturnType<typeof createCipherState>

/** The right to seal or open so many messages that follow each other, on whatever thread: a key can be sent to a worker. */
export interface Reserved {
  readonly cipher: CipherName
  readonly key: KeyObject
  readonly firstNonce: bigint
  readonly count: number
}

/** Seals the message number `index` of those reserved; parts that follow each other, as `Transport.seal`. */
export function sealReserved(
  { cipher, key, firstNonce }: Reserved,
  index: number,
  plaintext: Uint8Array,
): readonly Buffer[] {
  const { algorithm, nonceOf } = ciphers[cipher]
  return encrypt(algorithm, key, nonceOf(firstNonce + BigInt(index)), noBytes, [plaintext])
}

/** Opens likewise. Throws `peer-garbage` for what is not authentic. */
export function openReserved(
  { cipher, key, firstNonce }: Reserved,
  index: number,
  message: Uint8Array,
): Buffer {
  const { algorithm, nonceOf } = ciphers[cipher]
  return decrypt(algorithm, key, nonceOf(firstNonce + BigInt(index)), noBytes, message)
}

/** `ck`, `h` and the cipher state of a handshake under way. */
function createSymmetricState(protocolName: string, cipherName: CipherName) {
  const name = Buffer.from(protocolName, 'ascii')
  let h: Buffer =
    name.length <= keyBytes
      ? Buffer.concat([name, Buffer.alloc(keyBytes - name.length)])
      : hash('sha256', name, 'buffer')
  let ck: Buffer = h
  let cipher = createCipherState(undefined, cipherName)

  const symmetric = {
    hasKey: () => cipher.hasKey(),
    handshakeHash: () => h,
    mixHash(data: Uint8Array): void {
      h = hash('sha256', Buffer.concat([h, data]), 'buffer')
    },
    mixKey(material: Uint8Array): void {
      const [chainingKey, key] = hkdf(ck, material, 2)
      ck = chainingKey!
      cipher = createCipherState(key, cipherName)
    },
    mixKeyAndHash(material: Uint8Array): void {
      const [chainingKey, toHash, key] = hkdf(ck, material, 3)
      ck = chainingKey!
      symmetric.mixHash(toHash!)
      cipher = createCipherState(key, cipherName)
    },
    encryptAndHash(plaintext: Uint8Array): Buffer {
      const ciphertext = Buffer.concat(cipher.encryptWithAd(h, [plaintext]))
      symmetric.mixHash(ciphertext)
      return ciphertext
    },
    decryptAndHash(ciphertext: Uint8Array): Buffer {
      const plaintext = cipher.decryptWithAd(h, ciphertext)
      symmetric.mixHash(ciphertext)
      return plaintext
    },
    split(): readonly [CipherState, CipherState] {
      const [first, second] = hkdf(ck, noBytes, 2)
      return [createCipherState(first, cipherName), createCipherState(second, cipherName)]
    },
  }
  return symmetric
}

type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'psk'

/** The message pattern XXpsk3, the initiator's first. It has no pre-messages. */
const messages: readonly (readonly Token[])[] = [['e'], ['e', 'ee', 's', 'es'], ['s', 'se', 'psk']]

export interface HandshakeOptions {
  /** Default: AESGCM. */
  readonly cipher?: CipherName
  readonly initiator: boolean
  readonly prologue: Uint8Array
  /** Fresh for this handshake. */
  readonly ephemeral: KeyPair
  /** `s`. */
  readonly static: KeyPair
  /** May be given later with `usePsk`, by a responder that learns from the first message which one it is. */
  readonly psk?: Uint8Array
}

/** A handshake under way: `writeMessage` and `readMessage` in turn, the initiator writing first, then `split`. */
export interface HandshakeState {
  writeMessage(payload: Uint8Array): Buffer
  readMessage(message: Uint8Array): Buffer
  usePsk(psk: Uint8Array): void
  /** The other side's public keys, once read. The static one is proven only when the whole handshake is done. */
  readonly remoteEphemeral: Uint8Array | undefined
  readonly remoteStatic: Uint8Array | undefined
  split(): { readonly transport: Transport; readonly handshakeHash: Buffer }
}

export function createHandshakeState(options: HandshakeOptions): HandshakeState {
  const { cipher = 'AESGCM', initiator, ephemeral: e, static: s } = options
  const symmetric = createSymmetricState(`Noise_XXpsk3_25519_${cipher}_SHA256`, cipher)
  let psk = options.psk
  let re: Uint8Array | undefined
  let rs: Uint8Array | undefined
  let turn = 0
  symmetric.mixHash(options.prologue)

  function nextTokens(writing: boolean): readonly Token[] {
    const tokens = messages[turn]
    if (tokens === undefined || (writing !== (turn % 2 === 0)) === initiator)
      throw new Error('assertion: a handshake message out of turn')
    turn += 1
    return tokens
  }

  function needed<T>(value: T | undefined): T {
    if (value === undefined) throw new Error('assertion: a key is not there yet')
    return value
  }

  function mixSecret(token: 'ee' | 'es' | 'se' | 'psk'): void {
    if (token === 'psk') {
      if (needed(psk).length !== keyBytes) throw new Error('assertion: a psk has 32 bytes')
      symmetric.mixKeyAndHash(needed(psk))
      return
    }
    // The first letter names the initiator's key, the second the responder's.
    const mine = initiator ? token[0] : token[1]
    const theirs = initiator ? token[1] : token[0]
    symmetric.mixKey(dh(mine === 'e' ? e : s, needed(theirs === 'e' ? re : rs)))
  }

  /** In patterns with a psk the ephemeral key is mixed into the key too, so that no two handshakes share one (section 9.2). */
  function mixEphemeral(publicKey: Uint8Array): void {
    symmetric.mixHash(publicKey)
    symmetric.mixKey(publicKey)
  }

  return {
    writeMessage(payload) {
      const parts: Uint8Array[] = []
      for (const token of nextTokens(true)) {
        if (token === 'e') {
          parts.push(e.publicKey)
          mixEphemeral(e.publicKey)
        } else if (token === 's') parts.push(symmetric.encryptAndHash(s.publicKey))
        else mixSecret(token)
      }
      parts.push(symmetric.encryptAndHash(payload))
      const message = Buffer.concat(parts)
      if (message.length > maxNoiseMessageBytes)
        throw new Error('assertion: the payload does not fit a message')
      return message
    },

    readMessage(message) {
      if (message.length > maxNoiseMessageBytes) throw garbage('a handshake message is too long')
      let at = 0
      function take(length: number): Uint8Array {
        if (message.length - at < length) throw garbage('a handshake message is too short')
        at += length
        return message.subarray(at - length, at)
      }
      for (const token of nextTokens(false)) {
        if (token === 'e') {
          re = Buffer.from(take(keyBytes))
          mixEphemeral(re)
        } else if (token === 's')
          rs = symmetric.decryptAndHash(take(symmetric.hasKey() ? keyBytes + tagBytes : keyBytes))
        else mixSecret(token)
      }
      return symmetric.decryptAndHash(message.subarray(at))
    },

    usePsk(given) {
      psk = given
    },
    get remoteEphemeral() {
      return re
    },
    get remoteStatic() {
      return rs
    },

    split() {
      if (turn !== messages.length) throw new Error('assertion: the handshake is not finished')
      const [first, second] = symmetric.split()
      const transport = initiator ? createTransport(first, second) : createTransport(second, first)
      return { transport, handshakeHash: symmetric.handshakeHash() }
    },
  }
}

/** How many bytes these are together. */
export function bytesOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0)
}

/** An established channel. Messages must be opened in the order they were sealed; one that fails to open ends the channel. */
export interface Transport {
  /** A message for at most `maxNoiseMessageBytes - tagBytes`; what is given and what comes back are parts that follow each other. */
  seal(plaintext: readonly Uint8Array[]): readonly Buffer[]
  open(message: Uint8Array): Buffer
  /** The next messages to be sealed, or opened, somewhere else: at most `count`, and none beyond a change of the key. */
  reserveSealing(count: number): Reserved
  reserveOpening(count: number): Reserved
}

/** The channel over the two cipher states of a split; each changes its key by count, so both sides do at the same message. */
export function createTransport(sending: CipherState, receiving: CipherState): Transport {
  const sealing = createCounted(sending)
  const opening = createCounted(receiving)
  return {
    seal(plaintext) {
      if (bytesOf(plaintext) > maxNoiseMessageBytes - tagBytes)
        throw new Error('assertion: too long for one message')
      const message = sending.encryptWithAd(noBytes, plaintext)
      sealing.count(1)
      return message
    },
    open(message) {
      const plaintext = receiving.decryptWithAd(noBytes, message)
      opening.count(1)
      return plaintext
    },
    reserveSealing: sealing.reserve,
    reserveOpening: opening.reserve,
  }
}

/** One direction, which changes its key by the number of messages. */
function createCounted(cipher: CipherState) {
  let total = 0

  function count(messages: number): void {
    total += messages
    if (total % rekeyAfterMessages === 0) cipher.rekey()
  }

  return {
    count,
    reserve(wanted: number): Reserved {
      const reserved = cipher.reserve(Math.min(wanted, rekeyAfterMessages - (total % rekeyAfterMessages)))
      count(reserved.count)
      return reserved
    },
  }
}
