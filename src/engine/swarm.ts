/**
 * The peers of one folder: keeps at most one link to each, and asks whichever can answer soonest for content. Verifies what arrives
 * and drops who sends something wrong.
 */
import { blockCount, blockMatches, blockRange, isBlockListOf, singleBlockRoot } from '../core/blocks.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { DeviceId } from '../core/ids.ts'
import type { Version } from '../core/version.ts'
import type { Link } from '../ports.ts'
import { type BlockNumbers, maxSums } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'
import type { WantedContent } from './requests.ts'
import { createSession, type Session, type SessionEvents } from './session.ts'

/** Bytes asked for and not yet written, over all peers: what this folder's downloads may hold in memory. One block is always allowed. */
const maxPendingBytes = 32 * 1024 ** 2
/** Links of one folder. A safety limit for now: who dials is chosen by the person who lists the hosts. */
const maxSessions = 64

export interface Swarm {
  attach(link: Link): void
  sessions(): readonly Session[]
  openSessions(): readonly Session[]
  /** From when on some peer can be asked for this content, monotonic: infinity while all are known to lack it. */
  askableMs(content: WantedContent): number
  /** The verified block list of a file. Rejects with `no-peer-has-it`. */
  fetchBlockList(version: Version): Promise<Uint8Array>
  /**
   * A verified block. `hashes` may be undefined for a file of one block. Where blocks wait for room, that of the file with the lowest place goes
   * first. Rejects with `no-peer-has-it`.
   */
  fetchBlock(
    version: Version,
    hashes: Uint8Array | undefined,
    index: number,
    place: () => number,
  ): Promise<Uint8Array>
  /** The sums of some blocks of a file, in their order (P13); undefined when nobody tells them. Not to be trusted. */
  fetchSums(version: Version, numbers: readonly number[]): Promise<Uint8Array | undefined>
  closeAll(code: 'closing' | 'folder-closed'): Promise<void>
}

export function createSwarm(context: FolderContext, events: SessionEvents): Swarm {
  const { log, clock } = context
  const sessionsByPeer = new Map<DeviceId, Session>()
  const waiting: { readonly place: () => number; readonly bytes: number; readonly resolve: () => void }[] = []
  let pendingBytes = 0

  function attach(link: Link): void {
    const present = sessionsByPeer.get(link.peer)
    if (link.peer === context.device) return link.close('peer-self')
    if (present !== undefined && !isPreferred(link, present.link)) return link.close('peer-duplicate')
    if (present === undefined && sessionsByPeer.size >= maxSessions) return link.close('peer-oversize')
    present?.link.close('peer-duplicate')
    const session = createSession(context, link, events)
    sessionsByPeer.set(link.peer, session)
    link.closed.then((reason) => {
      if (sessionsByPeer.get(link.peer) === session) sessionsByPeer.delete(link.peer)
      log.info({ peer: link.peer, address: link.address, code: reason.code }, 'disconnected')
      context.wake()
    })
  }

  /** Of two links to the same peer both sides must keep the same one: the one dialled by the greater device id, and of two such the newer. */
  function isPreferred(link: Link, present: Link): boolean {
    return diallerOf(link) >= diallerOf(present)
  }

  function diallerOf(link: Link): DeviceId {
    return link.initiator ? context.device : link.peer
  }

  /** Asks one peer after another, the least busy first, until one answers rightly. */
  async function ask<T>(
    content: WantedContent,
    question: (session: Session) => Promise<T>,
    isRight: (answer: T) => boolean,
    canAnswer: (session: Session) => boolean = () => true,
  ): Promise<T> {
    for (;;) {
      const session = openSessions()
        .filter(canAnswer)
        .filter(({ requests }) => requests.askableMs(content) <= clock.monotonicMs())
        .reduce<Session | undefined>(
          (best, other) =>
            best === undefined || other.requests.pendingBytes < best.requests.pendingBytes ? other : best,
          undefined,
        )
      if (session === undefined) throw new SyncError('no-peer-has-it', { path: '' })
      try {
        const answer = await question(session)
        if (isRight(answer)) return answer
        log.warn({ peer: session.link.peer }, 'a peer sent a block that does not fit its hash')
        session.link.close('peer-wrong-block')
        session.requests.noteLacking(content.root)
      } catch (error) {
        // Lacking it was noted, a closed link is no candidate any more: the next turn asks another peer.
        if (!isSyncError(error)) throw error
        if (error.code !== 'no-peer-has-it') session.requests.noteLacking(content.root)
      }
    }
  }

  function roomBytes(): number {
    return Math.min(maxPendingBytes, context.rates.askAheadBytes(openSessions().map(({ link }) => link)))
  }

  function fits(bytes: number): boolean {
    return pendingBytes === 0 || pendingBytes + bytes <= roomBytes()
  }

  async function takeRoom(bytes: number, place: () => number): Promise<void> {
    if (fits(bytes)) pendingBytes += bytes
    else await new Promise<void>((resolve) => waiting.push({ place, bytes, resolve }))
  }

  /** To whoever has the first place; of the same place, to whoever waits longest. */
  function giveRoom(bytes: number): void {
    pendingBytes -= bytes
    while (waiting.length > 0) {
      const places = waiting.map(({ place }) => place())
      const first = places.indexOf(Math.min(...places))
      const next = waiting[first]!
      if (!fits(next.bytes)) return
      waiting.splice(first, 1)
      pendingBytes += next.bytes
      next.resolve()
    }
  }

  function openSessions(): Session[] {
    return [...sessionsByPeer.values()].filter((session) => session.isOpen())
  }

  return {
    attach,
    sessions: () => [...sessionsByPeer.values()],
    openSessions,
    askableMs: (content) => Math.min(...openSessions().map(({ requests }) => requests.askableMs(content))),
    fetchBlockList(version) {
      const { root, sizeBytes, blockSizeBytes } = version
      return ask(
        version,
        ({ requests }) => requests.blockList(version, blockCount(sizeBytes, blockSizeBytes)),
        (hashes) => isBlockListOf(hashes, root, sizeBytes, blockSizeBytes),
      )
    },
    async fetchBlock(version, hashes, index, place) {
      const { root, sizeBytes, blockSizeBytes } = version
      const { offsetBytes, lengthBytes } = blockRange(index, sizeBytes, blockSizeBytes)
      await takeRoom(lengthBytes, place)
      try {
        return await ask(
          version,
          ({ requests }) => requests.block(version, offsetBytes, lengthBytes),
          (data) =>
            hashes === undefined ? singleBlockRoot(data) === root : blockMatches(hashes, index, data),
        )
      } finally {
        giveRoom(lengthBytes)
      }
    },
    async fetchSums(version, numbers) {
      const parts: Uint8Array[] = []
      for (let at = 0; at < numbers.length; at += maxSums) {
        const some = numbers.slice(at, at + maxSums)
        try {
          const sums = await ask(
            version,
            ({ requests }) => requests.sums(version, rangesOf(some), some.length),
            () => true,
            (session) => session.speaks('sums'),
          )
          parts.push(sums)
        } catch (error) {
          if (!isSyncError(error, 'no-peer-has-it')) throw error
          return undefined
        }
      }
      return Buffer.concat(parts)
    },
    async closeAll(code) {
      const links = [...sessionsByPeer.values()].map(({ link }) => link)
      for (const link of links) link.close(code)
      await Promise.all(links.map((link) => link.closed))
    },
  }
}

/** Rising numbers as ranges. */
function rangesOf(numbers: readonly number[]): BlockNumbers[] {
  const ranges: { first: number; count: number }[] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last !== undefined && last.first + last.count === number) last.count += 1
    else ranges.push({ first: number, count: 1 })
  }
  return ranges
}
