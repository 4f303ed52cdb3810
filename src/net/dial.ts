/** One attempt to reach a peer: connect, handshake, link. Whoever calls decides when, how often and what comes of it. */
import { connect, type Socket } from 'node:net'
import { SyncError } from '../core/errors.ts'
import { NetworkFault } from '../core/network-fault.ts'
import type { Chance, Clock, Link, Log } from '../ports.ts'
import type { CipherName } from '../wire/noise.ts'
import { formatHostPort, type HostPort } from './address.ts'
import type { CipherPool } from './cipher-pool.ts'
import { initiateHandshake } from './handshake.ts'
import type { DeviceKeys } from './identity.ts'
import { createLink, type MessageCodec } from './link.ts'
import type { Membership } from './membership.ts'
import { networkReason } from './network-reason.ts'

/** A host that does not even accept a connection within this is not there, or behind something that drops packets. */
export const connectLimitMs = 10_000
/** Bytes a socket takes before it says it is full: enough for a write to carry several blocks' parts. */
export const socketBufferBytes = 256 * 1024

/** What dialling and listening both need to make links. */
export interface LinkContext {
  readonly device: DeviceKeys
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly codec: MessageCodec
  /** Proposed when dialling. */
  readonly cipher: CipherName
  readonly ciphers?: CipherPool | undefined
}

/** The other end of a link, as people know it. */
export interface LinkEnd {
  /** `host:port`, for people; of the relay where one stands between. */
  readonly address: string
  readonly via: Link['via']
}

/**
 * Connects to an IP address and makes a link about one folder. Throws `unreachable`, `handshake-failed`, `peer-self`, or `closing`
 * when the signal ended it.
 */
export async function dialAddress(
  context: LinkContext,
  membership: Membership,
  target: HostPort,
  signal: AbortSignal,
): Promise<Link> {
  const socket = await connectTo(target, context.clock, signal)
  return linkOver(context, membership, socket, { address: formatHostPort(target), via: 'direct' }, signal)
}

/** Makes a link over a connection that has brought nothing yet, as the side that dialled. Throws as `dialAddress`; the socket is gone then. */
export async function linkOver(
  context: LinkContext,
  membership: Membership,
  socket: Socket,
  end: LinkEnd,
  signal: AbortSignal,
): Promise<Link> {
  try {
    socket.resume()
    const channel = await initiateHandshake(socket, end.address, membership, { ...context, signal })
    return createLink({ ...context, ...end, socket, channel })
  } catch (thrown) {
    socket.destroy()
    throw thrown
  }
}

/** Connects to an IP address. Throws `unreachable` or `closing`. */
export async function connectTo(target: HostPort, clock: Clock, signal: AbortSignal): Promise<Socket> {
  const address = formatHostPort(target)
  const options = { ...target, noDelay: true, highWaterMark: socketBufferBytes }
  const socket = connect(options)
  // The part that waits at the moment listens too; this one is for the moments in between, and 'close' always follows.
  socket.on('error', () => undefined)
  const outcome = Promise.withResolvers<void>()
  const unreachable = (thrown: unknown) =>
    outcome.reject(new SyncError('unreachable', { address, ...networkReason(thrown) }))
  const onAbort = () => outcome.reject(new SyncError('closing'))
  socket.once('connect', outcome.resolve)
  socket.once('error', unreachable)
  signal.addEventListener('abort', onAbort)
  if (signal.aborted) onAbort()
  using _limit = clock.after(connectLimitMs, () =>
    unreachable(new NetworkFault('no-answer', `no answer within ${connectLimitMs / 1000} seconds`)),
  )
  try {
    await outcome.promise
    return socket
  } catch (thrown) {
    socket.destroy()
    throw thrown
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
