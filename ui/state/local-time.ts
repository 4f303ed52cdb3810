/** A moment as a date and time field writes it, which knows no time zone but the reader's. */

/** `2026-05-10T14:05`, in the reader's time zone. */
export function toLocalInput(ms: number): string {
  const time = new Date(ms)
  const shifted = new Date(ms - time.getTimezoneOffset() * 60_000)
  return shifted.toISOString().slice(0, 16)
}

/** ISO 8601, UTC; undefined for what is no moment. */
export function fromLocalInput(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text)) return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : new Date(ms).toISOString()
}

const hourMs = 3_600_000

/** Moments that people ask for most, before now. */
export const quickMoments = [
  ['hour', hourMs],
  ['yesterday', 24 * hourMs],
  ['week', 7 * 24 * hourMs],
] as const
