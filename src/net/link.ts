/**
 * A link over an established channel and its socket: queues, seals and frames messages, opens and hands them over one at a time,
 * keeps watch over a peer that falls silent, and closes with a reason both sides know (rule P1). Owns the socket from here on. Does
 * not look into messages, except for ping, pong and close, which the engine never sees.
 */
import type { Socket } from 'node:net'
import { closedByPeer, isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import { free } from '../core/memory.ts'
import { NetworkFault, type Reason } from '../core/network-fault.ts'
import type { Clock, Link, Log } from '../ports.ts'
import { frameHeader, frameHeaderBytes } from '../wire/frames.ts'
import { type Message, maxMessageBytes } from '../wire/messages.ts'
import { bytesOf, tagBytes } from '../wire/noise.ts'
import { hostOfAddress, networkOf } from './address.ts'
import {
  type CipherAnswer,
  type CipherPool,
  frameExtraBytes,
  jobBytes,
  maxJobsBytes,
  minJobBytes,
} from './cipher-pool.ts'
import type { Channel } from './handshake.ts'
import { createInbox, inboxLimitBytes, messageOverheadBytes } from './inbox.ts'
import { networkReason } from './network-reason.ts'

/** `writable()` waits while more is queued: enough to keep a fast line busy, little enough to change one's mind. */
export const writableLimitBytes = 1024 * 1024
/** More than this is queued only for a peer that stopped reading while we had much to tell: it can ask again on a new link. */
export const maxQueuedBytes = 32 * 1024 * 1024
/** After this long without a word from or to the peer it is asked for a sign of life; also keeps NAT mappings open. */
const pingAfterMs = 30_000
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
  readonly via: Link['via']
  readonly clock: Clock
  readonly log: Log
  readonly codec: MessageCodec
  /** Where much at once is sealed and opened; undefined: here. */
  readonly ciphers?: CipherPool | undefined
}

/** A message waiting to be sealed, in parts that follow each other. */
interface Queued {
  readonly parts: readonly Uint8Array[]
  readonly encoded: (() => void) | undefined
}

export function createLink(options: LinkOptions): Link {
  const { socket, channel, address, via, clock, codec, ciphers } = options
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
  /** Bytes in the hands of workers, and the end of the last job: what was given to them goes on in the order it was given. */
  let sealingBytes = 0
  let sealed = Promise.resolve()
  let openingBytes = 0
  let opened = Promise.resolve()

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
    pumpSoon()
  }

  function pumpSoon(): void {
    if (!pumpPlanned) queueMicrotask(pump)
    pumpPlanned = true
  }

  /** Seals no more than the socket takes: what waits is then bounded by `queue` alone, and a close does not wait behind it. */
  function pump(): void {
    pumpPlanned = false
    if (state === 'closed') return
    socket.cork()
    let taken = 0
    while (taken < queue.length && !socket.writableNeedDrain && sealingBytes < maxJobsBytes) {
      const batch = nextBatch(taken)
      taken += batch.length
      const bytes = batch.reduce((sum, { parts }) => sum + bytesOf(parts), 0)
      queuedBytes -= bytes + batch.length * messageOverheadBytes
      if (ciphers === undefined || (sealingBytes === 0 && bytes < minJobBytes)) sealHere(batch)
      else sealElsewhere(ciphers, batch)
    }
    queue = queue.slice(taken)
    socket.uncork()
    if (queue.length === 0) pongQueued = false
    if (queuedBytes <= writableLimitBytes) releaseWaiting()
    if (state === 'closing' && queue.length === 0 && sealingBytes === 0) socket.end()
  }

  /** One message, or as many as make a job. */
  function nextBatch(from: number): Queued[] {
    let end = from + 1
    if (ciphers === undefined) return queue.slice(from, end)
    for (let bytes = bytesOf(queue[from]!.parts); end < queue.length; end++) {
      bytes += bytesOf(queue[end]!.parts) + frameExtraBytes
      if (bytes > jobBytes) break
    }
    return queue.slice(from, end)
  }

  function sealHere(batch: readonly Queued[]): void {
    for (const { parts, encoded } of batch) {
      const frame = transport.seal(parts)
      encoded?.()
      socket.write(frameHeader(bytesOf(frame)))
      for (const part of frame) socket.write(part, () => free(part))
    }
  }

  function sealElsewhere(pool: CipherPool, batch: readonly Queued[]): void {
    for (let first = 0; first < batch.length; ) {
      const reserved = transport.reserveSealing(batch.length - first)
      const messages = batch.slice(first, first + reserved.count)
      first += reserved.count
      const lengths = messages.map(({ parts }) => bytesOf(parts))
      const data = pool.take()
      let bytes = 0
      for (const { parts, encoded } of messages) {
        bytes += frameHeaderBytes
        for (const part of parts) {
          data.set(part, bytes)
          bytes += part.length
        }
        bytes += tagBytes
        encoded?.()
      }
      sealingBytes += bytes
      sealed = inOrder(sealed, pool.run({ what: 'seal', reserved, data, lengths }), (frames) => {
        sealingBytes -= bytes
        if (state === 'closed') return
        socket.write(frames.data.subarray(0, bytes), () => pool.giveBack(frames.data))
        pumpSoon()
      })
    }
  }

  function inOrder(
    before: Promise<void>,
    job: Promise<CipherAnswer>,
    use: (answer: CipherAnswer) => void,
  ): Promise<void> {
    return Promise.all([before, job])
      .then(([, answer]) => use(answer))
      .catch((error) => finish(networkReason(error)))
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
        const isMuch = openingBytes > 0 || splitter.waitingBytes >= minJobBytes
        if (ciphers !== undefined && isMuch ? !openElsewhere(ciphers) : !openHere()) break
      }
    } catch (thrown) {
      failWith(thrown)
    }
    if (state === 'open' && isFull()) socket.pause()
  }

  /** Whether there was a whole frame. */
  function openHere(): boolean {
    const frame = splitter.next()
    if (frame === undefined) return false
    const bytes = transport.open(frame)
    const message = codec.decode(bytes)
    if (message !== undefined) receive(message, bytes.length, () => free(bytes))
    return true
  }

  /** Likewise, of as many as make a job. */
  function openElsewhere(pool: CipherPool): boolean {
    const data = pool.take()
    const lengths: number[] = []
    let bytes = 0
    for (let frame = splitter.next(); frame !== undefined; frame = splitter.next()) {
      data.set(frame, bytes)
      bytes += frame.length
      lengths.push(frame.length)
      if (bytes >= jobBytes) break
    }
    if (lengths.length === 0) pool.giveBack(data)
    for (let first = 0, at = 0; first < lengths.length; ) {
      const reserved = transport.reserveOpening(lengths.length - first)
      const some = lengths.slice(first, first + reserved.count)
      first += reserved.count
      const someBytes = some.reduce((sum, length) => sum + length, 0)
      // Only where the key changes in between.
      const own = someBytes === bytes ? data : data.slice(at, at + someBytes)
      at += someBytes
      openingBytes += someBytes
      opened = inOrder(opened, pool.run({ what: 'open', reserved, data: own, lengths: some }), (plain) => {
        openingBytes -= someBytes
        receiveAll(plain, some, () => pool.giveBack(plain.data))
        readOnWhenRoom()
      })
    }
    return lengths.length > 0
  }

  /** `done` is called when nothing refers to the memory any more, which is when all were blocks. */
  function receiveAll(
    { state: outcome, data, count }: CipherAnswer,
    lengths: readonly number[],
    done: () => void,
  ): void {
    let at = 0
    let handled = 0
    const release = () => {
      if (++handled === lengths.length) done()
    }
    try {
      for (const length of lengths.slice(0, count)) {
        if (state !== 'open' || peerClosed) return
        const bytes = Buffer.from(data.buffer, data.byteOffset + at, length - tagBytes)
        at += length
        const message = codec.decode(bytes)
        if (message !== undefined) receive(message, bytes.length, release)
      }
      if (outcome === 'garbage')
        throw new SyncError('peer-garbage', { reason: 'a ciphertext is not authentic' })
    } catch (thrown) {
      failWith(thrown)
    }
  }

  function isFull(): boolean {
    return inbox.heldBytes + openingBytes > inboxLimitBytes
  }

  /** `blockHandled`: a block is good only while it is handled. */
  function receive(message: Message, lengthBytes: number, blockHandled: () => void): void {
    if (message.kind === 'ping') {
      // One at a time: a peer that pings and never reads must not fill the queue.
      if (!pongQueued) enqueue({ kind: 'pong' })
      pongQueued = true
    } else if (message.kind === 'close') {
      peerClosed = true
      reason = closedByPeer(message.code, address)
      inbox.atEnd(() => finish({ reason: 'the other side closed the link', why: 'closed' }))
    } else if (message.kind === 'block') inbox.add(message, lengthBytes, blockHandled)
    else if (message.kind !== 'pong') inbox.add(message, lengthBytes)
  }

  function readOnWhenRoom(): void {
    if (!isFull() && socket.isPaused()) {
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
    timer = clock.after(closeLimitMs, () => finish({ reason: 'it did not take the last words' }))
    socket.resume()
  }

  /** The end of everything. What a socket tells after that is of no interest. */
  function finish(lastWords: Reason): void {
    if (state === 'closed') return
    state = 'closed'
    inbox.stop()
    queue = []
    queuedBytes = 0
    timer[Symbol.dispose]()
    socket.destroy()
    releaseWaiting()
    closed.resolve(reason ?? new SyncError('unreachable', { address, ...lastWords }))
  }

  let lastError = networkReason(new NetworkFault('lost'))

  function onGone(): void {
    // What came before the end is still to be heard, and may be the reason.
    if (openingBytes > 0) {
      void opened.then(onGone)
      return
    }
    // Nothing can be sent any more, so nobody may wait for room; the inbox's end then ends the link.
    if (state === 'open' && peerClosed) releaseWaiting()
    else finish(lastError)
  }

  socket.setNoDelay(true)
  socket.setKeepAlive(true, pingAfterMs)
  socket.on('data', onData)
  socket.on('drain', pump)
  socket.on('error', (error) => {
    lastError = networkReason(error)
  })
  socket.on('end', onGone)
  socket.on('close', onGone)
  readFrames()
  if (!isFull()) socket.resume()
  if (socket.destroyed) onGone()

  return {
    folderId: channel.membership.folderId,
    peer: channel.peer,
    address,
    initiator: channel.initiator,
    via,
    network: via === 'relay' ? `relay ${address}` : networkOf(hostOfAddress(address)),
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
