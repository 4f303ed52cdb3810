/** What has changed between two looks at a device, as the stream of events tells it. Pure. */
import type { Change, FolderOnly, Snapshot } from './schemas/events.ts'
import type { FolderStatusBody } from './schemas/status.ts'

/** Applied in this order to what was told before they make what is so now, but for the order of folders and peers. */
export function changesBetween(before: Snapshot, now: Snapshot): readonly Change[] {
  const told = byId(before.status.folders)
  const present = byId(now.status.folders)
  return [
    ...[...told.keys()]
      .filter((folder) => !present.has(folder))
      .map((folder) => ({ kind: 'folder-gone' as const, folder })),
    ...now.status.folders.flatMap((folder) => changesOfFolder(told.get(folder.id), folder)),
    ...[...present.keys()].flatMap((folder) => changesOfTransfers(folder, before, now)),
    ...(isSame(before.status.device, now.status.device)
      ? []
      : [{ kind: 'device' as const, device: now.status.device }]),
    ...(isSame(before.status.traffic, now.status.traffic)
      ? []
      : [{ kind: 'traffic' as const, traffic: now.status.traffic }]),
    ...(isSame(before.disks, now.disks) ? [] : [{ kind: 'disks' as const, disks: now.disks ?? [] }]),
  ]
}

function changesOfFolder(before: FolderStatusBody | undefined, now: FolderStatusBody): Change[] {
  const { peers, ...folder } = now
  const told = byId(before?.peers ?? [])
  const present = byId(peers)
  return [
    ...(before !== undefined && isSame(newsOf(before), newsOf(now))
      ? []
      : [{ kind: 'folder' as const, folder }]),
    ...[...told.keys()]
      .filter((peer) => !present.has(peer))
      .map((peer) => ({ kind: 'peer-gone' as const, folder: now.id, peer })),
    ...peers
      .filter((peer) => !isSame(told.get(peer.id), peer))
      .map((peer) => ({ kind: 'peer' as const, folder: now.id, peer })),
  ]
}

/** That of a folder which is not there any more goes with it. */
function changesOfTransfers(folder: string, before: Snapshot, now: Snapshot): Change[] {
  const transfers = now.transfers[folder] ?? []
  return isSame(before.transfers[folder] ?? [], transfers) ? [] : [{ kind: 'transfers', folder, transfers }]
}

/** Without what goes on by itself: a countdown that has come nearer to its end is no news. */
function newsOf({ peers: _, ...folder }: FolderStatusBody): FolderOnly {
  return { ...folder, routes: folder.routes.map(({ nextInSeconds: _, ...route }) => route) }
}

function byId<T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> {
  return new Map(rows.map((row) => [row.id, row]))
}

/** Both come from the same code, so their fields have the same order. */
function isSame(one: unknown, other: unknown): boolean {
  return one === other || JSON.stringify(one) === JSON.stringify(other)
}
