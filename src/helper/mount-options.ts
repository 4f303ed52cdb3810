/** How a file system is mounted: nothing on a disk may be a device, a program, or another user's. Pure. */
import type { SupportedKind } from './disk-survey.ts'
import type { Owner } from './surroundings.ts'

/** A disk can come from anywhere; no time of reading is written, so that it can sleep. */
const forAll = ['nodev', 'nosuid', 'noexec', 'noatime']

export interface MountType {
  /** As mount(8) calls it. */
  readonly type: string
  readonly options: string
}

export interface MountWish {
  readonly readOnly: boolean
  /** Not even what a journal holds may be written: the disk does not let. */
  readonly isWriteProtected: boolean
}

export function mountType(
  kind: SupportedKind,
  owner: Owner,
  { readOnly, isWriteProtected }: MountWish,
): MountType {
  const access = readOnly || isWriteProtected ? 'ro' : 'rw'
  const own = optionsOf(kind, owner, isWriteProtected)
  return { type: kind === 'ntfs' ? 'ntfs3' : kind, options: [access, ...forAll, ...own].join(',') }
}

function optionsOf(kind: SupportedKind, { uid, gid }: Owner, isWriteProtected: boolean): string[] {
  // Without owners of its own: everything is the daemon's, and nobody else's.
  const owned = [`uid=${uid}`, `gid=${gid}`, 'fmask=0177', 'dmask=0077']
  switch (kind) {
    case 'ext2':
      return ['errors=remount-ro']
    case 'ext3':
    case 'ext4':
      return ['errors=remount-ro', ...(isWriteProtected ? ['noload'] : [])]
    case 'xfs':
      return isWriteProtected ? ['norecovery'] : []
    case 'f2fs':
      return isWriteProtected ? ['norecovery'] : []
    case 'btrfs':
      return isWriteProtected ? ['rescue=nologreplay'] : []
    case 'vfat':
      return [...owned, 'utf8=1', 'errors=remount-ro']
    case 'exfat':
      return [...owned, 'iocharset=utf8', 'errors=remount-ro']
    case 'ntfs':
      return [...owned, 'iocharset=utf8', 'windows_names']
  }
}
