/** What a reader of the stream of events knows after one more change. */
import type { Change, Snapshot } from '../api/schemas/events.ts'

export function applyChange({ status, transfers }: Snapshot, change: Change): Snapshot {
  const { folders } = status
  const withFolders = (next: typeof folders): Snapshot => ({
    transfers,
    status: { ...status, folders: next },
  })
  const inFolder = (id: string, next: (folder: (typeof folders)[number]) => (typeof folders)[number]) =>
    withFolders(folders.map((folder) => (folder.id === id ? next(folder) : folder)))
  switch (change.kind) {
    case 'device':
      return { transfers, status: { ...status, device: change.device } }
    case 'traffic':
      return { transfers, status: { ...status, traffic: change.traffic } }
    case 'folder': {
      const { id } = change.folder
      return folders.some((folder) => folder.id === id)
        ? inFolder(id, ({ peers }) => ({ ...change.folder, peers }))
        : withFolders([...folders, { ...change.folder, peers: [] }])
    }
    case 'folder-gone': {
      const { [change.folder]: _, ...others } = transfers
      return {
        transfers: others,
        status: { ...status, folders: folders.filter(({ id }) => id !== change.folder) },
      }
    }
    case 'peer':
      return inFolder(change.folder, (folder) => ({
        ...folder,
        peers: [...folder.peers.filter(({ id }) => id !== change.peer.id), change.peer],
      }))
    case 'peer-gone':
      return inFolder(change.folder, (folder) => ({
        ...folder,
        peers: folder.peers.filter(({ id }) => id !== change.peer),
      }))
    case 'transfers': {
      const { [change.folder]: _, ...others } = transfers
      const isNone = change.transfers.length === 0
      return { status, transfers: isNone ? others : { ...others, [change.folder]: change.transfers } }
    }
  }
}

/** In one order, and without what goes on by itself: two that say the same are equal then. */
export function comparable({ status, transfers }: Snapshot): Snapshot {
  const byId = (one: { readonly id: string }, other: { readonly id: string }) => (one.id < other.id ? -1 : 1)
  const folders = status.folders.map((folder) => ({
    ...folder,
    peers: [...folder.peers].sort(byId),
    routes: folder.routes.map(({ nextInSeconds: _, ...route }) => route),
  }))
  return {
    transfers: Object.fromEntries(Object.entries(transfers).filter(([, coming]) => coming.length > 0)),
    status: { ...status, folders: folders.sort(byId) },
  }
}
