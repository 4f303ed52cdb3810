/** All that links need to know of a folder: its name, and what proves that one belongs to it. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FolderId } from '../core/ids.ts'

export interface Membership {
  readonly folderId: FolderId
  /** 32 bytes that prove membership in a handshake and are never sent. */
  readonly psk: Uint8Array
  /** 32 bytes that let holders recognise which folder a handshake is about. */
  readonly tagKey: Uint8Array
}

const tagDomain = 'berrysync handshake tag'

/** Names a folder to its holders and to nobody else; a fresh ephemeral key makes a tag no one has seen before (rule P1). */
export function folderTag(membership: Membership, initiatorEphemeral: Uint8Array): Buffer {
  return createHmac('sha256', membership.tagKey).update(tagDomain).update(initiatorEphemeral).digest()
}

/** The membership a tag names. Looks at all of them, so that the time taken tells nothing. */
export function findMembership(
  memberships: Iterable<Membership>,
  tag: Uint8Array,
  initiatorEphemeral: Uint8Array,
): Membership | undefined {
  let found: Membership | undefined
  for (const membership of memberships) {
    const expected = folderTag(membership, initiatorEphemeral)
    if (tag.length === expected.length && timingSafeEqual(tag, expected)) found = membership
  }
  return found
}
