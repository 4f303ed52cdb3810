/**
 * One member of a simulated mesh: the real `net/found-peers` decides whom it dials, the real `core/link-room` who has to leave. Taking links follows `attach` of
 * `engine/swarm`; what is known of files is a set of their numbers that spreads over links.
 */

import type { DeviceId } from '../core/ids.ts'
import { ranks, type Seat, whoMakesRoom } from '../core/link-room.ts'
import { wantedLinksOf } from '../net/dialer.ts'
import { createFoundPeers, type Way } from '../net/found-peers.ts'
import type { Clock } from '../ports.ts'
import { createHostKeeper } from './mesh-host-keeper.ts'
import type { MeshLink } from './mesh-link.ts'
import type { SeededChance } from './seeded-chance.ts'
import { silentLog } from './silent-log.ts'

export interface MeshMember {
  readonly number: number
  readonly device: DeviceId
  /** Its address. */
  readonly at: string
  readonly isReachable: boolean
  readonly joinedMs: number
  leftMs: number | undefined
  /** When it got each file, by number. */
  readonly files: Map<number, number>
  readonly counts: MeshCounts
  /** Those it has a session on. */
  peers(): MeshLink[]
  /** Sockets it has open, also those that are going. */
  openLinks(): number
  /** Somebody dialled. */
  accept(link: MeshLink): void
  /** The other side's hello has come. */
  noteHello(link: MeshLink): void
  receive(file: number): void
  offer(addresses: readonly string[]): void
  wantsLinks(): boolean
  /** Keeps itself linked to this address, as to a predefined host. */
  keepLinkedTo(at: string, returnMs: number): void
  leave(way: 'clean' | 'crash'): void
}

/** What happened to a member since the last look. */
export interface MeshCounts {
  dials: number
  unreachable: number
  /** Went there and was sent away at the door. */
  refused: number
  /** Lost a link because another needed the place. */
  displaced: number
  accepted: number
  /** Asked the tracker. */
  announced: number
}

export interface MeshMemberPlan {
  readonly clock: Clock
  readonly chance: SeededChance
  readonly number: number
  readonly device: DeviceId
  readonly isReachable: boolean
  readonly maxLinks: number
  readonly hopMs: number
  readonly go: (dialler: MeshMember, at: string, signal: AbortSignal) => Promise<MeshLink>
}

/** A link that ended before had no seat: it was refused. */
const seatedMs = 5_000
/** Who has been told everything and lacks nothing says so after as long. */
const settleMs = 2_000
/** As `stallLimitMs` of `net/link`: who is gone without a word is noticed by then. */
const noticeMs = 90_000

export function createMeshMember(plan: MeshMemberPlan): MeshMember {
  const { clock, chance, maxLinks, hopMs } = plan
  const sessionsByPeer = new Map<DeviceId, { readonly link: MeshLink; readonly sinceMs: number }>()
  const links = new Set<MeshLink>()
  const stop = new AbortController()

  const found = createFoundPeers({
    ...{ clock, chance, log: silentLog },
    links: () => [...links],
    wantedLinks: () => wantedLinksOf(maxLinks),
    maxLinks: () => maxLinks,
    takeSlot: () => ({ [Symbol.dispose]: () => undefined }),
    onLink: (link) => note(link as MeshLink),
  })

  function note(link: MeshLink): void {
    const sinceMs = clock.monotonicMs()
    links.add(link)
    attach(link)
    void link.closed.then(({ code }) => {
      links.delete(link)
      // Only links of others are ever given up.
      if (code === 'peer-full' && link.initiator) {
        if (clock.monotonicMs() - sinceMs >= seatedMs) member.counts.displaced += 1
        else member.counts.refused += 1
      }
      if (member.leftMs === undefined) found.look()
    })
  }

  function attach(link: MeshLink): void {
    const present = sessionsByPeer.get(link.peer)
    if (member.leftMs !== undefined) return link.close('closing')
    if (present !== undefined && !isPreferred(link, present.link)) return link.close('peer-duplicate')
    if (present === undefined && sessionsByPeer.size >= maxLinks) {
      const seats = [...sessionsByPeer.values()].map(({ link, sinceMs }) => ({
        ...{ link, sinceMs, ...worthOf(link) },
        isOpen: () => link.hasHello,
        isSettled: () => link.hasHello && clock.monotonicMs() - sinceMs >= settleMs && lacksNothing(link),
      }))
      const leaving = whoMakesRoom(worthOf(link), seats, clock.monotonicMs())
      if (leaving === undefined) return link.close('peer-full')
      leaving.link.close(leaving.isOpen() ? 'peer-full' : 'peer-stalled')
      sessionsByPeer.delete(leaving.link.peer)
    }
    present?.link.close('peer-duplicate')
    sessionsByPeer.set(link.peer, { link, sinceMs: clock.monotonicMs() })
    if (sessionsByPeer.size > maxLinks) throw new Error(`assertion: ${sessionsByPeer.size} links`)
    void link.closed.then(() => {
      if (sessionsByPeer.get(link.peer)?.link === link) sessionsByPeer.delete(link.peer)
    })
    clock.after(link.delayMs, () => link.other().owner.noteHello(link.other()))
  }

  function isPreferred(link: MeshLink, present: MeshLink): boolean {
    return diallerOf(link) >= diallerOf(present)
  }

  function diallerOf(link: MeshLink): DeviceId {
    return link.initiator ? plan.device : link.peer
  }

  function lacksNothing(link: MeshLink): boolean {
    const theirs = link.other().owner.files
    return [...member.files.keys()].every((file) => theirs.has(file))
  }

  function tell(link: MeshLink, file: number): void {
    const { owner } = link.other()
    if (owner.files.has(file)) return
    clock.after(hopMs * (1 + chance.fraction()), () => {
      if (link.isAlive() && owner.leftMs === undefined) owner.receive(file)
    })
  }

  const member: MeshMember = {
    number: plan.number,
    device: plan.device,
    at: addressOf(plan.number),
    isReachable: plan.isReachable,
    joinedMs: clock.monotonicMs(),
    leftMs: undefined,
    files: new Map(),
    counts: { dials: 0, unreachable: 0, refused: 0, displaced: 0, accepted: 0, announced: 0 },
    peers: () => [...sessionsByPeer.values()].map(({ link }) => link),
    openLinks: () => links.size,
    accept(link) {
      member.counts.accepted += 1
      note(link)
    },
    noteHello(link) {
      if (!link.isAlive() || member.leftMs !== undefined) return
      link.hasHello = true
      // The hello and what it has came one behind the other.
      for (const file of member.files.keys()) tell(link, file)
    },
    receive(file) {
      if (member.files.has(file)) return
      member.files.set(file, clock.monotonicMs())
      for (const { link } of sessionsByPeer.values()) if (link.hasHello) tell(link, file)
    },
    offer(addresses) {
      const ways = addresses.map((at): Way => {
        const go = (signal: AbortSignal) => plan.go(member, at, signal)
        return { at, by: 'tracker', isTo: () => false, go }
      })
      found.offer(ways)
    },
    wantsLinks: () => links.size < wantedLinksOf(maxLinks),
    keepLinkedTo(at, returnMs) {
      createHostKeeper({
        clock,
        chance,
        returnMs,
        signal: stop.signal,
        go: () => plan.go(member, at, stop.signal),
        onLink: note,
      })
    },
    leave(way) {
      member.leftMs = clock.monotonicMs()
      stop.abort()
      void found[Symbol.asyncDispose]()
      for (const link of links) {
        if (way === 'clean') link.close('closing')
        else link.cut(chance.fraction() * noticeMs)
      }
      sessionsByPeer.clear()
      links.clear()
    },
  }
  return member
}

export function addressOf(number: number): string {
  return `member-${number}`
}

/** Nobody is near, and each has a network of its own. */
function worthOf({ initiator, peer }: MeshLink): Pick<Seat, 'rank' | 'network'> {
  return { rank: initiator ? ranks.sought : ranks.stranger, network: peer }
}
