/**
 * What a look at a path shows without opening it, and how two looks compare: the one measure of whether something was touched in between
 * (I7). Times are nanoseconds since 1970.
 */
export interface Stat {
  readonly kind: 'file' | 'directory' | 'link' | 'other'
  readonly sizeBytes: number
  readonly mtimeNs: bigint
  readonly ctimeNs: bigint
  readonly inode: bigint
  readonly device: bigint
  /** Any execute bit; false where the disk cannot tell (`capabilities.executable`). */
  readonly executable: boolean
}

/** Of something a folder can hold. */
export interface HoldableStat extends Stat {
  readonly kind: Exclude<Stat['kind'], 'other'>
}

/** Whether two looks saw the very same thing, untouched in between. Permissions need no look: changing them moves the ctime. */
export function isSameStat(a: Stat, b: Stat): boolean {
  return isSameInode(a, b) && a.ctimeNs === b.ctimeNs
}

/** Whether two looks saw the same inode, whatever was written into it in between. */
export function isSameFile(a: Stat, b: Stat): boolean {
  return a.kind === b.kind && a.device === b.device && a.inode === b.inode
}

/** Whether two looks saw the same inode with the same content; its names and permissions may have changed. */
export function isSameInode(a: Stat, b: Stat): boolean {
  return isSameFile(a, b) && a.sizeBytes === b.sizeBytes && a.mtimeNs === b.mtimeNs
}

/** What disks count time in: FAT two seconds, ext3 one, exFAT ten milliseconds. */
const coarseGrainsNs = [2_000_000_000n, 1_000_000_000n, 10_000_000n]
/** Finer ones, and times set as floating-point seconds. */
const fineGrainNs = 1_000n

/** Whether a disk that was given one time may show the other. */
export function isRounded(mtimeNs: bigint, wantedNs: bigint): boolean {
  const offNs = mtimeNs < wantedNs ? wantedNs - mtimeNs : mtimeNs - wantedNs
  return offNs < fineGrainNs || coarseGrainsNs.some((grain) => offNs < grain && mtimeNs % grain === 0n)
}

/** Whether time and mode are those wanted, as well as the disk can keep them. */
export function isDressedAs(
  shown: Pick<Stat, 'mtimeNs' | 'executable'>,
  wanted: Pick<Stat, 'mtimeNs' | 'executable'>,
): boolean {
  return isRounded(shown.mtimeNs, wanted.mtimeNs) && shown.executable === wanted.executable
}
