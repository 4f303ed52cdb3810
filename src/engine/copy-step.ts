/** The step of a commit that puts a copy of what lies at one path at another one. Takes room on the disk only for its stage. */
import { SyncError } from '../core/errors.ts'
import type { RelPath } from '../core/path.ts'
import { linkRoot } from '../core/version.ts'
import type { CommitOutcome, DiskPath, Expectation } from '../ports.ts'
import type { Here } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import { requireRoom } from './safety.ts'

export interface CopyTarget {
  readonly path: RelPath
  readonly diskPath: DiskPath
  /** What it takes the place of goes to the archive. */
  readonly expect: Expectation
  /** What the copy is to look like. */
  readonly mtimeNs: bigint
  readonly executable: boolean
}

/** Throws `changed-since-plan` when `here` is not what lies at `path` any more, and what else keeps it from beginning. */
export async function commitCopy(
  context: FolderContext,
  path: RelPath,
  here: Here,
  target: CopyTarget,
): Promise<CommitOutcome> {
  const { disk } = context
  const { path: toPath, diskPath: to, expect, mtimeNs, executable } = target
  requireRoom(context, await disk.space(), here.sizeBytes)
  if (here.kind === 'link') {
    const look = await disk.look(path, here.diskPath)
    const linkTarget = look.state === 'present' ? look.found.linkTarget : ''
    if (linkRoot(linkTarget) !== here.root) throw new SyncError('changed-since-plan', { path })
    const [outcome] = await disk.commit([
      { kind: 'link', path: toPath, to, target: linkTarget, expect, archive: true },
    ])
    return outcome!
  }
  const stage = await disk.stageCopy(path, here.diskPath, here)
  try {
    await stage.seal(here.sizeBytes, mtimeNs, executable)
  } catch (error) {
    await stage.release()
    throw error
  }
  const [outcome] = await disk.commit([{ kind: 'file', path: toPath, to, stage, expect, archive: true }])
  await stage.discard()
  return outcome!
}
