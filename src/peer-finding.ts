/**
 * How this device finds its peers and is found by them: turns the switches of folders and of the device into searches, and what those find into
 * dialling. Nothing is sent for a folder by a way that is switched off; on a closed device nothing at all but to predefined hosts.
 */
import type { FolderId } from './core/ids.ts'
import { rendezvous } from './core/secret.ts'
import type { FolderSettings } from './engine/settings.ts'
import type { DialResult } from './net/dial-target.ts'
import type { Dialer } from './net/dialer.ts'
import { type FoundBy, foundBy, type WayResult } from './net/found-peers.ts'
import type { Membership } from './net/membership.ts'
import type { Search, SearchResult, Topic } from './net/search.ts'

/** What a folder wants to be reached by. */
export type Switches = Pick<FolderSettings, 'hosts' | FoundBy>

export interface PeerFinding {
  /** Finds peers in these ways from now on, and lets itself be found. Undefined: not any more. Links there are stay. */
  seek(membership: Membership, switches: Switches | undefined): void
  /** Lets itself be found, but dials nobody: for guests, who come by themselves. */
  beFound(membership: Membership, switches: Switches | undefined): void
  /** The device's own switch, or anything else that holds for all folders, is another now. */
  reconsider(): void
  /** What came of each predefined host of a folder. */
  hosts(folderId: FolderId): readonly DialResult[]
  /** Everything that was tried for a folder. */
  explain(folderId: FolderId): Explanation
}

export interface Explanation {
  readonly hosts: readonly DialResult[]
  readonly found: readonly WayResult[]
  readonly searches: readonly (SearchResult & { readonly by: FoundBy })[]
}

interface Needs {
  readonly dialer: Pick<Dialer, 'setTargets' | 'setSearches' | 'results' | 'foundResults'>
  readonly searches: Readonly<Record<FoundBy, Search>>
  /** Asks the router to let peers in. */
  readonly portMapping: { setWanted(isOn: boolean): void }
  /** Whether nothing is to go anywhere but to predefined hosts. */
  readonly isClosed: () => boolean
  /** Whether the router may be asked. */
  readonly mayMapPort: () => boolean
}

interface Wish {
  readonly topic: Topic
  readonly switches: Switches
  readonly dials: boolean
}

export function createPeerFinding({
  dialer,
  searches,
  portMapping,
  isClosed,
  mayMapPort,
}: Needs): PeerFinding {
  const wishes = new Map<FolderId, Wish>()

  function note(membership: Membership, switches: Switches | undefined, dials: boolean): void {
    if (switches === undefined) wishes.delete(membership.folderId)
    else wishes.set(membership.folderId, { topic: topicOf(membership), switches, dials })
    if (dials) dial(membership)
    search()
  }

  function waysOf({ switches }: Wish): readonly FoundBy[] {
    return isClosed() ? [] : foundBy.filter((by) => switches[by])
  }

  function dial(membership: Membership): void {
    const wish = wishes.get(membership.folderId)
    dialer.setTargets(membership, wish?.switches.hosts ?? [])
    dialer.setSearches(membership, new Set(wish === undefined ? [] : waysOf(wish)))
  }

  function search(): void {
    const all = [...wishes.values()]
    for (const by of foundBy)
      searches[by].setTopics(all.filter((wish) => waysOf(wish).includes(by)).map(({ topic }) => topic))
    // Only there strangers learn where this device is.
    const isTold = all.some((wish) => waysOf(wish).some((by) => by === 'tracker' || by === 'dht'))
    portMapping.setWanted(isTold && mayMapPort())
  }

  return {
    seek: (membership, switches) => note(membership, switches, true),
    beFound: (membership, switches) => note(membership, switches, false),
    reconsider() {
      for (const { topic, dials } of wishes.values()) if (dials) dial(topic.membership)
      search()
    },
    hosts: dialer.results,
    explain: (folderId) => ({
      hosts: dialer.results(folderId),
      found: dialer.foundResults(folderId),
      searches: foundBy.flatMap((by) => searches[by].results(folderId).map((result) => ({ ...result, by }))),
    }),
  }
}

/** Asked for again with every folder that comes or goes, so what was computed is kept. */
function topicOf(membership: Membership): Topic {
  const byDay = new Map<number, Buffer>()
  return {
    membership,
    rendezvous(day) {
      const known = byDay.get(day) ?? rendezvous(membership.folderId, day)
      // Of more than a few days nobody asks.
      if (byDay.size > 4) byDay.clear()
      byDay.set(day, known)
      return known
    },
  }
}
