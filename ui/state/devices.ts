/** All other devices over all folders, each once, with what it shares. */
import type { PeerBody } from '../../src/api/schemas/members.ts'
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'
import type { Tone } from './folder-words.ts'
import { compareNames, type Member, withLinks } from './members.ts'

/** What a device shares with this one. */
export interface Share {
  readonly folderId: string
  readonly path: string
  readonly member: Member
}

export interface OtherDevice {
  readonly id: string
  readonly name: string
  readonly shares: readonly Share[]
  readonly isOnline: boolean
  /** Only through a relay. */
  readonly isRelayed: boolean
  readonly receivedPerSecond: number
  readonly sentPerSecond: number
  /** The latest time of all folders. */
  readonly lastSeen?: string
}

/** Those online first, then by name: an order that does not change with every number. */
export function groupDevices(rows: readonly PeerBody[], folders: readonly FolderStatusBody[]): OtherDevice[] {
  const rowsByPath = Map.groupBy(rows, ({ folder }) => folder)
  const shares = folders.flatMap(({ id, path, peers }) =>
    withLinks(path, rowsByPath.get(path) ?? [], peers).map((member) => ({ folderId: id, path, member })),
  )
  return [...Map.groupBy(shares, ({ member }) => member.id).values()]
    .map(deviceOf)
    .sort((a, b) => Number(b.isOnline) - Number(a.isOnline) || compareNames(a, b))
}

function deviceOf(shares: readonly Share[]): OtherDevice {
  const members = shares.map(({ member }) => member)
  const links = members.flatMap(({ live }) => live ?? [])
  const { id, name } = members.find(({ live }) => live !== undefined) ?? members[0]!
  const lastSeen = members
    .flatMap((member) => member.lastSeen ?? [])
    .sort()
    .at(-1)
  return {
    ...{ id, name, shares },
    isOnline: links.length > 0,
    isRelayed: links.length > 0 && links.every(({ via }) => via === 'relay'),
    receivedPerSecond: sum(links.map((link) => link.receivedPerSecond)),
    sentPerSecond: sum(links.map((link) => link.sentPerSecond)),
    ...(lastSeen === undefined ? {} : { lastSeen }),
  }
}

export interface DeviceWords {
  readonly tone: Tone
  readonly key: string
  /** The time of `lastSeen` belongs behind it. */
  readonly isAway: boolean
}

/** How a device is, over all it shares. */
export function describeDevice({ isOnline, isRelayed, shares, lastSeen }: OtherDevice): DeviceWords {
  if (isOnline) return { tone: 'ok', key: isRelayed ? 'member-relay' : 'member-direct', isAway: false }
  const states = new Set(shares.map(({ member }) => member.state))
  if (states.has('waiting')) return { tone: 'waiting', key: 'member-waiting', isAway: false }
  if (!states.has('member'))
    return { tone: 'paused', key: states.has('awaited') ? 'member-awaited' : 'member-revoked', isAway: false }
  const isSeen = lastSeen !== undefined
  return { tone: 'paused', key: isSeen ? 'member-away' : 'member-never', isAway: isSeen }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
