/**
 * The lowest level of the disk: handles of directories and files, addressed one name at a time, never by a path. A handle stays
 * with the directory it was opened on whatever is renamed or linked around it, and no call follows a link, so nothing built on
 * this can leave the folder (I8). The real one is `real-files.ts`, the simulated one `testing/memory-files.ts`; both pass
 * `testing/files-contract.ts`. Failures are Node's own errors with an errno `code`; `disk-error.ts` turns them into sentences.
 */
import type { Stat } from '../core/stat.ts'
import type { DiskSpace } from '../ports.ts'

/** What `lstat` tells, with what only the disk itself needs. */
export interface FileStat extends Stat {
  /** Permission bits, 0o777 at most. */
  readonly mode: number
  /** Names this inode has. */
  readonly links: number
}

/** Whether a file or link has more names than the one it was found by. A directory is counted by those in it. */
export function hasOtherNames({ kind, links }: FileStat): boolean {
  return kind !== 'directory' && links > 1
}

/** An open regular file. Disposing closes it. */
export interface OpenFile extends AsyncDisposable {
  /** For a worker thread to read from; undefined where there is no descriptor. Good until closed. */
  readonly descriptor: number | undefined
  stat(): Promise<FileStat>
  /** Fills `into` from there on; returns how many bytes, fewer than asked only at the end of the file. */
  read(into: Uint8Array, offsetBytes: number): Promise<number>
  /** Writes all of it. Writing beyond the end leaves a hole of zeros. */
  write(offsetBytes: number, data: Uint8Array): Promise<void>
  truncate(sizeBytes: number): Promise<void>
  /** Sets the time as near as `settableMtime` comes. */
  setTimes(mtimeNs: bigint): Promise<void>
  setMode(mode: number): Promise<void>
  /**
   * Sets time and permission bits of a file that still is exactly the expected one, with nothing of this process between looking
   * and doing; returns what it is then, or undefined, untouched, when it is not the expected one.
   */
  setMetadataIf(expect: Stat, mtimeNs: bigint, mode: number): Promise<FileStat | undefined>
  /** Makes content, size and times durable. */
  sync(): Promise<void>
}

/** An open directory. Disposing closes it. */
export interface Directory extends Disposable {
  stat(): Promise<FileStat>
  /** Names in it, in no particular order. A name that is not valid UTF-8 comes with U+FFFD in it and cannot be looked at. */
  list(): Promise<string[]>
  /** Undefined when there is nothing of that name. */
  lstat(name: string): Promise<FileStat | undefined>
  /** `EILSEQ` when the target is not valid UTF-8. */
  readlink(name: string): Promise<string>
  /** Opens a directory in it. `ENOTDIR` or `ELOOP` for anything else, links to directories included. */
  directory(name: string): Promise<Directory>
  /** Opens one further down, as name after name would. */
  below(names: readonly string[]): Promise<Directory>
  /** Whether this one is what `below` of these names would open there now. */
  liesBelow(above: Directory, names: readonly string[]): boolean
  /** Opens a regular file in it. `ELOOP` for a link, `EINVAL` for a device, pipe or directory. */
  open(name: string, access: 'read' | 'write'): Promise<OpenFile>
  /** Makes a file and opens it for writing. `EEXIST` when the name is taken. `mode` loses the bits of the umask. */
  create(name: string, mode: number): Promise<OpenFile>
  mkdir(name: string, mode: number): Promise<void>
  rmdir(name: string): Promise<void>
  symlink(target: string, name: string): Promise<void>
  unlink(name: string): Promise<void>
  /**
   * Gives a file or link that still is exactly the expected one a second name, and returns what it is then (its ctime moves), or
   * undefined, without a second name, when it is not. `EEXIST` when the other name is taken, `EPERM` where links do not exist.
   */
  linkIf(name: string, expect: Stat, to: Directory, toName: string): Promise<FileStat | undefined>
  /** Moves a file or link to a name that is free: `EEXIST`, never overwriting. After a crash it may have both names. */
  moveNew(name: string, to: Directory, toName: string): Promise<FileStat>
  /**
   * Moves away a file or link that is an expected one, with nothing of this process between looking and doing; returns what arrived
   * there, or undefined, unmoved, when it is not. `EEXIST` when the other name is taken.
   */
  moveIf(
    name: string,
    isExpected: (there: Stat) => boolean,
    to: Directory,
    toName: string,
  ): Promise<FileStat | undefined>
  /**
   * Moves a file or link over one that still is exactly the expected one, with nothing of this process between looking and doing;
   * returns what lies there then, or undefined, unmoved, when it is not.
   */
  replaceIf(name: string, to: Directory, toName: string, expect: Stat): Promise<FileStat | undefined>
  /** Makes what was made, moved and removed in it durable. */
  sync(): Promise<void>
  /** Of the file system it lies on. */
  space(): Promise<DiskSpace>
}

/** A folder's place on disk. */
export interface Files {
  /** Where that is, for people. */
  readonly path: string
  /** Opens the directory that lies there now: after a disk was changed it is another one than before. */
  openRoot(): Promise<Directory>
  /** Whether an open directory is what `openRoot` would open now. */
  isRoot(directory: Directory): boolean
}

/**
 * The time a file has after being given this one. Node takes times as floating-point seconds, which near today are a quarter of a
 * microsecond apart; before 1970 it takes nothing but dates, of which whole seconds are sure to survive.
 */
export function settableMtime(mtimeNs: bigint): bigint {
  const time = nsToTime(mtimeNs)
  if (typeof time !== 'number') return BigInt(time.getTime()) * 1_000_000n
  const whole = Math.floor(time)
  return BigInt(whole) * 1_000_000_000n + BigInt(Math.trunc((time - whole) * 1e9))
}

/** The range of `Date`, some 270,000 years to either side: records may say more than any disk keeps. */
const maxTimeNs = 8_640_000_000_000n * 1_000_000_000n

/** A time as Node takes it, the nearest there is. */
export function nsToTime(ns: bigint): number | Date {
  if (ns >= 0n) return Number(ns < maxTimeNs ? ns : maxTimeNs) / 1e9
  return new Date(Math.floor(Number(ns > -maxTimeNs ? ns : -maxTimeNs) / 1e9) * 1000)
}
