/** What the parts of one folder's engine share. Made once by `folder.ts`; holds no state of its own. */
import type { ContentRoot, DeviceId, FolderId } from '../core/ids.ts'
import type { Author } from '../core/record.ts'
import type { FolderKeys } from '../core/secret.ts'
import type { Role } from '../core/statement.ts'
import type { KeyPair } from '../core/x25519.ts'
import type { Chance, Clock, Disk, DiskPath, Log } from '../ports.ts'
import type { FolderStore } from '../store/folder-store.ts'
import type { FolderRates } from './rates.ts'
import type { FolderSettings } from './settings.ts'
import type { Unfinished } from './unfinished.ts'
import type { UploadSlots } from './upload-slots.ts'

export interface FolderContext {
  readonly id: FolderId
  /** The directory, for error texts. */
  readonly rootPath: string
  readonly keys: FolderKeys
  readonly role: Role
  /** What the folder was called before its secret was changed, the oldest first. */
  readonly formerIds: readonly FolderId[]
  readonly device: DeviceId
  /** The pair the device is known by. */
  readonly deviceKeys: KeyPair
  readonly deviceName: string
  readonly author: Author
  readonly store: FolderStore
  readonly disk: Disk
  readonly clock: Clock
  readonly chance: Chance
  readonly log: Log
  readonly rates: FolderRates
  /** Peers that may be linked at a time. */
  readonly maxLinks: () => number
  readonly uploads: UploadSlots
  readonly unfinished: Unfinished
  settings(): FolderSettings
  /** Long work gives up at the next good moment: the folder is being closed. */
  isClosing(): boolean
  /** What people are told of the folder may be other than before. */
  changed(): void
  /** Something happened that may give the loop work. */
  wake(): void
  /** What is needed may have changed, or what was missing for it has come. */
  pullSoon(): void
  /** What was recorded of this place may be out of date: look again. */
  markDirty(diskPath: DiskPath): void
  /** A peer found something wrong in what came from here: these contents are to be read again. */
  suspect(roots: Iterable<ContentRoot>): void
  /** Others than before may be members. `mustReread`: the indexes of peers are to be read from their beginning. */
  membersChanged(mustReread: boolean): void
  /** The index grew: peers want to hear of it. */
  indexGrew(): void
  /** The store can no longer be used: the folder has to be opened anew with a fresh one. */
  databaseDamaged(): void
  /** These contents lie here now and can be served. */
  contentAdded(roots: readonly ContentRoot[]): void
}
