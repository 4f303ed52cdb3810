/**
 * Taking over a winner: what was agreed and what lies here change together. A device that may sign and gives up a version of its own for a
 * concurrent one says so in a new version that knows both. Otherwise the one given up would come back once the other is
 * superseded, though perhaps nobody has it any more (I1, I4).
 */
import { elect, knownThrough } from '../core/elect.ts'
import { isBefore, sameContent, type Version } from '../core/version.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { type Draft, fitsHistory, signDrafts } from './sign.ts'

/** `before` is the state the winner was planned on. Runs inside a transaction. */
export function adoptWinner(
  context: FolderContext,
  before: PathState,
  winner: Version,
  here: Here | undefined,
): void {
  const { store, role } = context
  const { path } = winner
  store.adopt(path, winner, here)
  // Of what a disk has damaged this device has nothing to copy: who still has it is to settle whether it lost a conflict.
  if (role !== 'full' || (before.here?.damage !== undefined && !sameContent(before.here, winner))) return
  const versions = store.versionsOf(path)
  const isSaid = versions.some(({ id, vector }) => id === winner.id || isBefore(winner.vector, vector))
  // Taken back while it was being placed, it is the next to go (R7).
  if (!isSaid) return
  const givenUp = versions.filter(
    (version) =>
      isContent(version) &&
      wasHeld(before, version) &&
      !sameContent(version, winner) &&
      // What came after the winner while it was being placed is the next to take the path.
      !isBefore(winner.vector, version.vector),
  )
  if (givenUp.length === 0) return
  const successor = successorOf(context, winner, versions, givenUp)
  // Not the winner itself where another version outranks it by now: that it lost is still to be settled.
  const knows = knownThrough([successor, ...givenUp], versions)
  const draft: Draft = { ...successor, knows, replaced: successor }
  if (!fitsHistory(context, 'device', draft)) return
  const [merged] = signDrafts(context, 'device', [draft])
  // What came after it may have another time or executable bit, which is yet to be set here.
  if (successor.id === winner.id) store.adopt(path, merged!, here)
}

/**
 * A deletion or directory given up brings nothing back: what does not know it outranks it anyway. Signing past it would only look like an
 * edit, which outlives the next deletion by a person (E5).
 */
function isContent({ kind }: Version): boolean {
  return kind === 'file' || kind === 'link'
}

/** Whether this device had the content of that version at its path, agreed or lying there. */
function wasHeld({ agreed, here }: PathState, version: Version): boolean {
  return version.id === agreed?.id || (here !== undefined && sameContent(here, version))
}

/**
 * What the folder says without the versions given up: the winner that was placed, or what came after it meanwhile. Of the latter nothing is
 * promised that is not at hand.
 */
function successorOf(
  { store }: FolderContext,
  winner: Version,
  versions: readonly Version[],
  givenUp: readonly Version[],
): Version {
  const rest = versions.filter((version) => !givenUp.includes(version))
  if (rest.length === 0) return winner
  const next = elect(rest).winner
  return next.kind !== 'file' || store.hereWithRoot(next.root).length > 0 ? next : winner
}
