/**
 * How many cases property tests run: a moderate number by default, multiplied by `BERRYSYNC_CASES` for long runs.
 */

/** `base` cases, times the factor of this run. */
export function caseCount(base: number): number {
  return base * Number(process.env.BERRYSYNC_CASES ?? 1)
}
