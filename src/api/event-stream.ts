/**
 * Tells every reader what is so, and then each change of it. One look at the device serves all readers, is taken only when somebody said that
 * there may be news, and never often; with no reader nothing is looked at and nothing runs.
 */
import { SyncError } from '../core/errors.ts'
import type { Clock } from '../ports.ts'
import { changesBetween } from './event-feed.ts'
import { createEventRing, formatEvent } from './event-ring.ts'
import type { Snapshot } from './schemas/events.ts'

/** Browsers of a household, each with some pages open. Each holds a connection and a queue. */
const maxReaders = 32
/** What happens together is told together. */
const gatherMs = 250
/** While things change all the time, people and slow processors are better off with one look a second. */
const restMs = 1000
/** A look is at most this share of the time, however slow the device. */
const maxShare = 1 / 50
/** Shows both sides that the other is there; and what nobody said is found by then. */
const beatMs = 15_000

export interface EventReader {
  /** False when it does not take what it was sent before: it is let go then. */
  write(text: string): boolean
  /** It gets no more. */
  end(): void
}

export interface EventStream {
  /**
   * From now on the reader is told; of what it missed since the event of `lastId`, if that is still known, else everything anew. Throws
   * `too-many-readers`, and what keeps the device from being looked at. Disposing lets it go.
   */
  add(reader: EventReader, lastId: string | undefined): Promise<Disposable>
}

export interface EventStreamNeeds {
  readonly clock: Clock
  /** Tells this run from others. */
  readonly epoch: string
  look(): Promise<Snapshot>
  /** Calls back when a look may find something new. */
  listen(noted: () => void): Disposable
  /** Hears of a look that failed, which is taken again later. */
  onFailure(error: unknown): void
}

export function createEventStream({ clock, epoch, look, listen, onFailure }: EventStreamNeeds): EventStream {
  const readers = new Set<EventReader>()
  const ring = createEventRing(epoch)
  let joining = 0
  /** What all readers together were told; kept for those that come back. */
  let told: Snapshot | undefined
  let looking: Promise<void> | undefined
  /** During a look, which may have missed it. */
  let isNoted = false
  /** When the next look may be taken. */
  let restedMs = 0
  let timer: Disposable | undefined
  /** While there are readers. */
  let running: Disposable | undefined

  function lookNow(): Promise<void> {
    looking ??= takeLook().finally(() => {
      looking = undefined
      if (isNoted) lookSoon()
    })
    return looking
  }

  async function takeLook(): Promise<void> {
    timer?.[Symbol.dispose]()
    timer = undefined
    isNoted = false
    const beganMs = clock.monotonicMs()
    const now = await look()
    const before = told
    told = now
    const changes = before === undefined ? [] : changesBetween(before, now)
    tellAll(changes.map((change) => ring.add(JSON.stringify(change))).join(''))
    const tookMs = clock.monotonicMs() - beganMs
    restedMs = clock.monotonicMs() + Math.max(restMs, tookMs / maxShare)
  }

  function lookSoon(): void {
    isNoted = running !== undefined
    if (looking !== undefined || !isNoted) return
    timer ??= clock.after(Math.max(gatherMs, restedMs - clock.monotonicMs()), () => {
      timer = undefined
      lookNow().catch(onFailure)
    })
  }

  function tellAll(text: string): void {
    if (text === '') return
    for (const reader of readers) {
      if (reader.write(text)) continue
      remove(reader)
      reader.end()
    }
  }

  function run(): Disposable {
    const listening = listen(lookSoon)
    let beating: Disposable
    function beat(): void {
      tellAll(': still here\n\n')
      if (readers.size === 0) return
      lookSoon()
      beating = clock.after(beatMs, beat)
    }
    beating = clock.after(beatMs, beat)
    return {
      [Symbol.dispose]() {
        listening[Symbol.dispose]()
        beating[Symbol.dispose]()
        timer?.[Symbol.dispose]()
        timer = undefined
      },
    }
  }

  function remove(reader: EventReader): void {
    if (!readers.delete(reader) || readers.size > 0) return
    running?.[Symbol.dispose]()
    running = undefined
  }

  return {
    async add(reader, lastId) {
      if (readers.size + joining >= maxReaders) throw new SyncError('too-many-readers', { max: maxReaders })
      joining += 1
      try {
        // Where others read, what was told is at most a moment old.
        if (running === undefined) await lookNow()
      } finally {
        joining -= 1
      }
      // No waiting from here on: what is told next belongs to what is told now.
      const missed = lastId === undefined ? undefined : ring.since(lastId)
      reader.write(missed?.join('') ?? formatEvent('snapshot', ring.lastId, JSON.stringify(told)))
      readers.add(reader)
      running ??= run()
      return { [Symbol.dispose]: () => remove(reader) }
    },
  }
}
