/** Signs deletions of what a scan found gone: last, all together, and only as many as are plausible (I10). */
import { SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { ancestorsOf, comparePaths, type RelPath } from '../core/path.ts'
import type { FolderStore } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { isImplausible } from './safety.ts'
import { type Draft, deletionDraft, fitsHistory, signDrafts } from './sign.ts'
import { leaveUnsaid, noteChange } from './sign-observed.ts'

/** Deletions written in one transaction. */
const maxBatch = 256

/**
 * Signs deletions of what is gone, after looking once more at each, so that what came back meanwhile lives. On a read-only device
 * they stay local.
 */
export async function signDeletions(
  context: FolderContext,
  gone: readonly RelPath[],
  confirmed: boolean,
  held: RelPath[],
): Promise<void> {
  const { store, disk, role } = context
  const really: RelPath[] = []
  /** Directories with something in them that may still be there. */
  const inhabited = new Set<RelPath>()
  // Deepest first, so that nobody ever hears of a directory gone in which something lives.
  for (const path of gone.toSorted((a, b) => comparePaths(b, a))) {
    const here = store.state(path)?.here
    if (here === undefined || inhabited.has(path)) continue
    const look = await disk.look(path, here.diskPath)
    if (look.state !== 'absent') {
      for (const ancestor of ancestorsOf(path)) inhabited.add(ancestor)
      continue
    }
    really.push(path)
  }
  const files = lossesOf(store, really)
  const total = store.filesHere()
  held.length = 0
  if (role === 'full' && !confirmed && isImplausible(context, files, total)) {
    held.push(...really)
    throw new SyncError('mass-delete', {
      count: files,
      total,
      where: 'everywhere, because they are gone here',
      origin: 'here',
      path: context.rootPath,
    })
  }
  for (let first = 0; first < really.length; first += maxBatch) {
    store.transaction(() => writeDeletions(context, really.slice(first, first + maxBatch)))
  }
}

/** How many of these files are a loss. What only moved lies elsewhere: not where it is gone as well, or two copies would vouch for each other. */
function lossesOf(store: FolderStore, gone: readonly RelPath[]): number {
  const goneSet = new Set(gone)
  const isKeptByRoot = new Map<ContentRoot, boolean>()
  function isKept(root: ContentRoot): boolean {
    const isKept = isKeptByRoot.get(root) ?? store.hereWithRoot(root).some(({ path }) => !goneSet.has(path))
    isKeptByRoot.set(root, isKept)
    return isKept
  }
  return gone.filter((path) => {
    const here = store.state(path)?.here
    return here !== undefined && here.kind !== 'directory' && !isKept(here.root)
  }).length
}

function writeDeletions(context: FolderContext, paths: readonly RelPath[]): void {
  const { store, role } = context
  const drafts: Draft[] = []
  for (const path of paths) {
    const state = store.state(path)
    if (state?.here === undefined) continue
    if (role === 'read-only' || state.agreed === undefined || state.agreed.kind === 'deleted')
      store.setHere(path, undefined)
    else {
      const draft = deletionDraft(context, state.agreed)
      if (fitsHistory(context, 'person', draft)) drafts.push(draft)
      else leaveUnsaid(context, path, undefined)
    }
  }
  for (const version of signDrafts(context, 'person', drafts)) {
    store.adopt(version.path, version, undefined)
    noteChange(context, version)
  }
}
