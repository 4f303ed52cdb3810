/**
 * What a relay gets to see instead of folders and devices (rule F3): values that only holders of a folder can make or recognise, and
 * that are others at each relay.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { type DeviceId, idToBytes } from '../core/ids.ts'
import { tagBytes, topicBytes } from '../wire/relay-protocol.ts'
import type { Membership } from './membership.ts'

const topicDomain = 'berrysync relay topic'
const tagDomain = 'berrysync relay member'
/** Random bytes a tag begins with. */
export const nonceBytes = 16
/** As many devices as can be linked with a folder at once, and some; those of long ago are not worth the memory. */
const maxAnswersPerTag = 1_024

/** A folder at a relay, under the salt that relay gave: hexadecimal text. */
export function relayTopic({ tagKey }: Membership, salt: string): string {
  const mac = createHmac('sha256', tagKey).update(topicDomain).update(Buffer.from(salt, 'hex')).digest()
  return mac.toString('hex', 0, topicBytes)
}

/** A device in a topic: `nonce` is so many fresh random bytes, so that the relay does not recognise it later. */
export function memberTag({ tagKey }: Membership, device: DeviceId, nonce: Uint8Array): string {
  const mac = createHmac('sha256', tagKey).update(tagDomain).update(nonce).update(idToBytes(device)).digest()
  return Buffer.concat([nonce, mac]).toString('hex', 0, tagBytes)
}

/** Recognises the tags of a folder's members, and remembers each answer: what is asked at every look must not be computed every time. */
export interface TagReader {
  isOf(tag: string, device: DeviceId): boolean
  /** Forgets what it knows of other tags. */
  keepOnly(tags: readonly string[]): void
}

export function createTagReader(membership: Membership): TagReader {
  const answersByTag = new Map<string, Map<DeviceId, boolean>>()
  return {
    isOf(tag, device) {
      const answers = answersByTag.get(tag) ?? new Map<DeviceId, boolean>()
      const answer = answers.get(device) ?? isTagOf(tag, membership, device)
      if (answers.size >= maxAnswersPerTag) answers.clear()
      answersByTag.set(tag, answers.set(device, answer))
      return answer
    },
    keepOnly(tags) {
      const kept = new Set(tags)
      for (const tag of answersByTag.keys()) if (!kept.has(tag)) answersByTag.delete(tag)
    },
  }
}

/** Whether a tag is one of that device. */
export function isTagOf(tag: string, membership: Membership, device: DeviceId): boolean {
  const expected = memberTag(membership, device, Buffer.from(tag, 'hex').subarray(0, nonceBytes))
  return timingSafeEqual(Buffer.from(tag), Buffer.from(expected))
}
