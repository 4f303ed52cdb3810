/**
 * Renames that happened elsewhere, done here the same way: the file that is to go from one path is moved as it lies to the one it went to.
 * A copy would cost reading and writing all of it, the room for it, and the old one's room in the archive. A short cut like every reuse:
 * what cannot be moved is copied.
 */
import type { RelPath } from '../core/path.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { hasWinner, type WonState } from './reach.ts'

/** A path whose file moves away. */
export type Departure = WonState & { readonly here: Here }

export interface Moves {
  /** The path whose deletion says that its file went to the winner's path, and that still holds just that file. */
  findDeparture(winner: Version): Departure | undefined
  /** A move to this path did not come to its end: from now on its content is copied. */
  failed(path: RelPath): void
  /** What failed may be tried again. */
  forget(): void
}

export function createMoves({ store, disk }: FolderContext): Moves {
  const failed = new Set<RelPath>()

  function isDepartureTo(winner: Version, state: PathState | undefined): state is Departure {
    if (state?.here === undefined || !hasWinner(state) || state.ignored || state.unkept) return false
    if (state.winner.movedTo !== winner.path || state.agreed === undefined) return false
    // Time and mode are on the disk as well as it can keep them.
    const isDressedAlike =
      state.agreed.mtimeNs === winner.mtimeNs && state.agreed.executable === winner.executable
    return (
      isDressedAlike && sameContent(state.agreed, state.here) && state.here.sizeBytes === winner.sizeBytes
    )
  }

  return {
    findDeparture(winner) {
      // Where a file cannot have two names a power cut could take both.
      if (failed.has(winner.path) || !disk.capabilities.hardLinks) return undefined
      for (const { path } of store.hereWithRoot(winner.root)) {
        const state = store.state(path)
        if (isDepartureTo(winner, state)) return state
      }
      return undefined
    },
    failed: (path) => void failed.add(path),
    forget: () => failed.clear(),
  }
}
