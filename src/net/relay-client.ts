/**
 * The relays of a device: who of its folders' other devices can be called over them, and calling one. Whether and when to call is
 * for others to decide. A connection that came over a relay is one like any other: who is at its end only a handshake proves.
 */
import type { Socket } from 'node:net'
import { SyncError } from '../core/errors.ts'
import type { DeviceId, FolderId } from '../core/ids.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import { createLeaving } from './leaving.ts'
import type { Membership } from './membership.ts'
import { createRelayTarget, type RelayMember, type RelayTarget } from './relay-target.ts'
import { createTagReader, type TagReader } from './relay-topic.ts'
import { type Resolve, resolveName } from './resolve.ts'
import type { SearchResult, Topic } from './search.ts'

export interface RelayClientOptions {
  readonly device: DeviceId
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  /** IP addresses of a name; the system's resolver when left out. */
  readonly resolve?: Resolve
  /** Somebody was connected to this device over that relay: for the listener. */
  readonly onCalled: (socket: Socket, relay: string) => void
  /** Who can be called about a folder, over any relay, has changed. */
  readonly onMembers: (folderId: FolderId, members: readonly RelayMember[]) => void
}

export interface RelayClient extends AsyncDisposable {
  /** The relays (`host:port`) to use instead of those before; each must be an address. */
  setRelays(relays: readonly string[]): void
  /** What this device can be called about from now on, and nothing else. */
  setTopics(topics: readonly Topic[]): void
  members(folderId: FolderId): readonly RelayMember[]
  /** Whether a member is that device, as far as one who shares the folder can be believed. */
  isMember(member: RelayMember, device: DeviceId): boolean
  /** A connection to the member, for `linkOver`. Throws `unreachable`, or `closing` when the signal ended it. */
  call(member: RelayMember, signal: AbortSignal): Promise<Socket>
  /** Relays at which this device can be called now. */
  connected(): readonly string[]
  /** What came of each relay for a folder. */
  results(folderId: FolderId): readonly SearchResult[]
}

export function createRelayClient(options: RelayClientOptions): RelayClient {
  const targets = new Map<string, RelayTarget>()
  let memberships: readonly Membership[] = []
  /** Of the memberships there are now. */
  const tagReaders = new Map<FolderId, TagReader>()
  /** Targets that are being let go. */
  const leaving = createLeaving()

  function members(folderId: FolderId): readonly RelayMember[] {
    return [...targets.values()].flatMap((target) => target.members(folderId))
  }

  function addTarget(relay: string): void {
    const target = createRelayTarget(relay, {
      ...options,
      resolve: options.resolve ?? resolveName,
      onMembers(folderId) {
        const all = members(folderId)
        tagReaders.get(folderId)?.keepOnly(all.map(({ tag }) => tag))
        options.onMembers(folderId, all)
      },
    })
    targets.set(relay, target)
    target.setMemberships(memberships)
  }

  function drop(target: RelayTarget): void {
    targets.delete(target.relay)
    leaving.add(target)
  }

  return {
    setRelays(relays) {
      for (const target of [...targets.values()]) if (!relays.includes(target.relay)) drop(target)
      for (const relay of relays) if (!targets.has(relay)) addTarget(relay)
    },
    setTopics(topics) {
      memberships = topics.map(({ membership }) => membership)
      tagReaders.clear()
      for (const membership of memberships) tagReaders.set(membership.folderId, createTagReader(membership))
      for (const target of targets.values()) target.setMemberships(memberships)
    },
    members,
    isMember: ({ folderId, tag }, device) => tagReaders.get(folderId)?.isOf(tag, device) ?? false,
    async call({ relay, id }, signal) {
      const target = targets.get(relay)
      if (target === undefined)
        throw new SyncError('unreachable', { address: relay, reason: 'this relay is not used any more' })
      return target.call(id, signal)
    },
    connected: () => [...targets.values()].filter((target) => target.isConnected()).map(({ relay }) => relay),
    results: (folderId) =>
      [...targets.values()].flatMap((target) => {
        const result = target.result(folderId)
        return result === undefined ? [] : [result]
      }),
    async [Symbol.asyncDispose]() {
      for (const target of [...targets.values()]) drop(target)
      await leaving.done()
    },
  }
}
