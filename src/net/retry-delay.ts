/** How long to leave alone what failed. */
import type { Chance } from '../ports.ts'

export interface RetryLimits {
  /** The wait after the first failure; each further one doubles it. */
  readonly firstMs: number
  /** Waits do not grow beyond this. */
  readonly lastMs: number
}

/**
 * After so many failures in a row, one at least. Half of the wait is left to chance, so that many devices which lost the same thing do not come
 * back as one.
 */
export function retryDelayMs(failures: number, { firstMs, lastMs }: RetryLimits, chance: Chance): number {
  const fullMs = Math.min(lastMs, firstMs * 2 ** Math.min(failures - 1, 30))
  return fullMs * (0.5 + chance.fraction() / 2)
}
