/** Undoes deletions a mass-delete halt holds back: what is gone here is fetched again, what was deleted elsewhere lives again. */
import type { RelPath } from '../core/path.ts'
import type { FolderContext } from './folder-context.ts'
import { type Draft, signDrafts } from './sign.ts'

const pathsInTransaction = 256

/** Call between pieces of work. Afterwards none of these deletions is left to do. */
export function settleMassDelete(context: FolderContext, held: readonly RelPath[]): void {
  for (let first = 0; first < held.length; first += pathsInTransaction) {
    context.store.transaction(() => {
      const drafts: Draft[] = []
      for (const path of held.slice(first, first + pathsInTransaction)) undo(context, path, drafts)
      const versions = signDrafts(context, drafts)
      for (const version of versions)
        context.store.adopt(version.path, version, context.store.state(version.path)?.here)
    })
  }
}

function undo(context: FolderContext, path: RelPath, drafts: Draft[]): void {
  const { store, role } = context
  const { winner, agreed, here } = store.state(path) ?? {}
  if (winner?.kind !== 'deleted') {
    // Gone here: forget what was agreed, and the folder's version is needed again.
    store.setHere(path, undefined)
    store.disagree(path)
  } else if (here === undefined || agreed === undefined) {
    store.adopt(path, winner, here)
  } else if (role === 'full') {
    drafts.push({ ...agreed, knows: store.versionsOf(path), replaced: winner })
  } else {
    // Without the right to sign it stays as a local thing.
    store.adopt(path, winner, here)
  }
}
