/**
 * A link over an established channel and its socket: queues, seals and frames messages, opens and hands them over one at a time,
 * keeps watch over a peer that falls silent, and closes with a reason both sides know (rule P1). Owns the socket from here on. Does
 * not look into messages, except for ping, pong and close, which the engine never sees.
 */
import type { Socket } from 'node:net'
import { closedByPeer, isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import { free } from '../core/memory.ts'
import type { Clock, Link, Log } from '../ports.ts'
import { frameHeader } from '../wire/frames.ts'
import { type Message, maxMessageBytes } from '../wire/messages.ts'
import { bytesOf } from '../wire/noise.ts'
import type { Channel } from './handshake.ts'
import { createInbox, inboxLimitBytes, messageOverheadBytes } from './inbox.ts'

/** `writable()` waits while more is queued: enough to keep a fast line busy, little enough to change one's mind. */
export const writableLimitBytes = 1024 * 1024
/** More than this is queued only for a peer that stopped reading while we had much to tell: it can ask again on a new link. */
export const maxQueuedBytes = 32 * 1024 * 1024
/** After this long without a word from or to the peer it is asked for a sign of life; also keeps NAT mappings open. */
export const pingAfterMs = 30_000
/** A peer from which nothing came, or which took nothing, for this long is gone. Three pings. */
export const stallLimitMs = 90_000
/** How often a link looks at the two limits above: they are kept to this precision. */
export const watchEveryMs = 10_000
/** A closing link waits this long for its last words to leave. */
export const closeLimitMs = 2_000

export interface MessageCodec {
  /** In parts that follow each other. */
  encode(message: Message): readonly Uint8Array[]
  /** Undefined for a message of a kind this version does not know, which is skipped. Throws `peer-…`. */
  decode(bytes: Uint8Array): Message | undefined
}

export interface LinkOptions {
  readonly socket: Socket
  readonly channel: Channel
  readonly address: string
  readonly clock: Clock
  readonly log: Log
  readonly codec: MessageCodec
}

/** A message waiting to be sealed, in parts that follow each other. */
interface Queued {
  readonly parts: readonly Uint8Array[]
  readonly encoded: (() => void) | undefined
}

export function createLink(options: LinkOptions): Link {
  const { socket, channel, address, clock, codec } = options
  const { transport, splitter } = channel
  const log = options.log.child({ folderId: channel.membership.folderId, peer: channel.peer })
  const closed = Promise.withResolvers<SyncError>()
  const inbox = createInbox({ failed: failWith, handled: readOnWhenRoom })

  let state: 'open' | 'closing' | 'closed' = 'open'
  /** Why it ends; the first reason stays. */
  let reason: SyncError | undefined
  /** The peer has said its last word; what came before it is still handed over. */
  let peerClosed = false
  let queue: Queued[] = []
  let queuedBytes = 0
  let pumpPlanned = false
  let pongQueued = false
  let waitingForRoom: (() => void)[] = []

  let heardMs = clock.monotonicMs()
  let saidMs = heardMs
  let pingedMs = heardMs
  let progressMs = heardMs
  let flushedBytes = 0
  let timer = clock.after(watchEveryMs, watch)

  // -- sending

  function enqueue(message: Message, encoded?: () => void): void {
    const parts = codec.encode(message)
    const lengthBytes = bytesOf(parts)
    if (lengthBytes > maxMessageBytes) throw new Error(`assertion: a ${message.kind} of ${lengthBytes} bytes`)
    queue.push({ parts, encoded })
    queuedBytes += lengthBytes + messageOverheadBytes
    saidMs = clock.monotonicMs()
    // What is sent in one go leaves in one write.
    if (!pumpPlanned) queueMicrotask(pump)
    pumpPlanned = true
  }

  /** Seals no more than the socket takes: what waits is then bounded by `queue` alone, and a close does not wait behind it. */
  function pump(): void {
    pumpPlanned = false
    if (state === 'closed') return
    socket.cork()
    let taken = 0
    for (; taken < queue.length && !socket.writableNeedDrain; taken++) {
      const { parts, encoded } = queue[taken]!
      queuedBytes -= bytesOf(parts) + messageOverheadBytes
      const frame = transport.seal(parts)
      encoded?.()
      socket.write(frameHeader(bytesOf(frame)))
      for (const part of frame) socket.write(part, () => free(part))
    }
    queue = queue.slice(taken)
    socket.uncork()
    if (queue.length === 0) pongQueued = false
    if (queuedBytes <= writableLimitBytes) releaseWaiting()
    if (state === 'closing' && queue.length === 0) socket.end()
  }

  function releaseWaiting(): void {
    const released = waitingForRoom
    waitingForRoom = []
    for (const release of released) release()
  }

  // -- receiving

  function onData(chunk: Buffer): void {
    // A closing link reads on and drops, because a socket closed over unread bytes takes back what it sent last.
    if (state !== 'open' || peerClosed) return
    heardMs = clock.monotonicMs()
    splitter.push(chunk)
    readFrames()
  }

  function readFrames(): void {
    try {
      while (state === 'open' && !peerClosed) {
        const frame = splitter.next()
        if (frame === undefined) break
        const bytes = transport.open(frame)
        const message = codec.decode(bytes)
        if (message !== undefined) receive(message, bytes)
      }
    } catch (thrown) {
      failWith(thrown)
    }
    if (state === 'open' && inbox.heldBytes > inboxLimitBytes) socket.pause()
  }

  function receive(message: Message, bytes: Buffer): void {
    if (message.kind === 'ping') {
      // One at a time: a peer that pings and never reads must not fill the queue.
      if (!pongQueued) enqueue({ kind: 'pong' })
      pongQueued = true
    } else if (message.kind === 'close') {
      peerClosed = true
      reason = closedByPeer(message.code, address)
      inbox.atEnd(() => finish('the other side closed the link'))
    } else if (message.kind === 'block') inbox.add(message, bytes.length, () => free(bytes))
    else if (message.kind !== 'pong') inbox.add(message, bytes.length)
  }

  function readOnWhenRoom(): void {
    if (inbox.heldBytes <= inboxLimitBytes && socket.isPaused()) {
      heardMs = clock.monotonicMs()
      socket.resume()
    }
  }

  // -- watching

  function watch(): void {
    timer = clock.after(watchEveryMs, watch)
    const nowMs = clock.monotonicMs()
    const flushed = socket.bytesWritten - socket.writableLength
    if (flushed !== flushedBytes || (queue.length === 0 && socket.writableLength === 0)) {
      flushedBytes = flushed
      progressMs = nowMs
    }
    // While we do not read, silence is ours.
    if (socket.isPaused()) heardMs = nowMs
    if (nowMs - Math.min(heardMs, progressMs) >= stallLimitMs)
      failWith(new SyncError('peer-stalled', { seconds: stallLimitMs / 1000 }))
    else if (nowMs - Math.min(heardMs, saidMs) >= pingAfterMs && nowMs - pingedMs >= pingAfterMs) {
      pingedMs = nowMs
      enqueue({ kind: 'ping' })
    }
  }

  // -- ending

  function failWith(thrown: unknown): void {
    if (isSyncError(thrown)) {
      endWith(thrown)
      return
    }
    log.error({ error: thrown }, 'a message could not be handled')
    endWith(new SyncError('peer-garbage', { reason: reasonOf(thrown) }, { cause: thrown }))
  }

  /** Tells the peer why, lets it leave, and ends. */
  function endWith(error: SyncError): void {
    if (state !== 'open') return
    reason ??= error
    inbox.stop()
    enqueue({ kind: 'close', code: error.code })
    state = 'closing'
    releaseWaiting()
    timer[Symbol.dispose]()
    timer = clock.after(closeLimitMs, () => finish('it did not take the last words'))
    socket.resume()
  }

  /** The end of everything. What a socket tells after that is of no interest. */
  function finish(lastWords: string): void {
    if (state === 'closed') return
    state = 'closed'
    inbox.stop()
    queue = []
    queuedBytes = 0
    timer[Symbol.dispose]()
    socket.destroy()
    releaseWaiting()
    closed.resolve(reason ?? new SyncError('unreachable', { address, reason: lastWords }))
  }

  let lastError = 'the connection was lost'

  function onGone(): void {
    // Nothing can be sent any more, so nobody may wait for room; the inbox's end then ends the link.
    if (state === 'open' && peerClosed) releaseWaiting()
    else finish(lastError)
  }

  socket.setNoDelay(true)
  socket.setKeepAlive(true, pingAfterMs)
  socket.on('data', onData)
  socket.on('drain', pump)
  socket.on('error', (error) => {
    lastError = reasonOf(error)
  })
  socket.on('end', onGone)
  socket.on('close', onGone)
  readFrames()
  if (inbox.heldBytes <= inboxLimitBytes) socket.resume()
  if (socket.destroyed) onGone()

  return {
    folderId: channel.membership.folderId,
    peer: channel.peer,
    address,
    initiator: channel.initiator,
    handshakeHash: channel.handshakeHash,
    send(message, encoded) {
      if (state !== 'open' || peerClosed || socket.destroyed) return
      enqueue(message, encoded)
      if (queuedBytes > maxQueuedBytes)
        failWith(new SyncError('peer-stalled', { seconds: stallLimitMs / 1000 }))
    },
    async writable() {
      if (state !== 'open' || peerClosed || socket.destroyed || queuedBytes <= writableLimitBytes) return
      await new Promise<void>((resolve) => waitingForRoom.push(resolve))
    },
    listen: inbox.listen,
    close(code) {
      endWith(new SyncError(code, { address, reason: 'this side closed the link' }))
    },
    closed: closed.promise,
    traffic: {
      get sentBytes() {
        return socket.bytesWritten - socket.writableLength
      },
      get receivedBytes() {
        return socket.bytesRead
      },
    },
  }
}
