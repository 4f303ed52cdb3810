/**
 * One-time secrets: what both ends derive of one (S10), and what becomes of who wants to redeem it (I15). Pure; that a redemption is kept
 * before anything is said of it is the business of whoever asks.
 */
import { hkdfSync } from 'node:crypto'
import type { ErrorCode } from './errors.ts'
import {
  type AuthorKey,
  type DeviceId,
  type FolderId,
  type InviteId,
  idToBytes,
  sha256,
  toId,
} from './ids.ts'
import type { Role } from './statement.ts'
import { type HiddenBytes, hide, hideBytes } from './unprintable.ts'
import { isClockSet } from './wall-clock.ts'

/** A one-time secret is good for no longer. */
export const maxInviteMs = 24 * 3_600_000

/** What its issuer keeps of it. The secret itself cannot be found from that. */
export interface Invite {
  readonly id: InviteId
  readonly role: Role
  /** Wall clock. */
  readonly createdMs: number
  readonly expiresMs: number
  readonly end: InviteEnd | undefined
}

/** Why it can be redeemed no more. */
export type InviteEnd =
  | {
      readonly kind: 'redeemed'
      readonly device: DeviceId
      readonly author: AuthorKey
      readonly deviceName: string
      readonly atMs: number
    }
  /** `restored`: the database of its issuer was put back, so nobody knows any more whether it was redeemed. */
  | { readonly kind: 'expired' | 'cancelled' | 'restored'; readonly atMs: number }

/** What the two ends of an invite meet with before they share a folder (S10). */
export interface InviteKeys {
  /** Stands in for the folder. */
  readonly meetingId: FolderId
  readonly psk: HiddenBytes
  readonly tagKey: HiddenBytes
}

export function inviteIdOf(token: Uint8Array): InviteId {
  return toId('InviteId', sha256('berrysync invite', token))
}

export function inviteKeys(id: InviteId): InviteKeys {
  const derive = (domain: string): HiddenBytes =>
    hideBytes(Buffer.from(hkdfSync('sha256', idToBytes(id), new Uint8Array(0), domain, 32)))
  return hide({
    meetingId: toId('FolderId', sha256('berrysync meeting', idToBytes(id))),
    psk: derive('berrysync derive meeting psk'),
    tagKey: derive('berrysync derive meeting tag'),
  })
}

export interface Guest {
  readonly device: DeviceId
  readonly author: AuthorKey
}

/**
 * `redeem`: now, for the first time. `repeat`: the same device, whose answer may have been lost. Else the code that tells why not. Whoever
 * has redeemed it is answered whatever the time is by now.
 */
export function judge(invite: Invite, guest: Guest, nowMs: number): 'redeem' | 'repeat' | ErrorCode {
  const { end } = invite
  if (end?.kind === 'redeemed') {
    const isSame = end.device === guest.device && end.author === guest.author
    return isSame ? 'repeat' : codeOfEnd(end)
  }
  if (end !== undefined) return codeOfEnd(end)
  if (!isClockSet(nowMs)) return 'clock-not-set'
  return isOver(invite, nowMs) ? 'invite-expired' : 'redeem'
}

/** What somebody hears who still wants something of it. */
function codeOfEnd({ kind }: InviteEnd): ErrorCode {
  switch (kind) {
    case 'redeemed':
      return 'invite-used'
    case 'expired':
      return 'invite-expired'
    case 'cancelled':
    case 'restored':
      return 'invite-cancelled'
  }
}

/** Whether its time is over. A clock that stands before its beginning says nothing, so then it is. */
export function isOver({ createdMs, expiresMs }: Invite, nowMs: number): boolean {
  return nowMs >= expiresMs || nowMs < createdMs
}
