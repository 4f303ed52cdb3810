/**
 * What the benchmark asks of every program it compares: nodes that keep directories the same. A case is written once against these
 * words; `berrysync`, `syncthing` and `rsync` each say how it is done there.
 */
import type { Place } from './namespaces.ts'

export const rivalNames = ['berrysync', 'syncthing', 'rsync'] as const
export type RivalName = (typeof rivalNames)[number]

export interface ClusterOptions {
  readonly places: readonly Place[]
  /** A directory for the state of the nodes. */
  readonly home: string
  /** Changes are to be noticed as fast as the program can be set to. Otherwise `rescan` tells of them. */
  readonly isQuick?: boolean
  /** Nodes know of each other only through a relay, which runs at the last place and is no node. */
  readonly throughRelay?: boolean
}

/** Nodes that know each other's addresses and are ready to share folders. */
export interface Cluster extends AsyncDisposable {
  readonly nodes: readonly RivalNode[]
}

export interface Goal {
  readonly directory: string
  /** Files the folder has when all is there. */
  readonly files: number
  /** Whether the disk shows what was waited for. Asked often: it has to be cheap. */
  readonly isThere?: () => Promise<boolean>
}

export interface RivalNode {
  readonly place: Place
  /** Starts to keep a directory. The first node of the cluster that names the folder brings it along, the others join. */
  add(folder: string, directory: string): Promise<void>
  /** Says that something in a directory has changed. */
  rescan(folder: string, directory: string): Promise<void>
  /** Resolves when a folder has arrived: nothing more is wanted, and the disk shows it. */
  settled(folder: string, goal: Goal): Promise<void>
  /** Ends it without a warning. What it was doing fails. */
  kill(): Promise<void>
  /** Starts it again where it was. */
  restart(): Promise<void>
  /** The processes it consists of, each with those it started. */
  roots(): readonly number[]
}

export interface Rival {
  readonly name: RivalName
  readonly version: () => Promise<string>
  /** Disposing the cluster ends every node. */
  readonly startCluster: (options: ClusterOptions) => Promise<Cluster>
}
