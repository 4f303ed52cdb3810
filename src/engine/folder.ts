import type { DeviceId, FolderId } from '../core/ids.ts'
import type { ArchiveEntry, Link } from '../ports.ts'
import type { HistoryRow, PeerRow } from '../store/folder-store.ts'
import type { FolderSettings } from './settings.ts'
import type { FolderStatus } from './status.ts'

/** A file whose conflict was settled by keeping both: the copy, and the name it lies beside. */
export interface ConflictRow {
  readonly path: string
  readonly beside: string
  readonly sizeBytes: number
}

export interface LocalChange {
  readonly path: string
  readonly change: 'added' | 'edited' | 'deleted'
}

/** One synced folder. Everything a person or program can ask of it. */
export interface Folder extends AsyncDisposable {
  readonly id: FolderId
  /** Takes over a link whose handshake is done. A second link to the same peer is settled here. */
  attach(link: Link): void
  /** Devices a link is open to. */
  connectedPeers(): readonly DeviceId[]
  configure(settings: FolderSettings): void
  status(): FolderStatus
  /** Whether nothing is left to send or receive and every connected peer has all it can have. */
  isSettled(): boolean
  /** Looks at the whole disk now. */
  rescan(): void
  /** Read-only: undoes local changes (all, or those at or below the path). Returns how many will be undone. */
  restoreLocal(path: string | undefined): Promise<number>
  localChanges(limit: number): readonly LocalChange[]
  /** Answers a mass-delete halt. */
  settleDeletes(choice: 'confirm' | 'undo'): Promise<void>
  /** The files a mass-delete halt is about. */
  heldDeletes(limit: number): readonly string[]
  conflicts(limit: number): readonly ConflictRow[]
  history(limit: number): readonly HistoryRow[]
  knownPeers(): readonly PeerRow[]
  listArchive(): AsyncIterable<ArchiveEntry>
  /** Puts an archived file back at its path, or beside it when something else lies there. Returns the path. */
  restoreArchived(id: string): Promise<string>
}
