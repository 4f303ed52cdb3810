/**
 * The identity file of a folder and what can be told from it: whether the directory that lies there is the folder's own (I10).
 */
import { reasonOf, SyncError } from '../core/errors.ts'
import { bytesToId, idToBytes } from '../core/ids.ts'
import type { RootIdentity, RootState } from '../ports.ts'
import { errnoOf } from './disk-error.ts'
import type { Directory, Files } from './files.ts'
import { readNote } from './notes.ts'
import { createSharedRoot } from './shared-directories.ts'

const advice =
  'This file tells Berrysync which folder and disk this is. Do not delete or copy it: without it, syncing stops.'

export function identityToText(identity: RootIdentity): string {
  return `${JSON.stringify({ advice, folderId: identity.folderId, diskId: identity.diskId }, undefined, 2)}\n`
}

/** Undefined when the text is not an identity. */
export function textToIdentity(text: string): RootIdentity | undefined {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined
    throw thrown
  }
  const { folderId, diskId } = (parsed ?? {}) as Record<string, unknown>
  if (typeof folderId !== 'string' || typeof diskId !== 'string' || !/^[0-9a-f]{32}$/.test(diskId))
    return undefined
  const id = bytesToId('FolderId', idToBytes(folderId))
  return id === undefined || id !== folderId ? undefined : { folderId: id, diskId }
}

/** What lies at the folder's place, and the directory's own device and inode when it is the folder. */
async function lookAtRoot(files: Files): Promise<{ readonly state: RootState; readonly inode: bigint }> {
  try {
    using root = await files.openRoot()
    const { device, inode } = await root.stat()
    const text = await readNote(() => files.openRoot(), 'identity')
    if (text === undefined) return { state: { state: 'unmarked' }, inode }
    const identity = textToIdentity(text)
    if (identity === undefined)
      return { state: { state: 'unreadable', reason: 'its identity file .sync/identity is damaged' }, inode }
    return { state: { state: 'present', identity, device }, inode }
  } catch (thrown) {
    const errno = errnoOf(thrown)
    if (errno === undefined) throw thrown
    const isMissing = errno === 'ENOENT' || errno === 'ENOTDIR'
    return {
      state: isMissing ? { state: 'missing' } : { state: 'unreadable', reason: reasonOf(thrown) },
      inode: 0n,
    }
  }
}

/**
 * Opens the folder's directory only while it is the one that was last found to be the folder: a disk that was pulled or changed
 * since then is never touched.
 */
export function createRootGuard(files: Files) {
  let known: { readonly device: bigint; readonly inode: bigint } | undefined
  let missing = false
  const shared = createSharedRoot(files)
  return {
    async look(): Promise<RootState> {
      const { state, inode } = await lookAtRoot(files)
      known = state.state === 'present' ? { device: state.device, inode } : undefined
      missing = state.state === 'missing'
      return state
    },
    async open(): Promise<Directory> {
      const path = files.path
      // Another look may come to another end while this one opens.
      const expected = known
      if (expected === undefined) throw new SyncError(missing ? 'root-missing' : 'root-unmarked', { path })
      try {
        const lent = shared.lend(expected)
        if (lent !== undefined) return lent
        const root = await files.openRoot()
        const stat = await root.stat()
        if (stat.device === expected.device && stat.inode === expected.inode) return shared.share(root, stat)
        root[Symbol.dispose]()
      } catch (thrown) {
        const errno = errnoOf(thrown)
        if (errno === undefined) throw thrown
        if (errno === 'ENOENT' || errno === 'ENOTDIR')
          throw new SyncError('root-missing', { path }, { cause: thrown })
        throw new SyncError('root-unreadable', { path, reason: reasonOf(thrown) }, { cause: thrown })
      }
      throw new SyncError('root-foreign', { path })
    },
  }
}
