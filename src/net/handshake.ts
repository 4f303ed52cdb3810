/**
 * The handshake that turns a TCP connection into an encrypted channel about one folder (rule P1): Noise XXpsk3 over frames, the first
 * message carrying a tag that names the folder. A responder that shares nothing answers nothing. Until both sides have proven the
 * folder's psk, only a handful of bytes is read and nothing is told to the rest of the program. Does not own the socket: whoever
 * calls destroys it on a throw.
 */
import type { Socket } from 'node:net'
import { isSyncError, SyncError } from '../core/errors.ts'
import { type DeviceId, toId } from '../core/ids.ts'
import { NetworkFault } from '../core/network-fault.ts'
import { keyPairOf } from '../core/x25519.ts'
import type { Chance, Clock } from '../ports.ts'
import { createFrameSplitter, type FrameSplitter, frameHeader, maxFrameBytes } from '../wire/frames.ts'
import {
  type CipherName,
  cipherNames,
  createHandshakeState,
  type HandshakeState,
  keyBytes,
  type Transport,
} from '../wire/noise.ts'
import type { DeviceKeys } from './identity.ts'
import { findMembership, folderTag, type Membership } from './membership.ts'
import { networkReason } from './network-reason.ts'

/** A handshake takes two round trips; who needs longer is gone, or holds a place on purpose. */
export const handshakeLimitMs = 10_000
/** The longest handshake message, the responder's: two keys, one of them sealed, and a sealed empty payload. */
const maxHandshakeFrameBytes = 96
/** A peer may send this much before it is known: one full read of a socket right behind the last handshake message, and some. */
const maxUnprovenBytes = 128 * 1024

const prologue = Buffer.from('berrysync/1')
const noBytes = Buffer.alloc(0)

/** A channel both of whose ends have proven the folder's psk and their device keys. */
export interface Channel {
  readonly membership: Membership
  readonly peer: DeviceId
  readonly initiator: boolean
  readonly transport: Transport
  readonly handshakeHash: Buffer
  /** Holds what came right behind the handshake. */
  readonly splitter: FrameSplitter
}

export interface HandshakeContext {
  readonly device: DeviceKeys
  readonly clock: Clock
  readonly chance: Chance
  /** What a dialling side proposes; a listening one takes either. */
  readonly cipher: CipherName
  /** Ends the handshake early. */
  readonly signal?: AbortSignal
}

/**
 * The dialling side. Resolves when the responder has proven the psk too. The socket is left paused. Throws `peer-self` when the
 * other end is this device, `handshake-failed` for everything else.
 */
export function initiateHandshake(
  socket: Socket,
  address: string,
  membership: Membership,
  context: HandshakeContext,
): Promise<Channel> {
  return withFrames(socket, address, context, async (frames) => {
    const { noise, ephemeral } = begin(context, true, context.cipher)
    noise.usePsk(membership.psk)
    frames.write(noise.writeMessage(folderTag(membership, ephemeral.publicKey)))
    noise.readMessage(await frames.read())
    const peer = peerOf(noise, context.device)
    frames.write(noise.writeMessage(noBytes))
    const { transport, handshakeHash } = noise.split()
    // Only this empty transport message proves that the responder holds the psk; nothing counts before it.
    if (transport.open(await frames.read()).length !== 0)
      throw new SyncError('peer-garbage', { reason: 'its confirmation is not empty' })
    return { membership, peer, initiator: true, transport, handshakeHash, splitter: frames.splitter }
  })
}

/** The listening side. Answers nothing to a first message that names none of the memberships. Throws like `initiateHandshake`. */
export function respondHandshake(
  socket: Socket,
  address: string,
  memberships: () => Iterable<Membership>,
  context: HandshakeContext,
): Promise<Channel> {
  return withFrames(socket, address, context, async (frames) => {
    const { noise, tag } = readFirst(context, await frames.read())
    const membership = findMembership(memberships(), tag, noise.remoteEphemeral!)
    if (membership === undefined)
      throw new SyncError('peer-garbage', { reason: 'it names no folder of this device' })
    noise.usePsk(membership.psk)
    frames.write(noise.writeMessage(noBytes))
    noise.readMessage(await frames.read())
    const peer = peerOf(noise, context.device)
    const { transport, handshakeHash } = noise.split()
    frames.write(Buffer.concat(transport.seal([noBytes])))
    return { membership, peer, initiator: false, transport, handshakeHash, splitter: frames.splitter }
  })
}

/** A fresh handshake; the psk is given to it once the folder is known. */
function begin({ device, chance }: HandshakeContext, initiator: boolean, cipher: CipherName) {
  const ephemeral = keyPairOf(chance.bytes(keyBytes))
  const noise = createHandshakeState({
    ...{ cipher, initiator, prologue, ephemeral, static: device },
  })
  return { noise, ephemeral }
}

/** The first message is sealed already, under a key anybody can make: with the right cipher it opens, with the other one it does not. */
function readFirst(context: HandshakeContext, message: Buffer) {
  for (const cipher of cipherNames) {
    const { noise } = begin(context, false, cipher)
    try {
      return { noise, tag: noise.readMessage(message) }
    } catch (error) {
      if (!isSyncError(error, 'peer-garbage')) throw error
    }
  }
  throw new SyncError('peer-garbage', { reason: 'its first message opens with no cipher' })
}

function peerOf(noise: HandshakeState, device: DeviceKeys): DeviceId {
  const peer = toId('DeviceId', noise.remoteStatic!)
  if (peer === device.id) throw new SyncError('peer-self')
  return peer
}

interface HandshakeFrames {
  readonly splitter: FrameSplitter
  read(): Promise<Buffer>
  write(message: Buffer): void
}

/** Runs a handshake over the socket's frames, within the time limit; turns whatever ends it into the error to show. */
async function withFrames(
  socket: Socket,
  address: string,
  { clock, signal }: HandshakeContext,
  run: (frames: HandshakeFrames) => Promise<Channel>,
): Promise<Channel> {
  const splitter = createFrameSplitter(maxHandshakeFrameBytes)
  const ended = Promise.withResolvers<never>()
  // Whoever reads next sees it; when nobody does, the handshake is over already.
  ended.promise.catch(() => undefined)
  let arrived = Promise.withResolvers<void>()

  const onData = (chunk: Buffer) => {
    splitter.push(chunk)
    if (splitter.waitingBytes > maxUnprovenBytes)
      ended.reject(new SyncError('peer-oversize', { reason: 'it sends before it has proven itself' }))
    arrived.resolve()
  }
  const onClose = () => ended.reject(new NetworkFault('closed'))
  const onError = (error: Error) => ended.reject(error)
  const onAbort = () => ended.reject(new SyncError('closing'))
  socket.on('data', onData).on('close', onClose).on('end', onClose).on('error', onError)
  signal?.addEventListener('abort', onAbort)
  if (signal?.aborted) onAbort()
  using _limit = clock.after(handshakeLimitMs, () =>
    ended.reject(new SyncError('peer-stalled', { seconds: handshakeLimitMs / 1000 })),
  )

  try {
    const channel = await run({
      splitter,
      async read() {
        for (;;) {
          const frame = splitter.next()
          if (frame !== undefined) return frame
          arrived = Promise.withResolvers()
          await Promise.race([arrived.promise, ended.promise])
        }
      },
      write(message) {
        socket.write(Buffer.concat([frameHeader(message.length), message]))
      },
    })
    if (socket.destroyed) throw new NetworkFault('closed')
    socket.pause()
    splitter.allow(maxFrameBytes)
    return channel
  } catch (thrown) {
    if (isSyncError(thrown, 'peer-self') || isSyncError(thrown, 'closing')) throw thrown
    throw new SyncError('handshake-failed', { address, ...networkReason(thrown) }, { cause: thrown })
  } finally {
    socket.off('data', onData).off('close', onClose).off('end', onClose).off('error', onError)
    signal?.removeEventListener('abort', onAbort)
  }
}
