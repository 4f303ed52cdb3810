/**
 * Makes links for every folder: keeps those to its predefined hosts, and as many to peers that were found as it wants. Knows which devices are
 * linked, so that whoever is linked already is left alone until that link ends.
 */
import type { DeviceId, FolderId } from '../core/ids.ts'
import type { Link } from '../ports.ts'
import { formatHostPort, type HostPort } from './address.ts'
import { dialAddress, type LinkContext, linkOver } from './dial.ts'
import { createDialTarget, type DialResult, type DialTarget } from './dial-target.ts'
import { createFoundPeers, type FoundBy, type FoundPeers, type Way, type WayResult } from './found-peers.ts'
import { createLeaving } from './leaving.ts'
import type { Membership } from './membership.ts'
import type { RelayClient } from './relay-client.ts'
import type { RelayMember } from './relay-target.ts'
import { type Resolve, resolveName } from './resolve.ts'

/** Found peers that are tried at a time, of all folders together, and how many of them at most that are not near. */
const maxAttempts = 16
const maxFarAttempts = 12
/** The share of a folder's links that this device makes itself: the rest is room for those that find it. */
const ownShare = 1 / 3
/** So many it makes itself in any case, or a few that go at once would cut it off. */
const minWantedLinks = 4

/** Links of a folder at which this device seeks no more, when there may be so many. */
export function wantedLinksOf(maxLinks: number): number {
  return Math.max(minWantedLinks, Math.ceil(maxLinks * ownShare))
}

export interface DialerOptions extends LinkContext {
  /** Takes over a link. It has been noted already. */
  readonly onLink: (link: Link) => void
  /** IP addresses of a name; the system's resolver when left out. */
  readonly resolve?: Resolve
  /** Links one folder may have. */
  readonly maxLinks: () => number
  /** What came of a host of some folder may be another. */
  readonly onResult?: () => void
  /** How members at relays are called. */
  readonly relays: Pick<RelayClient, 'call' | 'isMember'>
}

export interface Dialer extends AsyncDisposable {
  /** The hosts (`host:port`) to keep a folder linked to, instead of those before. Links there are stay. */
  setTargets(membership: Membership, hosts: readonly string[]): void
  /**
   * By which searches found peers of a folder are dialled, from now on. What only others found is forgotten, and links there are stay; but where
   * there is no search any more, only those to its hosts do.
   */
  setSearches(membership: Membership, by: ReadonlySet<FoundBy>): void
  /** Where a search says that peers of a folder are. */
  found(folderId: FolderId, by: FoundBy, addresses: readonly HostPort[]): void
  /** Who can be called at relays about a folder, and nobody else. */
  foundAtRelays(folderId: FolderId, members: readonly RelayMember[]): void
  /** Tells of a link somebody else made, so that its peer is not dialled while it lives. */
  noteLink(link: Link): void
  /** Whether fewer peers are linked than this device seeks. */
  isShort(folderId: FolderId): boolean
  /** What came of each host of a folder. */
  results(folderId: FolderId): readonly DialResult[]
  /** What came of each way that was found. */
  foundResults(folderId: FolderId): readonly WayResult[]
}

export function createDialer(options: DialerOptions): Dialer {
  const targetsByFolder = new Map<FolderId, readonly DialTarget[]>()
  const foundByFolder = new Map<FolderId, { readonly membership: Membership; readonly peers: FoundPeers }>()
  const links = new Set<Link>()
  /** Those that were made to predefined hosts. */
  const hostLinks = new WeakSet<Link>()
  const resolve = options.resolve ?? resolveName
  /** Targets and found peers that are being let go. */
  const leaving = createLeaving()
  let slotsTaken = 0
  let farSlotsTaken = 0

  function drop(part: AsyncDisposable): void {
    leaving.add(part)
  }

  function linksOf(folderId: FolderId): Link[] {
    return [...links].filter((link) => link.folderId === folderId)
  }

  /** A link through a relay is no reason to leave a host alone. */
  function isLinked(folderId: FolderId, peer: DeviceId): boolean {
    return linksOf(folderId).some((link) => link.peer === peer && link.via === 'direct')
  }

  function noteLink(link: Link): void {
    if (links.has(link)) return
    links.add(link)
    void link.closed.then(() => {
      links.delete(link)
      foundByFolder.get(link.folderId)?.peers.look()
      if (isLinked(link.folderId, link.peer)) return
      for (const target of targetsByFolder.get(link.folderId) ?? []) target.peerGone(link.peer)
    })
  }

  function takeOver(link: Link): void {
    noteLink(link)
    options.onLink(link)
  }

  function takeSlot(folderId: FolderId, isNear: boolean): Disposable | undefined {
    if (slotsTaken >= maxAttempts || (!isNear && farSlotsTaken >= maxFarAttempts)) return undefined
    slotsTaken += 1
    if (!isNear) farSlotsTaken += 1
    // Whoever was served last is asked last.
    const finding = foundByFolder.get(folderId)!
    foundByFolder.delete(folderId)
    foundByFolder.set(folderId, finding)
    return {
      [Symbol.dispose]() {
        const somebodyMayWait = slotsTaken === maxAttempts || farSlotsTaken === maxFarAttempts
        slotsTaken -= 1
        if (!isNear) farSlotsTaken -= 1
        if (!somebodyMayWait) return
        for (const { peers } of [...foundByFolder.values()]) peers.look()
      },
    }
  }

  function beginFinding({ folderId }: Membership): FoundPeers {
    const { clock, chance, log, maxLinks } = options
    return createFoundPeers({
      ...{ clock, chance, log, maxLinks },
      takeSlot: (isNear) => takeSlot(folderId, isNear),
      wantedLinks: () => wantedLinksOf(maxLinks()),
      links: () => linksOf(folderId),
      onLink: takeOver,
    })
  }

  function wayToMember(membership: Membership, member: RelayMember): Way {
    const { relay, id } = member
    return {
      at: `${relay}/${id}`,
      by: 'relay',
      isTo: (device) => options.relays.isMember(member, device),
      async go(signal) {
        const socket = await options.relays.call(member, signal)
        return linkOver(options, membership, socket, { address: relay, via: 'relay' }, signal)
      },
    }
  }

  return {
    setTargets(membership, hosts) {
      const before = targetsByFolder.get(membership.folderId) ?? []
      const wanted = new Set(hosts)
      const isSame = before.length === wanted.size && before.every((target) => wanted.has(target.host))
      if (isSame) return
      for (const target of before) {
        if (wanted.has(target.host)) target.reconsider()
        else drop(target)
      }
      const after = [...wanted].map(
        (host) =>
          before.find((target) => target.host === host) ??
          createDialTarget(membership, host, {
            ...options,
            resolve,
            isLinked: (peer) => isLinked(membership.folderId, peer),
            onLink(link) {
              hostLinks.add(link)
              takeOver(link)
            },
          }),
      )
      if (after.length > 0) targetsByFolder.set(membership.folderId, after)
      else targetsByFolder.delete(membership.folderId)
    },
    setSearches(membership, by) {
      const { folderId } = membership
      const before = foundByFolder.get(folderId)
      if (by.size > 0 && before === undefined)
        foundByFolder.set(folderId, { membership, peers: beginFinding(membership) })
      else if (by.size > 0) before!.peers.keepOnly(by)
      else if (before !== undefined) {
        foundByFolder.delete(folderId)
        drop(before.peers)
        // Who has this device among its own hosts comes back.
        for (const link of linksOf(folderId)) if (!hostLinks.has(link)) link.close('folder-closed')
      }
    },
    found(folderId, by, addresses) {
      const finding = foundByFolder.get(folderId)
      if (finding === undefined) return
      const hosts = new Set((targetsByFolder.get(folderId) ?? []).map(({ host }) => host))
      const ways = addresses.map((address): Way => {
        const go = (signal: AbortSignal) => dialAddress(options, finding.membership, address, signal)
        return { at: formatHostPort(address), by, isTo: () => false, go }
      })
      finding.peers.offer(ways.filter(({ at }) => !hosts.has(at)))
    },
    foundAtRelays(folderId, members) {
      const finding = foundByFolder.get(folderId)
      finding?.peers.replace(
        'relay',
        members.map((member) => wayToMember(finding.membership, member)),
      )
    },
    noteLink,
    isShort: (folderId) => linksOf(folderId).length < wantedLinksOf(options.maxLinks()),
    results: (folderId) => (targetsByFolder.get(folderId) ?? []).map((target) => target.result()),
    foundResults: (folderId) => foundByFolder.get(folderId)?.peers.results() ?? [],
    async [Symbol.asyncDispose]() {
      for (const target of [...targetsByFolder.values()].flat()) drop(target)
      for (const { peers } of foundByFolder.values()) drop(peers)
      targetsByFolder.clear()
      foundByFolder.clear()
      await leaving.done()
    },
  }
}
