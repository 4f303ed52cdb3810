/**
 * Only what changed travels: takes what blocks of a wanted file lie on this device already, in a file with the same content, in the version
 * that is to be replaced, or in the archive. Everything here is a short cut: whatever stops it, the peers are the way.
 */
import { blockHashBytes } from '../core/blocks.ts'
import { isSyncError } from '../core/errors.ts'
import { type BlockSigns, stretchesBeside } from '../core/find-blocks.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import type { Version } from '../core/version.ts'
import type { OpenContent, Stage } from '../ports.ts'
import type { Here } from '../store/folder-store.ts'
import type { FolderContext } from './folder-context.ts'
import type { Swarm } from './swarm.ts'

/** An overwritten place touches a block or two, and asking for sums takes a way to the peer and back. */
const minLookedFor = 3
/** The archive has to be searched for a path, which for less is not worth it. */
const minArchivedBytes = 1024 ** 2

export interface Filling {
  readonly version: Version
  /** Its block list. */
  readonly hashes: Uint8Array
  readonly stage: Stage
  /** Ends it soon. */
  readonly signal: AbortSignal
}

export interface Reuse {
  /** Fills a stage with blocks that are here; takes the numbers of those it lacks and returns which it lacks then, in rising order. */
  fill(filling: Filling, missing: readonly number[]): Promise<readonly number[]>
}

export function createReuse(context: FolderContext, swarm: Swarm): Reuse {
  const { store, disk, log } = context

  async function fill(
    { version, hashes, stage, signal }: Filling,
    missing: readonly number[],
  ): Promise<readonly number[]> {
    const { path, root, sizeBytes, blockSizeBytes } = version
    let left = missing

    async function take(file: OpenContent, numbers: readonly number[], signs?: BlockSigns): Promise<void> {
      const wanted = { sizeBytes, blockSizeBytes, hashes, numbers }
      const found = new Set(await file.giveBlocks(stage, wanted, signs, signal))
      left = left.filter((number) => !found.has(number))
    }

    /** `sameNumbers` are the blocks that are the same in place, where that is known. */
    async function takeChanged(file: OpenContent, sameNumbers?: ReadonlySet<number>): Promise<void> {
      await take(file, sameNumbers === undefined ? left : left.filter((number) => sameNumbers.has(number)))
      const lacking = new Set(left)
      const inPlace = sameNumbers ?? new Set(allNumbers(hashes).filter((number) => !lacking.has(number)))
      const stretches = stretchesBeside(inPlace, file.sizeBytes, blockSizeBytes)
      if (left.length < minLookedFor || stretches.length === 0 || signal.aborted) return
      const numbers = left
      const sums = await swarm.fetchSums(version, numbers)
      if (sums !== undefined) await take(file, numbers, { sums, stretches })
    }

    for (const same of store.hereWithRoot(root)) {
      // The root does not tell the size of the last block, so a record can be wrong about it.
      if (left.length === 0 || same.here.sizeBytes !== sizeBytes) continue
      await tryWith(
        () => openHere(same),
        (file) => take(file, left),
      )
      // Not what it was taken for.
      if (left.length > 0 && !signal.aborted) context.markDirty(same.here.diskPath)
    }
    if (left.length === 0 || sizeBytes < blockSizeBytes) return left
    const old = oldVersion(version)
    if (old !== undefined)
      await tryWith(
        () => openHere(old),
        (file) => takeChanged(file, sameInPlace(old.here.root, version, hashes)),
      )
    else if (sizeBytes >= minArchivedBytes) await tryWith(() => disk.openArchived(path), takeChanged)
    return left
  }

  function openHere({ path, here }: HereAt): Promise<OpenContent> {
    return disk.open(path, here.diskPath, here)
  }

  /** What lies at the path, or what was seen there before by whoever changed it, if that lies anywhere. */
  function oldVersion({ path, replaced, blockSizeBytes }: Version): HereAt | undefined {
    const here = store.state(path)?.here
    const places = here === undefined ? [] : [{ path, here }]
    if (replaced?.kind === 'file') places.push(...store.hereWithRoot(replaced.root))
    return places.find(({ here: { kind, sizeBytes } }) => kind === 'file' && sizeBytes >= blockSizeBytes)
  }

  /** The blocks both contents have at the same place; undefined where the one that is here has no list that can be compared. */
  function sameInPlace(
    oldRoot: ContentRoot,
    { blockSizeBytes }: Version,
    hashes: Uint8Array,
  ): ReadonlySet<number> | undefined {
    const old = store.blocks(oldRoot)
    if (old?.blockSizeBytes !== blockSizeBytes) return undefined
    return new Set(
      allNumbers(hashes).filter((number) => {
        const [start, end] = [number * blockHashBytes, (number + 1) * blockHashBytes]
        return Buffer.compare(old.hashes.subarray(start, end), hashes.subarray(start, end)) === 0
      }),
    )
  }

  /** Opens a file and uses it. That it cannot be used costs what it would have saved. */
  async function tryWith(
    open: () => Promise<OpenContent | undefined>,
    use: (file: OpenContent) => Promise<void>,
  ): Promise<void> {
    try {
      await using file = await open()
      if (file !== undefined) await use(file)
    } catch (error) {
      if (!isSyncError(error)) throw error
      log.debug({ code: error.code, reason: error.message }, 'could not reuse a file that is here')
    }
  }

  return { fill }
}

interface HereAt {
  readonly path: RelPath
  readonly here: Here
}

/** The numbers of all blocks of a list. */
function allNumbers(hashes: Uint8Array): number[] {
  return Array.from({ length: hashes.length / blockHashBytes }, (_, number) => number)
}
