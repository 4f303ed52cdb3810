/**
 * The peers of one folder: keeps at most one link to each, and asks whichever can answer soonest for what content is made of; its blocks come
 * through `fetch-blocks`. Verifies what arrives and drops who sends something wrong.
 */
import { hasBlock } from '../core/block-set.ts'
import { blockCount, isBlockListOf } from '../core/blocks.ts'
import { type ErrorCode, isSyncError, type SyncError } from '../core/errors.ts'
import type { ContentRoot, DeviceId } from '../core/ids.ts'
import { ranks, type Seat, whoMakesRoom } from '../core/link-room.ts'
import type { Version } from '../core/version.ts'
import type { Link } from '../ports.ts'
import { type BlockNumbers, maxSums } from '../wire/messages.ts'
import { askPeers } from './ask-peers.ts'
import { type BlocksWanted, createBlockFetcher } from './fetch-blocks.ts'
import type { FolderContext } from './folder-context.ts'
import type { WantedContent } from './requests.ts'
import { createSeeding } from './seeding.ts'
import { type AllSessions, createSession, hasAnswered, type Session, type SessionEvents } from './session.ts'

/**
 * So long nothing is asked of who sent something wrong, at first and at most: its memory or disk is ill, or it lies. What it says of the folder
 * is signed and counts. Mostly it is one file that its disk has damaged, which it has found by then, and nobody else may have the others.
 */
const avoidMs = 30_000
const maxAvoidMs = 600_000

/** What a peer says to whom it does not let in. */
const refusals: ReadonlySet<ErrorCode> = new Set(['peer-revoked', 'peer-uninvited', 'peer-waiting'])

export interface SwarmEvents {
  /** A peer came. */
  readonly opened: () => void
  /** Some peer may have content it did not have before. */
  readonly contentArrived: (roots: readonly ContentRoot[]) => void
}

export interface Swarm {
  attach(link: Link): void
  sessions(): readonly Session[]
  openSessions(): readonly Session[]
  /** Why this device was not let in, as the last peer said that was reached; undefined once one has let it in. */
  refusal(): SyncError | undefined
  /** From when on some peer can be asked for this content, monotonic: infinity while all are known to lack it. */
  askableMs(content: WantedContent): number
  /** The verified block list of a file. Rejects with `no-peer-has-it`. */
  fetchBlockList(version: Version): Promise<Uint8Array>
  /** Verified blocks of a file. */
  fetchBlocks(wanted: BlocksWanted): Promise<void>
  /** The sums of some blocks of a file, in their order (P13); undefined when nobody tells them. Not to be trusted. */
  fetchSums(version: Version, numbers: readonly number[]): Promise<Uint8Array | undefined>
  /** Ends links to devices that are not let in any more. */
  admitAgain(): void
  closeAll(code: 'closing' | 'folder-closed' | 'members-changed'): Promise<void>
}

export function createSwarm(context: FolderContext, events: SwarmEvents): Swarm {
  const { log, clock } = context
  const sessionsByPeer = new Map<DeviceId, Session>()
  /** Who sent something wrong, for how long nothing is asked there, and until when. */
  const avoided = new Map<DeviceId, { readonly forMs: number; readonly untilMs: number }>()
  let refusal: SyncError | undefined
  const fetcher = createBlockFetcher(context, trustedSessions, blame)
  const sessionEvents: SessionEvents = {
    opened(session) {
      refusal = undefined
      fetcher.noteNews(session)
      events.opened()
    },
    contentArrived(session, roots) {
      for (const root of roots) fetcher.noteNews(session, root)
      events.contentArrived(roots)
    },
    progressArrived(session, root) {
      fetcher.noteNews(session, root)
      // Nobody waits for it where it is on its way, or was asked for in vain a moment ago.
      const isNews = !fetcher.isFetching(root) && session.blocks.promisingMs(root) <= clock.monotonicMs()
      if (isNews) events.contentArrived([root])
    },
    indexArrived: (session) => fetcher.noteNews(session),
  }
  const allSessions: AllSessions = {
    seeding: createSeeding(context, farSessions),
    count: () => sessionsByPeer.size,
    holdersOf: ({ root, offsetBytes, lengthBytes }) =>
      openSessions().filter(({ blocks }) => {
        const told = blocks.of(root)
        // Only the last block is shorter than what is before it.
        const block =
          offsetBytes % lengthBytes === 0 ? offsetBytes / lengthBytes : (told?.blockCount ?? 0) - 1
        return told !== undefined && hasBlock(told, block)
      }).length,
  }

  function attach(link: Link): void {
    const present = sessionsByPeer.get(link.peer)
    if (link.peer === context.device) return link.close('peer-self')
    if (present !== undefined && !isPreferred(link, present.link)) return link.close('peer-duplicate')
    if (present === undefined && sessionsByPeer.size >= context.maxLinks()) {
      const seats = sessions().map((session) => ({
        ...session,
        ...worthOf(session.link),
        // Nor does this device get anything from it.
        isSettled: () => session.isSettled() && session.requests.pendingBytes === 0,
      }))
      const leaving = whoMakesRoom(worthOf(link), seats, clock.monotonicMs())
      if (leaving === undefined) return link.close('peer-full')
      leaving.link.close(leaving.isOpen() ? 'peer-full' : 'peer-stalled')
      sessionsByPeer.delete(leaving.link.peer)
    }
    present?.link.close('peer-duplicate')
    const session = createSession(context, link, sessionEvents, allSessions)
    sessionsByPeer.set(link.peer, session)
    link.closed.then((reason) => {
      if (sessionsByPeer.get(link.peer) === session) sessionsByPeer.delete(link.peer)
      if (refusals.has(reason.code) && !session.isTurnedAway()) refusal = reason
      fetcher.noteGone(session)
      allSessions.seeding.noteGone(link)
      log.info({ peer: link.peer, address: link.address, code: reason.code }, 'disconnected')
      context.wake()
    })
    session.start()
  }

  function worthOf(link: Link): Pick<Seat, 'rank' | 'network'> {
    const rank = link.initiator ? ranks.sought : context.rates.isLan(link) ? ranks.near : ranks.stranger
    return { rank, network: link.network }
  }

  /**
   * Of two links to the same peer both sides must keep the same one: the direct one, else the one dialled by the greater device id, and of two
   * such the newer.
   */
  function isPreferred(link: Link, present: Link): boolean {
    if (link.via !== present.via) return link.via === 'direct'
    return diallerOf(link) >= diallerOf(present)
  }

  function diallerOf(link: Link): DeviceId {
    return link.initiator ? context.device : link.peer
  }

  function ask<T>(
    content: WantedContent,
    question: (session: Session) => Promise<T>,
    isRight: (answer: T) => boolean,
    canAnswer: (session: Session) => boolean = () => true,
  ): Promise<T> {
    return askPeers<Session, T>(clock, {
      next: (asked) =>
        trustedSessions()
          .filter((each) => !asked.has(each) && canAnswer(each))
          .filter((each) => askableAt(each, content) <= clock.monotonicMs())
          .sort(byReadiness)[0],
      ask: question,
      heardMs: ({ requests }) => requests.heardMs(),
      accept(session, answer) {
        if (isRight(answer)) return true
        blame(session)
        return false
      },
      failed({ requests }, { code }) {
        const isNoted = code === 'no-peer-has-it' || code === 'unreadable'
        if (!isNoted) requests.noteLacking(content.root)
      },
    })
  }

  /** Who has only a part can be asked as well. */
  function askableAt({ requests, blocks }: Session, content: WantedContent): number {
    return Math.min(blocks.promisingMs(content.root), requests.askableMs(content))
  }

  function blame({ link }: Session): void {
    log.warn({ peer: link.peer }, 'a peer sent content that does not fit its hash')
    const beforeMs = avoided.get(link.peer)?.forMs
    const forMs = beforeMs === undefined ? avoidMs : Math.min(beforeMs * 2, maxAvoidMs)
    avoided.set(link.peer, { forMs, untilMs: clock.monotonicMs() + forMs })
    link.close('peer-wrong-block')
  }

  function avoidedUntilMs({ link }: Session): number {
    return avoided.get(link.peer)?.untilMs ?? 0
  }

  /** Those that may be asked for content. */
  function trustedSessions(): Session[] {
    const nowMs = clock.monotonicMs()
    // As good as new once it was right for long enough.
    for (const [peer, { untilMs }] of avoided) if (untilMs + maxAvoidMs <= nowMs) avoided.delete(peer)
    return openSessions().filter((session) => avoidedUntilMs(session) <= nowMs)
  }

  function farSessions(): Session[] {
    return openSessions().filter(
      (session) => session.speaks('progress') && !context.rates.isLan(session.link),
    )
  }

  function sessions(): Session[] {
    return [...sessionsByPeer.values()]
  }

  function openSessions(): Session[] {
    return sessions().filter((session) => session.isOpen())
  }

  return {
    attach,
    sessions,
    openSessions,
    refusal: () => refusal,
    askableMs: (content) =>
      Math.min(
        ...openSessions().map((session) => Math.max(avoidedUntilMs(session), askableAt(session, content))),
      ),
    fetchBlockList(version) {
      const { root, sizeBytes, blockSizeBytes } = version
      return ask(
        version,
        async ({ requests, blocks }) => {
          try {
            return await requests.blockList(version, blockCount(sizeBytes, blockSizeBytes))
          } catch (error) {
            // Who has no list of a content has no block of it either.
            if (isSyncError(error, 'no-peer-has-it')) blocks.exhaust(root)
            throw error
          }
        },
        (hashes) => isBlockListOf(hashes, root, sizeBytes, blockSizeBytes),
      )
    },
    fetchBlocks: fetcher.fetch,
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
    admitAgain() {
      for (const session of sessions()) session.admitAgain()
    },
    async closeAll(code) {
      const links = sessions().map(({ link }) => link)
      for (const link of links) link.close(code)
      await Promise.all(links.map((link) => link.closed))
    },
  }
}

/** Who has answered something before who may never do, and then the least busy. */
function byReadiness(one: Session, other: Session): number {
  return (
    Number(hasAnswered(other)) - Number(hasAnswered(one)) ||
    one.requests.pendingBytes - other.requests.pendingBytes
  )
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
