/**
 * The receiving half of a link: messages wait here until the one before has been handled, so that a slow handler slows the sender
 * down instead of filling memory. Owns the order and the limit; knows nothing of sockets.
 */
import type { Message } from '../wire/messages.ts'

/** Above this the link stops reading: enough to keep a busy handler fed, little beside what a Pi has for all its links. */
export const inboxLimitBytes = 1024 * 1024
/** What a waiting message costs beside its bytes, so that many tiny ones count for what they are. */
export const messageOverheadBytes = 256

export interface Inbox {
  /** `handled` is called after the handler is done with it. */
  add(message: Message, sizeBytes: number, handled?: () => void): void
  /** Hands over messages from the first on. Called once. */
  listen(handler: (message: Message) => void | Promise<void>): void
  /** Calls back after all that waits now has been handled; at once when nobody listens. */
  atEnd(callback: () => void): void
  /** Drops what waits and hands over nothing more. */
  stop(): void
  /** Bytes waiting or being handled. */
  readonly heldBytes: number
}

export interface InboxEvents {
  /** A handler threw; the inbox has stopped. */
  failed(thrown: unknown): void
  /** A message that came with this size has been handled. */
  handled(sizeBytes: number): void
}

interface Waiting {
  readonly message: Message
  readonly sizeBytes: number
  readonly handled: (() => void) | undefined
}

export function createInbox(events: InboxEvents): Inbox {
  let waiting: Waiting[] = []
  let heldBytes = 0
  let handler: ((message: Message) => void | Promise<void>) | undefined
  let busy = false
  let stopped = false
  let ending: (() => void) | undefined

  async function deliver(): Promise<void> {
    if (busy || handler === undefined) return
    busy = true
    for (let next = waiting.shift(); next !== undefined && !stopped; next = waiting.shift()) {
      try {
        const handling = handler(next.message)
        // No await for a handler that is done already: a turn of the loop for each small message would cost more than the message.
        if (handling !== undefined) await handling
      } catch (thrown) {
        stop()
        events.failed(thrown)
        break
      }
      next.handled?.()
      if (stopped) break
      heldBytes -= next.sizeBytes + messageOverheadBytes
      events.handled(next.sizeBytes)
    }
    busy = false
    if (!stopped) ending?.()
  }

  function stop(): void {
    stopped = true
    waiting = []
    heldBytes = 0
  }

  return {
    add(message, sizeBytes, handled) {
      if (stopped) return
      waiting.push({ message, sizeBytes, handled })
      heldBytes += sizeBytes + messageOverheadBytes
      void deliver()
    },
    listen(given) {
      if (handler !== undefined) throw new Error('assertion: a link has one listener')
      handler = given
      void deliver()
    },
    atEnd(callback) {
      if (stopped) return
      if (busy) ending = callback
      else callback()
    },
    stop,
    get heldBytes() {
      return heldBytes
    },
  }
}
