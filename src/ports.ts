/**
 * What the engine needs from outside, as types only: time, chance, disk, links, log. The daemon gives real ones, the simulator
 * its own; both pass the same contract suites. Nothing here may hold code.
 */

import type { ErrorCode, SyncError } from './core/errors.ts'
import type { BlockSigns, WantedBlocks } from './core/find-blocks.ts'
import type { ContentRoot, DeviceId, FolderId } from './core/ids.ts'
import type { DirPath, RelPath } from './core/path.ts'
import type { Problem } from './core/problem.ts'
import type { Stat } from './core/stat.ts'
import type { Message } from './wire/messages.ts'

export interface Clock {
  /** Wall clock in milliseconds since 1970; may jump. For people, file names and the age of what is archived; it decides no conflict (E2). */
  now(): number
  /** Milliseconds of a clock that never jumps; its zero means nothing. */
  monotonicMs(): number
  /** Calls back once, later; the timer does not keep the process alive. Disposing cancels it. */
  after(delayMs: number, callback: () => void): Disposable
}

export interface Chance {
  bytes(count: number): Buffer
  /** A number from 0 up to, not including, 1. */
  fraction(): number
}

export type LogFields = Readonly<Record<string, unknown>>

/** Structured log. Readers search by `folder` (its directory; `folderId` where only that is known), `peer` and `path`. */
export interface Log {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  /** A log that puts these fields on each line. */
  child(fields: LogFields): Log
}

// ---- disk -------------------------------------------------------------------------------------------------------------

/** Where something lies on disk, relative to the folder, with the names exactly as stored there (NFD, other case). */
export type DiskPath = string

/** Something found on disk. */
export interface Found {
  readonly path: RelPath
  readonly diskPath: DiskPath
  readonly stat: Stat
  /** It has other names, in the folder or elsewhere: what is written into one of them is in all. */
  readonly isShared: boolean
  /** Only for links. */
  readonly linkTarget: string
}

/**
 * One directory's content. `unreadable` means nothing is known about what is in it: that is not the same as empty. Nor is a path
 * absent, or anything below it, that `problems` names.
 */
export interface Listing {
  readonly directory: DirPath
  readonly found: readonly Found[]
  readonly problems: readonly Problem[]
  readonly unreadable: boolean
}

/** What a single look at a path shows. `absent` only when its parent directory is readable and does not have it. */
export type Look =
  | { readonly state: 'present'; readonly found: Found }
  | { readonly state: 'absent' }
  | { readonly state: 'unreadable'; readonly problem: Problem }

/** What this disk can keep, found out by trying in the hidden directory. */
export interface DiskCapabilities {
  readonly caseSensitive: boolean
  readonly executable: boolean
  readonly symbolicLinks: boolean
  readonly hardLinks: boolean
  /** What it counts time in: a time it is given comes back as the multiple of this before it. */
  readonly timeGrainNs: bigint
}

/** The identity file of a folder: which folder, and which disk of it. */
export interface RootIdentity {
  readonly folderId: FolderId
  /** Random, made when the directory was first added; 32 hex digits. */
  readonly diskId: string
}

export type RootState =
  | { readonly state: 'present'; readonly identity: RootIdentity; readonly device: bigint }
  /** The directory is there, the identity file is not. */
  | { readonly state: 'unmarked' }
  | { readonly state: 'missing' }
  | { readonly state: 'unreadable'; readonly reason: string }

/** The hashes of a file's content. */
export interface Hashed {
  readonly root: ContentRoot
  readonly blockSizeBytes: number
  /** 32 bytes a block. */
  readonly hashes: Uint8Array
  readonly stat: Stat
}

/** A file being put together in the folder's hidden directory. A stage of the same key is found again after a crash. */
export interface Stage {
  /** Key it was opened with. */
  readonly key: string
  /** Writes verified bytes. */
  write(offsetBytes: number, data: Uint8Array): Promise<void>
  /** What was written there, also once it is sealed. Throws `changed-since-plan` when it is closed. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>
  /**
   * The block list of what is there of a file of this size, with 32 zeros for a block that is not: beyond its end only whole blocks of
   * zeros are there, since sealing leaves a hole.
   */
  hashes(sizeBytes: number, blockSizeBytes: number): Promise<Uint8Array>
  /** Gives size, time and executable bit, and makes the content durable. Nothing may be written afterwards. */
  seal(sizeBytes: number, mtimeNs: bigint, executable: boolean): Promise<void>
  /** Closes and keeps it for later. False when there is nothing to keep, because it was placed or discarded. */
  release(): Promise<boolean>
  /** Closes and deletes it. */
  discard(): Promise<void>
}

/** What a commit step counts on to find at its path. `absent`, or the very thing that was seen (I7). */
export type Expectation = Stat | 'absent'

export type CommitStep =
  /** Puts a sealed stage at a path; the old file there goes to the archive first. */
  | {
      readonly kind: 'file'
      readonly path: RelPath
      readonly to: DiskPath
      readonly stage: Stage
      readonly expect: Expectation
      /** `readable`: of what the disk cannot read any more, as much as it can; zeros stand for the rest, unless it has a second name. */
      readonly archive: boolean | 'readable'
    }
  | {
      readonly kind: 'link'
      readonly path: RelPath
      readonly to: DiskPath
      readonly target: string
      readonly expect: Expectation
      readonly archive: boolean
    }
  | {
      readonly kind: 'directory'
      readonly path: RelPath
      readonly to: DiskPath
      readonly expect: Expectation
      readonly archive: boolean
    }
  /** Takes a file or link away into the archive, or an empty directory away. Throws `obstructed` for one that is not empty. */
  | {
      readonly kind: 'remove'
      readonly path: RelPath
      readonly to: DiskPath
      readonly expect: Stat
      readonly archive: boolean
    }
  /**
   * Gives a file another path, as it lies: what moved elsewhere costs neither a copy nor room. `expect` is what lies at the old path; the
   * new one has to be free.
   */
  | {
      readonly kind: 'move'
      readonly path: RelPath
      readonly to: DiskPath
      readonly fromPath: RelPath
      readonly from: DiskPath
      readonly expect: Stat
    }
  /** Changes time and executable bit in place. */
  | {
      readonly kind: 'metadata'
      readonly path: RelPath
      readonly to: DiskPath
      readonly expect: Stat
      readonly mtimeNs: bigint
      readonly executable: boolean
    }

/** `found` is what lies there after the last metadata call, absent for removals; or why the step was not taken. */
export type CommitOutcome =
  | { readonly state: 'done'; readonly found: Found | undefined }
  | { readonly state: 'failed'; readonly error: SyncError }

/** What an ordinary user may still write on a disk, and how much it could hold with nothing on it. */
export interface DiskSpace {
  readonly freeBytes: number
  readonly totalBytes: number
}

export interface ArchiveEntry {
  /** Names the entry for `restore`. */
  readonly id: string
  readonly path: RelPath
  readonly archivedMs: number
  readonly sizeBytes: number
  readonly mtimeNs: bigint
}

/** A file being read. Disposing closes it. */
export interface OpenContent extends AsyncDisposable {
  readonly sizeBytes: number
  /** Fewer bytes than asked only at its end. Throws `changed-since-plan` when it is not any more what it was when it was opened. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer>
  /**
   * Looks for blocks of another version in it and writes those that are there, each verified by its hash, to their places in a stage;
   * with signs at any offset, else where they are to be. Returns their numbers; aborted, those found so far. Throws `changed-since-plan`
   * when it is not what it was to begin with. What is changed meanwhile is not found, or found as it was.
   */
  giveBlocks(
    stage: Stage,
    wanted: WantedBlocks,
    signs: BlockSigns | undefined,
    signal: AbortSignal,
  ): Promise<readonly number[]>
}

/** One folder's directory. Every call is relative to it and cannot leave it, whatever links lie there (I8). */
export interface Disk {
  readonly capabilities: DiskCapabilities
  rootState(): Promise<RootState>
  /** Whether nothing lies in the directory but what is Berrysync's; it need not be claimed. False where that cannot be told. */
  isEmpty(): Promise<boolean>
  /** Writes the identity file, and a default ignore file with the first one; the hidden directory is made when missing. */
  claim(identity: RootIdentity): Promise<void>
  /** A small private text in the hidden directory, undefined when there is none; `writeNote` is durable and atomic. */
  readNote(name: 'ignore' | 'lease'): Promise<string | undefined>
  writeNote(name: 'ignore' | 'lease', text: string): Promise<void>
  /** Every directory from here down, parents first. A directory for which `skip` is true is not entered; its own entry is still listed. */
  walk(
    from: DirPath,
    fromDisk: DiskPath,
    skip: (path: RelPath, kind: Stat['kind']) => boolean,
  ): AsyncIterable<Listing>
  look(path: RelPath, diskPath: DiskPath): Promise<Look>
  /** What lies there under another spelling, which this disk does not tell from this one; undefined: nothing. */
  rival(diskPath: DiskPath): Promise<DiskPath | undefined>
  /** Hashes a file in a worker. Throws `changing` when it does not keep still, `unreadable` when it cannot be read. */
  hash(path: RelPath, diskPath: DiskPath, expect: Stat): Promise<Hashed>
  /**
   * The hashes of some blocks of a file that must be the expected one, or `unreadable` where the disk itself fails to read them. Throws like
   * `hash`.
   */
  hashBlocks(
    path: RelPath,
    diskPath: DiskPath,
    expect: Stat,
    first: number,
    count: number,
  ): Promise<Uint8Array | 'unreadable'>
  /** Opens a file for reading that must be the expected one; throws `changed-since-plan` otherwise. */
  open(path: RelPath, diskPath: DiskPath, expect: Stat): Promise<OpenContent>
  /** Opens the stage of that key, with what an earlier run left in it. */
  openStage(key: string): Promise<Stage>
  /** A stage holding a copy of a file that must still be the expected one. */
  stageCopy(path: RelPath, diskPath: DiskPath, expect: Stat): Promise<Stage>
  /** Lets the names of all stages outlive a power cut, as their content does when they are sealed. */
  makeStagesDurable(): Promise<void>
  /** Deletes every stage that is not open and whose key is not wanted any more. */
  sweepStages(isWanted: (key: string) => boolean): Promise<void>
  /**
   * Makes durable which names are in the directory of this path, or in the nearest above it that is there. One that cannot be opened is
   * passed over: nobody can look into it either.
   */
  makeDurable(diskPath: DiskPath): Promise<void>
  /** Takes the steps in order, makes them durable together, and tells the outcome of each. One failing does not stop the others. */
  commit(steps: readonly CommitStep[]): Promise<readonly CommitOutcome[]>
  /** The newest first, those of one time in path order; only what comes after that entry, be it there or not any more. */
  listArchive(after?: string): AsyncIterable<ArchiveEntry>
  /** Opens the file of that path that was archived last; undefined when there is none among the newest in the archive. */
  openArchived(path: RelPath): Promise<OpenContent | undefined>
  /** Opens an archived file by its id. Throws `not-found`, and `obstructed` for a link. */
  openArchiveEntry(id: string): Promise<{ readonly path: RelPath; readonly content: OpenContent }>
  /** A stage holding an archived file's content, ready to be sealed. With a key it is that key's stage. */
  stageArchived(
    id: string,
    key?: string,
  ): Promise<{
    readonly path: RelPath
    readonly stage: Stage
    readonly sizeBytes: number
    readonly mtimeNs: bigint
    readonly executable: boolean
  }>
  /** Removes what was archived before that time, and then the oldest until no more than so many bytes are left. */
  trimArchive(limits: { readonly beforeMs: number; readonly maxBytes: number }): Promise<void>
  space(): Promise<DiskSpace>
  /** Hints that something changed below these paths; `'everything'` when events were lost. Best effort, never the truth. */
  watch(
    hint: (changed: readonly DiskPath[] | 'everything') => void,
    /** Called once when from now on changes may go unseen. */
    unseen: () => void,
  ): Promise<AsyncDisposable>
}

// ---- links ------------------------------------------------------------------------------------------------------------

/** An established, encrypted connection to one peer about one folder. */
export interface Link {
  readonly folderId: FolderId
  readonly peer: DeviceId
  /** `host:port`, for people; of the relay where one stands between. */
  readonly address: string
  /** The network the other end is in, one party's as far as can be known; for limits. */
  readonly network: string
  /** Whether a relay stands between the two. */
  readonly via: 'direct' | 'relay'
  /** Whether this side dialled. */
  readonly initiator: boolean
  /** Binds proofs to this very connection; 32 bytes. */
  readonly handshakeHash: Uint8Array
  /**
   * Queues a message. A closed link ignores it. `encoded` is called once the bytes of a block's data are not needed any more; perhaps never
   * when the link closes before.
   */
  send(message: Message, encoded?: () => void): void
  /** Resolves once few enough bytes are queued, or the link is closed: await it before sending more of something long. */
  writable(): Promise<void>
  /**
   * Delivers messages one at a time and in order, from the first on; the next waits until the handler's promise is done, and the data of a
   * block is good until then. A throw closes the link with the error's code. Called once.
   */
  listen(handler: (message: Message) => void | Promise<void>): void
  /** Tells the peer why, and closes. */
  close(code: ErrorCode): void
  /** Resolves with the reason once closed, by whichever side. */
  readonly closed: Promise<SyncError>
  /** Bytes on the wire so far. */
  readonly traffic: { readonly sentBytes: number; readonly receivedBytes: number }
}
