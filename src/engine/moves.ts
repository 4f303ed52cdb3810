/**
 * Renames that happened elsewhere, done here the same way: the file that is to go from one path is moved as it lies to the one it went to.
 * A copy would cost reading and writing all of it, the room for it, and the old one's room in the archive. A short cut like every reuse:
 * what cannot be moved is copied.
 */
import type { RelPath } from '../core/path.ts'
import { isDressedAs } from '../core/stat.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { hasWinner, type WonState } from './reach.ts'

/** A path whose file moves away. */
export type Departure = WonState & { readonly here: Here }

/** Renames followed; of a file renamed more often than this the content is copied. */
const maxRenames = 32

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
    if (state.agreed === undefined || !sameContent(state.agreed, state.here)) return false
    // One that is to get another time or mode as well is copied: after a crash it would look as if a person had given it the old ones.
    const isAlike =
      state.here.sizeBytes === winner.sizeBytes &&
      isDressedAs(state.here, winner, disk.capabilities.timeGrainNs)
    return isAlike && leadsTo(state.winner, winner.path)
  }

  /** Whether the file of a deleted path went to that one, by one rename or several that happened before the first was carried out here. */
  function leadsTo(departure: Version, path: RelPath): boolean {
    let next: Version | undefined = departure
    for (let hops = 0; hops < maxRenames && next?.movedTo !== undefined; hops++) {
      if (next.movedTo === path) return true
      next = store.state(next.movedTo)?.winner
    }
    return false
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
