/**
 * Messages between relay and client over one TCP connection (rules F1, F2): bounds what the other side can make this one read, queue
 * and wait for, keeps silent connections alive and gives dead ones up. Owns the socket until it is closed or released; does not know what
 * the messages mean.
 */
import type { Socket } from 'node:net'
import { reasonOf } from '../core/errors.ts'
import { drawFrom, fillBucket, fullBucket, untilFilledMs } from '../core/token-bucket.ts'
import type { Clock } from '../ports.ts'
import { createFrameSplitter } from '../wire/frames.ts'
import {
  maxRelayMessageBytes,
  type RelayMessage,
  readRelayMessage,
  relayFrame,
} from '../wire/relay-protocol.ts'

/** Messages read a second in the long run; more wait in the sender's socket. A device with 64 folders has joined with all within two seconds. */
export const messagesPerSecond = 50
/** More than this is queued only for a side that does not read: some full lists of members. */
export const maxQueuedBytes = 64 * 1024
/** After this long without a word to the relay a client says one, which also keeps NAT mappings open. */
export const pingAfterMs = 30_000
/** A side from which nothing came for this long is gone. Three pings. */
export const silenceLimitMs = 90_000
/** The two limits above are kept to this precision. */
export const watchEveryMs = 10_000
/** Last words have this long to leave. */
const closeLimitMs = 2_000

export interface RelayChannelOptions {
  readonly socket: Socket
  readonly clock: Clock
  /** Whether this side is the one that breaks silence: the client. */
  readonly pings: boolean
  /** In order. A throw closes the channel. May release it. */
  onMessage(message: RelayMessage): void
  /** Once, unless it was released: it is closed, by whichever side; why, in words. */
  onClosed(reason: string): void
}

export interface RelayChannel {
  send(message: RelayMessage): void
  /** Says last words and closes. */
  close(lastWords?: RelayMessage): void
  /** Gives the socket back, paused, with what came behind the last message still to be read. */
  release(): Socket
}

export function createRelayChannel({ socket, clock, ...options }: RelayChannelOptions): RelayChannel {
  const splitter = createFrameSplitter(maxRelayMessageBytes)
  let isOpen = true
  let bucket = fullBucket(messagesPerSecond, clock.monotonicMs())
  let breath: Disposable | undefined
  let heardMs = clock.monotonicMs()
  let saidMs = heardMs
  let timer = clock.after(watchEveryMs, watch)

  function onData(chunk: Buffer): void {
    heardMs = clock.monotonicMs()
    splitter.push(chunk)
    readOn()
  }

  function readOn(): void {
    breath = undefined
    try {
      while (isOpen) {
        bucket = fillBucket(bucket, clock.monotonicMs())
        const waitMs = untilFilledMs(bucket)
        if (waitMs > 0) {
          socket.pause()
          breath = clock.after(waitMs, readOn)
          return
        }
        const frame = splitter.next()
        if (frame === undefined) break
        bucket = drawFrom(bucket, 1)
        receive(readRelayMessage(frame))
      }
    } catch (thrown) {
      fail(thrown)
    }
    if (isOpen) socket.resume()
  }

  function receive(message: RelayMessage | undefined): void {
    if (message === undefined || message.kind === 'pong') return
    if (message.kind === 'ping') send({ kind: 'pong' })
    else options.onMessage(message)
  }

  function send(message: RelayMessage): void {
    if (!isOpen) return
    saidMs = clock.monotonicMs()
    socket.write(relayFrame(message))
    // Later, so that whoever tells many at once finds none of them gone in the middle.
    if (socket.writableLength > maxQueuedBytes)
      queueMicrotask(() => fail(new Error('the other side does not read')))
  }

  function watch(): void {
    timer = clock.after(watchEveryMs, watch)
    const nowMs = clock.monotonicMs()
    if (breath !== undefined) heardMs = nowMs
    if (nowMs - heardMs >= silenceLimitMs)
      fail(new Error(`nothing came from the other side for ${silenceLimitMs / 1000} seconds`))
    else if (options.pings && nowMs - saidMs >= pingAfterMs) send({ kind: 'ping' })
  }

  function fail(thrown: unknown): void {
    if (!isOpen) return
    letGo()
    socket.destroy()
    options.onClosed(reasonOf(thrown))
  }

  function onGone(): void {
    fail(new Error('the connection was lost'))
  }

  function letGo(): void {
    isOpen = false
    timer[Symbol.dispose]()
    breath?.[Symbol.dispose]()
    socket.off('data', onData).off('end', onGone).off('close', onGone).off('error', fail)
    // What is still on its way to nobody must not end the program; 'close' always follows.
    socket.on('error', () => undefined)
  }

  socket.on('data', onData).on('end', onGone).on('close', onGone).on('error', fail)
  socket.resume()

  return {
    send,
    close(lastWords) {
      if (!isOpen) return
      if (lastWords !== undefined) send(lastWords)
      if (!isOpen) return
      letGo()
      socket.destroySoon()
      const late = clock.after(closeLimitMs, () => socket.destroy())
      socket.once('close', () => late[Symbol.dispose]())
      options.onClosed('this side closed the connection')
    },
    release() {
      letGo()
      socket.pause()
      const rest = splitter.rest()
      if (rest.length > 0) socket.unshift(rest)
      return socket
    },
  }
}
