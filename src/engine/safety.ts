/**
 * What halts a folder: decides whether the root is provably the right one (I10), whether the disk has room, and whether a number of deletions
 * is plausible. Throws the reason and keeps nothing; `loop` does, and while halted writes and deletes nothing until a person or the cause
 * going away ends it.
 */
import { SyncError } from '../core/errors.ts'
import type { DiskSpace } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'

/** The root is looked at again this often while it is away: short enough to feel immediate when a disk is plugged in. */
export const rootRecheckMs = 5_000
/** Other causes (disk full, read-only, many errors) go away more slowly. */
export const haltRecheckMs = 30_000
/** So many failures in a row, without one success between, are a failing disk and not a few odd files. */
export const maxFailuresInARow = 100

/** Throws the halting error unless the directory is there and is the one this folder was added with. Returns its device number. */
export async function checkRoot(context: FolderContext): Promise<bigint> {
  const { store, disk, rootPath: path } = context
  const root = await disk.rootState()
  const knownDisk = store.fact('diskId')
  switch (root.state) {
    case 'missing':
      throw new SyncError('root-missing', { path })
    case 'unreadable':
      throw new SyncError('root-unreadable', { path, reason: root.reason })
    case 'unmarked':
      throw new SyncError('root-unmarked', { path })
    case 'present': {
      const { folderId, diskId } = root.identity
      const isOurs = folderId === context.id || context.formerIds.includes(folderId)
      if (!isOurs || (knownDisk !== undefined && diskId !== knownDisk)) {
        throw new SyncError('root-foreign', { path })
      }
      if (knownDisk === undefined) store.setFact('diskId', diskId)
      noteNumber(store, root.device)
      return root.device
    }
  }
}

/**
 * A disk gets another number from the kernel each time it is plugged in. That is all that changed: what was seen on it then counts as seen, or
 * all of it would be read again each time.
 */
function noteNumber(store: FolderContext['store'], device: bigint): void {
  const before = store.fact('rootDevice')
  if (before === String(device)) return
  store.transaction(() => {
    if (before !== undefined) store.renumberDevice(BigInt(before), device)
    store.setFact('rootDevice', String(device))
  })
}

/** Whether so many deletions among so many files need a person. */
export function isImplausible(context: FolderContext, deletions: number, files: number): boolean {
  const { massDeletePercent, massDeleteFiles } = context.settings()
  return deletions > massDeleteFiles && deletions * 100 > files * massDeletePercent && massDeletePercent < 100
}

/**
 * Throws `disk-full` unless so many bytes fit beside those promised to others and the reserve stays free. Bytes that would not fit on the
 * disk with nothing else on it say nothing about how full it is: `too-large-here`, unless the reserve is reached already.
 */
export function requireRoom(
  { rootPath: path, settings }: FolderContext,
  { freeBytes, totalBytes }: DiskSpace,
  bytes: number,
  promisedBytes = 0,
): void {
  const { reserveBytes } = settings()
  if (freeBytes >= reserveBytes && bytes > totalBytes - reserveBytes) {
    const reason = `it needs ${bytes} bytes, and the whole disk has ${totalBytes}`
    throw new SyncError('too-large-here', { path, reason })
  }
  if (freeBytes - promisedBytes - bytes < reserveBytes) {
    throw new SyncError('disk-full', { path, freeBytes, reserveBytes })
  }
}
