/**
 * A move that was broken off leaves a file with two names, and what a person writes into it then lies under both. Finished before anybody
 * looks: the next look would take the old name for that person's work, tell everybody, and make a conflict of the new one (I4, I5). And where
 * the person gave the file a third name meanwhile, what is written there is for that name alone (I1): so another file takes its place at ours.
 * A short cut: where it cannot be done, what lies there is understood as it lies.
 */
import type { Damage } from '../core/damage.ts'
import { isSyncError } from '../core/errors.ts'
import { isSameFile, isSameInode, isSameStat } from '../core/stat.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { Found } from '../ports.ts'
import type { FolderStore, Here } from '../store/folder-store.ts'
import { isUnreadable } from './damage.ts'
import { placeOf } from './doubt.ts'
import type { FolderContext } from './folder-context.ts'
import { requireRoom } from './safety.ts'

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
  for (const departure of departures) {
    const { deletion, here } = departure
    const arrival = arrivals.find(
      ({ version, found }) => sameContent(version, here) && isSameFile(found.stat, here),
    )
    if (arrival === undefined) await stayApart(context, departure)
    else {
      const arrived = await arrive(context, departure, arrival.found)
      if (arrived === undefined) continue
      store.transaction(() => {
        store.adopt(deletion.path, deletion, undefined)
        store.adopt(arrival.version.path, arrival.version, arrived)
      })
    }
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

/** What was moved, once it has only its new name; undefined while that cannot be said. */
async function arrive(
  context: FolderContext,
  { deletion, here }: Departure,
  found: Found,
): Promise<Here | undefined> {
  const { disk } = context
  const from = here.diskPath
  const { path, diskPath: to } = found
  const damage = await damageOf(context, here, found)
  const look = await disk.look(deletion.path, from)
  if (look.state === 'unreadable') return undefined
  if (look.state === 'present' && isSameFile(look.found.stat, here)) {
    const expect = look.found.stat
    const [outcome] = await disk.commit([{ kind: 'move', path, to, fromPath: deletion.path, from, expect }])
    return outcome!.state === 'done' ? asRemembered(here, damage, found) : undefined
  }
  const own = found.isShared ? await replaceByCopy(context, found) : found
  return own !== undefined && look.state === 'absent' ? asRemembered(here, damage, found, own) : undefined
}

/** A file whose new name is gone, but not its old one, may have got another instead. */
async function stayApart(context: FolderContext, { deletion, here }: Departure): Promise<void> {
  const { store, disk } = context
  const look = await disk.look(deletion.path, here.diskPath)
  if (look.state !== 'present') return
  const { stat, isShared } = look.found
  // Names it had before anything was done to it are its person's own business.
  if (!isShared || isSameStat(stat, here) || !isSameFile(stat, here)) return
  const damage = await damageOf(context, here, look.found)
  const own = await replaceByCopy(context, look.found)
  if (own !== undefined) store.setHere(deletion.path, asRemembered(here, damage, look.found, own))
}

/** Nothing but its names is other than remembered, and these we changed: if its content is another, no person wrote that (I4). */
async function damageOf(context: FolderContext, here: Here, found: Found): Promise<Damage | undefined> {
  const { path, diskPath, stat } = found
  if (here.damage !== undefined || !isSameInode(stat, here)) return here.damage
  try {
    const { root } = await context.disk.hash(path, diskPath, stat)
    return root === here.root ? undefined : root
  } catch (error) {
    if (!isSyncError(error)) throw error
    return (await isUnreadable(context, found)) ? 'unreadable' : undefined
  }
}

/** What is known of the file, as it lies there now or in a copy: what was written into it since is for the scan to see. */
function asRemembered(here: Here, damage: Damage | undefined, found: Found, own = found): Here {
  // A time that nobody changed is what the disk made of it.
  const mtimeNs = found.stat.mtimeNs === here.mtimeNs ? own.stat.mtimeNs : here.mtimeNs
  const isDamaged = damage !== undefined && { damage }
  return { ...here, diskPath: found.diskPath, inode: own.stat.inode, mtimeNs, verified: false, ...isDamaged }
}

async function replaceByCopy(
  context: FolderContext,
  { path, diskPath, stat }: Found,
): Promise<Found | undefined> {
  const { disk } = context
  try {
    requireRoom(context, await disk.space(), stat.sizeBytes)
    const stage = await disk.stageCopy(path, diskPath, stat)
    try {
      await stage.seal(stat.sizeBytes, stat.mtimeNs, stat.executable)
      const [outcome] = await disk.commit([
        { kind: 'file', path, to: diskPath, stage, expect: stat, archive: false },
      ])
      return outcome!.state === 'done' ? outcome!.found : undefined
    } finally {
      await stage.discard()
    }
  } catch (error) {
    if (!isSyncError(error)) throw error
    return undefined
  }
}
