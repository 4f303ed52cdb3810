/**
 * Arithmetic of a rate limit: a bucket of bytes that fills with time and may be overdrawn by what is sent at once, so that the rate holds in
 * the long run however large the pieces are. Pure: times come in, in milliseconds of a clock that never jumps.
 */

/** The slowest limit there is. Peers close a link on which less than 32 KiB of an answer come in 60 seconds (P8); this leaves room. */
export const smallestRate = 1024

/** What may be sent at once after a pause, in time: long enough to make good for a timer that came late. */
const burstMs = 250

export interface Bucket {
  /** Bytes a second, more than 0. */
  readonly rate: number
  /** Bytes that may go now; below 0 when more went than was there. */
  readonly level: number
  readonly atMs: number
}

/** The largest piece to send at once under a rate: a quarter of a second of it, so that those who wait take turns often. */
export function pieceBytesFor(rate: number, maxBytes: number): number {
  return Math.max(1, Math.min(maxBytes, Math.floor((rate * burstMs) / 1000)))
}

export function fullBucket(rate: number, nowMs: number): Bucket {
  return { rate, level: burstBytes(rate), atMs: nowMs }
}

export function fillBucket({ rate, level, atMs }: Bucket, nowMs: number): Bucket {
  const passedMs = Math.max(0, nowMs - atMs)
  return { rate, level: Math.min(burstBytes(rate), level + (rate * passedMs) / 1000), atMs: nowMs }
}

/** May overdraw it. */
export function drawFrom(bucket: Bucket, bytes: number): Bucket {
  return { ...bucket, level: bucket.level - bytes }
}

/** Milliseconds until the bucket is not overdrawn any more. */
export function untilFilledMs({ rate, level }: Bucket): number {
  return level >= 0 ? 0 : Math.ceil((-level / rate) * 1000)
}

/** The same bucket under another rate. What was overdrawn under the old one must not keep everybody waiting under a much slower one. */
export function changeRate(bucket: Bucket, rate: number, nowMs: number): Bucket {
  const { level } = fillBucket(bucket, nowMs)
  return { rate, level: Math.min(burstBytes(rate), Math.max(level, -burstBytes(rate))), atMs: nowMs }
}

function burstBytes(rate: number): number {
  return (rate * burstMs) / 1000
}
