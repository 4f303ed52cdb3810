/**
 * Files that their disk has damaged, as the folder sees them: a problem that people are told of, and, where the folder has that content, a need
 * like any other. What is found damaged is offered to nobody from that moment on, because it does not count as verified.
 */
import { blockCount, blockSizeFor } from '../core/blocks.ts'
import type { Damage } from '../core/damage.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { problemOf } from '../core/problem.ts'
import { sameContent } from '../core/version.ts'
import type { Found } from '../ports.ts'
import type { FolderStore, Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'

/** Problems of paths whose content nobody is known to have. */
const missingCodes = ['no-peer-has-it', 'file-damaged'] as const

/** Rows taken from the store at a time. */
const pageSize = 512

/** What was waited for may have come: at all paths, or at those with one of these contents. */
export function tryAgain(store: FolderStore, roots?: readonly ContentRoot[]): void {
  for (const code of missingCodes)
    if (roots === undefined) store.clearProblems(code)
    else store.clearProblemsOfContent(code, roots)
}

/** Whether the folder says just what was damaged here, so that others may have it. */
export function isRepairable({ here, winner }: Pick<PathState, 'here' | 'winner'>): boolean {
  return here?.damage !== undefined && winner?.kind === 'file' && sameContent(here, winner)
}

/** Whether it is the disk that cannot read a file, and not only we. */
export async function isUnreadable(
  { disk }: FolderContext,
  { path, diskPath, stat }: Found,
): Promise<boolean> {
  const blocks = blockCount(stat.sizeBytes, blockSizeFor(stat.sizeBytes))
  try {
    return (await disk.hashBlocks(path, diskPath, stat, 0, blocks)) === 'unreadable'
  } catch (error) {
    if (!isSyncError(error)) throw error
    return false
  }
}

/** What to say of a path where something damaged lies; undefined where nothing does. */
export function damageError({ store, rootPath }: FolderContext, path: RelPath): SyncError | undefined {
  const state = store.state(path)
  if (state?.here?.damage === undefined) return undefined
  const isOwn = state.agreed === undefined || !sameContent(state.here, state.agreed)
  return new SyncError(isOwn && !isRepairable(state) ? 'own-file-damaged' : 'file-damaged', {
    path,
    folder: rootPath,
  })
}

/** Tells people, unless there is something else to say of the path. It is tried at once to repair it. */
export function tellDamage(context: FolderContext, path: RelPath): void {
  const { store, clock } = context
  const error = damageError(context, path)
  if (error === undefined || store.problem(path) !== undefined) return
  const retryMs = error.code === 'file-damaged' ? Math.max(1, Math.floor(clock.monotonicMs())) : 0
  store.setProblem({ ...problemOf(path, error), retryMs })
}

/** Notes that a file is not what it was any more, though its stat is. */
export function noteDamage(context: FolderContext, path: RelPath, here: Here, damage: Damage): void {
  const { store, log } = context
  store.transaction(() => {
    store.setHere(path, { ...here, verified: false, damage })
    store.clearProblem(path)
    tellDamage(context, path)
  })
  log.warn({ path, damage: damage === 'unreadable' ? damage : 'changed' }, 'the disk has damaged a file')
}

/** As `tellDamage`, of everything that is damaged. */
export function tellAllDamage(context: FolderContext): void {
  const { store } = context
  for (let after = ''; ; ) {
    const page = store.damaged(pageSize, after)
    store.transaction(() => {
      for (const { path } of page) tellDamage(context, path)
    })
    if (page.length < pageSize) return
    after = page.at(-1)!.path
  }
}

/** From now on what lies there counts as a person's: the next look at it signs it. Throws `not-found` and `request-invalid`. */
export function keepDamaged(context: FolderContext, path: string): void {
  const { store, markDirty, rootPath } = context
  const state = store.state(path as RelPath)
  if (state?.here?.damage === undefined)
    throw new SyncError('not-found', { what: `A damaged file ${path} in ${rootPath}` })
  const { damage, ...here } = state.here
  if (damage === 'unreadable')
    throw new SyncError('request-invalid', {
      reason: `${path} cannot be read, so there is nothing to keep. Delete it, or put a good copy in its place.`,
    })
  store.transaction(() => {
    store.setHere(state.path, here)
    store.clearProblem(path)
  })
  markDirty(here.diskPath)
}
