/** Keeps the winner of a path in the store equal to what `elect` says of its versions. The only caller of `setWinner`. */
import { type Election, elect } from '../core/elect.ts'
import type { RecordId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { FolderStore } from '../store/folder-store.ts'
import { tryAgain } from './damage.ts'

/**
 * Elects over all versions of a path that are stored and not superseded. Call inside the transaction that added one. What kept the
 * path from getting another winner does not keep it from getting this one.
 */
export function electWinner(store: FolderStore, path: RelPath, added: RecordId): Election {
  const election = elect(store.versionsOf(path))
  store.setWinner(
    path,
    election.winner.id,
    election.superseded.map((version) => version.id),
  )
  const { winner } = election
  if (winner.id === added) store.clearProblem(path)
  // What was added may stand in for a content nobody has.
  else if (winner.kind === 'file') tryAgain(store, [winner.root])
  return election
}
