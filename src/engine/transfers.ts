/**
 * Gets the content of wanted files into stages, some at a time: from another file here when one has it, else block by block from
 * peers. Touches stages only; placing them is the business of pull.
 */
import { blockCount, blockHashOf, isBlockListOf } from '../core/blocks.ts'
import { isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { free } from '../core/memory.ts'
import type { Version } from '../core/version.ts'
import type { Stage } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'
import { requireRoom } from './safety.ts'
import type { Swarm } from './swarm.ts'

/** Files on their way at once: enough small ones to hide the way to the peer and back. */
const maxActive = 64
/** Finished stages that wait to be placed. With the active ones this bounds open files. */
const maxReady = 256
/** Blocks of one file asked for at once; the swarm bounds their bytes. */
const maxBlocksAtOnce = 32

/** A file's content, complete and verified. */
interface FetchedContent {
  readonly stage: Stage
  /** As many as were verified; a version that says otherwise of the same root is wrong. */
  readonly sizeBytes: number
  /** Its block list. */
  readonly hashes: Uint8Array
}

/** A file's content, complete, verified and durable, with the metadata of the version it was fetched for. */
export interface Fetched extends FetchedContent {
  readonly mtimeNs: bigint
  readonly executable: boolean
}

/** A stage, and the blocks that are right in it. */
interface Start {
  readonly stage: Stage
  readonly right: ReadonlySet<number>
}

/** Room on the disk kept for one transfer; what it has written needs no keeping. */
interface Room extends Disposable {
  used(bytes: number): void
}

export interface TransferFailure {
  readonly version: Version
  readonly error: SyncError
}

export interface Transfers {
  /** Whether this content is on its way, lies here, or can be asked for. */
  canGet(version: Version): boolean
  /** Begins to get this file's content, if there is room for one more. False when nobody is known to have it. */
  want(version: Version): boolean
  /** When there will be somebody to ask, monotonic; infinity while nobody is known to have it. */
  askableMs(version: Version): number
  isReady(root: ContentRoot): boolean
  /** Hands over what is finished, sealed for this version. Until it is given back nothing else is done about this content. */
  take(version: Version): Promise<Fetched | undefined>
  /** Closes a stage that was taken, unless it was placed. */
  giveBack(root: ContentRoot, stage: Stage): Promise<void>
  /** Lets go of what is no longer needed. */
  keepOnly(isNeeded: (root: ContentRoot) => boolean): void
  activeCount(): number
  /** What failed since the last call. */
  takeFailures(): readonly TransferFailure[]
  close(): Promise<void>
}

export function createTransfers(context: FolderContext, swarm: Swarm): Transfers {
  const { store, disk, log } = context
  const active = new Map<ContentRoot, Promise<void>>()
  /** Active ones that nobody needs any more. */
  const unwanted = new Set<ContentRoot>()
  const ready = new Map<ContentRoot, Fetched>()
  /** Contents whose stage is open in other hands or being closed: a second one of that name cannot be opened. */
  const lent = new Set<ContentRoot>()
  let failures: TransferFailure[] = []
  /** Bytes that transfers under way have still to write. */
  let promisedBytes = 0
  let isClosed = false

  async function run(version: Version): Promise<void> {
    try {
      const content = (await copyFromHere(version)) ?? (await fetch(version))
      const fetched = await seal(content, version)
      if (isClosed || !store.isContentNeeded(version.root)) await fetched.stage.release()
      else ready.set(version.root, fetched)
    } catch (error) {
      const failure = isSyncError(error) ? error : new SyncError('internal', { reason: reasonOf(error) })
      if (failure !== error) log.error({ path: version.path, error: String(error) }, 'a transfer failed')
      // Held back like any other failure: a fault of ours that comes every time must not be tried without end.
      if (!isClosed && failure.code !== 'cancelled') failures.push({ version, error: failure })
    } finally {
      active.delete(version.root)
      unwanted.delete(version.root)
      context.pullSoon()
    }
  }

  /** Here and not when placing, because fsync takes long and many transfers can wait for theirs at the same time. */
  async function seal(content: FetchedContent, version: Version): Promise<Fetched> {
    const { stage, sizeBytes, hashes } = content
    const { mtimeNs, executable } = version
    try {
      await stage.seal(sizeBytes, mtimeNs, executable)
      return { stage, sizeBytes, hashes, mtimeNs, executable }
    } catch (error) {
      await stage.release()
      throw error
    }
  }

  /** The block list as far as it is known here. Databases rot too: it has to lead to the signed root. */
  function knownBlockList({ root, sizeBytes, blockSizeBytes }: Version): Uint8Array | undefined {
    const hashes = store.blocks(root)?.hashes
    return hashes !== undefined && isBlockListOf(hashes, root, sizeBytes, blockSizeBytes) ? hashes : undefined
  }

  async function copyFromHere(version: Version): Promise<FetchedContent | undefined> {
    const { root, sizeBytes, blockSizeBytes } = version
    const hashes = knownBlockList(version)
    if (hashes === undefined || sizeBytes === 0) return undefined
    for (const { path, here } of store.hereWithRoot(root)) {
      // The root does not tell the size of the last block, so a record can be wrong about it.
      if (here.sizeBytes !== sizeBytes) continue
      try {
        const copy = await disk.stageCopy(root, path, here.diskPath, here)
        const { stage, right } = await startWith(copy, version, hashes)
        if (right.size === blockCount(sizeBytes, blockSizeBytes)) return { stage, sizeBytes, hashes }
        await stage.release()
        context.markDirty(here.diskPath)
      } catch (error) {
        // A copy is a short cut. Whatever stopped it, the peers are the way.
        if (!isSyncError(error)) throw error
        log.debug({ path, code: error.code }, 'could not copy from a file that is here')
      }
    }
    return undefined
  }

  async function fetch(version: Version): Promise<FetchedContent> {
    const { root, sizeBytes, blockSizeBytes } = version
    const count = blockCount(sizeBytes, blockSizeBytes)
    // A file of one block is checked against its root alone, which saves the way to the peer and back. A full block could as well
    // be the first of a longer file, which only the list can tell.
    if (sizeBytes < blockSizeBytes) {
      const stage = await disk.openStage(root)
      return whole(stage, sizeBytes, async () => {
        if (count === 0) return Buffer.alloc(0)
        using _room = await takeRoom(sizeBytes)
        return fetchOnlyBlock(version, stage)
      })
    }
    const hashes = await blockList(version)
    const { stage, right } =
      (await startFromHere(version, hashes)) ?? (await startWith(await disk.openStage(root), version, hashes))
    return whole(stage, sizeBytes, async () => {
      const missing = Array.from({ length: count }, (_, index) => index).filter((index) => !right.has(index))
      using room = await takeRoom(missing.length * blockSizeBytes)
      await fetchBlocks(version, hashes, missing, stage, room)
      return hashes
    })
  }

  /** Lets go of the stage unless `fill` succeeds. */
  async function whole(
    stage: Stage,
    sizeBytes: number,
    fill: () => Promise<Uint8Array>,
  ): Promise<FetchedContent> {
    try {
      return { stage, sizeBytes, hashes: await fill() }
    } catch (error) {
      await stage.release()
      throw error
    }
  }

  /** Looks at what is in a stage already. Lets go of it when that fails. */
  async function startWith(
    stage: Stage,
    { sizeBytes, blockSizeBytes }: Version,
    hashes: Uint8Array,
  ): Promise<Start> {
    try {
      return { stage, right: await stage.rightBlocks(sizeBytes, blockSizeBytes, hashes) }
    } catch (error) {
      await stage.release()
      throw error
    }
  }

  /** Only changed parts travel: the file that is to be replaced is copied, unless an earlier attempt left something better. */
  async function startFromHere(version: Version, hashes: Uint8Array): Promise<Start | undefined> {
    const { path, root, blockSizeBytes, sizeBytes } = version
    const here = store.state(path)?.here
    if (here?.kind !== 'file' || here.sizeBytes < blockSizeBytes) return undefined
    const earlier = await startWith(await disk.openStage(root), version, hashes)
    if (earlier.right.size > 0) return earlier
    await earlier.stage.release()
    using _room = await takeRoom(Math.max(sizeBytes, here.sizeBytes))
    try {
      return await startWith(await disk.stageCopy(root, path, here.diskPath, here), version, hashes)
    } catch (error) {
      // A short cut, as above.
      if (!isSyncError(error)) throw error
      log.debug({ path, code: error.code }, 'could not start from the file that is here')
      return undefined
    }
  }

  /** Keeps room for so many bytes, beside what others under way will take. Throws as `requireRoom`. */
  async function takeRoom(bytes: number): Promise<Room> {
    try {
      await promiseRoom(bytes)
    } catch (thrown) {
      if (!isSyncError(thrown, 'disk-full')) throw thrown
      // What nobody needs any more goes first.
      await disk.sweepStages((key) => store.isContentNeeded(key as ContentRoot))
      await promiseRoom(bytes)
    }
    let leftBytes = bytes
    const room: Room = {
      used(count) {
        const usedBytes = Math.min(count, leftBytes)
        leftBytes -= usedBytes
        promisedBytes -= usedBytes
      },
      [Symbol.dispose]: () => room.used(leftBytes),
    }
    return room
  }

  /** Only what there is room for is promised, so that nobody else is refused for the sake of what will never come. */
  async function promiseRoom(bytes: number): Promise<void> {
    const earlierBytes = promisedBytes
    const space = await disk.space()
    // What others wrote since then may not be missing in the free bytes yet.
    requireRoom(context, space, bytes, Math.max(earlierBytes, promisedBytes))
    promisedBytes += bytes
  }

  /** Returns its hash. */
  async function fetchOnlyBlock(version: Version, stage: Stage): Promise<Buffer> {
    const data = await swarm.fetchBlock(version, undefined, 0)
    await stage.write(0, data)
    const blockHash = blockHashOf(data)
    free(data)
    return blockHash
  }

  async function fetchBlocks(
    version: Version,
    hashes: Uint8Array,
    missing: readonly number[],
    stage: Stage,
    room: Room,
  ): Promise<void> {
    const queue = missing.values()
    let failed = false
    async function worker(): Promise<void> {
      for (const index of queue) {
        if (failed) return
        try {
          if (isClosed || unwanted.has(version.root)) throw new SyncError('cancelled')
          const data = await swarm.fetchBlock(version, hashes, index)
          await stage.write(index * version.blockSizeBytes, data)
          free(data)
          room.used(version.blockSizeBytes)
        } catch (error) {
          failed = true
          throw error
        }
      }
    }
    const workers = Array.from({ length: Math.min(maxBlocksAtOnce, missing.length) }, worker)
    const outcomes = await Promise.allSettled(workers)
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected')
    if (rejected !== undefined) throw rejected.reason
  }

  async function blockList(version: Version): Promise<Uint8Array> {
    const known = knownBlockList(version)
    if (known !== undefined) return known
    const hashes = await swarm.fetchBlockList(version)
    store.addBlocks(version.root, version.blockSizeBytes, hashes)
    return hashes
  }

  async function giveBack(root: ContentRoot, stage: Stage): Promise<void> {
    try {
      await stage.release()
    } finally {
      lent.delete(root)
    }
  }

  function isUnderWay(root: ContentRoot): boolean {
    return ready.has(root) || active.has(root) || lent.has(root)
  }

  function canGet(version: Version): boolean {
    return (
      isUnderWay(version.root) ||
      version.sizeBytes === 0 ||
      swarm.askableMs(version) <= context.clock.monotonicMs() ||
      store.hereWithRoot(version.root).length > 0
    )
  }

  return {
    canGet,
    want(version) {
      if (isClosed || isUnderWay(version.root)) return true
      if (!canGet(version)) return false
      if (active.size >= maxActive || ready.size >= maxReady) return true
      active.set(version.root, run(version))
      return true
    },
    askableMs: swarm.askableMs,
    isReady: (root) => ready.has(root),
    async take(version) {
      const fetched = ready.get(version.root)
      if (fetched === undefined) return undefined
      ready.delete(version.root)
      lent.add(version.root)
      if (fetched.mtimeNs === version.mtimeNs && fetched.executable === version.executable) return fetched
      try {
        return await seal(fetched, version)
      } catch (error) {
        if (!isSyncError(error)) throw error
        lent.delete(version.root)
        failures.push({ version, error })
        return undefined
      }
    },
    giveBack,
    keepOnly(isNeeded) {
      for (const root of active.keys()) if (!isNeeded(root)) unwanted.add(root)
      for (const [root, { stage }] of ready) {
        if (isNeeded(root)) continue
        ready.delete(root)
        lent.add(root)
        giveBack(root, stage).catch((error) =>
          log.warn({ error: String(error) }, 'a stage could not be closed'),
        )
      }
    },
    activeCount: () => active.size,
    takeFailures() {
      const taken = failures
      failures = []
      return taken
    },
    async close() {
      isClosed = true
      await Promise.all(active.values())
      await Promise.all([...ready.values()].map(({ stage }) => stage.release()))
      ready.clear()
    },
  }
}
