/**
 * Finds peers through trackers: keeps every topic announced at every tracker, under each day that counts as today. What a tracker gets to know is
 * a hash of the day, this device's address and port, and random numbers. Bounds how much is asked at once, and says what fails once, not each time.
 */
import type { FolderId } from '../core/ids.ts'
import { daysOf, isClockSet } from '../core/wall-clock.ts'
import { type Announcement, createAnnouncement } from './announcement.ts'
import { createLeaving } from './leaving.ts'
import { type Resolve, resolveName } from './resolve.ts'
import { type Search, type SearchOptions, type SearchResult, type Topic, told } from './search.ts'
import { announceTo } from './tracker-announce.ts'
import { isPlausible } from './tracker-answer.ts'
import { parseTrackerUrl, type TrackerUrl } from './tracker-url.ts'
import { createTurns, type TakeTurn } from './turns.ts'

/**
 * Questions under way at once at one tracker: a device with a hundred folders must not open hundreds of sockets when it starts. Each tracker has
 * its own, because at one that does not answer they all wait long.
 */
const maxAskedAtOnce = 4
/** How soon it is noticed that the port or the day has changed, or that the clock was set. */
const lookEveryMs = 30_000
/** What a tracker fails with is logged again after this. */
const complainEveryMs = 3_600_000

export interface TrackerSearchOptions extends SearchOptions {
  /** IP addresses of a name; the system's resolver when left out. */
  readonly resolve?: Resolve
  /** Which addresses a tracker at an address is believed; `isPlausible` when left out. */
  readonly isPlausible?: typeof isPlausible
  /** Whether a folder has fewer peers than are sought, and so is to be asked about again sooner; never when left out. */
  readonly isShort?: (folderId: FolderId) => boolean
}

export interface TrackerSearch extends Search {
  /** The trackers to ask from now on. Throws `tracker-invalid` and changes nothing when one is no address of a tracker. */
  setTrackers(trackers: readonly string[]): void
}

export function createTrackerSearch(options: TrackerSearchOptions): TrackerSearch {
  const { clock, chance, log, port } = options
  let topics: readonly Topic[] = []
  let trackers: readonly TrackerUrl[] = []
  const announcementsByKey = new Map<string, Announcement>()
  /** Goodbyes being said. */
  const leaving = createLeaving()
  const turnsByTracker = new Map<string, TakeTurn>()
  /** When a failure of a tracker was logged, by its address. */
  const complainedMs = new Map<string, number>()
  let look: Disposable | undefined

  const keyOf = ({ membership }: Topic, tracker: TrackerUrl, infoHash: Buffer): string =>
    `${membership.folderId} ${infoHash.toString('hex')} ${tracker.text}`
  const days = (): readonly number[] => (isClockSet(clock.now()) ? daysOf(clock.now()) : [])

  function refresh(): void {
    const wanted = new Set<string>()
    for (const topic of topics) {
      for (const infoHash of days().map((day) => topic.rendezvous(day))) {
        for (const tracker of trackers) {
          const key = keyOf(topic, tracker, infoHash)
          wanted.add(key)
          if (!announcementsByKey.has(key))
            announcementsByKey.set(key, announceTopic(topic, tracker, infoHash))
        }
      }
    }
    for (const [key, announcement] of announcementsByKey) {
      if (wanted.has(key)) continue
      announcementsByKey.delete(key)
      leaving.add(announcement)
    }
  }

  function announceTopic({ membership }: Topic, tracker: TrackerUrl, infoHash: Buffer): Announcement {
    const takeTurn = turnsByTracker.get(tracker.text) ?? createTurns(maxAskedAtOnce)
    turnsByTracker.set(tracker.text, takeTurn)
    return createAnnouncement({
      ...{ clock, chance, port, infoHash, tracker: tracker.text },
      ask: (announce, signal) =>
        takeTurn(signal, () =>
          announceTo(tracker, announce, {
            ...{ clock, chance, signal },
            resolve: options.resolve ?? resolveName,
            isPlausible: options.isPlausible ?? isPlausible,
            onAddresses(addresses) {
              if (announce.event !== 'stopped') options.onFound(membership.folderId, addresses)
            },
          }),
        ),
      isShort: () => options.isShort?.(membership.folderId) ?? false,
      onFailure: (reason) => complain(tracker, reason),
    })
  }

  function complain(tracker: TrackerUrl, reason: string): void {
    const nowMs = clock.monotonicMs()
    if (nowMs - (complainedMs.get(tracker.text) ?? Number.NEGATIVE_INFINITY) < complainEveryMs) return
    complainedMs.set(tracker.text, nowMs)
    log.info({ tracker: tracker.text, reason }, 'a tracker was of no use')
  }

  function lookAround(): void {
    refresh()
    for (const announcement of announcementsByKey.values()) announcement.check()
    look = clock.after(lookEveryMs, lookAround)
  }

  lookAround()

  return {
    setTrackers(texts) {
      const byText = new Map(texts.map(parseTrackerUrl).map((tracker) => [tracker.text, tracker]))
      trackers = [...byText.values()]
      for (const texts of [complainedMs, turnsByTracker])
        for (const text of texts.keys()) if (!byText.has(text)) texts.delete(text)
      refresh()
    },
    setTopics(wanted) {
      topics = wanted
      refresh()
    },
    results(folderId: FolderId) {
      const topic = topics.find(({ membership }) => membership.folderId === folderId)
      if (topic === undefined) return []
      const [today] = days()
      return trackers.map((tracker): SearchResult => {
        if (today === undefined) return clockNotSet(tracker.text, clock.now())
        const announcement = announcementsByKey.get(keyOf(topic, tracker, topic.rendezvous(today)))
        // At midnight, until the next look.
        return announcement?.result() ?? notAskedYet(tracker.text, clock.now())
      })
    },
    async [Symbol.asyncDispose]() {
      look?.[Symbol.dispose]()
      topics = []
      refresh()
      await leaving.done()
    },
  }
}

function clockNotSet(at: string, atMs: number): SearchResult {
  return { at, state: 'waiting', ...told('clock-not-set'), found: 0, atMs }
}

function notAskedYet(at: string, atMs: number): SearchResult {
  return { at, state: 'waiting', ...told('not-asked-yet'), found: 0, atMs }
}
