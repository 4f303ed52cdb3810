/** Where the copies of losers lie (E4): asked of the store, so that all devices choose alike as far as they know the same. */
import { conflictPaths } from '../core/conflict-name.ts'
import type { RelPath } from '../core/path.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { FolderStore } from '../store/folder-store.ts'

/** Where a copy of this loser may be put, or lies already. */
export function copyPlaceOf(store: FolderStore, loser: Version): RelPath {
  return firstFree(loser, (place) => {
    const { winner, here } = store.state(place) ?? {}
    return (
      (winner === undefined || winner.kind === 'deleted' || sameContent(winner, loser)) &&
      (here === undefined || sameContent(here, loser))
    )
  })
}

/** The first place that is free, else the last: what fails there is told. */
export function firstFree(
  loser: Parameters<typeof conflictPaths>[0],
  isFree: (place: RelPath) => boolean,
): RelPath {
  const places = conflictPaths(loser)
  return places.find(isFree) ?? places.at(-1)!
}

/**
 * Whether the folder has been told of a copy of this loser. What a person did to it since is that person's wish; only that it was moved to
 * where the loser lies says the opposite of giving it up.
 */
export function isCopyTold(store: FolderStore, loser: Version): boolean {
  return conflictPaths(loser).some((place) => {
    const winner = store.state(place)?.winner
    if (winner === undefined) return false
    const { replaced } = winner
    return (
      sameContent(winner, loser) ||
      (replaced !== undefined && sameContent(replaced, loser) && !isMovedTo(store, winner, loser.path))
    )
  })
}

/** Whether what this deletion took away was moved to a path, be it in several steps. */
function isMovedTo(store: FolderStore, deletion: Version, path: RelPath): boolean {
  const passed = new Set<RelPath>()
  let place = deletion.movedTo
  while (place !== undefined && place !== path && !passed.has(place)) {
    passed.add(place)
    place = store.state(place)?.winner?.movedTo
  }
  return place === path
}
