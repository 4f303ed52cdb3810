/**
 * Taking over a winner: what was agreed and what lies here change together. A device that may sign and gives up a version of its own for a
 * concurrent winner signs the winner again, knowing both, as soon as the winner's content lies here. Otherwise the one given up would
 * come back once the winner is superseded, though perhaps nobody has it any more (I1, I4).
 */
import { knownThrough } from '../core/elect.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { signDrafts } from './sign.ts'

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
  // A newer winner has come meanwhile: it will be planned, and this one is history.
  if (role !== 'full' || store.state(path)?.winner?.id !== winner.id) return
  const versions = store.versionsOf(path)
  const givenUp = versions.filter(
    (version) => isContent(version) && wasHeld(before, version) && !sameContent(version, winner),
  )
  if (givenUp.length === 0) return
  const knows = knownThrough([winner, ...givenUp], versions)
  const [merged] = signDrafts(context, [{ ...winner, knows, replaced: winner }])
  store.adopt(path, merged!, here)
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
