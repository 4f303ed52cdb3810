/**
 * Directories on the way to a path: finds where a path goes on disk, and lets a directory live again when something in it does (E5).
 */
import { nameOf, parentOf, type RelPath } from '../core/path.ts'
import type { DiskPath } from '../ports.ts'
import type { Batch } from './batch.ts'
import type { FolderContext } from './folder-context.ts'
import type { Holds } from './holds.ts'
import { directoryDraft, signDrafts } from './sign.ts'

/**
 * Where a path goes on disk, its parents being there or earlier in this batch. Undefined: not yet, the path is held back. `revived`: a
 * directory above had to be signed again, plan anew.
 */
export function wayTo(
  context: FolderContext,
  holds: Holds,
  path: RelPath,
  batch: Batch,
): DiskPath | 'revived' | undefined {
  const { store } = context
  const parent = parentOf(path)
  if (parent === '') return nameOf(path)
  const state = store.state(parent)
  if (state?.here?.kind === 'directory') return `${state.here.diskPath}/${nameOf(path)}`
  const queued = batch.directoryAt(parent)
  if (queued !== undefined) return `${queued}/${nameOf(path)}`
  const kind = state?.winner?.kind
  if (kind !== 'directory') {
    if (kind !== undefined && context.role === 'full') {
      revive(context, parent)
      return 'revived'
    }
    if (state?.here === undefined && (kind === undefined || kind === 'deleted')) {
      const way = wayTo(context, holds, parent, batch)
      if (way === 'revived' || way === undefined) return way
      batch.add({
        state: state ?? {
          path: parent,
          winner: undefined,
          agreed: undefined,
          here: undefined,
          ignored: false,
        },
        step: { kind: 'directory', path: parent, to: way, expect: 'absent', archive: true },
        record: (after) => store.setHere(parent, after),
      })
      return `${way}/${nameOf(path)}`
    }
  }
  holds.wait(path, 'the directory it lies in is not there yet')
  return undefined
}

/**
 * Signs the directory at a path where it has to live again (E5). It does not claim to know a file that must give way: whoever has that
 * lying there keeps a copy of it (E4), and nobody promises a content that may be gone by then.
 */
export function revive(context: FolderContext, path: RelPath): void {
  const { store } = context
  store.transaction(() => {
    const state = store.state(path)
    const known = store.versionsOf(path).filter(({ kind }) => kind === 'directory' || kind === 'deleted')
    const [signed] = signDrafts(context, [directoryDraft(path, known)])
    if (state?.here?.kind === 'directory') store.adopt(path, signed!.id, state.here)
  })
}
