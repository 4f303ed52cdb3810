/**
 * What the settings say of order and age, as the store needs to know it; and how a file that is none of the newest leaves a read-only device:
 * into the archive like anything that is replaced, with nothing said of it to anybody. What a person changed here stays (I1).
 */
import { toId } from '../core/ids.ts'
import { type PlanFacts, plan } from '../core/plan.ts'
import type { Version } from '../core/version.ts'
import type { Here, PathState } from '../store/folder-store.ts'
import type { Batch } from './batch.ts'
import type { FolderContext } from './folder-context.ts'
import type { Holds } from './holds.ts'
import type { WonState } from './reach.ts'

/** Call before asking for needs. Costs next to nothing while nothing changed. */
export function followSettings({ store, role, settings }: FolderContext): void {
  const { fetchOrder, keepNewestFiles, keepNewestBytes } = settings()
  const byRole = role === 'read-only' ? 'newest' : 'alphabetical'
  store.setOrder(fetchOrder === 'auto' ? byRole : fetchOrder)
  // Whoever may sign is one of those the others have their files from.
  const isLimited = role === 'read-only'
  store.keepNewest({ files: isLimited ? keepNewestFiles : 0, bytes: isLimited ? keepNewestBytes : 0 })
}

/** Lets go of what lies at a path, as if it were deleted, and agrees to nothing. True when something changed at once. */
export function letGo(
  context: FolderContext,
  holds: Holds,
  state: WonState,
  facts: PlanFacts,
  batch: Batch,
): boolean {
  const { store } = context
  const { path, winner } = state
  // A version nobody signed and nobody will hear of: no record has this id.
  const deletion: Version = { ...winner, kind: 'deleted', id: toId('RecordId', Buffer.alloc(32)) }
  const action = plan({ ...facts, winner: deletion })
  switch (action.kind) {
    case 'remove':
      removeUnkept(context, state, state.here!, batch)
      return false
    case 'leave':
      // A directory with a person's own things in it is that person's from now on.
      store.disagree(path)
      return true
    default:
      holds.wait(path, 'what lies there has to be looked at or to go first')
      return false
  }
}

function removeUnkept(
  context: FolderContext,
  state: PathState & { winner: Version },
  here: Here,
  batch: Batch,
): void {
  const { store, clock, settings } = context
  const { path, winner } = state
  batch.add({
    state,
    step: {
      kind: 'remove',
      path,
      to: here.diskPath,
      expect: here,
      archive: here.damage !== undefined || settings().archive,
    },
    record() {
      store.setHere(path, undefined)
      store.disagree(path)
      // What lies there from now on is a person's.
      store.forgetPlacings(path)
      store.clearProblem(path)
      const { deviceName: device, sizeBytes } = winner
      store.addHistory({ atMs: clock.now(), path, action: 'not-kept', device, sizeBytes })
    },
  })
}
