/**
 * Finding peers in the mainline DHT (BEP 5): looks for each topic's hash of the day and announces this device under it, again and again.
 * Without topics, and while the clock is not set, there is no socket and no packet. What is learnt is addresses, which nobody has checked.
 */
import { reasonOf } from '../core/errors.ts'
import type { FolderId } from '../core/ids.ts'
import { daysOf, isClockSet } from '../core/wall-clock.ts'
import { formatHostPort, type HostPort, parseHostPort } from './address.ts'
import { type DhtNode, openDhtNode } from './dht-node.ts'
import { keepDhtTable, readDhtTable } from './dht-table.ts'
import { type Search, type SearchOptions, type SearchResult, type Topic, told } from './search.ts'

/** Lookups at a time. One sends a hundred packets or two; with this many a hundred folders take their turns in a few minutes. */
const maxLookups = 4
/** Two devices that begin at the same moment do not find each other with their first lookup: neither has announced itself yet. */
const soonAgainMs: readonly number[] = [5000, 15_000, 60_000]
/** Others forget what was announced after half an hour at the earliest. */
const againMs = 15 * 60_000
const againJitterMs = 5 * 60_000
/** After a lookup that no node answered, and doubled each time. */
const afterFailureMs = 5000
const longestAfterFailureMs = 5 * 60_000
/** A clock is set by the network seconds after that is there. */
const lookAtClockEveryMs = 5000
/** For the first time when the table is worth it; it changes little in an hour, and a memory card does not last for ever. */
const keepTableAfterMs = 5 * 60_000
const keepTableEveryMs = 60 * 60_000
/** Of the list that a person keeps. */
const maxBootstrapNodes = 32

export interface DhtSearchOptions extends SearchOptions {
  /** Nodes to begin with, `HOST:PORT`; asked anew when nobody is known, and before each lookup whether they changed. */
  readonly bootstrap: () => readonly string[]
  /** Where the nodes that are known are kept across restarts. Its directory has to exist. */
  readonly stateFile: string
  /** An IPv4 address and a UDP port. */
  readonly listen: HostPort
}

/** A topic, and how it goes. */
interface Sought {
  topic: Topic
  /** When to look next, monotonic; infinite while that is under way. */
  nextMs: number
  /** Lookups in a row that some node answered, or that none did. */
  answered: number
  failed: number
  result: SearchResult
}

export function createDhtSearch(options: DhtSearchOptions): Search {
  const { clock, chance, log, port, onFound, bootstrap, stateFile, listen } = options
  const sought = new Map<FolderId, Sought>()
  let stop: AbortController | undefined
  /** The end of what ran last: two at once would be in each other's way at the port and in the file. */
  let ended: Promise<void> = Promise.resolve()
  let wake = (): void => undefined
  let isDisposed = false

  function report(
    state: SearchResult['state'],
    what: Pick<SearchResult, 'message' | 'why'>,
    found: number,
  ): SearchResult {
    return { at: 'DHT', state, ...what, found, atMs: clock.now() }
  }

  function reportToAll(state: SearchResult['state'], what: Pick<SearchResult, 'message' | 'why'>): void {
    for (const one of sought.values()) one.result = report(state, what, one.result.found)
  }

  /** Resolves after that time, or when there may be something to do. */
  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return
    const over = Promise.withResolvers<void>()
    wake = over.resolve
    using _timer = clock.after(ms, over.resolve)
    await over.promise
  }

  /** From the first topic to the last. */
  async function run(signal: AbortSignal): Promise<void> {
    for (let failed = 0; !signal.aborted; failed += 1) {
      while (!isClockSet(clock.now()) && !signal.aborted) {
        reportToAll('waiting', told('clock-not-set'))
        await pause(lookAtClockEveryMs, signal)
      }
      if (signal.aborted) return
      try {
        await using node = await openDhtNode({ clock, chance, log, listen, onNode: () => wake() })
        // What is being waited for ends with it.
        signal.addEventListener('abort', () => void node[Symbol.asyncDispose](), { once: true })
        await seek(node, signal)
      } catch (thrown) {
        reportToAll('failed', { message: `${reasonOf(thrown).replace(/\.$/, '')}; it is tried again` })
        log.warn({ error: thrown }, 'the DHT cannot be asked')
        await pause(pauseAfter(failed), signal)
      }
    }
  }

  async function seek(node: DhtNode, signal: AbortSignal): Promise<void> {
    let kept = await readDhtTable(stateFile, log)
    let keepAtMs = clock.monotonicMs() + keepTableAfterMs
    let met: readonly string[] = []
    let failed = 0
    let underway = 0

    async function keep(): Promise<void> {
      keepAtMs = clock.monotonicMs() + keepTableEveryMs
      kept = await keepDhtTable(stateFile, node.known(), kept, log)
    }

    /** Whether any node is known, after asking for them where that is to be done. */
    async function meet(): Promise<boolean> {
      const typed = bootstrap().slice(0, maxBootstrapNodes)
      if (node.size() > 0 && typed.join() === met.join()) return true
      if (node.size() === 0) reportToAll('waiting', told('looks-for-nodes'))
      met = typed
      if (await node.meet(parseTyped(typed), kept)) return true
      const isAnyKnown = typed.length + kept.length > 0
      reportToAll('failed', told(isAnyKnown ? 'no-node-answers' : 'no-node-known'))
      return false
    }

    while (!signal.aborted) {
      if (!(await meet())) {
        failed += 1
        await pause(pauseAfter(failed - 1), signal)
        continue
      }
      failed = 0
      if (clock.monotonicMs() >= keepAtMs) await keep()
      for (let next = nextDue(); next !== undefined && underway < maxLookups; next = nextDue()) {
        underway += 1
        void lookFor(next, node).then(() => {
          underway -= 1
          wake()
        })
      }
      await pause(underway < maxLookups ? untilDueMs() : Number.POSITIVE_INFINITY, signal)
    }
    await keep()
  }

  /** The one that should have been looked for the longest time ago. */
  function nextDue(): Sought | undefined {
    const all = [...sought.values()].sort((a, b) => a.nextMs - b.nextMs)
    return all.find(({ nextMs }) => nextMs <= clock.monotonicMs())
  }

  function untilDueMs(): number {
    return Math.min(...[...sought.values()].map(({ nextMs }) => nextMs)) - clock.monotonicMs()
  }

  async function lookFor(one: Sought, node: DhtNode): Promise<void> {
    one.nextMs = Number.POSITIVE_INFINITY
    const { folderId } = one.topic.membership
    const isWanted = () => sought.get(folderId) === one
    let [asked, announced] = [0, 0]
    const found = new Set<string>()
    for (const day of daysOf(clock.now())) {
      const hash = one.topic.rendezvous(day)
      const answers = await node.find(hash, (address) => {
        found.add(formatHostPort(address))
        if (isWanted()) onFound(folderId, [address])
      })
      if (!isWanted()) return
      asked += answers
      const ownPort = port()
      if (answers > 0 && ownPort >= 1 && ownPort <= 65_535) announced += await node.announce(hash, ownPort)
    }
    one.answered = asked > 0 ? one.answered + 1 : 0
    one.failed = asked > 0 ? 0 : one.failed + 1
    const message = `nodes that answered: ${asked}, announced at: ${announced}, addresses found: ${found.size}`
    one.result =
      asked > 0
        ? report('working', { message }, found.size)
        : report('failed', told('no-node-answers'), one.result.found)
    one.nextMs = clock.monotonicMs() + pauseOf(one)
  }

  function pauseOf({ answered, failed }: Sought): number {
    if (failed > 0) return pauseAfter(failed - 1)
    return soonAgainMs[answered - 1] ?? againMs + chance.fraction() * againJitterMs
  }

  function parseTyped(texts: readonly string[]): HostPort[] {
    return texts.flatMap((text) => {
      try {
        return [parseHostPort(text)]
      } catch (thrown) {
        log.warn({ reason: reasonOf(thrown) }, 'a bootstrap node of the DHT is passed over')
        return []
      }
    })
  }

  function setTopics(topics: readonly Topic[]): void {
    const wanted = new Map(isDisposed ? [] : topics.map((topic) => [topic.membership.folderId, topic]))
    for (const folderId of sought.keys()) if (!wanted.has(folderId)) sought.delete(folderId)
    for (const [folderId, topic] of wanted) {
      const known = sought.get(folderId)
      const result = report('waiting', told('not-asked-yet'), 0)
      if (known !== undefined) known.topic = topic
      else sought.set(folderId, { topic, nextMs: clock.monotonicMs(), answered: 0, failed: 0, result })
    }
    if (sought.size === 0) {
      stop?.abort()
      stop = undefined
    } else if (stop === undefined) {
      stop = new AbortController()
      const { signal } = stop
      ended = ended.then(() => run(signal))
    }
    wake()
  }

  return {
    setTopics,
    results(folderId) {
      const one = sought.get(folderId)
      return one === undefined ? [] : [one.result]
    },
    async [Symbol.asyncDispose]() {
      isDisposed = true
      setTopics([])
      await ended
    },
  }
}

function pauseAfter(failuresBefore: number): number {
  return Math.min(longestAfterFailureMs, afterFailureMs * 2 ** failuresBefore)
}
