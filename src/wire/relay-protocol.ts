/**
 * What relay and client say to each other (rules F1 to F5), as values and as bytes. A message is a type byte and fields of fixed widths,
 * in a frame of its own; what stands behind the fields this version knows is ignored. Knows nothing of connections.
 */
import { frameHeader } from './frames.ts'
import { garbage } from './garbage.ts'

/** Where relays listen unless told otherwise. */
export const relayPort = 4446
export const relayVersion = 1

export const topicBytes = 20
export const tagBytes = 32
export const memberIdBytes = 8
export const saltBytes = 16
export const tokenBytes = 16
/** Members a client is told of in one topic: more ways to a folder than it needs. Of more the relay chooses by chance. */
export const maxMembersTold = 64
/** The longest message is a full list of members; this leaves room for fields to come. */
export const maxRelayMessageBytes = 4096

/** Why a call does not come about: the member is gone; too many connections are forwarded; too many calls a minute. */
export const refusals = ['gone', 'busy', 'too-often'] as const
export type Refusal = (typeof refusals)[number]

/** Why a relay takes no more clients: it has no place left, or none for the client's network. */
export const farewells = ['full', 'crowded'] as const
export type Farewell = (typeof farewells)[number]

/** Bytes of a fixed width are hexadecimal text here: comparable, and nobody else's memory. */
type Hex = string

export interface ToldMember {
  readonly id: Hex
  readonly tag: Hex
}

export type RelayMessage =
  | { readonly kind: 'control'; readonly version: number }
  | { readonly kind: 'data'; readonly token: Hex }
  | { readonly kind: 'hello'; readonly version: number; readonly maxTopics: number; readonly salt: Hex }
  | { readonly kind: 'join'; readonly topic: Hex; readonly tag: Hex }
  | { readonly kind: 'leave'; readonly topic: Hex }
  | { readonly kind: 'members'; readonly topic: Hex; readonly members: readonly ToldMember[] }
  | { readonly kind: 'call'; readonly number: number; readonly id: Hex }
  | { readonly kind: 'accepted'; readonly number: number; readonly token: Hex }
  | { readonly kind: 'refused'; readonly number: number; readonly reason: Refusal }
  | { readonly kind: 'called'; readonly token: Hex }
  | { readonly kind: 'connected' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong' }
  | { readonly kind: 'closed'; readonly reason: Farewell }

const types = {
  ...{ control: 1, data: 2, hello: 3, join: 4, leave: 5, members: 6, call: 7 },
  ...{ accepted: 8, refused: 9, called: 10, connected: 11, ping: 12, pong: 13, closed: 14 },
} as const satisfies Record<RelayMessage['kind'], number>

const kindsByType = new Map(
  Object.entries(types).map(([kind, type]) => [type as number, kind as RelayMessage['kind']]),
)

/** The frame of a message, with its length in front. */
export function relayFrame(message: RelayMessage): Buffer {
  const body = Buffer.concat([Buffer.of(types[message.kind]), ...fieldsOf(message)])
  return Buffer.concat([frameHeader(body.length), body])
}

function fieldsOf(message: RelayMessage): Buffer[] {
  switch (message.kind) {
    case 'control':
      return [Buffer.of(message.version)]
    case 'data':
    case 'called':
      return [fromHex(message.token, tokenBytes)]
    case 'hello':
      return [Buffer.of(message.version), u16(message.maxTopics), fromHex(message.salt, saltBytes)]
    case 'join':
      return [fromHex(message.topic, topicBytes), fromHex(message.tag, tagBytes)]
    case 'leave':
      return [fromHex(message.topic, topicBytes)]
    case 'members':
      return [
        fromHex(message.topic, topicBytes),
        Buffer.of(message.members.length),
        ...message.members.flatMap(({ id, tag }) => [fromHex(id, memberIdBytes), fromHex(tag, tagBytes)]),
      ]
    case 'call':
      return [u32(message.number), fromHex(message.id, memberIdBytes)]
    case 'accepted':
      return [u32(message.number), fromHex(message.token, tokenBytes)]
    case 'refused':
      return [u32(message.number), Buffer.of(refusals.indexOf(message.reason) + 1)]
    case 'closed':
      return [Buffer.of(farewells.indexOf(message.reason) + 1)]
    case 'connected':
    case 'ping':
    case 'pong':
      return []
  }
}

/** A frame without its length. Undefined for a message of a kind this version does not know, which is skipped. Throws `peer-garbage`. */
export function readRelayMessage(frame: Buffer): RelayMessage | undefined {
  const kind = kindsByType.get(frame[0] ?? 0)
  if (kind === undefined) return undefined
  let at = 1
  const take = (count: number): Buffer => {
    if (frame.length < at + count) garbage(`a ${kind} has ${frame.length} bytes`)
    at += count
    return frame.subarray(at - count, at)
  }
  const hex = (count: number): Hex => take(count).toString('hex')
  const u8 = (): number => take(1).readUInt8()
  const version = (): number => u8() || garbage(`a ${kind} of version 0`)
  switch (kind) {
    case 'control':
      return { kind, version: version() }
    case 'data':
    case 'called':
      return { kind, token: hex(tokenBytes) }
    case 'hello':
      return { kind, version: version(), maxTopics: take(2).readUInt16BE(), salt: hex(saltBytes) }
    case 'join':
      return { kind, topic: hex(topicBytes), tag: hex(tagBytes) }
    case 'leave':
      return { kind, topic: hex(topicBytes) }
    case 'members': {
      const topic = hex(topicBytes)
      const count = u8()
      if (count > maxMembersTold) garbage(`${count} members are told at once`)
      const members = Array.from({ length: count }, () => ({ id: hex(memberIdBytes), tag: hex(tagBytes) }))
      return { kind, topic, members }
    }
    case 'call':
      return { kind, number: take(4).readUInt32BE(), id: hex(memberIdBytes) }
    case 'accepted':
      return { kind, number: take(4).readUInt32BE(), token: hex(tokenBytes) }
    case 'refused':
      return { kind, number: take(4).readUInt32BE(), reason: refusals[u8() - 1] ?? 'busy' }
    case 'closed':
      return { kind, reason: farewells[u8() - 1] ?? 'full' }
    case 'connected':
    case 'ping':
    case 'pong':
      return { kind }
  }
}

function fromHex(hex: Hex, count: number): Buffer {
  const bytes = Buffer.from(hex, 'hex')
  if (bytes.length !== count || hex.length !== count * 2) throw new Error(`assertion: not ${count} bytes`)
  return bytes
}

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
