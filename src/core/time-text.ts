/** Times as the API says them: ISO 8601, UTC, with a year of four digits whatever a record claims. */

const firstMs = Date.parse('0000-01-01T00:00:00.000Z')
const lastMs = Date.parse('9999-12-31T23:59:59.999Z')

export function msToText(ms: number): string {
  return new Date(Math.max(firstMs, Math.min(lastMs, ms))).toISOString()
}

export function nsToText(ns: bigint): string {
  return msToText(Number(ns / 1_000_000n))
}
