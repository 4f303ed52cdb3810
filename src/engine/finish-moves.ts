/**
 * A move that a crash or a failing disk broke off leaves a file with both its names, and what a person writes into it then lies under both.
 * Finished before anybody looks: the next look would take the old name for that person's work, tell everybody, and make a conflict of
 * the new one (I4, I5). A short cut: where it cannot be done, what lies there is understood as it lies.
 */
import { isSameFile } from '../core/stat.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { DiskPath, Found } from '../ports.ts'
import type { FolderStore, Here } from '../store/folder-store.ts'
import { placeOf } from './doubt.ts'
import type { FolderContext } from './folder-context.ts'

/** A file that was to leave its path. */
interface Departure {
  readonly deletion: Version
  readonly here: Here
}

/** A file that lies where one was to be put, and that nobody has looked at since. */
interface Arrival {
  readonly version: Version
  readonly found: Found
}

export async function finishMoves(context: FolderContext): Promise<void> {
  const { store } = context
  const departures = findDepartures(store)
  if (departures.length === 0) return
  const arrivals = await findArrivals(context)
  for (const { deletion, here } of departures) {
    const arrival = arrivals.find(
      ({ version, found }) => sameContent(version, here) && isSameFile(found.stat, here),
    )
    if (arrival === undefined || !(await takeOldName(context, { deletion, here }, arrival.found))) continue
    const { version, found } = arrival
    store.transaction(() => {
      store.adopt(deletion.path, deletion, undefined)
      // What was moved, whatever was written into it since: that is for the scan to see.
      store.adopt(version.path, version, { ...here, diskPath: found.diskPath, verified: false })
    })
  }
}

function findDepartures(store: FolderStore): Departure[] {
  return store.pathsOfPlacings().flatMap((path) => {
    const deletion = store.placingsOf(path).findLast(({ movedTo }) => movedTo !== undefined)
    const here = store.state(path)?.here
    return deletion !== undefined && here?.kind === 'file' ? [{ deletion, here }] : []
  })
}

async function findArrivals({ store, disk }: FolderContext): Promise<Arrival[]> {
  const arrivals: Arrival[] = []
  for (const path of store.pathsOfPlacings()) {
    const state = store.state(path)
    if (state === undefined || state.here !== undefined) continue
    const look = await disk.look(path, placeOf(store, state))
    if (look.state !== 'present') continue
    for (const version of store.placingsOf(path))
      if (version.kind === 'file') arrivals.push({ version, found: look.found })
  }
  return arrivals
}

/** Whether the file has only its new name now. */
async function takeOldName(
  { disk }: FolderContext,
  { deletion, here }: Departure,
  { path, diskPath: to }: Found,
): Promise<boolean> {
  const from: DiskPath = here.diskPath
  const look = await disk.look(deletion.path, from)
  if (look.state !== 'present') return look.state === 'absent'
  const { stat } = look.found
  if (stat.kind !== 'file' || !isSameFile(stat, here)) return false
  const [outcome] = await disk.commit([
    { kind: 'move', path, to, fromPath: deletion.path, from, expect: { ...stat, kind: 'file' } },
  ])
  return outcome!.state === 'done'
}
