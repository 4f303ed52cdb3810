/**
 * Frames and parts (rule P1). Everything on a connection is a length of two bytes, big-endian, 1 to 65,535, and that many bytes:
 * one Noise message. An opened transport frame is one byte, 1 when more parts of the same message follow and 0 on its last, and then
 * the part. Every part but the last is full, so that nobody can make us keep a message that never grows and never ends. Every length
 * is checked against its cap before anything is kept for it.
 */
import { SyncError } from '../core/errors.ts'
import { maxNoiseMessageBytes, tagBytes } from './noise.ts'

/** Bytes of the length in front of each frame. */
const frameHeaderBytes = 2
/** The longest frame, without its length: a Noise message is never longer. */
export const maxFrameBytes = maxNoiseMessageBytes
/** What fits in one part: a frame less tag and part byte. */
export const maxPartBytes = maxFrameBytes - tagBytes - 1
/** The longest message: room for an index batch with the largest records and for any block part, and a small price for a hostile peer to make us pay. */
export const maxMessageBytes = 1024 * 1024

/** The length that goes in front of a frame. */
export function frameHeader(lengthBytes: number): Buffer {
  if (lengthBytes < 1 || lengthBytes > maxFrameBytes)
    throw new Error(`assertion: a frame of ${lengthBytes} bytes`)
  return Buffer.of(lengthBytes >> 8, lengthBytes & 0xff)
}

export interface FrameSplitter {
  /** Takes bytes as they came; the chunk must not be changed afterwards. */
  push(chunk: Buffer): void
  /**
   * The next whole frame, undefined until more bytes come. Throws `peer-garbage` for a frame of no bytes and `peer-oversize` for one
   * above the cap. The frame may be a view of a pushed chunk.
   */
  next(): Buffer | undefined
  /** Frames above this are refused from now on. A handshake allows little, an established link `maxFrameBytes`. */
  allow(capBytes: number): void
  /** Bytes pushed and not yet returned. */
  readonly waitingBytes: number
}

/**
 * Cuts a byte stream, arriving in chunks of any size, into frames. Each byte is copied at most once, and an unfinished frame is kept
 * in one buffer of its own length, so that a stream dripping in byte by byte holds no pile of little chunks.
 */
export function createFrameSplitter(initialCapBytes: number): FrameSplitter {
  let capBytes = initialCapBytes
  const chunks: Buffer[] = []
  /** Where reading goes on in the first chunk. */
  let at = 0
  let chunkBytes = 0
  /** The frame whose length has been read, and how much of it is in its buffer. */
  let frameBytes: number | undefined
  let unfinished: Buffer | undefined
  let filled = 0

  /** Moves up to so many bytes from the chunks into a buffer. */
  function fill(target: Buffer, from: number, lengthBytes: number): number {
    let moved = 0
    while (moved < lengthBytes && chunks.length > 0) {
      const copied = chunks[0]!.copy(target, from + moved, at, at + lengthBytes - moved)
      moved += copied
      advance(copied)
    }
    return moved
  }

  function advance(lengthBytes: number): void {
    at += lengthBytes
    chunkBytes -= lengthBytes
    if (at < chunks[0]!.length) return
    chunks.shift()
    at = 0
  }

  function readLength(): number | undefined {
    if (chunkBytes < frameHeaderBytes) return undefined
    const header = Buffer.allocUnsafe(frameHeaderBytes)
    fill(header, 0, frameHeaderBytes)
    const lengthBytes = header.readUInt16BE()
    if (lengthBytes === 0) throw new SyncError('peer-garbage', { reason: 'a frame is empty' })
    if (lengthBytes > capBytes)
      throw new SyncError('peer-oversize', {
        reason: `a frame of ${lengthBytes} bytes, allowed are ${capBytes}`,
      })
    return lengthBytes
  }

  return {
    push(chunk) {
      if (chunk.length === 0) return
      chunks.push(chunk)
      chunkBytes += chunk.length
    },
    next() {
      frameBytes ??= readLength()
      if (frameBytes === undefined) return undefined
      let frame: Buffer
      if (unfinished === undefined && chunks.length > 0 && chunks[0]!.length - at >= frameBytes) {
        frame = chunks[0]!.subarray(at, at + frameBytes)
        advance(frameBytes)
      } else {
        unfinished ??= Buffer.allocUnsafe(frameBytes)
        filled += fill(unfinished, filled, frameBytes - filled)
        if (filled < frameBytes) return undefined
        frame = unfinished
      }
      frameBytes = undefined
      unfinished = undefined
      filled = 0
      return frame
    },
    allow(cap) {
      capBytes = cap
    },
    get waitingBytes() {
      return chunkBytes + filled
    },
  }
}

const lastPart = Buffer.of(0)
const partWithMore = Buffer.of(1)

/** Cuts a message into the plaintexts of its frames, each as the part byte and the part. */
export function* messageToParts(message: Uint8Array): Generator<readonly [Buffer, Uint8Array]> {
  if (message.length > maxMessageBytes) throw new Error(`assertion: a message of ${message.length} bytes`)
  let at = 0
  for (; message.length - at > maxPartBytes; at += maxPartBytes)
    yield [partWithMore, message.subarray(at, at + maxPartBytes)]
  yield [lastPart, message.subarray(at)]
}

/** Puts parts together again. `add` gives the message once its last part is there. */
export function createPartJoiner(): { add(part: Buffer): Buffer | undefined } {
  let earlier: Buffer[] = []
  let earlierBytes = 0
  return {
    add(plaintext) {
      const more = plaintext[0]
      const part = plaintext.subarray(1)
      if (more !== 0 && more !== 1)
        throw new SyncError('peer-garbage', { reason: 'a part is neither last nor followed' })
      if (more === 1 && part.length !== maxPartBytes)
        throw new SyncError('peer-garbage', { reason: 'a part with more to follow is not full' })
      if (earlierBytes + part.length > maxMessageBytes)
        throw new SyncError('peer-oversize', { reason: `a message of more than ${maxMessageBytes} bytes` })
      if (more === 0 && earlierBytes === 0) return part
      earlier.push(part)
      earlierBytes += part.length
      if (more === 1) return undefined
      const message = Buffer.concat(earlier, earlierBytes)
      earlier = []
      earlierBytes = 0
      return message
    },
  }
}
