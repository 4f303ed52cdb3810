/**
 * Two ends of a link in memory, for the simulator. Behaves as the real one does towards the engine (the same contract suite runs on
 * both): messages pass through the codec, arrive in order, one at a time, later. When each arrives is up to the scheduler; `cut`
 * loses everything under way.
 */
import { closedByPeer, type ErrorCode, isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import type { DeviceId, FolderId } from '../core/ids.ts'
import { createInbox } from '../net/inbox.ts'
import { type MessageCodec, writableLimitBytes } from '../net/link.ts'
import type { Link } from '../ports.ts'
import { type Message, maxMessageBytes } from '../wire/messages.ts'

export interface LinkPairOptions {
  readonly folderId: FolderId
  /** The devices of both ends; the first is the one that dialled. */
  readonly devices: readonly [DeviceId, DeviceId]
  readonly handshakeHash: Uint8Array
  readonly codec: MessageCodec
  /** Calls `run` later, once. Whatever order the calls come in, each direction stays in order. */
  readonly deliver: (sizeBytes: number, run: () => void) => void
  /** Default: direct. */
  readonly via?: Link['via']
  /** Told of a throw that is no `SyncError`: a bug of ours. */
  readonly onBug?: (thrown: unknown) => void
}

export interface LinkPair {
  readonly ends: readonly [Link, Link]
  /** The line breaks: what is under way is lost, both ends close. */
  cut(): void
}

interface End {
  readonly link: Link
  arrive(bytes: Uint8Array): void
  /** The other end has handled or dropped so many bytes of ours. */
  taken(sizeBytes: number): void
  finish(error: SyncError): void
}

export function createLinkPair(options: LinkPairOptions): LinkPair {
  const ends: [End, End] = [createEnd(0, () => ends[1]), createEnd(1, () => ends[0])]

  function createEnd(side: 0 | 1, other: () => End): End {
    const { codec, devices, folderId } = options
    const peer = devices[1 - side]!
    const address = `device ${peer.slice(0, 8)}`
    const closed = Promise.withResolvers<SyncError>()
    const traffic = { sentBytes: 0, receivedBytes: 0 }
    const inbox = createInbox({ failed: failWith, handled: (sizeBytes) => other().taken(sizeBytes) })
    let isOpen = true
    let peerClosed = false
    /** Sent and not yet handled by the other end. */
    let outstandingBytes = 0
    let waitingForRoom: (() => void)[] = []
    const underway: Uint8Array[] = []

    function transmit(message: Message): void {
      const bytes = Buffer.concat(codec.encode(message))
      if (bytes.length > maxMessageBytes)
        throw new Error(`assertion: a ${message.kind} of ${bytes.length} bytes`)
      traffic.sentBytes += bytes.length
      outstandingBytes += bytes.length
      underway.push(bytes)
      options.deliver(bytes.length, () => {
        const next = underway.shift()
        if (next !== undefined) other().arrive(next)
      })
    }

    function releaseWaiting(): void {
      const released = waitingForRoom
      waitingForRoom = []
      for (const release of released) release()
    }

    function failWith(thrown: unknown): void {
      if (!isSyncError(thrown)) options.onBug?.(thrown)
      end(isSyncError(thrown) ? thrown : new SyncError('peer-garbage', { reason: reasonOf(thrown) }))
    }

    function end(error: SyncError): void {
      if (!isOpen) return
      transmit({ kind: 'close', code: error.code })
      finish(error)
    }

    function finish(error: SyncError): void {
      isOpen = false
      inbox.stop()
      releaseWaiting()
      closed.resolve(error)
    }

    const link: Link = {
      folderId,
      peer,
      address,
      initiator: side === 0,
      via: options.via ?? 'direct',
      network: peer,
      handshakeHash: options.handshakeHash,
      send(message, encoded) {
        if (!isOpen || peerClosed) return
        transmit(message)
        encoded?.()
      },
      async writable() {
        if (!isOpen || peerClosed || outstandingBytes <= writableLimitBytes) return
        await new Promise<void>((resolve) => waitingForRoom.push(resolve))
      },
      listen: inbox.listen,
      close(code: ErrorCode) {
        end(new SyncError(code, { address, reason: 'this side closed the link' }))
      },
      closed: closed.promise,
      traffic,
    }

    return {
      link,
      arrive(bytes) {
        if (!isOpen || peerClosed) {
          other().taken(bytes.length)
          return
        }
        traffic.receivedBytes += bytes.length
        try {
          const message = codec.decode(bytes)
          if (message?.kind === 'close') {
            peerClosed = true
            releaseWaiting()
            const error = closedByPeer(message.code, address)
            inbox.atEnd(() => finish(error))
          } else if (message !== undefined) inbox.add(message, bytes.length)
          else other().taken(bytes.length)
        } catch (thrown) {
          failWith(thrown)
        }
      },
      taken(sizeBytes) {
        outstandingBytes -= sizeBytes
        if (outstandingBytes <= writableLimitBytes) releaseWaiting()
      },
      finish(error) {
        underway.length = 0
        if (isOpen) finish(error)
      },
    }
  }

  return {
    ends: [ends[0].link, ends[1].link],
    cut() {
      for (const end of ends)
        end.finish(
          new SyncError('unreachable', { address: end.link.address, reason: 'the connection was lost' }),
        )
    },
  }
}
