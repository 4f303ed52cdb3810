/** What is on its way, as rows of a page: which files, how long each takes, and which devices take part. Words are keys of texts. */
import type { Snapshot } from '../../src/api/schemas/events.ts'
import type { FolderStatusBody, Status } from '../../src/api/schemas/status.ts'
import type { Transfer } from '../../src/api/schemas/transfers.ts'
import { folderName, type Words } from './folder-words.ts'

export interface TransferRow extends Transfer {
  /** The folder's id. */
  readonly folder: string
  readonly folderPath: string
}

/** All files on their way: those a person asked for first, else as the device tells them, so that rows stay where they are. */
export function transferRows(snapshot: Snapshot | undefined): readonly TransferRow[] {
  const rows = (snapshot?.status.folders ?? []).flatMap(({ id, path }) =>
    (snapshot?.transfers[id] ?? []).map((transfer) => ({ ...transfer, folder: id, folderPath: path })),
  )
  return [...rows.filter(({ asked }) => asked), ...rows.filter(({ asked }) => !asked)]
}

/** Above this a number of days says no more than that it is long. */
const longDays = 30

/** How long it takes at this speed. Rounded as a person would say it. */
export function describeLeft(leftBytes: number, bytesPerSecond: number): Words {
  if (leftBytes <= 0) return { key: 'left-none' }
  if (bytesPerSecond <= 0) return { key: 'left-unknown' }
  const seconds = leftBytes / bytesPerSecond
  if (seconds < 10) return { key: 'left-moment' }
  if (seconds < 50) return { key: 'left-seconds', args: { seconds: Math.ceil(seconds / 10) * 10 } }
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return { key: 'left-minutes', args: { minutes } }
  const hours = Math.round(minutes / 60)
  if (hours < 24) return { key: 'left-hours', args: { hours } }
  const days = Math.round(hours / 24)
  return days > longDays ? { key: 'left-long' } : { key: 'left-days', args: { days } }
}

/** Of one file; where nothing comes, why. */
export function describeTransfer({
  sizeBytes,
  haveBytes,
  receivedPerSecond,
  holders,
}: Pick<Transfer, 'sizeBytes' | 'haveBytes' | 'receivedPerSecond' | 'holders'>): Words {
  if (receivedPerSecond <= 0 && haveBytes < sizeBytes)
    return { key: holders === 0 ? 'left-nobody' : 'left-unknown' }
  return describeLeft(sizeBytes - haveBytes, receivedPerSecond)
}

/** From 0 to 1; an empty file is whole. */
export function partOf({ sizeBytes, haveBytes }: Pick<Transfer, 'sizeBytes' | 'haveBytes'>): number {
  return sizeBytes <= 0 ? 1 : Math.max(0, Math.min(1, haveBytes / sizeBytes))
}

/** Bytes a second that devices say to each other when there is nothing to say. */
const restingRate = 200

export interface MovingPeer {
  readonly id: string
  readonly name: string
  /** Names of the folders it shares with this device. */
  readonly folders: readonly string[]
  readonly isRelayed: boolean
  readonly receivedPerSecond: number
  readonly sentPerSecond: number
  readonly needFiles: number
  readonly needBytes: number
}

/** Devices that something goes to or comes from, or that need something; each once, whatever folders it shares. By name. */
export function movingPeers(folders: readonly FolderStatusBody[]): readonly MovingPeer[] {
  const byId = new Map<string, MovingPeer>()
  for (const { path, peers } of folders)
    for (const peer of peers) {
      const before = byId.get(peer.id)
      byId.set(peer.id, {
        id: peer.id,
        name: peer.name,
        folders: [...(before?.folders ?? []), folderName(path)],
        isRelayed: (before?.isRelayed ?? false) || peer.via === 'relay',
        receivedPerSecond: (before?.receivedPerSecond ?? 0) + peer.receivedPerSecond,
        sentPerSecond: (before?.sentPerSecond ?? 0) + peer.sentPerSecond,
        needFiles: (before?.needFiles ?? 0) + peer.needFiles,
        needBytes: (before?.needBytes ?? 0) + peer.needBytes,
      })
    }
  return [...byId.values()]
    .filter(
      ({ receivedPerSecond, sentPerSecond, needFiles }) =>
        receivedPerSecond > restingRate || sentPerSecond > restingRate || needFiles > 0,
    )
    .sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1))
}

type Limits = Status['device']['limits']

export interface LimitWords {
  readonly words: Words
  /** When the schedule may change it; ISO 8601. */
  readonly until?: string
}

/** What holds for all folders together right now. */
export function describeLimits({ upload, download, lan, paused, by, until }: Limits): LimitWords {
  const ending = by === 'schedule' && until !== undefined ? { until } : {}
  if (paused) return { words: { key: 'limits-paused' }, ...ending }
  if (upload === 0 && download === 0) return { words: { key: 'limits-none' }, ...ending }
  const where = lan ? 'lan' : 'outside'
  return { words: { key: `limits-${by === 'schedule' ? 'schedule' : 'settings'}-${where}` }, ...ending }
}
