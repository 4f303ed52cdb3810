/**
 * The answering side of one link: sends blocks and block lists of contents that lie here. One answer at a time, in the order asked, as
 * fast as the link takes them.
 */
import { blockHashBytes, blockSizeFor, maxBlockBytes } from '../core/blocks.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { free } from '../core/memory.ts'
import type { RelPath } from '../core/path.ts'
import { sameContent } from '../core/version.ts'
import type { Link, OpenContent } from '../ports.ts'
import type { Here } from '../store/folder-store.ts'
import { type Message, maxBlockListPart, maxBlockPartBytes, maxOpenRequests } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'

/** A content that lies here, open for reading. */
interface Opened {
  readonly root: ContentRoot
  readonly here: Here
  readonly content: OpenContent
}

type Question = Message & { kind: 'request' | 'block-list-request' }

export interface Serving {
  /** Takes a question. Throws `peer-oversize` for too many or too large ones. */
  ask(question: Question): void
  cancel(request: number): void
}

export function createServing(context: FolderContext, link: Link): Serving {
  const { store, disk } = context
  const questions = new Map<number, Question>()
  /** The content asked for last, still open: its next block is likely to be the next question. */
  let opened: Opened | undefined
  let isServing = false
  let isClosed = false
  link.closed.then(() => {
    isClosed = true
    questions.clear()
  })

  async function serveAll(): Promise<void> {
    isServing = true
    try {
      for (let next = first(); next !== undefined && !isClosed; next = first()) {
        await (next.kind === 'request' ? serveBlock(next) : serveBlockList(next))
        questions.delete(next.request)
      }
    } finally {
      isServing = false
      // Nothing stays open when nobody asks: a disk has to be free to go.
      await letGo()
    }
  }

  function first(): Question | undefined {
    return questions.values().next().value
  }

  async function serveBlock({
    request,
    root,
    offsetBytes,
    lengthBytes,
  }: Question & { kind: 'request' }): Promise<void> {
    if (opened?.root === root && isBlockOf(opened.here.sizeBytes, offsetBytes, lengthBytes)) {
      const data = await readFrom(opened, offsetBytes, lengthBytes)
      if (data !== undefined) return send(request, data)
    }
    let unreadable = false
    for (const { path, here } of isOfFolder(root) ? store.hereWithRoot(root) : []) {
      if (!isBlockOf(here.sizeBytes, offsetBytes, lengthBytes)) continue
      const data = await readAnew(root, path, here, offsetBytes, lengthBytes)
      if (data !== undefined) return send(request, data)
      unreadable = true
    }
    await miss(request, unreadable)
  }

  /** Undefined when it cannot be read, or is not what it was: then it has to be looked at. */
  async function readAnew(
    root: ContentRoot,
    path: RelPath,
    here: Here,
    offsetBytes: number,
    lengthBytes: number,
  ): Promise<Buffer | undefined> {
    try {
      const content = await disk.open(path, here.diskPath, here)
      // Only now: files asked for one after the other lie in directories that stay in use meanwhile.
      await letGo()
      opened = { root, here, content }
    } catch (error) {
      if (!isSyncError(error)) throw error
      await letGo()
      context.markDirty(here.diskPath)
      return undefined
    }
    return readFrom(opened, offsetBytes, lengthBytes)
  }

  async function readFrom(
    { here, content }: Opened,
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

  /** Waits for room: a flood of questions about nothing, from one who reads no answers, must not pile up. */
  async function miss(request: number, unreadable: boolean): Promise<void> {
    await link.writable()
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

  async function send(request: number, data: Buffer): Promise<void> {
    for (let offsetBytes = 0; offsetBytes < data.length; offsetBytes += maxBlockPartBytes) {
      await link.writable()
      if (isClosed || !questions.has(request)) return
      const part = data.subarray(offsetBytes, offsetBytes + maxBlockPartBytes)
      const isLast = offsetBytes + part.length === data.length
      link.send({ kind: 'block', request, offsetBytes, data: part }, isLast ? () => free(data) : undefined)
    }
  }

  async function serveBlockList({ request, root }: Question): Promise<void> {
    const list = isOfFolder(root) ? store.blocks(root) : undefined
    if (list === undefined || list.hashes.length === 0) return miss(request, false)
    const count = list.hashes.length / blockHashBytes
    for (let first = 0; first < count; first += maxBlockListPart) {
      await link.writable()
      const hashes = list.hashes.subarray(first * blockHashBytes, (first + maxBlockListPart) * blockHashBytes)
      link.send({ kind: 'block-list', request, first, count, hashes })
    }
  }

  return {
    ask(question) {
      if (questions.size >= maxOpenRequests)
        throw new SyncError('peer-oversize', { reason: 'too many requests at once' })
      if (question.kind === 'request' && (question.lengthBytes > maxBlockBytes || question.lengthBytes < 1)) {
        throw new SyncError('peer-oversize', { reason: `a request of ${question.lengthBytes} bytes` })
      }
      questions.set(question.request, question)
      if (!isServing)
        serveAll().catch((error) =>
          context.log.error({ peer: link.peer, error: String(error) }, 'serving failed'),
        )
    },
    cancel: (request) => void questions.delete(request),
  }
}
