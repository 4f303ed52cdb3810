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

/** Kernels count the times of files in ticks, up to this long. */
const tickNs = 10_000_000n

/**
 * Whether a write right after a look at that time (ms since 1970) could leave both times as they were seen, on a disk that counts them in this
 * grain. Then stat is no proof that the content is still the one that was read, and whoever trusts it loses that write.
 */
export function isFresh(stat: Pick<Stat, 'mtimeNs' | 'ctimeNs'>, lookedMs: number, grainNs: bigint): boolean {
  const lookedNs = BigInt(Math.floor(lookedMs)) * 1_000_000n
  const spanNs = grainNs > tickNs ? grainNs : tickNs
  return [stat.mtimeNs, stat.ctimeNs].every((ns) => ns > lookedNs - spanNs && ns < lookedNs + tickNs)
}

/** How far a time may be off on any disk, because it is set as floating-point seconds. */
export const settingErrorNs = 1_000n

/** Whether a disk that counts time in this grain shows one time after it was given the other. */
export function isRounded(mtimeNs: bigint, wantedNs: bigint, grainNs: bigint): boolean {
  const offNs = wantedNs - mtimeNs
  if (offNs < settingErrorNs && offNs > -settingErrorNs) return true
  return offNs > 0n && offNs < grainNs && mtimeNs % grainNs === 0n
}

/** Whether time and mode are those wanted, as well as a disk of that grain can keep them. */
export function isDressedAs(
  shown: Pick<Stat, 'mtimeNs' | 'executable'>,
  wanted: Pick<Stat, 'mtimeNs' | 'executable'>,
  grainNs: bigint,
): boolean {
  return isRounded(shown.mtimeNs, wanted.mtimeNs, grainNs) && shown.executable === wanted.executable
}
