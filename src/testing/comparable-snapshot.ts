/** Two snapshots that say the same, made equal. */
import type { Snapshot } from '../api/schemas/events.ts'

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
