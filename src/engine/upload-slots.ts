/**
 * How many peers the device sends blocks to at a time, over all folders: a block that is whole soon can be passed on soon, and on a slow
 * line many at once are all late. Whose turn it is, is up to `core/uploads`.
 */
import { createUploads } from '../core/uploads.ts'
import type { Clock, Link } from '../ports.ts'
import { defaultUploadSlots } from './settings.ts'

/** A peer that takes its block slower than that holds nobody else up: its slot is given away. */
const slowMs = 10_000

export interface UploadSlots {
  setCount(count: number): void
  /**
   * Resolves with the slot when a block may be sent over this link, of which one waits at a time. `holders` tells how many peers are known
   * to have that block.
   */
  take(link: Link, holders: () => number): Promise<UploadSlot>
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
  readonly resolve: (slot: UploadSlot) => void
}

export function createUploadSlots(clock: Clock, count = defaultUploadSlots): UploadSlots {
  const uploads = createUploads<Link>(count)
  const waiting = new Map<Link, Waiting>()

  function pump(): void {
    for (;;) {
      const link = uploads.next((each) => waiting.get(each)!.holders())
      if (link === undefined) return
      const { resolve } = waiting.get(link)!
      waiting.delete(link)
      resolve(slotOf(link))
    }
  }

  function slotOf(link: Link): UploadSlot {
    let isTaken = true
    const giveBack = (): void => {
      if (!isTaken) return
      isTaken = false
      timer[Symbol.dispose]()
      uploads.done(link, slot.sentBytes)
      pump()
    }
    const timer = clock.after(slowMs, giveBack)
    const slot: UploadSlot = { sentBytes: 0, [Symbol.dispose]: giveBack }
    return slot
  }

  return {
    setCount(changed) {
      uploads.setSlots(changed)
      pump()
    },
    take(link, holders) {
      const { promise, resolve } = Promise.withResolvers<UploadSlot>()
      waiting.set(link, { holders, resolve })
      uploads.wait(link)
      pump()
      return promise
    },
    forget(link) {
      const left = waiting.get(link)
      waiting.delete(link)
      uploads.remove(link)
      left?.resolve({ sentBytes: 0, [Symbol.dispose]: () => undefined })
      pump()
    },
  }
}
