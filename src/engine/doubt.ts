/**
 * What a step that did not come to its end has left at its path is known to nobody: what was to be put may lie there, what lay there may be
 * gone. Until somebody has looked, nothing is planned on what is remembered, or the next look would take our own work for a person's and
 * tell everybody (I1, I4). Changes nothing itself; what it finds changed is for the scan to understand.
 */

import { nameOf, parentOf } from '../core/path.ts'
import { errorOf } from '../core/problem.ts'
import { isSameStat } from '../core/stat.ts'
import type { DiskPath, Look } from '../ports.ts'
import type { FolderStore, Here, PathState } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import type { Holds } from './holds.ts'

/** Whether an earlier step may have changed something at this path that nobody has seen yet; then it is held back. */
export async function isInDoubt(context: FolderContext, holds: Holds, state: PathState): Promise<boolean> {
  const { store, disk, markDirty } = context
  const { path, here } = state
  if (store.placingsOf(path).length === 0) return false
  const place = here?.diskPath ?? placeOf(store, state)
  const look = await disk.look(path, place)
  if (look.state === 'unreadable') {
    holds.failOrThrow(state, errorOf(look.problem))
    return true
  }
  if (isAsRemembered(look, here)) {
    store.forgetPlacings(path)
    return false
  }
  markDirty(place)
  holds.wait(path, 'what lies there has to be looked at first')
  return true
}

function isAsRemembered(look: Look, here: Here | undefined): boolean {
  if (look.state !== 'present' || here === undefined) return look.state === 'absent' && here === undefined
  const { stat } = look.found
  // The times of a directory move with what is put into it.
  if (here.kind === 'directory') return stat.kind === 'directory' && stat.inode === here.inode
  return isSameStat(stat, here)
}

/**
 * Makes durable whatever unfinished steps have done, before it is looked at: or a power cut could take back what was recognised since, and
 * what lay there before would look like a person's work. Throws when the disk cannot.
 */
export async function makeDoneDurable({ store, disk }: FolderContext): Promise<void> {
  const places = store.pathsOfPlacings().map((path) => {
    const state = store.state(path)
    return state?.here?.diskPath ?? (state === undefined ? path : placeOf(store, state))
  })
  const placeByDirectory = new Map(places.map((place) => [place.slice(0, place.lastIndexOf('/') + 1), place]))
  for (const place of placeByDirectory.values()) await disk.makeDurable(place)
}

/** Where something new at this path was put. */
export function placeOf(store: FolderStore, { path }: PathState): DiskPath {
  const parent = parentOf(path)
  return parent === '' ? path : `${store.state(parent)?.here?.diskPath ?? parent}/${nameOf(path)}`
}
