/**
 * What the page knows of the device, and the only place where it changes: one event in, the next state out. Pure; what an event does not
 * speak of stays the same object, so that a view of it is not drawn again.
 */
import type { Change, Snapshot } from '../../src/api/schemas/events.ts'
import type { FolderStatusBody } from '../../src/api/schemas/status.ts'

export type StreamEvent = { readonly kind: 'snapshot'; readonly snapshot: Snapshot } | Change

type Folder = FolderStatusBody

export function applyEvent(before: Snapshot | undefined, event: StreamEvent): Snapshot | undefined {
  if (event.kind === 'snapshot') return event.snapshot
  // Nothing can have changed that was never told.
  if (before === undefined) return undefined
  const { status } = before
  switch (event.kind) {
    case 'device':
      return { ...before, status: { ...status, device: event.device } }
    case 'traffic':
      return { ...before, status: { ...status, traffic: event.traffic } }
    case 'folder': {
      const peers = status.folders.find(({ id }) => id === event.folder.id)?.peers ?? []
      return withFolders(before, put(status.folders, { ...event.folder, peers }))
    }
    case 'folder-gone': {
      const { [event.folder]: _, ...transfers } = before.transfers
      return { ...withFolders(before, without(status.folders, event.folder)), transfers }
    }
    case 'peer':
      return changeFolder(before, event.folder, (folder) => ({
        ...folder,
        peers: put(folder.peers, event.peer),
      }))
    case 'peer-gone':
      return changeFolder(before, event.folder, (folder) => ({
        ...folder,
        peers: without(folder.peers, event.peer),
      }))
    case 'disks':
      return { ...before, disks: event.disks }
    case 'transfers':
      return { ...before, transfers: { ...before.transfers, [event.folder]: event.transfers } }
  }
}

function withFolders(before: Snapshot, folders: Folder[]): Snapshot {
  return { ...before, status: { ...before.status, folders } }
}

function changeFolder(before: Snapshot, id: string, change: (folder: Folder) => Folder): Snapshot {
  return withFolders(
    before,
    before.status.folders.map((folder) => (folder.id === id ? change(folder) : folder)),
  )
}

/** In the place of the one with the same id, or at the end. */
function put<T extends { id: string }>(items: readonly T[], item: T): T[] {
  const at = items.findIndex(({ id }) => id === item.id)
  return at < 0 ? [...items, item] : items.with(at, item)
}

function without<T extends { id: string }>(items: readonly T[], gone: string): T[] {
  return items.filter(({ id }) => id !== gone)
}
