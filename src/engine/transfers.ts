/**
 * Gets the content of wanted files into stages, some at a time: what of it lies here already is reused, the rest comes block by block from
 * peers. Touches stages only; placing them is the business of pull.
 */
import { blockCount, blocksThatDiffer, isBlockListOf } from '../core/blocks.ts'
import { isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { free } from '../core/memory.ts'
import { createSpeed, type Speed } from '../core/speed.ts'
import type { Version } from '../core/version.ts'
import type { Stage } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'
import { createReuse } from './reuse.ts'
import { requireRoom } from './safety.ts'
import type { Swarm } from './swarm.ts'
import { bytesIn } from './transfer-list.ts'

/** Files on their way at once: enough small ones to hide the way to the peer and back. */
const maxActive = 64
/** Finished stages that wait to be placed. With the active ones this bounds open files. */
const maxReady = 256
/** Finished contents are placed together, so many or after this long: each round of planning and each batch has its price. */
const placedTogether = 16
const gatherMs = 20
/** What a person asks for does not wait for one of those to end. */
const maxAsked = 8

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

/** Room on the disk kept for one transfer; what it has written needs no keeping. */
interface Room extends Disposable {
  used(bytes: number): void
}

export interface TransferFailure {
  readonly version: Version
  readonly error: SyncError
}

export interface Transfers {
  /** Deletes stages that nobody needs; the first time it finds those that earlier runs left. */
  sweep(): Promise<void>
  /** Whether this content is on its way, lies here, or can be asked for. */
  canGet(version: Version): boolean
  /**
   * Begins to get this file's content, if there is room for one more. False when nobody is known to have it. What is wanted first in a round
   * gets its blocks before the rest.
   */
  want(version: Version, isAsked?: boolean): boolean
  /** Whether this content lies here for certain, in a file or a stage. */
  isHere(version: Version): boolean
  /** Whether that archived file holds this content, which lies in a stage then and can be wanted. Throws when the disk is full. */
  takeArchived(version: Version, id: string): Promise<boolean>
  /** When there will be somebody to ask, monotonic; infinity while nobody is known to have it. */
  askableMs(version: Version): number
  isReady(root: ContentRoot): boolean
  /** What is finished and waits to be placed. */
  ready(): readonly ContentRoot[]
  /** Whether no more can be begun now. */
  isFull(): boolean
  /** Whether this content is on its way. */
  isActive(root: ContentRoot): boolean
  /** What is on its way, in the order it was begun. */
  active(): readonly ActiveTransfer[]
  /** Hands over what is finished, sealed for this version. Until it is given back nothing else is done about this content. */
  take(version: Version): Promise<Fetched | undefined>
  /** Closes a stage that was taken, unless it was placed. */
  giveBack(root: ContentRoot, stage: Stage): Promise<void>
  /** Places are given anew: what is wanted from here on goes before what is wanted later. */
  beginRound(): void
  /** What is on its way is still wanted, and has the next place. */
  placeNext(root: ContentRoot): void
  /** Lets go of what is no longer needed. */
  keepOnly(isNeeded: (root: ContentRoot) => boolean): void
  activeCount(): number
  /** What failed since the last call. */
  takeFailures(): readonly TransferFailure[]
  close(): Promise<void>
}

/** A content on its way, for people. */
export interface ActiveTransfer {
  readonly version: Version
  /** A person asked for it. */
  readonly isAsked: boolean
  /** Of the bytes that are here. */
  readonly speed: Speed
}

/** A transfer under way. */
interface Active extends ActiveTransfer {
  isAsked: boolean
  readonly done: Promise<void>
  /** Ends it when nobody needs it any more. */
  readonly end: AbortController
}

export function createTransfers(context: FolderContext, swarm: Swarm): Transfers {
  const { store, disk, clock, log, unfinished } = context
  const reuse = createReuse(context, swarm)
  const active = new Map<ContentRoot, Active>()
  const ready = new Map<ContentRoot, Fetched>()
  /** Contents whose stage is open in other hands or being closed: a second one of that name cannot be opened. */
  const lent = new Set<ContentRoot>()
  /** Contents of which a closed stage may hold everything: it may be all there is of them anywhere. */
  const keptStages = new Set<ContentRoot>()
  let areStagesFound = false
  /** Which place in the last round those under way had. */
  const places = new Map<ContentRoot, number>()
  let nextPlace = 0
  let endedSinceRound = 0
  let gathering: Disposable | undefined
  let failures: TransferFailure[] = []
  /** Bytes that transfers under way have still to write. */
  let promisedBytes = 0
  let isClosed = false

  function start(version: Version, isAsked: boolean): Active {
    const end = new AbortController()
    context.changed()
    return { version, isAsked, speed: createSpeed(), end, done: run(version, end.signal) }
  }

  async function run(version: Version, signal: AbortSignal): Promise<void> {
    try {
      const fetched = await seal(await fetch(version, signal), version)
      if (isClosed || !store.isContentNeeded(version.root)) await release(version.root, fetched.stage)
      else {
        ready.set(version.root, fetched)
        if (unfinished.get(version.root) === undefined)
          unfinished.add(version, fetched.stage, blockNumbers(version))
      }
    } catch (error) {
      const failure = isSyncError(error) ? error : new SyncError('internal', { reason: reasonOf(error) })
      if (failure !== error) log.error({ path: version.path, error: String(error) }, 'a transfer failed')
      // Held back like any other failure: a fault of ours that comes every time must not be tried without end.
      if (!isClosed && failure.code !== 'cancelled') failures.push({ version, error: failure })
    } finally {
      active.delete(version.root)
      places.delete(version.root)
      placeSoon()
    }
  }

  function placeSoon(): void {
    if (isClosed) return
    endedSinceRound++
    if (endedSinceRound >= placedTogether || active.size === 0) context.pullSoon()
    else gathering ??= clock.after(gatherMs, context.pullSoon)
  }

  /** Here and not when placing, because fsync takes long and many transfers can wait for theirs at the same time. */
  async function seal(content: FetchedContent, version: Version): Promise<Fetched> {
    const { stage, sizeBytes, hashes } = content
    const { mtimeNs, executable } = version
    try {
      await stage.seal(sizeBytes, mtimeNs, executable)
      return { stage, sizeBytes, hashes, mtimeNs, executable }
    } catch (error) {
      await release(version.root, stage)
      throw error
    }
  }

  /** The block list as far as it is known here. Databases rot too: it has to lead to the signed root. */
  function knownBlockList({ root, sizeBytes, blockSizeBytes }: Version): Uint8Array | undefined {
    const hashes = store.blocks(root)?.hashes
    return hashes !== undefined && isBlockListOf(hashes, root, sizeBytes, blockSizeBytes) ? hashes : undefined
  }

  async function fetch(version: Version, signal: AbortSignal): Promise<FetchedContent> {
    const { root, sizeBytes, blockSizeBytes } = version
    const known = knownBlockList(version)
    const kept = known === undefined && keptStages.has(root) ? await openKept(version) : undefined
    if (kept !== undefined) return kept
    // A file of one block is checked against its root alone, which saves the way to the peer and back. One full block could as well be the
    // first of a longer file, if the record is wrong: the list shows that, where the block would make an honest peer look wrong (P8).
    const isOnlyBlock = known === undefined && sizeBytes < blockSizeBytes
    const hashes = isOnlyBlock ? undefined : (known ?? (await fetchBlockList(version)))
    const stage = await openStage(root)
    return whole(stage, sizeBytes, async () => {
      if (sizeBytes === 0) return Buffer.alloc(0)
      if (hashes === undefined) {
        using _room = await takeRoom(sizeBytes)
        return fetchOnlyBlock(version, stage, signal)
      }
      const missing = blocksThatDiffer(hashes, await stage.hashes(sizeBytes, blockSizeBytes))
      using room = await takeRoom(Math.min(missing.length * blockSizeBytes, sizeBytes))
      const left = await reuse.fill({ version, hashes, stage, signal }, missing)
      room.used((missing.length - left.length) * blockSizeBytes)
      const lacking = new Set(left)
      unfinished.add(
        version,
        stage,
        blockNumbers(version).filter((block) => !lacking.has(block)),
      )
      noteSpeed(version)
      await fetchBlocks(version, hashes, left, stage, room, signal)
      return hashes
    })
  }

  async function openStage(root: ContentRoot): Promise<Stage> {
    const stage = await disk.openStage(root)
    keptStages.delete(root)
    return stage
  }

  /** Without a block list: what a stage holds that was kept, if that is everything. */
  async function openKept({ root, sizeBytes, blockSizeBytes }: Version): Promise<FetchedContent | undefined> {
    const stage = await openStage(root)
    const { hashes } = await whole(stage, sizeBytes, () => stage.hashes(sizeBytes, blockSizeBytes))
    if (isBlockListOf(hashes, root, sizeBytes, blockSizeBytes)) return { stage, sizeBytes, hashes }
    await stage.release()
    return undefined
  }

  async function takeArchived(version: Version, id: string): Promise<boolean> {
    const { root, sizeBytes, blockSizeBytes, mtimeNs, executable } = version
    using _room = await takeRoom(sizeBytes)
    try {
      const { stage } = await disk.stageArchived(id, root)
      const { hashes } = await whole(stage, sizeBytes, () => stage.hashes(sizeBytes, blockSizeBytes))
      if (!isBlockListOf(hashes, root, sizeBytes, blockSizeBytes)) {
        await stage.discard()
        return false
      }
      await stage.seal(sizeBytes, mtimeNs, executable)
      await disk.makeStagesDurable()
      await release(root, stage)
      store.addBlocks(root, blockSizeBytes, hashes)
      return true
    } catch (error) {
      // Gone from the archive, or unreadable: as good as not there.
      if (!isSyncError(error) || error.code === 'disk-full') throw error
      log.debug({ code: error.code, reason: error.message }, 'could not take a file out of the archive')
      return false
    }
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
      // A disk that fails says nothing of what the stage holds.
      if (isSyncError(error, 'no-peer-has-it')) await close(stage)
      else await release(stage.key as ContentRoot, stage)
      throw error
    }
  }

  /** Keeps room for so many bytes, beside what others under way will take. Throws as `requireRoom`. */
  async function takeRoom(bytes: number): Promise<Room> {
    try {
      await promiseRoom(bytes)
    } catch (thrown) {
      if (!isSyncError(thrown, 'disk-full')) throw thrown
      // What nobody needs any more goes first.
      await sweep()
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
  async function fetchOnlyBlock(version: Version, stage: Stage, signal: AbortSignal): Promise<Buffer> {
    let blockHash: Buffer | undefined
    await swarm.fetchBlocks({
      ...{ version, signal, hashes: undefined, numbers: [0], place: () => placeOf(version) },
      async take(_, data, hash) {
        await stage.write(0, data)
        free(data)
        blockHash = hash
      },
    })
    return blockHash!
  }

  async function fetchBlocks(
    version: Version,
    hashes: Uint8Array,
    numbers: readonly number[],
    stage: Stage,
    room: Room,
    signal: AbortSignal,
  ): Promise<void> {
    await swarm.fetchBlocks({
      ...{ version, signal, hashes, numbers, place: () => placeOf(version) },
      async take(block, data) {
        await stage.write(block * version.blockSizeBytes, data)
        free(data)
        room.used(version.blockSizeBytes)
        unfinished.noteRight(version.root, block)
        noteSpeed(version)
      },
    })
  }

  function noteSpeed(version: Version): void {
    const { root } = version
    active.get(root)?.speed.note(clock.monotonicMs(), bytesIn(version, unfinished.get(root)?.blocks))
  }

  function placeNext(root: ContentRoot): void {
    if (active.has(root)) places.set(root, nextPlace++)
  }

  function placeOf({ root }: Version): number {
    return places.get(root) ?? Number.POSITIVE_INFINITY
  }

  async function fetchBlockList(version: Version): Promise<Uint8Array> {
    const hashes = await swarm.fetchBlockList(version)
    store.addBlocks(version.root, version.blockSizeBytes, hashes)
    return hashes
  }

  async function giveBack(root: ContentRoot, stage: Stage): Promise<void> {
    try {
      await release(root, stage)
    } finally {
      lent.delete(root)
    }
  }

  /** Closes a finished stage. */
  async function release(root: ContentRoot, stage: Stage): Promise<void> {
    if (await close(stage)) keptStages.add(root)
  }

  /** Whether it was kept. */
  function close(stage: Stage): Promise<boolean> {
    unfinished.remove(stage.key as ContentRoot)
    return stage.release()
  }

  async function sweep(): Promise<void> {
    await disk.sweepStages((key) => {
      const root = key as ContentRoot
      const isNeeded = store.isContentNeeded(root)
      if (!isNeeded) keptStages.delete(root)
      // Later on those that were looked into and did not hold everything would be looked into for ever.
      else if (!areStagesFound) keptStages.add(root)
      return isNeeded
    })
    areStagesFound = true
  }

  function isUnderWay(root: ContentRoot): boolean {
    return ready.has(root) || active.has(root) || lent.has(root)
  }

  function canGet(version: Version): boolean {
    return (
      isUnderWay(version.root) ||
      keptStages.has(version.root) ||
      version.sizeBytes === 0 ||
      swarm.askableMs(version) <= clock.monotonicMs() ||
      store.hereWithRoot(version.root).length > 0
    )
  }

  return {
    sweep,
    canGet,
    beginRound() {
      nextPlace = 0
      endedSinceRound = 0
      gathering?.[Symbol.dispose]()
      gathering = undefined
    },
    placeNext,
    want(version, isAsked = false) {
      placeNext(version.root)
      const known = active.get(version.root)
      if (known !== undefined) known.isAsked ||= isAsked
      if (isClosed || isUnderWay(version.root)) return true
      if (!canGet(version)) return false
      if (active.size >= maxActive + (isAsked ? maxAsked : 0) || ready.size >= maxReady) return true
      places.set(version.root, nextPlace++)
      active.set(version.root, start(version, isAsked))
      return true
    },
    isHere: ({ root, sizeBytes }) =>
      isUnderWay(root) || sizeBytes === 0 || store.hereWithRoot(root).length > 0,
    takeArchived,
    askableMs: swarm.askableMs,
    isReady: (root) => ready.has(root),
    ready: () => [...ready.keys()],
    isActive: (root) => active.has(root),
    active: () => [...active.values()],
    isFull: () => active.size >= maxActive || ready.size >= maxReady,
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
      for (const [root, { end }] of active) if (!isNeeded(root)) end.abort()
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
      gathering?.[Symbol.dispose]()
      for (const { end } of active.values()) end.abort()
      await Promise.all([...active.values()].map(({ done }) => done))
      const released = await Promise.allSettled([...ready].map(([root, { stage }]) => release(root, stage)))
      ready.clear()
      const failed = released.find(({ status }) => status === 'rejected')
      if (failed?.status === 'rejected') throw failed.reason
    },
  }
}

/** The numbers of all blocks of a file. */
function blockNumbers({ sizeBytes, blockSizeBytes }: Version): number[] {
  return Array.from({ length: blockCount(sizeBytes, blockSizeBytes) }, (_, block) => block)
}
