/**
 * How many peers the device sends blocks to at a time, over all folders: a block that is whole soon can be passed on soon, and on a slow
 * line many at once are all late. Whose turn it is, is up to `core/uploads`.
 */
import { createUploads } from '../core/uploads.ts'
import type { Clock, Link } from '../ports.ts'
import { defaultUploadSlots } from './settings.ts'

/** A peer that takes its block slower than this holds nobody else up: its slot is given away, and it gets none before it was faster. */
const slowBytesPerSecond = 25_000
const slowMs = 10_000
/** Who waited so long is sent its block beside the others, or it would take this device for stalled (P8). */
const maxWaitMs = 20_000

export interface UploadSlots {
  setCount(count: number): void
  /**
   * Resolves with the slot when a block may be sent over this link, of which one waits at a time. `holders` tells how many peers are known
   * to have that block.
   */
  take(link: Link, lengthBytes: number, holders: () => number): Promise<UploadSlot>
  /** Nobody waits for this link any more; who waits for its slot gets it. */
  forget(link: Link): void
}

/** Given back when disposed. */
export interface UploadSlot extends Disposable {
  /** So much was sent, which counts for who comes next. */
  sentBytes: number
}

interface Waiting {
  readonly holders: () => number
  readonly lengthBytes: number
  readonly resolve: (slot: UploadSlot) => void
  readonly timer: Disposable
}

export function createUploadSlots(clock: Clock, count = defaultUploadSlots): UploadSlots {
  const uploads = createUploads<Link>(count)
  const waiting = new Map<Link, Waiting>()
  const slowLinks = new Set<Link>()

  function pump(): void {
    for (;;) {
      const link = uploads.next((each) => waiting.get(each)!.holders())
      if (link === undefined) return
      const { resolve, lengthBytes } = stopWaiting(link)!
      resolve(slotOf(link, lengthBytes))
    }
  }

  function stopWaiting(link: Link): Waiting | undefined {
    const found = waiting.get(link)
    waiting.delete(link)
    found?.timer[Symbol.dispose]()
    return found
  }

  function slotOf(link: Link, lengthBytes: number): UploadSlot {
    let isTaken = true
    const giveBack = (): void => {
      if (!isTaken) return
      isTaken = false
      timer[Symbol.dispose]()
      uploads.done(link, slot.sentBytes)
      pump()
    }
    const timer = clock.after(limitMs(lengthBytes), () => {
      slowLinks.add(link)
      giveBack()
    })
    const slot: UploadSlot = { sentBytes: 0, [Symbol.dispose]: giveBack }
    return slot
  }

  function limitMs(lengthBytes: number): number {
    return Math.max(slowMs, (lengthBytes / slowBytesPerSecond) * 1000)
  }

  /** Beside the slots. */
  function letThrough(link: Link, lengthBytes: number): UploadSlot {
    const startedMs = clock.monotonicMs()
    return {
      sentBytes: 0,
      [Symbol.dispose]() {
        if (clock.monotonicMs() - startedMs < limitMs(lengthBytes)) slowLinks.delete(link)
      },
    }
  }

  return {
    setCount(changed) {
      uploads.setSlots(changed)
      pump()
    },
    async take(link, lengthBytes, holders) {
      if (slowLinks.has(link)) return letThrough(link, lengthBytes)
      const { promise, resolve } = Promise.withResolvers<UploadSlot>()
      const timer = clock.after(maxWaitMs, () => {
        uploads.leave(link)
        stopWaiting(link)?.resolve(letThrough(link, lengthBytes))
      })
      waiting.set(link, { holders, lengthBytes, resolve, timer })
      uploads.wait(link)
      pump()
      return promise
    },
    forget(link) {
      slowLinks.delete(link)
      uploads.remove(link)
      stopWaiting(link)?.resolve({ sentBytes: 0, [Symbol.dispose]: () => undefined })
      pump()
    },
  }
}
