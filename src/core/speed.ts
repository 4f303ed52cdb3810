/**
 * How fast something grows: an average over the last seconds of a sum that is noted now and then. Pure: times come in, in milliseconds of a
 * clock that never jumps.
 */

/** Short enough to follow, long enough not to flicker. */
const windowMs = 4000
/** Notes closer together than this tell nothing more, and a bound on how many are kept. */
export const sampleEveryMs = 1000

/** Less than this passes over links that are only kept open. */
export const flowBytesPerSecond = 1024

export interface Speed {
  /** What the sum is now. */
  note(nowMs: number, sum: number): void
  perSecond(nowMs: number, sum: number): number
}

interface Sample {
  readonly atMs: number
  readonly sum: number
}

export function createSpeed(): Speed {
  /** The oldest first. */
  const samples: Sample[] = []

  function forgetOld(nowMs: number): void {
    while (samples.length > 0 && nowMs - samples[0]!.atMs > windowMs + sampleEveryMs) samples.shift()
  }

  return {
    note(nowMs, sum) {
      forgetOld(nowMs)
      const last = samples.at(-1)
      // A timer may come a little early.
      if (last !== undefined && nowMs - last.atMs < sampleEveryMs / 2) return
      samples.push({ atMs: nowMs, sum })
    },
    perSecond(nowMs, sum) {
      forgetOld(nowMs)
      const [oldest] = samples
      if (oldest === undefined || oldest.atMs === nowMs) return 0
      return Math.round(((sum - oldest.sum) * 1000) / (nowMs - oldest.atMs))
    },
  }
}
