/** What came of LAN search, for people: what could be said and heard on each interface, and who was found there. Decides nothing. */
import { reasonOf } from '../core/errors.ts'
import type { FolderId } from '../core/ids.ts'
import type { Clock, Log } from '../ports.ts'
import type { Segment } from './lan-segments.ts'
import { type SearchResult, told } from './search.ts'

/** An address counts as found while it was heard within two of the longest waits between announcements. */
const foundForMs = 120_000
/** Addresses remembered of one folder; of more the one heard longest ago is forgotten. */
const maxFound = 100

/** Something done on a segment, as a person is told when it does not work. */
export type LanAct = 'opening a socket' | 'listening' | 'sending by multicast' | 'sending by broadcast'

export interface LanResults {
  /** How something on a segment went: with an error, or undefined for well. */
  noteAct(segment: Segment, act: LanAct, error: unknown): void
  noteFound(folderId: FolderId, segment: Segment, address: string): void
  /** Forgets all other segments. */
  keepSegments(segments: readonly Segment[]): void
  /** Forgets all other folders. */
  keepFolders(folderIds: ReadonlySet<FolderId>): void
  /** One for each interface. */
  of(folderId: FolderId): readonly SearchResult[]
}

/** What is known of a segment. */
interface Account {
  readonly segment: Segment
  /** Why something did not work the last time, or undefined. */
  readonly reasonsByAct: Map<LanAct, string | undefined>
  /** Wall clock. */
  atMs: number
}

/** That an address was heard. */
interface Sighting {
  readonly interface: string
  readonly atMs: number
}

export function createLanResults(clock: Clock, log: Log): LanResults {
  const accountsByKey = new Map<string, Account>()
  /** By folder, then by address, longest ago first. */
  const sightingsByFolder = new Map<FolderId, Map<string, Sighting>>()

  function touch(segment: Segment): Account {
    const known = accountsByKey.get(segment.key)
    const account: Account = known ?? { segment, reasonsByAct: new Map(), atMs: 0 }
    account.atMs = clock.now()
    accountsByKey.set(segment.key, account)
    return account
  }

  function countFound(folderId: FolderId, name: string): number {
    const sinceMs = clock.monotonicMs() - foundForMs
    const sightings = sightingsByFolder.get(folderId)?.values() ?? []
    return [...sightings].filter((sighting) => sighting.interface === name && sighting.atMs >= sinceMs).length
  }

  function resultOf(folderId: FolderId, name: string, accounts: readonly Account[]): SearchResult {
    const acts = accounts.flatMap(({ segment, reasonsByAct }) =>
      Array.from(reasonsByAct, ([act, reason]) => ({ act, family: segment.family, reason })),
    )
    const isAsked = acts.some(({ act, reason }) => act.startsWith('sending') && reason === undefined)
    const troubles = acts
      .filter(({ reason }) => reason !== undefined)
      .map(({ act, family, reason }) => `${act} does not work with ${family} (${reason})`)
    const found = countFound(folderId, name)
    const about = { at: name, found, atMs: Math.max(...accounts.map(({ atMs }) => atMs)) }
    const hampered = troubles.length === 0 ? {} : { why: 'hampered' as const }
    if (isAsked) {
      const message = [`asked, ${found} found`, ...troubles].join('; ')
      return { ...about, state: 'working', message, ...hampered }
    }
    if (troubles.length > 0)
      return { ...about, state: 'failed', message: `could not ask: ${troubles.join('; ')}` }
    return { ...about, state: 'waiting', ...told('not-asked-yet') }
  }

  return {
    noteAct(segment, act, error) {
      const { reasonsByAct } = touch(segment)
      const reason = error === undefined ? undefined : reasonOf(error)
      if (reason !== undefined && reasonsByAct.get(act) !== reason)
        log.info(
          { interface: segment.interface, family: segment.family, act, reason },
          'LAN search is hampered',
        )
      // Without a socket nothing that worked before does.
      if (reason !== undefined && act === 'opening a socket') reasonsByAct.clear()
      reasonsByAct.set(act, reason)
    },
    noteFound(folderId, segment, address) {
      touch(segment)
      const sightings = sightingsByFolder.get(folderId) ?? new Map<string, Sighting>()
      // Put back at the end, so that the first one is always the one heard longest ago.
      sightings.delete(address)
      sightings.set(address, { interface: segment.interface, atMs: clock.monotonicMs() })
      if (sightings.size > maxFound) sightings.delete(sightings.keys().next().value!)
      sightingsByFolder.set(folderId, sightings)
    },
    keepSegments(segments) {
      const keys = new Set(segments.map(({ key }) => key))
      for (const key of accountsByKey.keys()) if (!keys.has(key)) accountsByKey.delete(key)
    },
    keepFolders(folderIds) {
      for (const folderId of sightingsByFolder.keys())
        if (!folderIds.has(folderId)) sightingsByFolder.delete(folderId)
    },
    of(folderId) {
      const accountsByInterface = Map.groupBy(accountsByKey.values(), ({ segment }) => segment.interface)
      return Array.from(accountsByInterface, ([name, accounts]) => resultOf(folderId, name, accounts))
    },
  }
}
