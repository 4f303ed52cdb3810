/**
 * The answering side of one link: sends blocks and block lists of contents that lie here. One answer at a time, in the order asked, as
 * fast as the link takes them.
 */
import { hasBlock } from '../core/block-set.ts'
import { blockHashBytes, blockSizeFor } from '../core/blocks.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { free } from '../core/memory.ts'
import type { RelPath } from '../core/path.ts'
import { sameContent } from '../core/version.ts'
import type { Link, OpenContent } from '../ports.ts'
import type { Here } from '../store/folder-store.ts'
import { type Message, maxBlockListPart, maxBlockPartBytes, maxOpenRequests } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'
import { readSums } from './read-sums.ts'
import type { Seeding } from './seeding.ts'

/** Contents that are read again when the peer says that a block was wrong. A peer may have many on their way at a time. */
const maxSentRoots = 64

/** Where bytes of a content can be read. */
interface Source {
  /** Undefined when they cannot, any more. */
  read(offsetBytes: number, lengthBytes: number): Promise<Buffer | undefined>
}

/** A file with a content, open for reading. */
interface Opened extends Source {
  readonly path: RelPath
  readonly root: ContentRoot
  readonly sizeBytes: number
  readonly content: OpenContent
}

export type BlockQuestion = Message & { kind: 'request' }
type Question = Message & { kind: 'request' | 'block-list-request' | 'sums-request' }

export interface Serving {
  /** Takes a question. Throws `peer-oversize` for too many at once. */
  ask(question: Question): void
  cancel(request: number): void
}

/** What has to be known of all the peers to answer one. */
export interface SwarmView {
  /** How many of them said that they have a block, not counting those that have all of its content. */
  readonly holdersOf: (block: BlockQuestion) => number
  readonly seeding: Seeding
}

export function createServing(
  context: FolderContext,
  link: Link,
  { holdersOf, seeding }: SwarmView,
): Serving {
  const { store, disk } = context
  const sending = context.rates.sendingTo(link)
  const questions = new Map<number, Question>()
  /** The content asked for last, still open: its next block is likely to be the next question. */
  let opened: Opened | undefined
  /** What was sent last, the latest at the end. */
  const sentRoots = new Set<ContentRoot>()
  let isServing = false
  let isClosed = false
  link.closed.then((reason) => {
    isClosed = true
    questions.clear()
    context.uploads.forget(link)
    // It may be this disk that is to blame.
    if (reason.code === 'peer-wrong-block') context.suspect(sentRoots)
  })

  async function serveAll(): Promise<void> {
    isServing = true
    try {
      for (let next = first(); next !== undefined && !isClosed; next = first()) {
        // Asked again in a while, when others have been answered.
        if (!sending.enter()) await miss(next.request, true)
        else if (next.kind === 'request') await serveInTurn(next)
        else await serve(next)
        sending.leave()
        questions.delete(next.request)
      }
    } finally {
      isServing = false
      // Nothing stays open when nobody asks: a disk has to be free to go.
      await letGo()
    }
  }

  async function serveInTurn(question: BlockQuestion): Promise<void> {
    using slot = await context.uploads.take(link, question.lengthBytes, () => holdersOf(question))
    if (isDone(question.request)) return
    await serveBlock(question)
    noteRoot(question.root)
    slot.sentBytes = question.lengthBytes
    seeding.noteSent(link, question.root, question.offsetBytes)
  }

  function noteRoot(root: ContentRoot): void {
    sentRoots.delete(root)
    sentRoots.add(root)
    for (const oldest of sentRoots) {
      if (sentRoots.size <= maxSentRoots) return
      sentRoots.delete(oldest)
    }
  }

  function serve(question: Question): Promise<void> {
    switch (question.kind) {
      case 'request':
        return serveBlock(question)
      case 'block-list-request':
        return serveBlockList(question)
      case 'sums-request':
        return serveSums(question)
    }
  }

  function first(): Question | undefined {
    return questions.values().next().value
  }

  async function serveBlock(question: BlockQuestion): Promise<void> {
    const { request, root, offsetBytes, lengthBytes } = question
    const sent = { bytes: 0 }
    // What turned out to be damaged is open still.
    if (opened !== undefined && store.state(opened.path)?.here?.damage !== undefined) await letGo()
    if (opened?.root === root && isBlockOf(opened.sizeBytes, offsetBytes, lengthBytes)) {
      if (await sendFrom(opened, question, sent)) return
    }
    const started = startedBlock(question)
    if (started !== undefined && (await sendFrom(started, question, sent))) return
    let unreadable = false
    for (const { path, here } of isOfFolder(root) ? store.hereWithRoot(root) : []) {
      if (!isBlockOf(here.sizeBytes, offsetBytes, lengthBytes)) continue
      const anew = await openAnew(root, path, here)
      if (anew !== undefined && (await sendFrom(anew, question, sent))) return
      unreadable = true
    }
    await miss(request, unreadable)
  }

  /** Sends what of a block was not sent yet. False when it cannot be read. */
  async function sendFrom(
    from: Source,
    { request, offsetBytes, lengthBytes }: BlockQuestion,
    sent: { bytes: number },
  ): Promise<boolean> {
    while (sent.bytes < lengthBytes) {
      const leftBytes = lengthBytes - sent.bytes
      // What has to wait is read when its turn has come: many links that wait must not hold a block each.
      const stepBytes = await turn(leftBytes)
      if (isDone(request)) return true
      const data = await from.read(offsetBytes + sent.bytes, stepBytes)
      if (data === undefined || data.length === 0) return false
      const firstByte = sent.bytes
      sent.bytes += data.length
      await send(request, firstByte, data)
    }
    return true
  }

  /** Waits until something may be sent; returns how much of so many bytes. */
  async function turn(bytes: number): Promise<number> {
    if (!sending.isLimited()) return bytes
    await link.writable()
    const stepBytes = Math.min(bytes, sending.pieceBytes())
    await sending.turn(stepBytes)
    return stepBytes
  }

  /** A block of a content that is being put together here, if it is right already. */
  function startedBlock({ root, offsetBytes, lengthBytes }: BlockQuestion): Source | undefined {
    const content = context.unfinished.get(root)
    if (content === undefined || !isBlockOf(content.sizeBytes, offsetBytes, lengthBytes)) return undefined
    const block = offsetBytes / blockSizeFor(content.sizeBytes)
    if (!hasBlock(content.blocks, block) || !isOfFolder(root)) return undefined
    return {
      async read(offset, length) {
        try {
          return await content.read(offset, length)
        } catch (error) {
          if (!isSyncError(error)) throw error
          return undefined
        }
      },
    }
  }

  /** Undefined when it cannot be opened, or is not what it was: then it has to be looked at. */
  async function openAnew(root: ContentRoot, path: RelPath, here: Here): Promise<Opened | undefined> {
    try {
      const content = await disk.open(path, here.diskPath, here)
      // Only now: files asked for one after the other lie in directories that stay in use meanwhile.
      await letGo()
      const read: Source['read'] = (...part) => readFrom(content, here, ...part)
      opened = { path, root, sizeBytes: here.sizeBytes, content, read }
    } catch (error) {
      if (!isSyncError(error)) throw error
      await letGo()
      context.markDirty(here.diskPath)
      return undefined
    }
    return opened
  }

  async function readFrom(
    content: OpenContent,
    here: Here,
    offsetBytes: number,
    lengthBytes: number,
  ): Promise<Buffer | undefined> {
    try {
      return await content.read(offsetBytes, lengthBytes)
    } catch (error) {
      if (!isSyncError(error)) throw error
      await letGo()
      context.markDirty(here.diskPath)
      return undefined
    }
  }

  async function letGo(): Promise<void> {
    const before = opened
    opened = undefined
    await before?.content[Symbol.asyncDispose]()
  }

  /** Whether nobody waits for the answer any more: it was cancelled (P9), or the link is closed. */
  function isDone(request: number): boolean {
    return isClosed || !questions.has(request)
  }

  /** Waits for room: a flood of questions about nothing, from one who reads no answers, must not pile up. */
  async function miss(request: number, unreadable: boolean): Promise<void> {
    await link.writable()
    if (isDone(request)) return
    link.send({ kind: 'missing', request, unreadable })
  }

  /**
   * Whether the folder has this content, be it where the index of who asks still stands. What only lies here (local changes of a read-only
   * device, ignored files) is nobody's business: a root can be guessed (E6).
   */
  function isOfFolder(root: ContentRoot): boolean {
    return (
      store.isContentLiveElsewhere(root, '') ||
      store.hereWithRoot(root).some(({ path, here }) => isAgreed(path, here))
    )
  }

  function isAgreed(path: RelPath, here: Here): boolean {
    const agreed = store.state(path)?.agreed
    return agreed !== undefined && sameContent(agreed, here)
  }

  /**
   * Anything but a whole block could not be verified by whoever asks: a record that is wrong about the size of this content made it ask, and
   * it would take the answer for a wrong one (P8).
   */
  function isBlockOf(sizeBytes: number, offsetBytes: number, lengthBytes: number): boolean {
    const blockSizeBytes = blockSizeFor(sizeBytes)
    return (
      offsetBytes % blockSizeBytes === 0 &&
      offsetBytes < sizeBytes &&
      lengthBytes === Math.min(blockSizeBytes, sizeBytes - offsetBytes)
    )
  }

  async function send(request: number, sentBytes: number, data: Buffer): Promise<void> {
    for (let firstByte = 0; firstByte < data.length; firstByte += maxBlockPartBytes) {
      await link.writable()
      if (isDone(request)) return
      const part = data.subarray(firstByte, firstByte + maxBlockPartBytes)
      const isLast = firstByte + part.length === data.length
      link.send(
        { kind: 'block', request, offsetBytes: sentBytes + firstByte, data: part },
        isLast ? () => free(data) : undefined,
      )
    }
  }

  async function serveBlockList({ request, root }: Question): Promise<void> {
    const list = isOfFolder(root) ? store.blocks(root) : undefined
    if (list === undefined || list.hashes.length === 0) return miss(request, false)
    const count = list.hashes.length / blockHashBytes
    for (let first = 0, part = 0; first < count; first += part) {
      const wantedBytes = Math.min(count - first, maxBlockListPart) * blockHashBytes
      part = Math.max(1, Math.floor((await turn(wantedBytes)) / blockHashBytes))
      await link.writable()
      if (isDone(request)) return
      const hashes = list.hashes.subarray(first * blockHashBytes, (first + part) * blockHashBytes)
      link.send({ kind: 'block-list', request, first, count, hashes })
    }
  }

  async function serveSums({ request, root, ranges }: Question & { kind: 'sums-request' }): Promise<void> {
    const isWanted = () => !isDone(request)
    const sums = isOfFolder(root) ? await readSums(context, root, ranges, isWanted) : 'absent'
    if (sums === 'absent' || sums === 'unreadable') return miss(request, sums === 'unreadable')
    await link.writable()
    if (isWanted()) link.send({ kind: 'sums', request, sums })
  }

  return {
    ask(question) {
      if (questions.size >= maxOpenRequests)
        throw new SyncError('peer-oversize', { reason: 'too many requests at once' })
      questions.set(question.request, question)
      if (!isServing)
        serveAll().catch((error) =>
          context.log.error({ peer: link.peer, error: String(error) }, 'serving failed'),
        )
    },
    cancel: (request) => void questions.delete(request),
  }
}
