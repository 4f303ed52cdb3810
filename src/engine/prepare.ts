/**
 * What has to be settled once after opening, with the root there, before anything is read or signed: the identity of the directory, the
 * lease that detects an old database, and this device's own certificate.
 */
import { tellAllDamage } from './damage.ts'
import type { FolderContext } from './folder-context.ts'
import { takeLease } from './lease.ts'
import { declareSelf } from './members.ts'
import { checkRoot } from './safety.ts'
import { checkStore, enter } from './succession.ts'
import type { Transfers } from './transfers.ts'

const diskIdBytes = 16

/**
 * Whether a directory may be taken for the folder. `while-empty`: only one with nothing in it, because it is not known when somebody wanted
 * that, and what lies there now may be of something else.
 */
export type Claimable = boolean | 'while-empty'

/** Throws the halting error when the root is not there. Where it is claimable, a directory no other folder is in now is taken for this one. */
export async function prepare(
  context: FolderContext,
  transfers: Transfers,
  claimable: Claimable,
): Promise<void> {
  const { disk, store } = context
  checkStore(context)
  // A disk that was the folder's once stays the only right one, however early its first opening was broken off.
  const hasDisk = store.fact('diskId') !== undefined
  if (claimable !== false && !hasDisk) {
    const diskId = await claimableDisk(context, claimable === 'while-empty')
    if (diskId !== undefined) await disk.claim({ folderId: context.id, diskId })
  }
  await checkRoot(context)
  await takeLease(context)
  enter(context)
  await renameRoot(context)
  declareSelf(context)
  await transfers.sweep()
  // Problems of an earlier run may be over, and their times are of another clock.
  store.forgetProblems()
  tellAllDamage(context)
}

/** The directory bears the id of the folder before its secret was changed, until now. */
async function renameRoot({ disk, id }: FolderContext): Promise<void> {
  const root = await disk.rootState()
  if (root.state === 'present' && root.identity.folderId !== id)
    await disk.claim({ ...root.identity, folderId: id })
}

/**
 * The id to claim the disk there with; undefined when there is none to claim. Whoever adds a directory has made sure that no folder uses it
 * now: an identity left by an earlier one may be replaced. One of this folder is written again as it is, because the claim that wrote it may
 * have been broken off before it was durable.
 */
async function claimableDisk(
  { disk, id, chance }: FolderContext,
  onlyEmpty: boolean,
): Promise<string | undefined> {
  const root = await disk.rootState()
  if (root.state === 'present' && root.identity.folderId === id) return root.identity.diskId
  if (onlyEmpty && !(root.state === 'unmarked' && (await disk.isEmpty()))) return undefined
  const isFree = root.state === 'unmarked' || root.state === 'present'
  return isFree ? chance.bytes(diskIdBytes).toString('hex') : undefined
}
