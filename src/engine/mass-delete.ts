/** Undoes deletions a mass-delete halt holds back: what is gone here is fetched again, what was deleted elsewhere lives again. */
import type { RelPath } from '../core/path.ts'
import type { FolderContext } from './folder-context.ts'
import { type Draft, fitsHistory, signDrafts } from './sign.ts'

const pathsInTransaction = 256

/** Call between pieces of work. Afterwards none of the deletions held is left to do. */
export async function undoDeletions(context: FolderContext, held: readonly RelPath[]): Promise<void> {
  const { store } = context
  for (let first = 0; first < held.length; first += pathsInTransaction) {
    const batch = held.slice(first, first + pathsInTransaction)
    const present = new Set<RelPath>()
    for (const path of batch) if (await isPresent(context, path)) present.add(path)
    store.transaction(() => {
      const drafts = batch.flatMap((path) => undo(context, path, present.has(path)) ?? [])
      for (const version of signDrafts(context, 'person', drafts)) {
        store.adopt(version.path, version, store.state(version.path)?.here)
      }
    })
  }
}

/** Whether it still lies here: nothing is brought back to life that nobody may have any more. */
async function isPresent({ store, disk }: FolderContext, path: RelPath): Promise<boolean> {
  const here = store.state(path)?.here
  return here !== undefined && (await disk.look(path, here.diskPath)).state === 'present'
}

function undo(context: FolderContext, path: RelPath, isHere: boolean): Draft | undefined {
  const { store, role } = context
  const { winner, agreed, here } = store.state(path) ?? {}
  if (winner?.kind !== 'deleted') {
    // What came back meanwhile is not gone, and what a person made of it is an edit of what was agreed.
    if (isHere) return undefined
    // Gone here: forget what was agreed, and the folder's version is needed again.
    store.setHere(path, undefined)
    store.disagree(path)
    return undefined
  }
  if (isHere && agreed !== undefined && role === 'full') {
    const draft: Draft = { ...agreed, knows: store.versionsOf(path), replaced: winner }
    if (fitsHistory(context, 'person', draft)) return draft
  }
  // What cannot be said stays as a local thing.
  store.adopt(path, winner, isHere ? here : undefined)
  return undefined
}
