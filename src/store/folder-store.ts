/**
 * One folder's database: what the folder says, what was agreed, what lies here, and what peers told. One file a folder, so that
 * damage costs one folder its cache and nothing else. Synchronous; all SQL is in this directory.
 *
 * A path's state has three sides, the three columns of the decision table: the winner (what the folder says), the agreed version
 * (what this disk last took over or gave), and what lies here.
 */
import type { Damage } from '../core/damage.ts'
import type { ErrorCode, SyncError } from '../core/errors.ts'
import type {
  AuthorKey,
  ContentRoot,
  DeviceId,
  FolderId,
  IndexId,
  InviteId,
  RecordId,
  RotationId,
  StatementId,
  WriterId,
} from '../core/ids.ts'
import type { Invite, InviteEnd } from '../core/invite.ts'
import type { Remembered } from '../core/observe.ts'
import type { DirPath, RelPath } from '../core/path.ts'
import type { Problem } from '../core/problem.ts'
import type { SignedRecord } from '../core/record.ts'
import type { Roster } from '../core/roster.ts'
import type { Role, Rotation, SignedStatement } from '../core/statement.ts'
import type { Version } from '../core/version.ts'

/** What lies on this disk at a path, as it was when it was last hashed or written by us. */
export interface Here extends Remembered {
  readonly diskPath: string
}

export interface PathState {
  readonly path: RelPath
  readonly winner: Version | undefined
  readonly agreed: Version | undefined
  readonly here: Here | undefined
  readonly ignored: boolean
  /** A person asked for it: it goes first, and is kept whatever its age. */
  readonly asked: boolean
  /** The winner is a file and none of the newest, and only those are kept here. */
  readonly unkept: boolean
}

/** Which of several needed files is fetched first. */
export type FetchOrder = 'newest' | 'smallest' | 'alphabetical'

/** Only so many of the newest files, and only as many as have so many bytes together; 0 for no limit. */
export interface KeepLimits {
  readonly files: number
  readonly bytes: number
}

/** An entry of the index in sequence order, as it is sent to peers. */
export interface IndexRow {
  readonly sequence: number
  readonly record: SignedRecord
  /** Whether the content lies here. */
  readonly have: boolean
}

/** A statement of the index; both kinds of rows have sequence numbers of one sequence. */
export interface StatementRow {
  readonly sequence: number
  readonly signed: SignedStatement
}

export interface Counts {
  /** Live files and links in the folder; directories are not counted. */
  readonly files: number
  readonly bytes: number
  /** Needed paths of every kind, deletions and those a problem holds back included: 0 means that nothing is left to take over. */
  readonly needFiles: number
  /** Sizes of the live files among them. */
  readonly needBytes: number
  readonly localChanges: number
  /** Files that are not kept here, and their sizes. */
  readonly unkeptFiles: number
  readonly unkeptBytes: number
}

export interface PeerRow {
  readonly device: DeviceId
  readonly name: string
  readonly role: Role
  readonly firstSeenMs: number
  readonly lastSeenMs: number
}

export interface NewcomerRow {
  readonly device: DeviceId
  readonly author: AuthorKey
  readonly name: string
  readonly firstSeenMs: number
  readonly lastSeenMs: number
}

export interface HistoryRow {
  readonly atMs: number
  readonly path: string
  readonly action:
    | 'received'
    | 'repaired'
    | 'moved'
    | 'changed'
    | 'deleted'
    | 'conflict'
    | 'restored'
    | 'halted'
    | 'resumed'
    | 'not-kept'
  /** The device name the change came from. */
  readonly device: string
  readonly sizeBytes: number
}

/** A row as it is kept. */
export interface KeptHistoryRow extends HistoryRow {
  /** Later rows have higher ones. */
  readonly number: number
}

/** Which rows of the history are asked for. */
export interface HistoryQuestion {
  /** Only what comes after this place, newest first: at that time with a lower number, or earlier. */
  readonly after?: { readonly atMs: number; readonly number: number }
  /** Only paths with this text in them, in any case. */
  readonly search?: string
  readonly action?: string
}

export interface ProblemRow extends Problem {
  /** Not tried again before this, on the caller's clock; 0 when only a change of the path itself can help. */
  readonly retryMs: number
}

/** A path as a list shows it: as the folder has it, or, where the folder has nothing there, as it lies here. */
export interface ListedPath {
  readonly path: RelPath
  readonly kind: Here['kind']
  readonly sizeBytes: number
  readonly ignored: boolean
}

/** `never` for a promise: nothing may be awaited inside a transaction. */
export type NotPromise<T> = T extends PromiseLike<unknown> ? never : T

export interface FolderStore extends Disposable {
  /** New with every new database. */
  indexId(): IndexId
  /** Ends the life of the present index: its sequence numbers may be given again. Every peer reads it anew. */
  renewIndexId(): void

  /**
   * Runs in one durable transaction. Nested calls join the outer one: they become durable with it, and a throw undoes the call it
   * leaves. The type forbids a promise.
   */
  transaction<T>(work: () => NotPromise<T>): T

  /** Small facts: `epoch`, `lease`, `diskId`, … */
  fact(name: string): string | undefined
  setFact(name: string, value: string): void

  /** The highest counter of a writer in any record ever seen here, or taken; 0 when there is none. Never falls (I11). */
  counterOf(writer: WriterId): number
  /** Takes the next `count` counters of a writer and returns the first. Durable with the transaction around it. */
  takeCounters(writer: WriterId, count: number): number

  // -- records
  /** Stores a record under a new sequence number, be it kept though superseded. False when it is in the index already. Does not elect. */
  addRecord(record: SignedRecord): boolean
  /** Whether it is in the index: not superseded. */
  isInIndex(id: RecordId): boolean
  /** A record that is in the index, or kept; undefined also where only its version was. */
  record(id: RecordId): SignedRecord | undefined
  /** Every version of a path that is not superseded, in no particular order. */
  versionsOf(path: RelPath): Version[]
  /** Versions with this content that are not superseded and do not win their path: a conflict's losers may be among them. */
  losersWithRoot(root: ContentRoot): Version[]
  /** Names the winner of a path; `superseded` leave the index, and the database unless the path still agrees to one or one is being put there. */
  setWinner(path: RelPath, winner: RecordId, superseded: readonly RecordId[]): void
  /** The path has no version any more; `forgotten` leave the index, and the database unless the path still agrees to one. */
  dropWinner(path: RelPath, forgotten: readonly RecordId[]): void
  /** A path without versions is to become empty here: a deletion wins that nobody signed and nobody hears of. */
  retract(path: RelPath, deletion: Version): void
  /** Paths, not ignored, that agree to something while the folder says nothing of them. */
  unsaid(limit: number): RelPath[]
  /** What the path agreed to last that was by another author than what it agrees to now. */
  predecessor(path: RelPath): Version | undefined
  /** What of this author's is in the index. Reads all records. */
  recordsBy(author: AuthorKey): Version[]
  /** Records after a sequence number, in order. */
  indexAfter(sequence: number, limit: number): IndexRow[]
  lastSequence(): number

  // -- paths
  state(path: RelPath): PathState | undefined
  /** States of the direct children of a directory that have something here. */
  childrenHere(directory: DirPath): PathState[]
  /** Paths below a directory with something here, deepest last, in pages after the given path. */
  hereBelow(directory: DirPath, after: RelPath | undefined, limit: number): RelPath[]
  /** Whether any path below a directory has a live winner. */
  hasLiveBelow(directory: RelPath): boolean
  /** Whether anything lies here below a directory. */
  hasHereBelow(directory: RelPath): boolean
  /** Whether anything that lies here below a directory is to be deleted. */
  hasDeletionsBelow(directory: RelPath): boolean
  /**
   * Paths whose content the disk lacks or holds too much of, and that no problem holds back. First what is not kept, in path order. Then what
   * lives: what takes no time and what was asked for in path order, files in the folder's order. Then deletions in reverse path order.
   */
  needs(nowMs: number, limit: number): RelPath[]
  /** From now on needed files come in this order; at first it is alphabetical. */
  setOrder(order: FetchOrder): void
  /**
   * From now on only the newest files are kept, by the winner's time and then path. Call it again when the index has grown: until then a file
   * that became known is measured by the age of those known before.
   */
  keepNewest(limits: KeepLimits): void
  /** A person asks for a path, or does so no more. Holds until it is taken over, and longer where only asking keeps it. */
  setAsked(path: RelPath, asked: boolean): void
  /** Notes that a version, be it a deletion, is about to take its path on the disk. Holds until the path agrees to one, or `forgetPlacings`. */
  addPlacing(path: RelPath, version: Version): void
  /** What was about to take it, oldest record first. */
  placingsOf(path: RelPath): Version[]
  pathsOfPlacings(): RelPath[]
  forgetPlacings(path: RelPath): void
  /**
   * The agreed version becomes `version`, and `here` is what lies there now (undefined: nothing). Give the version itself, not only its
   * id, where it can have been superseded and forgotten while it was being written to disk.
   */
  adopt(path: RelPath, version: RecordId | Version, here: Here | undefined): void
  /** Only what lies here changes. */
  setHere(path: RelPath, here: Here | undefined): void
  /** What was found on a disk that had one number then is on the same disk, which has another now. */
  renumberDevice(from: bigint, to: bigint): void
  setIgnored(path: RelPath, ignored: boolean): void
  /** Forgets what was agreed, so that the path is needed again. */
  disagree(path: RelPath): void
  /** Files here whose content has this root and which are verified. */
  hereWithRoot(root: ContentRoot): { readonly path: RelPath; readonly here: Here }[]
  /** Paths at which what lies here is damaged, in path order. */
  damaged(limit: number, after?: string): PathState[]
  /** Where a file with this inode lies, damaged so. */
  damagedAs(damage: Damage, inode: bigint, device: bigint): { readonly path: RelPath; readonly here: Here }[]
  countDamaged(): number
  /** Files and links of the folder that are ignored here. Reads all paths. */
  countIgnored(): number
  /** The first file behind a path that lies here and is verified. */
  fileHereAfter(after: string): { readonly path: RelPath; readonly here: Here } | undefined
  /** The directory that was found to be this inode; the first of them in path order. */
  directoryHere(inode: bigint, device: bigint): RelPath | undefined
  /** Paths, not ignored, where what lies here is not what was agreed, or nothing was agreed: local changes of a read-only device. */
  localChanges(limit: number, after?: string): PathState[]
  /** In path order, in pages: every path at which the folder has something or something lies here; or only those needed. */
  pathsAfter(which: 'all' | 'needed', after: string, limit: number): ListedPath[]
  /** Live conflict copies in the folder (E4). */
  conflictCopies(limit: number): Version[]
  countConflictCopies(): number
  counts(): Counts
  /** How many files and links here have a deleted winner that was not agreed to: deletions waiting to happen here. */
  pendingDeletions(): number
  /** How many of them hold a content that lives nowhere else in the folder: what only moves is no loss. Reads all of them. */
  pendingLosses(): number
  /** Those paths, in path order. */
  deletionsPending(limit: number): RelPath[]
  /** Files and links that lie here, whatever the folder says of them. */
  filesHere(): number
  /** A path that is needed with this content and that no problem holds back then. */
  needsRoot(root: ContentRoot, nowMs: number): RelPath | undefined
  /** Whether a version in the index has this content at a path that is needed: its winner, or what may stand in for it. */
  isContentNeeded(root: ContentRoot): boolean
  /** Whether the folder has a live file with this content at another path; any path is another one than the folder itself. */
  isContentLiveElsewhere(root: ContentRoot, path: DirPath): boolean
  /** Forgets which paths were ignored: the patterns changed. */
  clearIgnored(): void

  // -- blocks
  blocks(root: ContentRoot): { readonly blockSizeBytes: number; readonly hashes: Uint8Array } | undefined
  addBlocks(root: ContentRoot, blockSizeBytes: number, hashes: Uint8Array): void
  /** Deletes block lists that nothing refers to any more. */
  sweepBlocks(): void

  /** What of the whole database is not as it has to be. Reads all of it at once. */
  inspect(): readonly string[]
  /** The same of so many paths behind one, and behind which to go on; undefined when those were the last. */
  inspectPaths(
    after: string,
    limit: number,
  ): { readonly faults: readonly string[]; readonly after: string | undefined }
  /** Moves the database aside, as one that is damaged, and returns the error that says so; whoever called throws it. Every later call throws it too. */
  setAside(reason: string): SyncError

  /** Gives back the memory that reading faster takes: call it when nothing is going to be asked for a while. */
  freeMemory(): void

  // -- invites
  /** Every one-time secret this device issued and still knows of, the oldest first. */
  invites(): Invite[]
  addInvite(invite: Invite): void
  /** False when it had ended before: the first end is the one that counts (I15). */
  endInvite(id: InviteId, end: InviteEnd): boolean
  /** Forgets those that have ended, but for the last so many. Whether there were any. */
  forgetInvites(keep: number): boolean

  // -- members and peers
  /** Stores a statement under a new sequence number. False when it is here already. */
  addStatement(signed: SignedStatement, isOwn?: boolean): boolean
  /** What this device said itself, in order. */
  ownStatements(): readonly SignedStatement[]
  hasStatement(id: StatementId): boolean
  /** Statements after a sequence number, in order. */
  statementsAfter(sequence: number, limit: number): StatementRow[]
  /** All of them, in order. */
  statements(): readonly SignedStatement[]
  /** What they mean together. */
  roster(): Roster
  /**
   * From here on these are the statements, each in the place of the one it replaces, and no others. The parts of the rotation that says so
   * are kept aside, as what led here from the folder that was before.
   */
  carryOver(
    former: FolderId,
    rotation: RotationId,
    carried: readonly { readonly replaces: StatementId; readonly signed: SignedStatement }[],
  ): void
  /** What led from that folder to this one, or to one on the way to it; none where it is not known. */
  rotationsFrom(former: FolderId): SignedStatement<Rotation>[]
  /** Members that have not been seen since the secret was changed. */
  awaited(): DeviceId[]
  /** Those, and no others. */
  setAwaited(devices: readonly DeviceId[]): void
  /** Devices that wait to be let in, the first the longest. */
  newcomers(): NewcomerRow[]
  /** Those seen last are kept. */
  sawNewcomer(newcomer: NewcomerRow): void
  forgetNewcomer(device: DeviceId): void
  peers(): PeerRow[]
  /** Those seen last are kept. */
  sawPeer(peer: PeerRow): void
  /** How far into which index of a peer we are. */
  cursor(device: DeviceId): { readonly indexId: IndexId; readonly sequence: number } | undefined
  setCursor(device: DeviceId, indexId: IndexId, sequence: number): void
  /** The same outside of transactions, and durable only with the next one: a power cut may leave the one before, which costs reading once more. */
  moveCursor(device: DeviceId, indexId: IndexId, sequence: number): void
  /** Every peer's index is read from its beginning. */
  forgetCursors(): void

  // -- what people ask
  addHistory(row: HistoryRow): void
  /** Newest first, by time and then number. */
  history(limit: number, question?: HistoryQuestion): KeptHistoryRow[]
  /** By path. */
  problems(limit: number, after?: string): ProblemRow[]
  problem(path: string): ProblemRow | undefined
  setProblem(row: ProblemRow): void
  clearProblem(path: string): void
  /** Clears every problem with this code. */
  clearProblems(code: ErrorCode): void
  /** Clears problems with this code of paths that have a version in the index with one of these contents. */
  clearProblemsOfContent(code: ErrorCode, roots: readonly ContentRoot[]): void
  forgetProblems(): void
  /** Clears the problems of these codes whose paths are not in `still`; used after a scan has looked again. */
  clearProblemsExcept(codes: readonly ErrorCode[], still: ReadonlySet<string>): void
}
