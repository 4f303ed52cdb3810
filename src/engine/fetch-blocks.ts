/**
 * Gets blocks of contents from the peers that have them: which of whom is up to `core/pick`, how much at a time to `core/pipeline`, and of
 * several contents the one with the first place goes first. Verifies what comes; who sends something wrong is dropped.
 */
import { type BlockSet, membersOf } from '../core/block-set.ts'
import { blockCount, blockHashBytes, blockHashOf, blockRange, contentRootOf } from '../core/blocks.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { createPick, type Pick } from '../core/pick.ts'
import type { Version } from '../core/version.ts'
import type { FolderContext } from './folder-context.ts'
import { unreadableMs } from './requests.ts'
import { hasAnswered, type Session } from './session.ts'

/** Bytes asked for and not yet written, over all peers: what this folder's downloads may hold in memory. One block is always allowed. */
const maxPendingBytes = 32 * 1024 ** 2
/** A block that takes longer than this takes no room from others, as far as the room there is goes once more. */
const overdueMs = 30_000
/** So long after the last block of a content was asked for the last ones are asked of a second peer: most small files are here by then. */
const endGameMs = 500
/** And then of one more each time: who sends a trickle must not hold back what others have. */
const moreCopiesMs = 10_000
/** With nobody to ask, so long for a peer that is getting the same content itself. */
const patienceMs = 60_000

export interface BlocksWanted {
  readonly version: Version
  /** Its block list; may be undefined for a file of one block. */
  readonly hashes: Uint8Array | undefined
  readonly numbers: readonly number[]
  /** The content with the lowest place gets its blocks first. */
  readonly place: () => number
  /** Takes a verified block, and its hash. The next ones are asked for when it has. */
  readonly take: (block: number, data: Buffer, hash: Buffer) => Promise<void>
  readonly signal: AbortSignal
}

export interface BlockFetcher {
  /** Resolves when all were taken. Rejects with `no-peer-has-it`, `cancelled`, or with what `take` threw. */
  fetch(wanted: BlocksWanted): Promise<void>
  isFetching(root: ContentRoot): boolean
  /** A peer came, or told what it has of this content; of all contents without one. */
  noteNews(session: Session, root?: ContentRoot): void
  noteGone(session: Session): void
}

/** One content on its way. */
interface Fetch {
  readonly wanted: BlocksWanted
  readonly pick: Pick<Session>
  readonly settled: PromiseWithResolvers<void>
  /** Blocks being taken. */
  readonly taking: Set<Promise<void>>
  /** Set while there is nobody to ask. */
  patience: Disposable | undefined
  /** Of how many peers a block may be asked at the same time, and when that changes. */
  copies: number
  endGame: Disposable | undefined
  /** Of peers that could not send something just now. */
  readonly retries: DisposableStack
}

/** `blame` drops a peer that sent something wrong. */
export function createBlockFetcher(
  context: FolderContext,
  openSessions: () => readonly Session[],
  blame: (session: Session) => void,
): BlockFetcher {
  const { clock, chance, rates } = context
  const fetches = new Map<ContentRoot, Fetch>()
  let pendingBytes = 0
  let overdueBytes = 0
  let isPumpDue = false

  async function fetch(wanted: BlocksWanted): Promise<void> {
    const { version, numbers, signal } = wanted
    const { root, sizeBytes, blockSizeBytes } = version
    const pick = createPick<Session>({
      blockCount: blockCount(sizeBytes, blockSizeBytes),
      seed: chance.bytes(4).readInt32LE(),
      // Each peer may keep its first block to itself.
      endGameBlocks: context.maxLinks(),
    })
    const missing = new Set(numbers)
    for (let block = 0; pick.missingCount > missing.size; block++)
      if (!missing.has(block)) pick.noteCome(block)
    const entry: Fetch = {
      wanted,
      pick,
      settled: Promise.withResolvers(),
      taking: new Set(),
      patience: undefined,
      copies: 1,
      endGame: undefined,
      retries: new DisposableStack(),
    }
    const abort = () => end(entry, new SyncError('cancelled'))
    fetches.set(root, entry)
    for (const session of openSessions()) learn(entry, session)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort)
    pump()
    try {
      await entry.settled.promise
    } finally {
      signal.removeEventListener('abort', abort)
      // What is being taken when the fetch is broken off still ends.
      await Promise.allSettled(entry.taking)
    }
  }

  /** The first one counts. */
  function end(entry: Fetch, error?: unknown): void {
    const { wanted, settled, patience, retries } = entry
    const { root } = wanted.version
    if (fetches.get(root) !== entry) return
    fetches.delete(root)
    patience?.[Symbol.dispose]()
    retries.dispose()
    stopEndGame(entry)
    for (const session of openSessions()) cancelAll(entry, session)
    if (error === undefined) settled.resolve()
    else settled.reject(error)
  }

  /** What the peer is known to have of a content. */
  function learn({ wanted: { version }, pick }: Fetch, session: Session): void {
    const known = blocksAt(session, version)
    if (known === 'all') pick.noteAll(session)
    else if (known === undefined) pick.forget(session)
    else pick.noteHaving(session, membersOf(known))
  }

  function noteNews(session: Session, root?: ContentRoot): void {
    // Most of what a peer tells is of contents that are not on their way.
    if (fetches.size === 0 || (root !== undefined && !fetches.has(root))) return
    if (!openSessions().includes(session)) return
    for (const entry of root === undefined ? fetches.values() : [fetches.get(root)!]) learn(entry, session)
    pump()
  }

  function blocksAt({ requests, blocks }: Session, version: Version): BlockSet | 'all' | undefined {
    if (requests.askableMs(version) <= clock.monotonicMs()) return 'all'
    const told = blocks.of(version.root)
    return told?.blockCount === blockCount(version.sizeBytes, version.blockSizeBytes) ? told : undefined
  }

  function cancelAll({ wanted: { version }, pick }: Fetch, session: Session): void {
    for (const block of pick.askedOf(session)) cancel(version, block, session)
  }

  function cancel({ root, sizeBytes, blockSizeBytes }: Version, block: number, session: Session): void {
    session.requests.cancel(root, blockRange(block, sizeBytes, blockSizeBytes).offsetBytes)
  }

  // ---- asking

  /** Soon, once for all that happens together. */
  function pump(): void {
    if (isPumpDue) return
    isPumpDue = true
    queueMicrotask(() => {
      isPumpDue = false
      if (fetches.size === 0) return
      const sessions = lastHeardFirst()
      askAll(sessions)
      for (const entry of [...fetches.values()]) watch(entry, sessions)
    })
  }

  function lastHeardFirst(): readonly Session[] {
    return [...openSessions()].sort((a, b) => b.requests.heardMs() - a.requests.heardMs())
  }

  function askAll(sessions: readonly Session[]): void {
    const inOrder = [...fetches.values()]
      .map((entry) => ({ entry, place: entry.wanted.place() }))
      .sort((a, b) => a.place - b.place)
    const room = roomBytes(sessions)
    // Who never answered may be silent like whoever was asked first: it is no second choice as long as there is a better one.
    const isWorthACopy = (session: Session, { wanted: { version } }: Fetch) =>
      hasAnswered(session) ||
      !sessions.some((other) => hasAnswered(other) && blocksAt(other, version) !== undefined)
    const isAnyProven = sessions.some(hasAnswered)
    const hasItsTrial = (session: Session) =>
      isAnyProven && !hasAnswered(session) && session.requests.pendingBytes > 0
    // In turns, so that several peers get about the same to do.
    const askable = new Set(sessions.filter((session) => !hasItsTrial(session)))
    while (askable.size > 0) {
      for (const session of askable)
        if (!askOne(session, inOrder, room, isWorthACopy) || hasItsTrial(session)) askable.delete(session)
    }
  }

  /** Whether something was asked of this peer. */
  function askOne(
    session: Session,
    inOrder: readonly { readonly entry: Fetch }[],
    room: number,
    isWorthACopy: (session: Session, entry: Fetch) => boolean,
  ): boolean {
    // What was asked for already comes last, of whatever content.
    for (const mayRepeat of [false, true]) {
      for (const { entry } of inOrder) {
        const { version } = entry.wanted
        const blockBytes = Math.min(version.blockSizeBytes, version.sizeBytes)
        if (!session.pipeline.mayAsk(blockBytes, session.requests.pendingBytes)) return false
        if (pendingBytes > 0 && pendingBytes + blockBytes > room) return false
        if (mayRepeat && (entry.copies === 1 || !isWorthACopy(session, entry))) continue
        const block = entry.pick.next(session, mayRepeat ? entry.copies : 1)
        if (block === undefined) continue
        void get(entry, session, block)
        return true
      }
    }
    return false
  }

  async function get(entry: Fetch, session: Session, block: number): Promise<void> {
    const { version, hashes } = entry.wanted
    const { pipeline, requests } = session
    const { offsetBytes, lengthBytes } = blockRange(block, version.sizeBytes, version.blockSizeBytes)
    const room = takeRoom(lengthBytes)
    try {
      pipeline.noteAsked(clock.monotonicMs(), requests.pendingBytes)
      const data = await requests.block(version, offsetBytes, lengthBytes)
      pipeline.noteReceived(clock.monotonicMs(), lengthBytes, requests.pendingBytes)
      const hash = blockHashOf(data)
      if (isRight(version, hashes, block, hash)) await take(entry, session, block, data, hash)
      else blame(session)
    } catch (error) {
      if (!isSyncError(error)) end(entry, error)
      else noteFailed(entry, session, block, error)
    } finally {
      room[Symbol.dispose]()
      pump()
    }
  }

  /** One peer that sends a trickle must not keep everything else from being asked of others. */
  function takeRoom(bytes: number): Disposable {
    let isOverdue = false
    pendingBytes += bytes
    const timer = clock.after(overdueMs, () => {
      if (overdueBytes + bytes > maxPendingBytes || isLimited()) return
      isOverdue = true
      overdueBytes += bytes
      pendingBytes -= bytes
      pump()
    })
    return {
      [Symbol.dispose]() {
        timer[Symbol.dispose]()
        if (isOverdue) overdueBytes -= bytes
        else pendingBytes -= bytes
      },
    }
  }

  function roomBytes(sessions: readonly Session[]): number {
    return Math.min(maxPendingBytes, rates.askAheadBytes(sessions.map(({ link }) => link)))
  }

  /** Whether blocks may be late because they wait for their turn here. */
  function isLimited(): boolean {
    return roomBytes(openSessions()) < maxPendingBytes
  }

  function isRight({ root }: Version, hashes: Uint8Array | undefined, block: number, hash: Buffer): boolean {
    if (hashes === undefined) return contentRootOf(hash) === root
    return hash.equals(hashes.subarray(block * blockHashBytes, (block + 1) * blockHashBytes))
  }

  async function take(
    entry: Fetch,
    session: Session,
    block: number,
    data: Buffer,
    hash: Buffer,
  ): Promise<void> {
    const { pick, wanted, taking } = entry
    if (fetches.get(wanted.version.root) !== entry || !pick.isMissing(block)) return
    for (const other of pick.noteCome(block, session)) cancel(wanted.version, block, other)
    const taken = wanted.take(block, data, hash)
    taking.add(taken)
    try {
      await taken
    } catch (error) {
      end(entry, error)
    } finally {
      taking.delete(taken)
    }
  }

  function noteFailed(entry: Fetch, session: Session, block: number, error: SyncError): void {
    const { root } = entry.wanted.version
    // What is over cares for nobody's refusals.
    if (fetches.get(root) !== entry) return
    switch (error.code) {
      case 'cancelled':
        return entry.pick.noteFailed(session, block)
      case 'unreadable':
        entry.retries.use(clock.after(unreadableMs, () => noteNews(session, root)))
        return entry.pick.forget(session)
      case 'no-peer-has-it':
        if (session.blocks.of(root) === undefined) return entry.pick.forget(session)
        session.blocks.takeBack(root, block)
        entry.pick.noteLacking(session, block)
        return entry.pick.noteFailed(session, block)
      default:
        return entry.pick.forget(session)
    }
  }

  // ---- ending

  /** Ends what is complete, and what nobody can be asked for. */
  function watch(entry: Fetch, sessions: readonly Session[]): void {
    const { wanted, pick } = entry
    if (entry.taking.size > 0) return
    if (pick.missingCount === 0) return end(entry)
    if (!pick.isAllAsked()) stopEndGame(entry)
    else
      entry.endGame ??= clock.after(nextCopyMs(entry, sessions), () => {
        entry.endGame = undefined
        entry.copies++
        pump()
      })
    const isAsked = sessions.some((session) => pick.askedOf(session).size > 0 || pick.hasNew(session))
    if (isAsked) {
      entry.patience?.[Symbol.dispose]()
      entry.patience = undefined
      return
    }
    const { root } = wanted.version
    if (!sessions.some(({ blocks }) => blocks.promisingMs(root) <= clock.monotonicMs())) return giveUp(entry)
    entry.patience ??= clock.after(patienceMs, () => giveUp(entry))
  }

  /** As long as nobody has answered anything nobody is slow: somebody has to be found who is awake. */
  function nextCopyMs({ copies }: Fetch, sessions: readonly Session[]): number {
    return copies === 1 || !sessions.some(hasAnswered) ? endGameMs : moreCopiesMs
  }

  function stopEndGame(entry: Fetch): void {
    entry.endGame?.[Symbol.dispose]()
    entry.endGame = undefined
    entry.copies = 1
  }

  function giveUp(entry: Fetch): void {
    for (const { blocks } of openSessions()) blocks.exhaust(entry.wanted.version.root)
    end(entry, new SyncError('no-peer-has-it', { path: '' }))
  }

  return {
    fetch,
    isFetching: (root) => fetches.has(root),
    noteNews,
    noteGone(session) {
      for (const { pick } of fetches.values()) pick.forget(session)
      pump()
    },
  }
}
