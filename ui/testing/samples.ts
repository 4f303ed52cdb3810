/** A device as the daemon tells of it, for tests: everything at rest but what a test says. */
import type { DiskBody } from '../../src/api/schemas/disks.ts'
import type { Snapshot } from '../../src/api/schemas/events.ts'
import type { FolderStatusBody, Status } from '../../src/api/schemas/status.ts'

export type Folder = FolderStatusBody
export type Peer = Folder['peers'][number]

export function aPeer(change: Partial<Peer> = {}): Peer {
  return {
    id: 'peer',
    name: 'attic',
    address: '192.0.2.7:4444',
    via: 'direct',
    role: 'full',
    needFiles: 0,
    needBytes: 0,
    received: 0,
    sent: 0,
    receivedPerSecond: 0,
    sentPerSecond: 0,
    ...change,
  }
}

export function aFolder(change: Partial<Folder> = {}): Folder {
  return {
    id: 'folder',
    path: '/srv/photos',
    role: 'full',
    state: 'up-to-date',
    explanation: '',
    settled: true,
    files: 3,
    bytes: 300,
    needFiles: 0,
    needBytes: 0,
    localChanges: 0,
    conflicts: 0,
    notKept: { files: 0, bytes: 0 },
    hosts: [],
    limits: { upload: 0, download: 0 },
    peers: [],
    routes: [],
    problems: [],
    receivedPerSecond: 0,
    sentPerSecond: 0,
    ...change,
  }
}

export function aSnapshot(folders: Folder[] = []): Snapshot {
  const limits = { upload: 0, download: 0, lan: false, paused: false, by: 'settings' } as const
  const device: Status['device'] = {
    id: 'device',
    name: 'pi',
    version: '0.1.0',
    listen: '0.0.0.0:4444',
    pid: 1,
    appliance: false,
    limits,
  }
  const traffic = { received: 0, sent: 0, receivedPerSecond: 0, sentPerSecond: 0 }
  return { status: { device, folders, traffic }, transfers: {} }
}

export function aDisk(over: Partial<DiskBody> = {}): DiskBody {
  return {
    ...{
      device: 'sdb1',
      name: 'toshiba',
      model: 'TOSHIBA MQ04',
      serial: 'X8K1PLMN',
      sizeBytes: 1_000_204_886_016,
      sequence: 3,
    },
    ...{ fileSystem: { kind: 'ext4', uuid: 'u-1', label: 'podcasts' }, state: 'attached', readOnly: false },
    ...{ mountPoint: '/srv/berrysync/toshiba', freeBytes: 600_000_000_000, totalBytes: 983_000_000_000 },
    ...{ folders: [], eraseBy: 'serial' },
    ...over,
  }
}
