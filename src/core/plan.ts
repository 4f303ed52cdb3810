/**
 * Decides the one action for a path from its three sides and nothing else: the decision table of the design, one row a branch.
 * The plan only names what to do; whoever carries it out checks the disk again first (I7). Idempotent: once carried out, the plan for
 * the new state is `nothing` (I13).
 */
import type { Damage } from './damage.ts'
import type { Role } from './statement.ts'
import { type Content, sameContent, type Version } from './version.ts'

export interface PlanFacts {
  readonly role: Role
  /** What the folder says. */
  readonly winner: Version | undefined
  /** What this disk last took over or gave. */
  readonly agreed: Version | undefined
  /** What lies here, content and the metadata that syncs. Of what is damaged, what ought to lie here. */
  readonly here:
    | (Content & {
        readonly mtimeNs: bigint
        readonly executable: boolean
        readonly verified: boolean
        readonly damage?: Damage
      })
    | undefined
  /** What was agreed lost a real conflict: a conflict of the election has this content, whichever of its versions was agreed here. */
  readonly agreedLost: boolean
  /** A copy of what lies here lies beside it, so that it may be replaced though it is a local edit or lost a conflict. */
  readonly isKeptAside: boolean
  /** Something below this path lives in the folder. */
  readonly hasLiveBelow: boolean
  /** Something below this path lies here. */
  readonly hasHereBelow: boolean
  /** Some of what lies below is about to be deleted here, so waiting helps. */
  readonly hasDeletionsBelow: boolean
}

export type Action =
  | { readonly kind: 'nothing' }
  /** The content is here already: take the winner over, and set time and executable bit when they differ. */
  | { readonly kind: 'adopt'; readonly metadata: boolean }
  /** Put the winner's content at the path, replacing exactly what lies here. */
  | { readonly kind: 'place' }
  /** Take away what lies here. */
  | { readonly kind: 'remove' }
  /** Agree to the deletion and leave what lies here: a directory that still holds local things, or a local edit. */
  | { readonly kind: 'leave' }
  /** Keep the losing content as a conflict copy, then sign a version that knows both (E4). */
  | { readonly kind: 'keep-both' }
  /** A device that may not sign moves its own content beside, then places the winner (E6). */
  | { readonly kind: 'set-aside' }
  /** Sign the directory again: something in it lives (E5). */
  | { readonly kind: 'revive' }
  /** What lies here is damaged and nobody else's: it stays as it is until a person decides. */
  | { readonly kind: 'leave-damaged' }
  /** The disk has to be looked at first, or what lies below has to go first. */
  | { readonly kind: 'wait'; readonly for: 'scan' | 'below' }

const nothing: Action = { kind: 'nothing' }

export function plan(facts: PlanFacts): Action {
  const { winner, agreed, here } = facts
  if (winner === undefined) return nothing
  if (here?.damage !== undefined) return planDamaged(facts, winner, here)
  if (winner.id === agreed?.id) return nothing
  if (winner.kind === 'deleted') return planDeletion(facts)
  if (here === undefined) return { kind: 'place' }
  if (!here.verified) return { kind: 'wait', for: 'scan' }
  if (sameContent(here, winner)) return { kind: 'adopt', metadata: metadataDiffers(here, winner) }

  const edited = !isAgreedOrOlder(here, agreed, winner)
  if (edited && facts.role === 'full') return { kind: 'wait', for: 'scan' }
  if (edited && here.kind !== 'directory' && !facts.isKeptAside) return { kind: 'set-aside' }
  const isLoser = facts.agreedLost && agreed !== undefined && sameContent(here, agreed)
  const needsCopy = isLoser && here.kind !== 'directory' && !facts.isKeptAside
  if (needsCopy && facts.role === 'full') return { kind: 'keep-both' }
  if (here.kind === 'directory' && facts.hasLiveBelow)
    return facts.role === 'full' ? { kind: 'revive' } : nothing
  if (here.kind === 'directory' && facts.hasHereBelow) return { kind: 'wait', for: 'below' }
  return { kind: 'place' }
}

/**
 * What the folder says takes the place of what a disk has made of it. Nobody knows the damaged content, so no copy of it is told to others:
 * it goes to the archive.
 */
function planDamaged({ agreed }: PlanFacts, winner: Version, here: Content): Action {
  if (winner.kind !== 'deleted' && sameContent(here, winner)) return { kind: 'place' }
  if (winner.id === agreed?.id) return nothing
  if (!isAgreedOrOlder(here, agreed, winner)) return { kind: 'leave-damaged' }
  return { kind: winner.kind === 'deleted' ? 'remove' : 'place' }
}

function planDeletion(facts: PlanFacts): Action {
  const { agreed, here, role } = facts
  if (here === undefined) return { kind: 'adopt', metadata: false }
  if (here.kind === 'directory') {
    if (facts.hasLiveBelow) return role === 'full' ? { kind: 'revive' } : nothing
    if (facts.hasDeletionsBelow) return { kind: 'wait', for: 'below' }
    return facts.hasHereBelow ? { kind: 'leave' } : { kind: 'remove' }
  }
  if (!here.verified) return { kind: 'wait', for: 'scan' }
  if (agreed !== undefined && sameContent(here, agreed)) return { kind: 'remove' }
  return role === 'full' ? { kind: 'wait', for: 'scan' } : { kind: 'leave' }
}

/** Whether what lies here is no local edit: it is what was agreed, or what the winner's author replaced. */
function isAgreedOrOlder(here: Content, agreed: Version | undefined, winner: Version): boolean {
  if (agreed !== undefined && sameContent(here, agreed)) return true
  return winner.replaced !== undefined && sameContent(here, winner.replaced)
}

function metadataDiffers(here: NonNullable<PlanFacts['here']>, winner: Version): boolean {
  return winner.kind === 'file' && (here.mtimeNs !== winner.mtimeNs || here.executable !== winner.executable)
}
