import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createTestMembership } from '../testing/loopback.ts'
import {
  bytesToLanPacket,
  isOwnSalt,
  type LanPacket,
  lanPacketToBytes,
  lanTag,
  maxTags,
  ownSalt,
  paddedTags,
  tagGroup,
} from './lan-packet.ts'

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))

const packets: fc.Arbitrary<LanPacket> = fc.record({
  kind: fc.constantFrom('ask', 'tell'),
  port: fc.integer({ min: 1, max: 65_535 }),
  salt: bytes(16),
  tags: fc
    .integer({ min: 1, max: maxTags / tagGroup })
    .chain((groups) => fc.array(bytes(16), { minLength: groups * tagGroup, maxLength: groups * tagGroup })),
})

test('L2 what is written is read back, and fits into one packet of any network', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      const written = lanPacketToBytes(packet)
      expect(written.length).toBeLessThanOrEqual(1200)
      expect(bytesToLanPacket(written)).toEqual(packet)
    }),
  )
})

test('L2 whatever else comes is no packet, and nothing is thrown', () => {
  const nearly = fc.tuple(packets, fc.nat(30), fc.nat(255)).map(([packet, at, value]) => {
    const written = lanPacketToBytes(packet)
    written[at] = value
    return written
  })
  const cut = fc
    .tuple(packets, fc.nat(1100))
    .map(([packet, end]) => lanPacketToBytes(packet).subarray(0, end))
  const any = fc.uint8Array({ maxLength: 2000 }).map((array) => Buffer.from(array))
  fc.assert(
    fc.property(fc.oneof(any, nearly, cut), (given) => {
      const packet = bytesToLanPacket(given)
      // What is read is exactly what stands there: there is one way to write each packet.
      if (packet !== undefined) expect(lanPacketToBytes(packet)).toEqual(given)
    }),
  )
  expect(bytesToLanPacket(Buffer.alloc(0))).toBeUndefined()
  expect(bytesToLanPacket(randomBytes(23 + 16 * tagGroup))).toBeUndefined()
})

test('L2 no port, no tags, too many tags or a group that is not whole: no packet', () => {
  const packet = (port: number, tags: number): LanPacket => ({
    kind: 'ask',
    port,
    salt: randomBytes(16),
    tags: Array.from({ length: tags }, () => randomBytes(16)),
  })
  const isRead = (port: number, tags: number) =>
    bytesToLanPacket(lanPacketToBytes(packet(port, tags))) !== undefined
  expect(isRead(4444, tagGroup)).toBe(true)
  expect(isRead(4444, maxTags)).toBe(true)
  expect(isRead(0, tagGroup)).toBe(false)
  for (const tags of [0, 1, tagGroup - 1, tagGroup + 1, maxTags + tagGroup])
    expect(isRead(4444, tags)).toBe(false)
})

test('L3 a tag is for one folder, one salt, one kind and one port', () => {
  const membership = createTestMembership()
  const head = { kind: 'ask', port: 4444, salt: randomBytes(16) } as const
  const tags = [
    lanTag(membership, head),
    lanTag(createTestMembership(), head),
    lanTag(membership, { ...head, kind: 'tell' }),
    lanTag(membership, { ...head, port: 4445 }),
    lanTag(membership, { ...head, salt: randomBytes(16) }),
  ]
  expect(new Set(tags.map((tag) => tag.toString('hex'))).size).toBe(tags.length)
  expect(lanTag(membership, head)).toEqual(tags[0])
  expect(tags.every((tag) => tag.length === 16)).toBe(true)
})

test('L3 devices with one folder and with eight look alike', () => {
  const one = paddedTags([randomBytes(16)], randomBytes)
  const eight = paddedTags(
    Array.from({ length: 8 }, () => randomBytes(16)),
    randomBytes,
  )
  expect(one.length).toBe(eight.length)
  expect(new Set(one.map((tag) => tag.toString('hex'))).size).toBe(tagGroup)
})

test('own salts are recognised by their key only', () => {
  fc.assert(
    fc.property(bytes(32), bytes(32), bytes(8), bytes(16), (key, otherKey, nonce, foreign) => {
      const salt = ownSalt(key, nonce)
      expect(salt.length).toBe(16)
      expect(isOwnSalt(key, salt)).toBe(true)
      expect(isOwnSalt(key, foreign)).toBe(false)
      if (!key.equals(otherKey)) expect(isOwnSalt(otherKey, salt)).toBe(false)
    }),
  )
})
