/** How many cases a property or simulation runs: one place, so that the long run multiplies them all. */
export function caseCount(usual: number): number {
  return Math.ceil(usual * Number(process.env.BERRYSYNC_CASES ?? 1))
}
