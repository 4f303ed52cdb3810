/**
 * How many bytes may be asked of one peer at a time: what its line carries in twice the time an answer takes to begin, both as measured, and at least
 * one block beside the one on its way. Twice, so that the measure can grow to what the line really carries. Times are passed in, of one
 * clock that never jumps.
 */

/** More is no gain on any line: 1 Gbit/s with a quarter of a second. Bounds what one peer's answers take in memory. */
export const maxWindowBytes = 32 * 1024 ** 2
/** Bytes are counted for at least so long before they are taken for a rate: shorter ones are bursts. */
const sampleMs = 250
/** Weight of the newest rate. */
const newestWeight = 0.4
const gain = 2
/**
 * What is asked for at least, beside the two blocks: of small files that is what keeps a line busy while a message is dealt with, and on any
 * line no longer than this.
 */
const minWindowMs = 50
const minWindowBytes = 256 * 1024

export interface Pipeline {
  /** Measured bytes a second; 0 while unknown. */
  readonly bytesPerSecond: number
  /** Whether a block of this size may be asked for, with so many bytes asked for and not come. */
  mayAsk(blockBytes: number, pendingBytes: number): boolean
  /** Something was asked for, with so many bytes asked for before and not come. */
  noteAsked(nowMs: number, pendingBytes: number): void
  /** So many bytes came, and so many are left to come. */
  noteReceived(nowMs: number, bytes: number, pendingBytes: number): void
}

export function createPipeline(): Pipeline {
  let bytesPerSecond = 0
  let delayMs = Number.POSITIVE_INFINITY
  /** Since when the peer has had something to send and nothing came, after it had nothing to send. */
  let idleAskMs: number | undefined
  let sampleStartMs = 0
  let sampleBytes = 0

  function windowBytes(): number {
    const carriedMs = Number.isFinite(delayMs) ? Math.max(gain * delayMs, minWindowMs) : minWindowMs
    return Math.min(maxWindowBytes, Math.max(minWindowBytes, (bytesPerSecond * carriedMs) / 1000))
  }

  return {
    get bytesPerSecond() {
      return bytesPerSecond
    },
    mayAsk: (blockBytes, pendingBytes) =>
      pendingBytes === 0 || pendingBytes + blockBytes <= Math.max(2 * blockBytes, windowBytes()),
    noteAsked(nowMs, pendingBytes) {
      if (pendingBytes > 0) return
      idleAskMs = nowMs
      sampleStartMs = nowMs
      sampleBytes = 0
    },
    noteReceived(nowMs, bytes, pendingBytes) {
      if (idleAskMs !== undefined) delayMs = Math.min(delayMs, nowMs - idleAskMs)
      idleAskMs = undefined
      sampleBytes += bytes
      const elapsedMs = nowMs - sampleStartMs
      if (elapsedMs < sampleMs && (pendingBytes > 0 || bytesPerSecond > 0 || elapsedMs <= 0)) return
      const newest = (sampleBytes * 1000) / elapsedMs
      bytesPerSecond =
        bytesPerSecond === 0 ? newest : bytesPerSecond + newestWeight * (newest - bytesPerSecond)
      sampleStartMs = nowMs
      sampleBytes = 0
    },
  }
}
