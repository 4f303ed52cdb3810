/** Messages between relays and their clients, as fast-check draws them. */
import fc from 'fast-check'
import {
  farewells,
  maxMembersTold,
  memberIdBytes,
  type RelayMessage,
  refusals,
  saltBytes,
  tagBytes,
  tokenBytes,
  topicBytes,
} from '../wire/relay-protocol.ts'

const hex = (count: number) =>
  fc.uint8Array({ minLength: count, maxLength: count }).map((bytes) => Buffer.from(bytes).toString('hex'))
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 })
const version = fc.integer({ min: 1, max: 255 })
const member = fc.record({ id: hex(memberIdBytes), tag: hex(tagBytes) })
const of = <K extends RelayMessage['kind'], F>(kind: K, fields: F) =>
  fc.record({ kind: fc.constant(kind), ...fields }) as unknown as fc.Arbitrary<RelayMessage>

/** Every kind of message. */
export const relayMessages: fc.Arbitrary<RelayMessage> = fc.oneof(
  of('control', { version }),
  of('data', { token: hex(tokenBytes) }),
  of('hello', { version, maxTopics: fc.integer({ min: 0, max: 65_535 }), salt: hex(saltBytes) }),
  of('join', { topic: hex(topicBytes), tag: hex(tagBytes) }),
  of('leave', { topic: hex(topicBytes) }),
  of('members', { topic: hex(topicBytes), members: fc.array(member, { maxLength: maxMembersTold }) }),
  of('call', { number: u32, id: hex(memberIdBytes) }),
  of('accepted', { number: u32, token: hex(tokenBytes) }),
  of('refused', { number: u32, reason: fc.constantFrom(...refusals) }),
  of('called', { token: hex(tokenBytes) }),
  of('connected', {}),
  of('ping', {}),
  of('pong', {}),
  of('closed', { reason: fc.constantFrom(...farewells) }),
)
