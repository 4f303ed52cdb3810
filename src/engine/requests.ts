/**
 * The asking side of one link: requests under way, their answers put together, and what the peer said it lacks. Answers are not
 * verified here; whoever asked does that and blames this link for a wrong one.
 */
import { blockHashBytes } from '../core/blocks.ts'
import { SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import type { Clock, Link } from '../ports.ts'
import type { Message } from '../wire/messages.ts'

/** A peer that owes an answer and sends nothing at all for so long is stalled. */
const answerTimeoutMs = 60_000
/** Contents remembered as lacking at one peer; beyond it the memory starts over, which costs a question each. */
const maxLacking = 50_000
/**
 * A peer that says it has something and then answers that it has not was changing that file: it is asked again after this, a little
 * sooner than what failed is tried again.
 */
const missingMs = 25_000

export interface Requests {
  /** Bytes asked for and not answered yet. */
  readonly pendingBytes: number
  /** From when on it makes sense to ask the peer for this content, monotonic: infinity while it is known to lack it. */
  askableMs(root: ContentRoot): number
  noteLacking(root: ContentRoot): void
  noteHaving(roots: readonly ContentRoot[]): void
  /** Part of a content. Rejects with `no-peer-has-it` when the peer lacks it, or with the link's reason when it closes. */
  block(root: ContentRoot, offsetBytes: number, lengthBytes: number): Promise<Buffer>
  /** The block list of a content with so many blocks. Rejects likewise. */
  blockList(root: ContentRoot, count: number): Promise<Buffer>
  /** Takes an answer. Throws `peer-garbage` for one that was not asked for in this form. */
  receive(message: Message & { kind: 'block' | 'block-list' | 'missing' }): void
}

interface Pending {
  readonly kind: 'block' | 'block-list'
  readonly root: ContentRoot
  readonly buffer: Buffer
  filledBytes: number
  readonly resolve: (data: Buffer) => void
  readonly reject: (error: SyncError) => void
}

export function createRequests(link: Link, clock: Clock): Requests {
  const pending = new Map<number, Pending>()
  /** What the peer lacks, and until when to believe it. */
  const lacking = new Map<ContentRoot, number>()
  let nextRequest = 1
  let pendingBytes = 0
  let deadline: Disposable | undefined

  link.closed.then((reason) => {
    deadline?.[Symbol.dispose]()
    for (const request of [...pending.keys()]) settle(request)?.reject(reason)
  })

  function lack(root: ContentRoot, untilMs: number): void {
    if (lacking.size >= maxLacking) lacking.clear()
    lacking.set(root, untilMs)
  }

  function restartDeadline(): void {
    deadline?.[Symbol.dispose]()
    deadline = pending.size === 0 ? undefined : clock.after(answerTimeoutMs, () => link.close('peer-stalled'))
  }

  function settle(request: number): Pending | undefined {
    const found = pending.get(request)
    if (found === undefined) return undefined
    pending.delete(request)
    pendingBytes -= found.buffer.length
    restartDeadline()
    return found
  }

  function ask(
    kind: Pending['kind'],
    root: ContentRoot,
    lengthBytes: number,
    send: (request: number) => void,
  ): Promise<Buffer> {
    const request = nextRequest++
    return new Promise((resolve, reject) => {
      pending.set(request, {
        kind,
        root,
        buffer: Buffer.allocUnsafe(lengthBytes),
        filledBytes: 0,
        resolve,
        reject,
      })
      pendingBytes += lengthBytes
      if (pending.size === 1) restartDeadline()
      send(request)
    })
  }

  function fill(message: Message & { kind: 'block' | 'block-list' }): void {
    const found = pending.get(message.request)
    // An answer to something cancelled or answered before is late, not wrong.
    if (found === undefined && message.request < nextRequest) return
    const data = message.kind === 'block' ? message.data : message.hashes
    const offset = message.kind === 'block' ? message.offsetBytes : message.first * blockHashBytes
    if (
      found === undefined ||
      found.kind !== message.kind ||
      offset !== found.filledBytes ||
      data.length === 0 ||
      offset + data.length > found.buffer.length
    ) {
      throw new SyncError('peer-garbage', { reason: 'an answer that does not fit its request' })
    }
    found.buffer.set(data, offset)
    found.filledBytes += data.length
    if (found.filledBytes === found.buffer.length) settle(message.request)?.resolve(found.buffer)
    else restartDeadline()
  }

  return {
    get pendingBytes() {
      return pendingBytes
    },
    askableMs: (root) => lacking.get(root) ?? 0,
    noteLacking: (root) => lack(root, Number.POSITIVE_INFINITY),
    noteHaving(roots) {
      for (const root of roots) lacking.delete(root)
    },
    block: (root, offsetBytes, lengthBytes) =>
      ask('block', root, lengthBytes, (request) =>
        link.send({ kind: 'request', request, root, offsetBytes, lengthBytes }),
      ),
    blockList: (root, count) =>
      ask('block-list', root, count * blockHashBytes, (request) =>
        link.send({ kind: 'block-list-request', request, root }),
      ),
    receive(message) {
      if (message.kind !== 'missing') return fill(message)
      const found = settle(message.request)
      if (found === undefined) return
      lack(found.root, clock.monotonicMs() + missingMs)
      found.reject(new SyncError('no-peer-has-it', { path: '' }))
    },
  }
}
