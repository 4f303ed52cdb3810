/** What a folder tells about itself: the words of `berrysync status --json`, minus what only the daemon knows. */
import type { Role } from '../core/certificate.ts'
import type { ErrorCode } from '../core/errors.ts'
import type { DeviceId, FolderId } from '../core/ids.ts'
import type { Problem } from '../ports.ts'

export type FolderState = 'scanning' | 'syncing' | 'up-to-date' | 'paused' | 'halted'

export interface PeerStatus {
  readonly id: DeviceId
  readonly name: string
  readonly address: string
  readonly via: 'direct' | 'relay'
  readonly role: Role
  /** What the peer said it still lacks of the folder. */
  readonly needFiles: number
  readonly needBytes: number
  /** Both sides have told their whole index once on this link. */
  readonly indexed: boolean
}

export interface FolderStatus {
  readonly id: FolderId
  readonly role: Role
  readonly state: FolderState
  /** Why it is halted. */
  readonly halt?: { readonly code: ErrorCode; readonly message: string }
  readonly files: number
  readonly bytes: number
  readonly needFiles: number
  readonly needBytes: number
  /** Local changes of a read-only device, which stay here. */
  readonly localChanges: number
  readonly peers: readonly PeerStatus[]
  readonly problems: readonly Problem[]
  /** One sentence: why the folder is not up to date; empty when it is. */
  readonly explanation: string
}
