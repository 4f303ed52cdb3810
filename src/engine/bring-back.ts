/**
 * Settles the paths of which the folder says nothing any more, because the word of whoever said it counts no more (R7): what was agreed to before
 * counts again where its content can still be had here, from another path or the archive; else what lies here goes. That the folder says
 * nothing and something is agreed to is all there is to remember, so a crash costs nothing.
 */
import type { RelPath } from '../core/path.ts'
import type { ArchiveEntry } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'
import { formerAt, putBack, retract } from './revoke.ts'
import { checkRoot } from './safety.ts'
import type { Transfers } from './transfers.ts'

/** Settled in one round: their contents lie in stages until they are placed, which take room. */
const maxPaths = 32
/** Paths for which the archive is searched in one go. Bounds memory. */
const maxSearched = 10_000

export interface BringBack {
  /** Settles some. True as long as some may be left: until then nobody knows how much will have to go. */
  some(): Promise<boolean>
  /** Whether the content a path had before its present author's can be put there again. */
  isFormerAtHand(path: RelPath): Promise<boolean>
}

export function createBringBack(context: FolderContext, transfers: Transfers): BringBack {
  const { store, disk } = context
  /** What the archive holds of the paths it was searched for, the newest first. */
  let archived = new Map<RelPath, ArchiveEntry[]>()

  async function some(): Promise<boolean> {
    const paths = store.unsaid(maxPaths)
    if (paths.length === 0) {
      archived = new Map()
      return false
    }
    await checkRoot(context)
    for (const path of paths) {
      if (transfers.isFull() || context.isClosing()) return true
      const isAtHand = await isFormerAtHand(path)
      store.transaction(() => {
        const { winner, agreed } = store.state(path) ?? {}
        // Somebody may have said something of it meanwhile.
        if (winner !== undefined || putBack(context, agreed)) return
        if (!isAtHand || !putBack(context, formerAt(context, path))) retract(context, path)
      })
    }
    context.indexGrew()
    return true
  }

  async function isFormerAtHand(path: RelPath): Promise<boolean> {
    const former = formerAt(context, path)
    if (former === undefined) return false
    if (former.kind !== 'file' || transfers.isHere(former)) return true
    if (!archived.has(path)) await searchArchive(path)
    const entries = placesOf(path).flatMap((place) => archived.get(place) ?? [])
    for (const { id, sizeBytes } of entries)
      if (sizeBytes === former.sizeBytes && (await transfers.takeArchived(former, id))) return true
    return false
  }

  /** For that path, and all others that may ask for the same soon. */
  async function searchArchive(path: RelPath): Promise<void> {
    const places = [path, ...store.unsaid(maxSearched)].flatMap(placesOf)
    archived = new Map(places.map((place) => [place, []]))
    for await (const entry of disk.listArchive()) archived.get(entry.path)?.push(entry)
  }

  /** Where a path's former content was archived: there, or where it was moved to since. */
  function placesOf(path: RelPath): RelPath[] {
    const movedTo = store.state(path)?.agreed?.movedTo
    return movedTo === undefined ? [path] : [path, movedTo]
  }

  return { some, isFormerAtHand }
}
