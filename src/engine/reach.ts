/**
 * What can be had of a path right now. A content can be gone for good while its version wins: its author lost the database and, not
 * knowing it had ever told it, the only copy. Such a version stays the winner and stays needed, since whoever may still have it may be away;
 * it must not keep the path from following everything else people do. So until its content turns up the best of the other versions stands
 * in for it, here and with nothing said of it: no device may claim that it is over (E7).
 */
import { elect } from '../core/elect.ts'
import { sameContent, type Version } from '../core/version.ts'
import type { PathState } from '../store/folder-store.ts'

/** A path the folder says something of. */
export type WonState = PathState & { readonly winner: Version }

/** Something to be done at a path, with versions as far as they can be had. */
export interface Reachable {
  /** With the winner to go for now. */
  readonly state: WonState
  /** The versions it was elected from. */
  readonly versions: readonly Version[]
}

/** `versions` are all of the path. Undefined: everything that can be had was taken over, the winner is waited for. */
export function withinReach(
  state: WonState,
  versions: readonly Version[],
  canGet: (version: Version) => boolean,
): Reachable | undefined {
  const { winner, here, agreed } = state
  const isWithinReach = (version: Version): boolean =>
    version.kind !== 'file' || (here !== undefined && sameContent(here, version)) || canGet(version)
  if (isWithinReach(winner)) return { state, versions }
  const others = versions.filter(isWithinReach)
  if (others.length === 0) return undefined
  const standIn = elect(others).winner
  return standIn.id === agreed?.id ? undefined : { state: { ...state, winner: standIn }, versions: others }
}

export function hasWinner(state: PathState | undefined): state is WonState {
  return state?.winner !== undefined
}
