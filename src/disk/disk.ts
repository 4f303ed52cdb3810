/**
 * One folder's directory on disk, as the engine's `Disk` port: puts the parts of this directory together.
 */
import type { Clock, Disk, DiskPath, Log } from '../ports.ts'
import type { Files } from './files.ts'
import type { Hasher } from './hasher.ts'

/** Starts watching a folder. `trouble` is told, in words, that from now on changes may go unseen until the next scan. */
export type WatchFiles = (
  hint: (changed: readonly DiskPath[] | 'everything') => void,
  trouble: (reason: string) => void,
) => Promise<AsyncDisposable>

export interface DiskOptions {
  /** `realFiles(path)`, or a memory one. */
  readonly files: Files
  readonly hasher: Hasher
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** `watchRealFiles(path)`, or a memory one; without it there are no hints. */
  readonly watch?: WatchFiles
  /** Told once when watching does not see everything any more. */
  readonly onWatchTrouble?: (reason: string) => void
}

/** Opens a folder's directory. It need not be there: `rootState` tells, and every call throws `root-missing` until it is. */
export async function openDisk(_options: DiskOptions): Promise<Disk> {
  throw new Error('assertion: not built yet')
}
