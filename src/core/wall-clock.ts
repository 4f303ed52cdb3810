/** What a wall clock can be trusted with: a Raspberry Pi has no battery, and begins in 1970 or where it was switched off. */

/** Before this program was written no clock that is set can be. */
const writtenMs = Date.UTC(2025, 0, 1)

export function isClockSet(nowMs: number): boolean {
  return nowMs >= writtenMs
}

const dayMs = 86_400_000
/** Clocks differ by minutes, and whoever was told of before midnight is still there after it. */
const overlapMs = 3_600_000

/** The UTC days, counted from 1970, that count as today: within an hour of midnight the one beyond it as well. */
export function daysOf(nowMs: number): readonly number[] {
  const days = [nowMs, nowMs - overlapMs, nowMs + overlapMs].map((atMs) => Math.floor(atMs / dayMs))
  return [...new Set(days)]
}
