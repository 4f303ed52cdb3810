/** The words of a result: what a case measures, in which unit, and what it should be. */
import type { LimitName } from './limits.ts'
import type { Cluster, ClusterOptions, RivalName } from './rival.ts'

/** Values of one run by metric. */
export type Measures = Readonly<Record<string, number>>

export type Target =
  /** Berrysync's value divided by Syncthing's. */
  | { readonly kind: 'ratio'; readonly atMost: number }
  | { readonly kind: 'ratio'; readonly atLeast: number }
  | { readonly kind: 'value'; readonly atMost: number }
  /** Berrysync's value divided by what the machine can do. */
  | { readonly kind: 'limit'; readonly limit: LimitName; readonly atLeast: number }

export interface Metric {
  readonly key: string
  readonly unit: string
  readonly targets: readonly Target[]
}

/** Where one run of a case takes place. Everything it makes is gone afterwards. */
export interface Stage {
  readonly rival: RivalName
  /** An empty directory. */
  readonly scratch: string
  /** Sizes that take seconds and only show that everything works. */
  readonly isSmall: boolean
  /** Nodes of the rival in namespaces of their own. */
  startCluster(count: number, options?: StartOptions): Promise<Cluster>
}

export interface StartOptions extends Pick<ClusterOptions, 'isQuick' | 'throughRelay'> {
  readonly uplinkMegabits?: number
}

export interface BenchCase {
  readonly name: string
  /** What happens, for people. */
  readonly title: string
  readonly rivals: readonly RivalName[]
  readonly metrics: readonly Metric[]
  /** Takes so long that it runs only when it is asked for by name. */
  readonly isLong?: boolean
  readonly run: (stage: Stage) => Promise<Measures>
}

export const megabyte = 1e6
const mebibyte = 1024 ** 2
export const bytesToMib = (bytes: number): number => bytes / mebibyte

/** Every case reports it, and no node may take more. */
export function peakMetric(atMost = 200): Metric {
  return { key: 'peak', unit: 'MiB', targets: [{ kind: 'value', atMost }] }
}

export function metric(key: string, unit: string, ...targets: readonly Target[]): Metric {
  return { key, unit, targets }
}
