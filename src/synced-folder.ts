/**
 * What one folder of this device is: open, or with the reason why it is not, or still to be joined; and what opens one. Only words, so that who
 * opens folders and who keeps the list of them need not know each other.
 */
import type { FolderEntry } from './config.ts'
import { SyncError } from './core/errors.ts'
import type { FolderId } from './core/ids.ts'
import type { FolderKeys, GuestPass, OneTimeSecret } from './core/secret.ts'
import type { Folder } from './engine/folder.ts'
import type { FolderSettings } from './engine/settings.ts'

/** A folder that is open, with everything below it; disposing closes all of that. */
export interface RunningFolder extends AsyncDisposable {
  readonly folder: Folder
  configure(settings: FolderSettings): void
}

/** A folder that is not shared with this device yet: its one-time secret is being redeemed. */
export interface JoiningFolder extends AsyncDisposable {
  /** Why it is not shared yet: how the last try ended, or that nobody was reached. */
  readonly obstacle: SyncError
  configure(settings: FolderSettings): void
}

export interface OpenHow {
  /** A person added it, and its directory has not been claimed yet: only then it may be. */
  readonly isNew: boolean
  /** Called when a new folder has claimed its directory. */
  readonly claimed: () => void
  /** Called when the folder cannot go on before it is closed and opened again. */
  readonly mustReopen: () => void
  /** Called when its secret was changed: it has a succession. */
  readonly rotated: () => void
}

export interface FolderOpener {
  /** A missing directory is no error (I10). */
  open(entry: FolderEntry, keys: FolderKeys, settings: FolderSettings, how: OpenHow): Promise<RunningFolder>
  /** Redeems a one-time secret, however long that takes; `keep` is called with what it was good for, and again later when it fails. */
  join(
    entry: FolderEntry,
    secret: OneTimeSecret,
    settings: FolderSettings,
    keep: (pass: GuestPass) => Promise<void>,
  ): JoiningFolder
  /** Deletes what the state directory knows of a folder that is not open. */
  forget(entry: FolderEntry): Promise<void>
}

/** A folder of the configuration: open, or the reason why it could not be opened, or still to be joined. */
export type SyncedFolder = OpenedFolder | JoinedFolder

export interface OpenedFolder {
  readonly id: FolderId
  readonly entry: FolderEntry
  readonly keys: FolderKeys
  readonly state: RunningFolder | SyncError
  /** Which attachment of its disk it was opened at, or was to be; undefined while it waits for its disk. */
  readonly attachment?: string | undefined
}

interface JoinedFolder {
  /** Of the meeting with whoever invited. */
  readonly id: FolderId
  readonly entry: FolderEntry
  readonly keys: undefined
  readonly state: JoiningFolder
}

/** A folder that is open. */
export type RunningEntry = OpenedFolder & { readonly state: RunningFolder }

export function isRunning(folder: SyncedFolder): folder is RunningEntry {
  return folder.keys !== undefined && !(folder.state instanceof SyncError)
}
