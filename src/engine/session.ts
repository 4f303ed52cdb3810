/**
 * One link to one peer, from hello to close: checks who it is, then hands each message to the part that owns it. A message never changes the
 * disk; what misbehaves closes the link with its code.
 */
import { isSyncError, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { createPipeline, type Pipeline } from '../core/pipeline.ts'
import { createProofCache } from '../core/record.ts'
import type { Link } from '../ports.ts'
import { type Feature, type Message, ourFeatures } from '../wire/messages.ts'
import { admit } from './admission.ts'
import { type Announcer, createAnnouncer } from './announce.ts'
import { createChatter } from './chatter.ts'
import type { FolderContext } from './folder-context.ts'
import { checkHello, type Hello, helloOf } from './hello.ts'
import { limitRequests } from './limit-requests.ts'
import { ownCertificate } from './members.ts'
import { createPeerBlocks, type PeerBlocks } from './peer-blocks.ts'
import { receiveIndex } from './receive.ts'
import { createRequests, type Requests } from './requests.ts'
import { createServing, type SwarmView } from './serve.ts'
import type { PeerStatus } from './status.ts'
import { tellProgress } from './tell-progress.ts'

/** A peer that has not introduced itself by then is none. */
const helloTimeoutMs = 30_000

export interface Session {
  readonly link: Link
  readonly requests: Requests
  /** What it has of contents of which it has not all. */
  readonly blocks: PeerBlocks
  /** How much may be asked of it. */
  readonly pipeline: Pipeline
  readonly announcer: Announcer
  /** Says hello and listens; what came already is heard at once. */
  start(): void
  /** Asks once more whether the peer is let in, and closes the link where it is not any more. */
  admitAgain(): void
  /** When its link came, monotonic. */
  readonly sinceMs: number
  /** Whether hellos were exchanged and it may be asked for blocks. */
  isOpen(): boolean
  /** Whether this device did not let the peer in. */
  isTurnedAway(): boolean
  /** Whether both sides named it in their hellos (P2). */
  speaks(feature: Feature): boolean
  /** Tells the peer what this device still lacks, when that is news. */
  sendSummary(needFiles: number, needBytes: number): void
  /** Whether both sides told each other everything and the peer lacks nothing. */
  isSettled(): boolean
  status(): PeerStatus
}

export interface SessionEvents {
  /** Hello was checked. */
  readonly opened: (session: Session) => void
  /** The peer may have content it did not have before. */
  readonly contentArrived: (session: Session, roots: readonly ContentRoot[]) => void
  /** It has more of a content, though not all. */
  readonly progressArrived: (session: Session, root: ContentRoot) => void
  /** It told a part of its index. */
  readonly indexArrived: (session: Session) => void
}

/** What a session has to know of all of them. */
export interface AllSessions extends SwarmView {
  readonly count: () => number
}

/** Whether it ever answered what was asked of it. */
export function hasAnswered({ requests }: Pick<Session, 'requests'>): boolean {
  return Number.isFinite(requests.heardMs())
}

export function createSession(
  context: FolderContext,
  link: Link,
  events: SessionEvents,
  all: AllSessions,
): Session {
  const { store, clock, keys, log } = context
  const proofs = createProofCache()
  const requests = limitRequests(createRequests(link, clock), link, context.rates.askingAt(link))
  const blocks = createPeerBlocks(clock)
  const pipeline = createPipeline()
  const chatter = createChatter()
  const announcer = createAnnouncer(context, link, all.seeding)
  const serving = createServing(context, link, all)
  let hello: Hello | undefined
  let theirIndexIsComplete = false
  let theirSummary: (Message & { kind: 'summary' }) | undefined
  let ourSummary = ''
  let isTurnedAway = false

  const helloTimer = clock.after(helloTimeoutMs, () => link.close('peer-stalled'))
  link.closed.then(() => helloTimer[Symbol.dispose]())

  function receive(message: Message): void {
    if (hello === undefined) {
      if (message.kind !== 'hello')
        throw new SyncError('peer-garbage', { reason: `${message.kind} before hello` })
      return open(message)
    }
    switch (message.kind) {
      case 'hello':
        throw new SyncError('peer-garbage', { reason: 'a second hello' })
      case 'cursor':
        return announcer.start(message.indexId, message.sequence)
      case 'index':
        return receiveEntries(message)
      case 'have':
        for (const root of message.roots) {
          noteAll(root)
          all.seeding.noteWhole(link, root)
        }
        return events.contentArrived(session, message.roots)
      case 'progress':
        requireFeature('progress')
        blocks.note(message)
        all.seeding.noteProgress(link, message)
        return events.progressArrived(session, message.root)
      case 'sums-request':
        requireFeature('sums')
        return serving.ask(message)
      case 'request':
      case 'block-list-request':
        return serving.ask(message)
      case 'cancel':
        return serving.cancel(message.request)
      case 'sums':
        requireFeature('sums')
        return requests.receive(message)
      case 'block':
      case 'block-list':
      case 'missing':
        return requests.receive(message)
      case 'summary':
        theirSummary = message
        return context.changed()
      case 'redeem':
      case 'grant':
        throw new SyncError('peer-garbage', { reason: `a ${message.kind} to a member` })
      case 'ping':
      case 'pong':
      case 'close':
        // The link itself deals with these.
        return
    }
  }

  function noteAll(root: ContentRoot): void {
    requests.noteHaving(root)
    blocks.forget(root)
  }

  function speaks(feature: Feature): boolean {
    return hello?.features.includes(feature) === true && ourFeatures.includes(feature)
  }

  function requireFeature(feature: Feature): void {
    if (!speaks(feature))
      throw new SyncError('peer-garbage', { reason: `a message of ${feature} without saying so` })
  }

  function open(message: Hello): void {
    checkHello(keys, link, message)
    letIn(message)
    hello = message
    store.forgetNewcomer(link.peer)
    helloTimer[Symbol.dispose]()
    const nowMs = clock.now()
    store.sawPeer({
      device: link.peer,
      name: message.deviceName,
      role: message.role,
      firstSeenMs: nowMs,
      lastSeenMs: nowMs,
    })
    const cursor = store.cursor(link.peer)
    link.send({ kind: 'cursor', indexId: cursor?.indexId, sequence: cursor?.sequence ?? 0 })
    log.info(
      { peer: link.peer, name: message.deviceName, address: link.address, role: message.role },
      'connected',
    )
    if (speaks('progress')) tellProgress(context, link, all.count)
    events.opened(session)
  }

  /** Throws why not. */
  function letIn(message: Hello): void {
    isTurnedAway = true
    admit(context, link.peer, message)
    isTurnedAway = false
  }

  function receiveEntries(message: Message & { kind: 'index' }): void {
    for (const { record, have } of message.entries) {
      if (record.version.kind !== 'file') continue
      if (have) noteAll(record.version.root)
      else requests.noteLacking(record.version.root)
    }
    for (const id of receiveIndex(context, link.peer, message, proofs)) announcer.noteReceived(id)
    if (message.complete) theirIndexIsComplete = true
    events.indexArrived(session)
    // They wait for a summary that says how far we have come, even when nothing is lacking.
    context.wake()
  }

  const session: Session = {
    link,
    sinceMs: clock.monotonicMs(),
    requests,
    blocks,
    pipeline,
    announcer,
    start() {
      link.send(helloOf(context, keys, link, ourFeatures, ownCertificate(context)))
      link.listen((message) => {
        receive(message)
        const waitMs = chatter.waitAfter(message, clock.monotonicMs())
        if (waitMs > 0) return new Promise<void>((resolve) => void clock.after(waitMs, resolve))
      })
    },
    admitAgain() {
      if (hello === undefined) return
      try {
        letIn(hello)
      } catch (error) {
        if (!isSyncError(error)) throw error
        link.close(error.code)
      }
    },
    isOpen: () => hello !== undefined,
    isTurnedAway: () => isTurnedAway,
    speaks,
    sendSummary(needFiles, needBytes) {
      if (hello === undefined) return
      const seenSequence = store.cursor(link.peer)?.sequence ?? 0
      const summary = `${needFiles} ${needBytes} ${seenSequence}`
      if (summary === ourSummary) return
      ourSummary = summary
      link.send({ kind: 'summary', needFiles, needBytes, seenSequence })
    },
    isSettled: () =>
      theirIndexIsComplete &&
      announcer.isCaughtUp() &&
      theirSummary?.needFiles === 0 &&
      theirSummary.seenSequence >= store.lastSequence(),
    status: () => ({
      id: link.peer,
      name: hello?.deviceName ?? '',
      address: link.address,
      via: link.via,
      role: hello?.role ?? 'read-only',
      needFiles: theirSummary?.needFiles ?? 0,
      needBytes: theirSummary?.needBytes ?? 0,
      received: link.traffic.receivedBytes,
      sent: link.traffic.sentBytes,
    }),
  }
  return session
}
