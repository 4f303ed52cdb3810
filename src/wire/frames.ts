/**
 * Frames (rule P1). Everything on a connection is a length of two bytes, big-endian, 1 to 65,535, and that many bytes: one Noise message.
 * Every length is checked against its cap before anything is kept for it.
 */
import { SyncError } from '../core/errors.ts'
import { free } from '../core/memory.ts'
import { maxNoiseMessageBytes } from './noise.ts'

/** Bytes of the length in front of each frame. */
export const frameHeaderBytes = 2
/** The longest frame, without its length: a Noise message is never longer. */
export const maxFrameBytes = maxNoiseMessageBytes

/** The length that goes in front of a frame. */
export function frameHeader(lengthBytes: number): Buffer {
  if (lengthBytes < 1 || lengthBytes > maxFrameBytes)
    throw new Error(`assertion: a frame of ${lengthBytes} bytes`)
  return Buffer.of(lengthBytes >> 8, lengthBytes & 0xff)
}

export interface FrameSplitter {
  /** Takes bytes as they came; the chunk is the splitter's from here on. */
  push(chunk: Buffer): void
  /**
   * The next whole frame, undefined until more bytes come. Throws `peer-garbage` for a frame of no bytes and `peer-oversize` for one
   * above the cap. The frame is good until the next call.
   */
  next(): Buffer | undefined
  /** What was pushed and is not part of a frame returned: for a stream that goes on as something else. The splitter is empty then. */
  rest(): Buffer
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
  /** What the frame returned last may lie in. */
  let spent: Uint8Array[] = []

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
    spent.push(chunks.shift()!)
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
      for (const bytes of spent) free(bytes)
      spent = []
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
        spent.push(frame)
      }
      frameBytes = undefined
      unfinished = undefined
      filled = 0
      return frame
    },
    rest() {
      const rest = Buffer.concat([
        ...(frameBytes === undefined ? [] : [frameHeader(frameBytes)]),
        ...(unfinished === undefined ? [] : [unfinished.subarray(0, filled)]),
        ...chunks.map((chunk, place) => (place === 0 ? chunk.subarray(at) : chunk)),
      ])
      chunks.length = 0
      at = 0
      chunkBytes = 0
      frameBytes = undefined
      unfinished = undefined
      filled = 0
      return rest
    },
    allow(cap) {
      capBytes = cap
    },
    get waitingBytes() {
      return chunkBytes + filled
    },
  }
}
