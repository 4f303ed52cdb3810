/** Who shares a folder, as a person sees it: what the device knows of each other device, with the link to it that is alive now. */
import type { PeerBody } from '../../src/api/schemas/members.ts'
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import type { Tone, Words } from './folder-words.ts'

export type LivePeer = FolderStatusBody['peers'][number]

export interface Member extends PeerBody {
  readonly live?: LivePeer
}

/** Members with their links. A device that has just connected may be in the list of links alone. */
export function withLinks(folder: string, rows: readonly PeerBody[], peers: readonly LivePeer[]): Member[] {
  const live = new Map(peers.map((peer) => [peer.id, peer]))
  const members = rows.map((row) => memberOf(row, live.get(row.id)))
  const known = new Set(rows.map(({ id }) => id))
  const fresh = peers
    .filter(({ id }) => !known.has(id))
    .map((peer) =>
      memberOf(
        { folder, id: peer.id, name: peer.name, role: peer.role, connected: true, state: 'member' },
        peer,
      ),
    )
  return [...members, ...fresh].sort(byUrgency)
}

function memberOf(row: PeerBody, live: LivePeer | undefined): Member {
  return live === undefined ? row : { ...row, live }
}

/** Who waits for a person first, who was taken out last, those online before the others. Independent of what changes every second. */
function byUrgency(a: Member, b: Member): number {
  return rankOf(a) - rankOf(b) || compareNames(a, b)
}

function rankOf({ state, live }: Member): number {
  if (state === 'waiting') return 0
  if (state === 'revoked') return 3
  return live === undefined ? 2 : 1
}

type Named = Pick<Member, 'name' | 'id'>

/** Comparing without one makes one each time. */
const names = new Intl.Collator()

/** As a reader expects names in a list; an order that does not change among those of the same name. */
export function compareNames(a: Named, b: Named): number {
  return names.compare(a.name, b.name) || (a.id < b.id ? -1 : 1)
}

export interface MemberWords {
  readonly tone: Tone
  readonly state: Words
}

/** How a member is. When one was last seen stands beside it: a time is no part of a sentence. */
export function describeMember({ state, live, lastSeen }: Member): MemberWords {
  if (state === 'waiting') return { tone: 'waiting', state: { key: 'member-waiting' } }
  if (state === 'revoked') return { tone: 'paused', state: { key: 'member-revoked' } }
  if (live === undefined) {
    if (state === 'awaited') return { tone: 'waiting', state: { key: 'member-awaited' } }
    return { tone: 'paused', state: { key: lastSeen === undefined ? 'member-never' : 'member-away' } }
  }
  const { needFiles, needBytes, via } = live
  if (needFiles > 0)
    return { tone: 'busy', state: { key: 'member-needs', args: { files: needFiles, bytes: needBytes } } }
  return { tone: 'ok', state: via === 'relay' ? { key: 'member-relay' } : { key: 'member-direct' } }
}

/**
 * What can be done about a member by who may decide. Who holds a secret itself is not kept out by being taken out: it needs a new secret,
 * and with the full one it would move over to that, unless it was taken out before.
 */
export type MemberDeed = 'approve' | 'revoke' | 'revoke-and-rotate' | 'rotate' | 'none'

export function deedFor({ state, invitedBy, role }: Member, ownRole: Member['role']): MemberDeed {
  if (ownRole !== 'full' || state === 'revoked') return 'none'
  if (state === 'waiting') return 'approve'
  if (invitedBy !== undefined) return 'revoke'
  return role === 'full' ? 'revoke-and-rotate' : 'rotate'
}

/** Another one when the list of members may be: who is online, and how many wait. Speeds and numbers of files are no part of it. */
export function membersKey({ peers, role, state, waiting = 0 }: FolderStatusBody): string {
  const ids = peers.map((peer) => `${peer.id}${peer.role}`).sort()
  return [state, role, waiting, ...ids].join()
}

/** Names that hold `search`, in any case; ids that begin with it. */
export function matchesSearch({ name, id }: Named, search: string): boolean {
  const wanted = search.trim().toLowerCase()
  return name.toLowerCase().includes(wanted) || id.startsWith(wanted)
}
