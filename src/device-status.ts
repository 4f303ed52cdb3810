/** What a device says of its folders, as the API tells it: what the engine knows of one, and what only the daemon does. Only reads. */
import type { Reason } from './api/schemas/basics.ts'
import type { FolderStatusBody, Status } from './api/schemas/status.ts'
import { isSyncError, SyncError } from './core/errors.ts'
import type { LimitsInForce } from './device-limits.ts'
import { isFinal } from './engine/redemption.ts'
import { type FolderStatus, toReason } from './engine/status.ts'
import { folderSettingTable } from './setting-table.ts'
import { withDefaults } from './setting-values.ts'
import type { RunningFolder, SyncedFolder } from './synced-folder.ts'
import { type FolderSpeeds, noSpeeds } from './traffic.ts'

/** Everything but the ways to its predefined hosts. */
type Body = Omit<FolderStatusBody, 'routes'>

/** One whose database cannot be read, since its disk fails say, must not keep the others from being told of. */
export function statusToBody(folder: SyncedFolder, limits: LimitsInForce, speeds: FolderSpeeds): Body {
  try {
    return toBody(folder, limits, speeds)
  } catch (error) {
    if (!isSyncError(error) || folder.keys === undefined) throw error
    return toBody({ ...folder, state: error }, limits, speeds)
  }
}

function toBody(folder: SyncedFolder, { paused }: LimitsInForce, speeds: FolderSpeeds): Body {
  const { id, entry, keys, state } = folder
  const set = withDefaults(folderSettingTable, entry.set)
  const limits = { upload: set.uploadLimit, download: set.downloadLimit }
  const disk = entry.disk === undefined ? {} : { disk: diskToBody(entry.disk) }
  const known = { id, path: entry.path, hosts: [...set.hosts], limits, ...disk }
  if (keys === undefined) {
    const where = set.hosts.length === 0 ? ` ${sayWhere(entry.path)}` : ''
    return { ...known, ...emptyBody, ...joiningToBody(state.obstacle, where) }
  }
  if (state instanceof SyncError) {
    const halt = showReason(toReason(state))
    return { ...known, ...emptyBody, role: keys.role, state: 'halted', halt, explanation: halt.message }
  }
  const { peers, problems, explanation, halt, obstacle, ...status } = state.folder.status()
  const shown = {
    ...{ ...status, ...known, problems: [...problems] },
    ...(halt === undefined ? {} : { halt: showReason(halt) }),
    ...(obstacle === undefined ? {} : { obstacle: showReason(obstacle) }),
  }
  if (paused && !set.paused) {
    const until = 'Paused by the schedule of this device (`berrysync config`).'
    return { ...shown, ...noSpeeds, settled: false, explanation: until, peers: [] }
  }
  const { byPeer, receivedPerSecond, sentPerSecond } = speeds
  const alone = status.state === 'up-to-date' && peers.length === 0 ? explainAlone(state.folder) : ''
  return {
    ...{ ...shown, receivedPerSecond, sentPerSecond },
    settled: peers.length > 0 && state.folder.isSettled(),
    explanation: [alone, explanation].filter((text) => text !== '').join(' '),
    peers: peers.map((peer) => ({ ...peer, ...(byPeer.get(peer.id) ?? noSpeeds) })),
  }
}

export function limitsToBody({ untilMs, ...limits }: LimitsInForce): Status['device']['limits'] {
  return { ...limits, ...(untilMs === undefined ? {} : { until: new Date(untilMs).toISOString() }) }
}

/** Of a folder that is not open. */
const emptyBody = {
  ...{ settled: false, files: 0, bytes: 0, needFiles: 0, needBytes: 0, localChanges: 0, conflicts: 0 },
  ...{ notKept: { files: 0, bytes: 0 }, peers: [], problems: [], ...noSpeeds },
}

function joiningToBody(
  error: SyncError,
  where: string,
): Pick<Body, 'role' | 'state' | 'halt' | 'obstacle' | 'explanation'> {
  const obstacle = showReason(toReason(error))
  if (!isFinal(error.code))
    return { role: 'read-only', state: 'joining', obstacle, explanation: `${obstacle.message}${where}` }
  return {
    role: 'read-only',
    state: 'refused',
    halt: obstacle,
    obstacle,
    explanation: obstacle.message,
  }
}

function diskToBody({ name, uuid }: NonNullable<SyncedFolder['entry']['disk']>) {
  return { name, ...(uuid === undefined ? {} : { uuid }) }
}

function showReason({ data, ...reason }: NonNullable<FolderStatus['halt']>): Reason {
  return { ...reason, data: { ...data } }
}

function sayWhere(path: string): string {
  return `Where it is can be told: berrysync host add ${path} HOST:PORT`
}

/** What "up to date" is worth while nobody is there to ask. */
function explainAlone(folder: RunningFolder['folder']): string {
  return folder.knownPeers().length === 0
    ? 'No peer has connected yet, so nothing was sent or received.'
    : 'No peer is connected: what changed elsewhere since is not known here.'
}
