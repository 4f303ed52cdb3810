/**
 * An edit of a file that was moved away at the same time arrives where the file went, instead of bringing the old name back.
 * Done by devices that may sign; until one does, the edit simply lives at the old name (E5) and nothing is lost.
 */
import { knownThrough } from '../core/elect.ts'
import type { RelPath } from '../core/path.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { FolderStore } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { type Draft, deletionDraft, signDrafts } from './sign.ts'

export interface MovedEdit {
  /** The edit, winning at the old path. */
  readonly edit: Version
  /** The concurrent deletion that says where the file went. */
  readonly departure: Version
  /** The file at its new path, still with the content that was moved. */
  readonly arrival: Version
}

/**
 * Whether the winner at this path is an edit of a file that moved away concurrently and lies unchanged and undisputed at its new
 * path.
 */
export function findMovedEdit(store: FolderStore, path: RelPath): MovedEdit | undefined {
  const edit = store.state(path)?.winner
  if (edit?.kind !== 'file' || edit.replaced === undefined) return undefined
  for (const departure of store.versionsOf(path)) {
    if (departure.movedTo === undefined || departure.replaced === undefined) continue
    if (!sameContent(departure.replaced, edit.replaced)) continue
    const arrival = store.state(departure.movedTo)?.winner
    if (arrival === undefined || arrival.fileId !== edit.fileId || !sameContent(arrival, departure.replaced))
      continue
    const isAlone = store.versionsOf(arrival.path).length === 1
    if (isAlone) return { edit, departure, arrival }
  }
  return undefined
}

/** Signs the edit at the new path and the deletion at the old one, in one transaction. */
export function followMove(context: FolderContext, { edit, departure, arrival }: MovedEdit): void {
  const { store } = context
  store.transaction(() => {
    const arrived: Draft = {
      ...edit,
      path: arrival.path,
      knows: knownThrough([arrival], store.versionsOf(arrival.path)),
      replaced: arrival,
    }
    const known = knownThrough([edit, departure], store.versionsOf(edit.path))
    const left: Draft = { ...deletionDraft(context, edit, arrival.path), knows: known }
    signDrafts(context, 'device', [arrived, left])
  })
}
