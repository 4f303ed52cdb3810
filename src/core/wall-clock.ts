/** What a wall clock can be trusted with: a Raspberry Pi has no battery, and begins in 1970 or where it was switched off. */

/** Before this program was written no clock that is set can be. */
const writtenMs = Date.UTC(2025, 0, 1)

export function isClockSet(nowMs: number): boolean {
  return nowMs >= writtenMs
}
