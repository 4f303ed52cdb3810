/**
 * Chooses what a folder's loop does next, from facts alone. Events only change facts; this is the one place that weighs them. What the
 * disk shows comes before what is pulled, so that a plan never stands on an old look; a halt comes before everything.
 */
import type { DiskPath } from '../ports.ts'

export interface WorkFacts {
  /** Monotonic, like every time here. */
  readonly nowMs: number
  readonly isPaused: boolean
  /** Set while halted: when the cause is looked at again. */
  readonly haltedUntilMs: number | undefined
  /** Whether root, lease and certificate were seen to since the folder opened. */
  readonly isPrepared: boolean
  readonly fullScanAtMs: number
  /** Places to look at, and when they will have been quiet for long enough. */
  readonly dirtyUntilMs: ReadonlyMap<DiskPath, number>
  /** When to ask for needs; undefined when nothing can have changed. */
  readonly pullAtMs: number | undefined
  readonly trimAtMs: number
  /** When to renew the lease; undefined when the index did not grow since that was done. */
  readonly leaseAtMs: number | undefined
  /** When the next piece of a scrub may be done; undefined when there is none. */
  readonly scrubAtMs: number | undefined
}

export type Work =
  | { readonly kind: 'prepare' }
  | { readonly kind: 'scan-all' }
  | { readonly kind: 'scan'; readonly places: readonly DiskPath[] }
  | { readonly kind: 'pull' }
  | { readonly kind: 'trim-archive' }
  | { readonly kind: 'renew-lease' }
  | { readonly kind: 'scrub' }
  /** Nothing now: wait until then, or until something happens. */
  | { readonly kind: 'rest'; readonly untilMs: number }

export function nextWork(facts: WorkFacts): Work {
  const { nowMs } = facts
  if (facts.isPaused) return { kind: 'rest', untilMs: Number.POSITIVE_INFINITY }
  if (facts.haltedUntilMs !== undefined && nowMs < facts.haltedUntilMs)
    return { kind: 'rest', untilMs: facts.haltedUntilMs }
  if (!facts.isPrepared) return { kind: 'prepare' }
  if (nowMs >= facts.fullScanAtMs) return { kind: 'scan-all' }
  const places = [...facts.dirtyUntilMs].filter(([, quietAtMs]) => quietAtMs <= nowMs).map(([place]) => place)
  if (places.length > 0) return { kind: 'scan', places }
  if (facts.pullAtMs !== undefined && facts.pullAtMs <= nowMs) return { kind: 'pull' }
  if (nowMs >= facts.trimAtMs) return { kind: 'trim-archive' }
  if (facts.leaseAtMs !== undefined && facts.leaseAtMs <= nowMs) return { kind: 'renew-lease' }
  if (facts.scrubAtMs !== undefined && facts.scrubAtMs <= nowMs) return { kind: 'scrub' }
  const nextMs = Math.min(
    facts.fullScanAtMs,
    facts.trimAtMs,
    facts.pullAtMs ?? Number.POSITIVE_INFINITY,
    facts.leaseAtMs ?? Number.POSITIVE_INFINITY,
    facts.scrubAtMs ?? Number.POSITIVE_INFINITY,
    ...facts.dirtyUntilMs.values(),
  )
  return { kind: 'rest', untilMs: nextMs }
}
