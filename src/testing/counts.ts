/** How many cases a property test runs: the one place where `npm run test:long` turns them all up. */

/** `n` times the factor in BERRYSYNC_CASES, 1 when it is not set. */
export function caseCount(n: number): number {
  return Math.max(1, Math.round(n * Number(process.env.BERRYSYNC_CASES ?? 1)))
}
