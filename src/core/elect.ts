/**
 * Chooses the winner among the versions of one path. Pure and independent of the order the versions are given in.
 * E1 two passes: drop what is superseded, then break ties by a total order over the versions themselves. E2 time breaks ties only.
 * E3 equal content is no conflict. E5 a live version outranks a concurrent deletion.
 */
import { type Content, isBefore, type Kind, sameContent, type Version } from './version.ts'

export interface Election {
  readonly winner: Version
  /** Versions whose whole history another one knows. Nobody needs them again. */
  readonly superseded: readonly Version[]
  /**
   * Live versions that lost with a content the winner's author did not know: real conflicts (E4). Every other concurrent version stays in
   * the index until something supersedes it, but needs no copy.
   */
  readonly conflicts: readonly Version[]
}

/** Elects over at least one version. Versions with the same id count once. */
export function elect(versions: readonly Version[]): Election {
  const distinct = [...new Map(versions.map((version) => [version.id, version])).values()]
  const superseded = distinct.filter((version) =>
    distinct.some((other) => isBefore(version.vector, other.vector)),
  )
  const current = distinct.filter((version) => !superseded.includes(version))
  const eligible = withoutReplaced(current)
  const winner = eligible.reduce((best, version) => (compareVersions(version, best) > 0 ? version : best))
  const conflicts = eligible.filter((version) => version !== winner && isConflict(version, winner))
  return { winner, superseded, conflicts }
}

/** Whether a concurrent loser holds something a person could miss. */
function isConflict(loser: Version, winner: Version): boolean {
  if (loser.kind === 'deleted' || loser.kind === 'directory') return false
  if (sameContent(loser, winner)) return false
  return winner.replaced === undefined || !sameContent(winner.replaced, loser)
}

/**
 * The versions whose content nobody edited without knowing them: two devices that held the same file before they met (I5). Only versions
 * from which no way of such edits leads back are dropped, so that of two that replaced each other's content neither is lost. Deletions
 * never drop anything this way: who deleted one copy did not know of the other (E5).
 *
 * Ways are followed once for each content: as many versions as a path may have, all of them replacing each other, must not cost seconds.
 */
function withoutReplaced(current: readonly Version[]): readonly Version[] {
  const edits = current.filter(({ kind, replaced }) => kind !== 'deleted' && replaced !== undefined)
  const editsByReplaced = Map.groupBy(edits, ({ replaced }) => contentKey(replaced!))
  const reachedByContent = new Map<string, ReadonlySet<Version>>()

  function reachedFrom(content: Content): ReadonlySet<Version> {
    // All directories have the same content: who replaced one replaced that one, and no other.
    if (content.kind === 'directory') return new Set()
    const key = contentKey(content)
    const known = reachedByContent.get(key)
    if (known !== undefined) return known
    const reached = new Set<Version>(editsByReplaced.get(key))
    // A set yields what is added while it is walked.
    for (const from of reached) {
      for (const to of editsByReplaced.get(contentKey(from)) ?? []) reached.add(to)
    }
    reachedByContent.set(key, reached)
    return reached
  }

  return current.filter(
    (version) =>
      version.kind === 'deleted' ||
      ![...reachedFrom(version)].some(
        (later) => !sameContent(later, version) && !reachedFrom(later).has(version),
      ),
  )
}

function contentKey({ kind, root }: Content): string {
  return `${kind} ${root}`
}

/** A directory outranks what cannot contain anything, so that what lies in it keeps its place. */
const rankByKind: Readonly<Record<Kind, number>> = { deleted: 0, link: 1, file: 2, directory: 3 }

/** The total order of E1: positive when `a` wins. Zero only for the same record. */
export function compareVersions(a: Version, b: Version): number {
  return (
    rankByKind[a.kind] - rankByKind[b.kind] ||
    compareValues(a.mtimeNs, b.mtimeNs) ||
    compareValues(a.root, b.root) ||
    compareValues(a.id, b.id)
  )
}

function compareValues<T extends bigint | string>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Everything an author may claim to know who knows `bases`: versions of the same path of which nothing is lost by being superseded
 * (E3, E5). Whoever signs a version has to claim all of it, or what one base replaced would come back once that base is superseded.
 */
export function knownThrough(bases: readonly Version[], others: readonly Version[]): Version[] {
  const known = new Map(bases.map((base) => [base.id, base]))
  // A map yields what is set while it is walked, so this reaches what is known through what is known.
  for (const base of known.values()) {
    for (const other of others) if (isKnownTo(base, other)) known.set(other.id, known.get(other.id) ?? other)
  }
  return [...known.values()]
}

/**
 * Whether an author standing on `base` may claim to know `other`, another version of the same path: nothing of it is lost by being
 * superseded (E3, E5). What `base` replaced is known unless somebody who knew `base` put it there again.
 */
export function isKnownTo(base: Version, other: Version): boolean {
  if (other.kind === 'deleted' || other.kind === 'directory' || sameContent(base, other)) return true
  const { replaced } = base
  return replaced !== undefined && sameContent(replaced, other) && !isBefore(base.vector, other.vector)
}
