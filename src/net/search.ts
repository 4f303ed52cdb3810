/** Ways to find peers that nobody has typed in: what each of them is given, and what it gives. */
import type { FolderId } from '../core/ids.ts'
import { type ReasonCode, reasonWords } from '../core/network-fault.ts'
import type { Chance, Clock, Log } from '../ports.ts'
import type { HostPort } from './address.ts'
import type { Membership } from './membership.ts'

/** What peers find each other by: a folder, or the meeting with whoever issued a one-time secret. */
export interface Topic {
  readonly membership: Membership
  /** The 20 bytes under which trackers and the DHT know it on a UTC day, counted from 1970. */
  rendezvous(day: number): Buffer
}

/** What a result says that has nothing to say but that. */
export function told(why: ReasonCode): Pick<SearchResult, 'message' | 'why'> {
  return { message: reasonWords[why], why }
}

/** One thing that was asked for peers, in words for people. */
export interface SearchResult {
  /** What was asked: the address of a tracker, the name of a network interface, `DHT`. */
  readonly at: string
  readonly state: 'working' | 'failed' | 'waiting'
  /** What came of it, or why nothing did: words that stand behind a colon, with no capital letter and no full stop. */
  readonly message: string
  /** Why nothing came of it, or not all that could. */
  readonly why?: ReasonCode
  /** When it is asked again, where that is known. */
  readonly nextInMs?: number
  /** Addresses it told last time. */
  readonly found: number
  /** When it was last asked or last answered, wall clock. */
  readonly atMs: number
}

/** One way to find peers, for as many topics as it is given. Never throws because of what comes from outside; disposing says goodbye where that is usual. */
export interface Search extends AsyncDisposable {
  /** Looks for these from now on, announces this device under them, and stops for all others at once. */
  setTopics(topics: readonly Topic[]): void
  /** What came of it for one of them; empty for others. */
  results(folderId: FolderId): readonly SearchResult[]
}

export interface SearchOptions {
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  /** The port at which peers reach this device, as it is seen from outside. Asked anew each time. */
  readonly port: () => number
  /** IP addresses at which a peer of a topic may be. Nobody has checked them; duplicates are no harm. */
  readonly onFound: (folderId: FolderId, addresses: readonly HostPort[]) => void
}
