/** What a folder tells about itself: the words of `berrysync status --json`, minus what only the daemon knows. Only reads. */

import { type ErrorCode, type ErrorData, SyncError } from '../core/errors.ts'
import type { DeviceId, FolderId } from '../core/ids.ts'
import type { Problem } from '../core/problem.ts'
import type { Role } from '../core/statement.ts'
import type { FolderContext } from './folder-context.ts'
import type { Loop } from './loop.ts'
import type { Swarm } from './swarm.ts'

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
  /** Bytes over its link so far. */
  readonly received: number
  readonly sent: number
}

/** Why something does not go on. */
export interface Reason {
  readonly code: ErrorCode
  readonly message: string
  readonly data: ErrorData
}

export interface FolderStatus {
  readonly id: FolderId
  readonly role: Role
  readonly state: FolderState
  /** Why it is halted. */
  readonly halt?: Reason
  /** Why no peer lets this device in. */
  readonly obstacle?: Reason
  readonly files: number
  readonly bytes: number
  readonly needFiles: number
  readonly needBytes: number
  /** Local changes of a read-only device, which stay here. */
  readonly localChanges: number
  /** Devices that wait for somebody with full access to let them in. */
  readonly waiting: number
  /** Conflict copies that a person may decide about; none on a read-only device, which may not. */
  readonly conflicts: number
  /** Files of the folder that are not kept here, because they are none of the newest. */
  readonly notKept: { readonly files: number; readonly bytes: number }
  readonly peers: readonly PeerStatus[]
  readonly problems: readonly Problem[]
  /** One sentence: why the folder is not up to date; empty when it is. */
  readonly explanation: string
}

/** Problems listed in a status. */
const maxProblems = 100

/** `isLeftBehind`: the others have gone on under another secret. */
export function describeFolder(
  context: FolderContext,
  swarm: Swarm,
  loop: Loop,
  isLeftBehind: boolean,
): FolderStatus {
  const { store, rootPath: path } = context
  const counts = store.counts()
  const error = isLeftBehind ? new SyncError('secret-changed', { path }) : loop.halt?.error
  const halt = error && toReason(error)
  const peers = swarm.openSessions().map((session) => session.status())
  const problems = store.problems(maxProblems).map((row) => ({ path: row.path, ...toReason(row) }))
  const state = stateOf(context, loop, halt !== undefined, counts.needFiles)
  const refusal = peers.length === 0 && state !== 'paused' ? swarm.refusal() : undefined
  return {
    id: context.id,
    role: context.role,
    state,
    ...(halt === undefined ? {} : { halt }),
    ...(refusal === undefined ? {} : { obstacle: toReason(refusal) }),
    files: counts.files,
    bytes: counts.bytes,
    needFiles: counts.needFiles,
    needBytes: counts.needBytes,
    localChanges: context.role === 'read-only' ? counts.localChanges : 0,
    waiting: context.role === 'full' ? store.newcomers().length : 0,
    conflicts: context.role === 'full' ? store.countConflictCopies() : 0,
    notKept: { files: counts.unkeptFiles, bytes: counts.unkeptBytes },
    peers,
    problems,
    explanation:
      halt?.message ?? refusal?.message ?? explain(state, counts.needFiles, peers.length, problems.length),
  }
}

export function toReason({ code, message, data }: SyncError | Problem): Reason {
  return { code, message, data }
}

function stateOf(context: FolderContext, loop: Loop, isHalted: boolean, needFiles: number): FolderState {
  if (context.settings().paused) return 'paused'
  if (isHalted) return 'halted'
  if (loop.doing === 'scan-all' || loop.doing === 'prepare') return 'scanning'
  return needFiles > 0 ? 'syncing' : 'up-to-date'
}

function explain(state: FolderState, needFiles: number, peers: number, problems: number): string {
  const withProblems =
    problems === 0
      ? ''
      : ` With a problem: ${problems}${problems < maxProblems ? '' : ' or more'}, see below.`
  switch (state) {
    case 'paused':
      return 'Paused by you.'
    case 'halted':
      return ''
    case 'scanning':
      return 'Looking at the files on this disk.'
    case 'syncing':
      return peers === 0
        ? `Missing here: ${needFiles}. No peer is connected to get it from.${withProblems}`
        : `Still to come: ${needFiles}.${withProblems}`
    case 'up-to-date':
      return withProblems.trim()
  }
}
