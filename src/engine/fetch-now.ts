/** A person asks for one file: it goes before all others, whatever held it back, and is kept whatever its age. */
import { SyncError } from '../core/errors.ts'
import type { RelPath } from '../core/path.ts'
import { sameContent } from '../core/version.ts'
import type { FolderContext } from './folder-context.ts'
import type { Swarm } from './swarm.ts'

/** What becomes of it: `here` already, or `coming`; `released` to go its way again with the others. */
export type FetchOutcome = 'here' | 'coming' | 'released'

/** Throws `not-found`, and `request-invalid` for what cannot be fetched. */
export function fetchNow(
  { store, rootPath }: FolderContext,
  swarm: Swarm,
  path: string,
  wanted: boolean,
): FetchOutcome {
  const { winner, agreed, here, ignored } = store.state(path as RelPath) ?? {}
  if (winner === undefined || winner.kind === 'deleted')
    throw new SyncError('not-found', { what: `${path} in ${rootPath}` })
  if (winner.kind !== 'file') throw refused(`${path} is a ${winner.kind}: name a file.`)
  if (ignored) throw refused(`${path} is ignored here: take its pattern out of .sync/ignore first.`)
  if (!wanted) {
    store.setAsked(winner.path, false)
    return 'released'
  }
  if (winner.id === agreed?.id && here?.damage === undefined) {
    const isLocal = here === undefined || !sameContent(here, winner)
    if (isLocal)
      throw refused(
        `${path} was changed here. \`berrysync restore ${rootPath} ${path}\` goes back to what the others have.`,
      )
    // It may be about to leave.
    store.setAsked(winner.path, true)
    return 'here'
  }
  store.transaction(() => {
    store.setAsked(winner.path, true)
    store.clearProblem(winner.path)
  })
  // Once more, though they said that they lack it.
  for (const { requests } of swarm.openSessions()) requests.noteHaving(winner.root)
  return 'coming'
}

function refused(reason: string): SyncError {
  return new SyncError('request-invalid', { reason })
}
