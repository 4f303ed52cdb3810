/**
 * The answering side of one link: sends blocks and block lists of contents that lie here. One answer at a time, in the order asked, as
 * fast as the link takes them.
 */
import { blockHashBytes, maxBlockBytes } from '../core/blocks.ts'
import { isSyncError, SyncError } from '../core/errors.ts'
import type { Link } from '../ports.ts'
import { type Message, maxBlockListPart, maxBlockPartBytes, maxOpenRequests } from '../wire/messages.ts'
import type { FolderContext } from './folder-context.ts'
import { hereToStat } from './here.ts'

type Question = Message & { kind: 'request' | 'block-list-request' }

export interface Serving {
  /** Takes a question. Throws `peer-oversize` for too many or too large ones. */
  ask(question: Question): void
  cancel(request: number): void
}

export function createServing(context: FolderContext, link: Link): Serving {
  const { store, disk } = context
  const questions = new Map<number, Question>()
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
    for (const { path, here } of store.hereWithRoot(root)) {
      if (here.kind !== 'file' || offsetBytes + lengthBytes > here.sizeBytes) continue
      try {
        const data = await disk.read(path, here.diskPath, hereToStat(here), offsetBytes, lengthBytes)
        return await send(request, data)
      } catch (error) {
        if (!isSyncError(error)) throw error
        context.markDirty(here.diskPath)
      }
    }
    link.send({ kind: 'missing', request })
  }

  async function send(request: number, data: Buffer): Promise<void> {
    for (let offsetBytes = 0; offsetBytes < data.length; offsetBytes += maxBlockPartBytes) {
      await link.writable()
      if (isClosed || !questions.has(request)) return
      link.send({
        kind: 'block',
        request,
        offsetBytes,
        data: data.subarray(offsetBytes, offsetBytes + maxBlockPartBytes),
      })
    }
  }

  async function serveBlockList({ request, root }: Question): Promise<void> {
    const list = store.blocks(root)
    if (list === undefined || list.hashes.length === 0) return link.send({ kind: 'missing', request })
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
