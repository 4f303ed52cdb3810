/**
 * What devices say to each other on the local network, as bytes (rules L2 and L3): a salt nobody has seen before, the port of the device, and
 * a tag for each folder that only its holders recognise. Pure. Nothing in it may stay the same from one packet to the next but the port.
 */
import { createHmac } from 'node:crypto'
import type { Membership } from './membership.ts'

/** `ask` wants to be answered with a `tell`, by everybody who knows one of its folders. */
export type LanPacketKind = 'ask' | 'tell'

export interface LanHead {
  readonly kind: LanPacketKind
  /** Where the device that says this takes connections. */
  readonly port: number
  /** 16 bytes. */
  readonly salt: Buffer
}

export interface LanPacket extends LanHead {
  /** 16 bytes each; some are random, so that nobody can count the folders. Always whole groups. */
  readonly tags: readonly Buffer[]
}

const magic = Buffer.from('BSL')
const version = 1
const versionAt = magic.length
const kindAt = versionAt + 1
const portAt = kindAt + 1
const saltAt = portAt + 2
const saltBytes = 16
const headBytes = saltAt + saltBytes
/** Half a hash: nobody finds another folder with the same tag, and twice as many fit. */
const tagBytes = 16
/** Tags come in groups of this many: devices with up to so many folders look alike. */
export const tagGroup = 8
/** 1,047 bytes: what fits into one packet of any network, headers of IPv6 included. Further folders go into further packets. */
export const maxTags = 64

const kinds: readonly LanPacketKind[] = ['ask', 'tell']
const tagDomain = 'berrysync lan tag'
const ownDomain = 'berrysync lan own salt'

/** A salt that only who has the key recognises as its own. To everybody else it is random. `nonce`: 8 random bytes. */
export function ownSalt(ownKey: Uint8Array, nonce: Uint8Array): Buffer {
  return Buffer.concat([nonce, ownMark(ownKey, nonce)])
}

export function isOwnSalt(ownKey: Uint8Array, salt: Buffer): boolean {
  const half = saltBytes / 2
  return ownMark(ownKey, salt.subarray(0, half)).equals(salt.subarray(half))
}

function ownMark(ownKey: Uint8Array, nonce: Uint8Array): Buffer {
  return createHmac('sha256', ownKey)
    .update(ownDomain)
    .update(nonce)
    .digest()
    .subarray(0, saltBytes / 2)
}

/** The tag of a folder in the packet with this head. Kind and port cannot be changed without the key. */
export function lanTag({ tagKey }: Membership, head: LanHead): Buffer {
  return createHmac('sha256', tagKey)
    .update(tagDomain)
    .update(headToBytes(head))
    .digest()
    .subarray(0, tagBytes)
}

/** As many tags as there are, and random ones up to a whole group. `random` must be the system's. */
export function paddedTags(tags: readonly Buffer[], random: (count: number) => Buffer): readonly Buffer[] {
  const missing = (tagGroup - (tags.length % tagGroup)) % tagGroup
  return [...tags, ...Array.from({ length: missing }, () => random(tagBytes))]
}

function headToBytes({ kind, port, salt }: LanHead): Buffer {
  const bytes = Buffer.alloc(headBytes)
  magic.copy(bytes)
  bytes.writeUInt8(version, versionAt)
  bytes.writeUInt8(kinds.indexOf(kind), kindAt)
  bytes.writeUInt16BE(port, portAt)
  salt.copy(bytes, saltAt)
  return bytes
}

export function lanPacketToBytes(packet: LanPacket): Buffer {
  return Buffer.concat([headToBytes(packet), ...packet.tags])
}

/** Undefined for whatever is no packet of this version. Never throws. */
export function bytesToLanPacket(bytes: Buffer): LanPacket | undefined {
  const tagCount = (bytes.length - headBytes) / tagBytes
  if (tagCount < tagGroup || tagCount > maxTags || tagCount % tagGroup !== 0) return undefined
  const kind = kinds[bytes.readUInt8(kindAt)]
  const port = bytes.readUInt16BE(portAt)
  if (kind === undefined || port === 0) return undefined
  const head = { kind, port, salt: bytes.subarray(saltAt, headBytes) }
  if (!headToBytes(head).equals(bytes.subarray(0, headBytes))) return undefined
  const tags = Array.from({ length: tagCount }, (_, at) => {
    const start = headBytes + at * tagBytes
    return bytes.subarray(start, start + tagBytes)
  })
  return { ...head, tags }
}
