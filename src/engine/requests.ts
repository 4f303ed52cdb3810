/**
 * The asking side of one link: requests under way, their answers put together, and what the peer said it lacks. Answers are not
 * verified here; whoever asked does that and blames this link for a wrong one.
 */
import { blockHashBytes } from '../core/blocks.ts'
import { SyncError } from '../core/errors.ts'
import type { ContentRoot } from '../core/ids.ts'
import { sumBytes } from '../core/rolling-sum.ts'
import type { Version } from '../core/version.ts'
import type { Clock, Link } from '../ports.ts'
import type { BlockNumbers, Message } from '../wire/messages.ts'

/** A peer that for so long sends less than `minProgressBytes` of the oldest answer it owes, and does not end it, is stalled. */
const answerTimeoutMs = 60_000
/** Slower than any line worth using. Single bytes, or answers to everything but the oldest question, would hold a file back for ever. */
const minProgressBytes = 32 * 1024
/** Contents remembered as lacking at one peer; beyond it the memory starts over, which costs a question each. */
const maxLacking = 50_000
/** Honest records tell one size of a content. */
const maxLackingSizes = 8
/** A peer that could not read something just now is asked again after this, a little sooner than what failed is tried again. */
export const unreadableMs = 25_000

export interface Requests {
  /** Bytes asked for and not answered yet. */
  readonly pendingBytes: number
  /** When something that was asked for came the last time, monotonic; minus infinity before the first. That it lacks something anybody can say. */
  heardMs(): number
  /** From when on it makes sense to ask the peer for this content, monotonic: infinity while it is known to lack it. */
  askableMs(content: WantedContent): number
  noteLacking(root: ContentRoot): void
  noteHaving(root: ContentRoot): void
  /**
   * Part of a content. Rejects with `no-peer-has-it` when the peer lacks it, with `unreadable` when it cannot send it just now, or with
   * the link's reason when it closes.
   */
  block(content: WantedContent, offsetBytes: number, lengthBytes: number): Promise<Buffer>
  /** Such a part is not wanted any more: rejects with `cancelled`, and the peer is told. */
  cancel(root: ContentRoot, offsetBytes: number): void
  /** The block list of a content with so many blocks. Rejects likewise; a list of another length is of no use, but not wrong. */
  blockList(content: WantedContent, count: number): Promise<Buffer>
  /** The sums of so many blocks of a content (P13). Rejects likewise. */
  sums(content: WantedContent, ranges: readonly BlockNumbers[], count: number): Promise<Buffer>
  /** Takes an answer. Throws `peer-garbage` for one that was not asked for in this form. */
  receive(message: Answer | (Message & { kind: 'missing' })): void
}

/** A content and the size somebody says it has: of a size that is not its own, everybody lacks it. */
export type WantedContent = Pick<Version, 'root' | 'sizeBytes'>

type Answer = Message & { kind: 'block' | 'block-list' | 'sums' }

interface Pending {
  readonly kind: Answer['kind']
  readonly content: WantedContent
  readonly offsetBytes: number
  readonly buffer: Buffer
  filledBytes: number
  readonly resolve: (data: Buffer) => void
  readonly reject: (error: SyncError) => void
}

export function createRequests(link: Link, clock: Clock): Requests {
  const pending = new Map<number, Pending>()
  /** What the peer lacks, and until when to believe it; of which sizes, where it did not say so itself. */
  const lacking = new Map<ContentRoot, ReadonlyMap<number | 'any', number>>()
  let nextRequest = 1
  let pendingBytes = 0
  let heardMs = Number.NEGATIVE_INFINITY
  let deadline: Disposable | undefined
  /** Of the oldest request, since the deadline was set. */
  let progressBytes = 0

  link.closed.then((reason) => {
    deadline?.[Symbol.dispose]()
    for (const request of [...pending.keys()]) settle(request)?.reject(reason)
  })

  function lack(root: ContentRoot, untilMs: number, size: number | 'any' = 'any'): void {
    if (lacking.size >= maxLacking) lacking.clear()
    const known = (size !== 'any' && lacking.get(root)) || new Map<number | 'any', number>()
    // Records that tell so many sizes of one content are not worth telling apart.
    const key = known.has(size) || known.size < maxLackingSizes ? size : 'any'
    lacking.set(root, new Map([...known, [key, untilMs]]))
  }

  function noteMissing(request: number, untilMs: number): void {
    const found = settle(request)
    if (found === undefined) return
    lack(found.content.root, untilMs, found.content.sizeBytes)
    const isForNow = Number.isFinite(untilMs)
    const reason = 'the other side could not read it'
    found.reject(
      isForNow
        ? new SyncError('unreadable', { path: '', reason })
        : new SyncError('no-peer-has-it', { path: '' }),
    )
  }

  function isOldest(request: number): boolean {
    return pending.keys().next().value === request
  }

  function restartDeadline(): void {
    progressBytes = 0
    deadline?.[Symbol.dispose]()
    deadline = pending.size === 0 ? undefined : clock.after(answerTimeoutMs, () => link.close('peer-stalled'))
  }

  function settle(request: number): Pending | undefined {
    const found = pending.get(request)
    if (found === undefined) return undefined
    const wasOldest = isOldest(request)
    pending.delete(request)
    pendingBytes -= found.buffer.length
    if (wasOldest) restartDeadline()
    return found
  }

  function ask(
    kind: Pending['kind'],
    content: WantedContent,
    { offsetBytes = 0, lengthBytes }: { readonly offsetBytes?: number; readonly lengthBytes: number },
    send: (request: number) => void,
  ): Promise<Buffer> {
    const request = nextRequest++
    return new Promise((resolve, reject) => {
      pending.set(request, {
        kind,
        content,
        offsetBytes,
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

  function fill(message: Answer): void {
    const found = pending.get(message.request)
    // An answer to something cancelled or answered before is late, not wrong.
    if (found === undefined && message.request < nextRequest) return
    if (
      found?.kind === 'block-list' &&
      message.kind === 'block-list' &&
      message.count * blockHashBytes !== found.buffer.length
    )
      return noteMissing(message.request, Number.POSITIVE_INFINITY)
    const { data, offset } = contentOf(message)
    if (
      found === undefined ||
      found.kind !== message.kind ||
      offset !== found.filledBytes ||
      data.length === 0 ||
      // All sums come at once.
      (message.kind === 'sums' && data.length !== found.buffer.length) ||
      offset + data.length > found.buffer.length
    ) {
      throw new SyncError('peer-garbage', { reason: 'an answer that does not fit its request' })
    }
    heardMs = clock.monotonicMs()
    found.buffer.set(data, offset)
    found.filledBytes += data.length
    if (found.filledBytes === found.buffer.length) settle(message.request)?.resolve(found.buffer)
    else if (isOldest(message.request)) {
      progressBytes += data.length
      if (progressBytes >= minProgressBytes) restartDeadline()
    }
  }

  return {
    get pendingBytes() {
      return pendingBytes
    },
    heardMs: () => heardMs,
    askableMs({ root, sizeBytes }) {
      const found = lacking.get(root)
      return Math.max(found?.get('any') ?? 0, found?.get(sizeBytes) ?? 0)
    },
    noteLacking: (root) => lack(root, Number.POSITIVE_INFINITY),
    noteHaving: (root) => void lacking.delete(root),
    block: (content, offsetBytes, lengthBytes) =>
      ask('block', content, { offsetBytes, lengthBytes }, (request) =>
        link.send({ kind: 'request', request, root: content.root, offsetBytes, lengthBytes }),
      ),
    cancel(root, offsetBytes) {
      for (const [request, { kind, content, offsetBytes: asked }] of pending) {
        if (kind !== 'block' || content.root !== root || asked !== offsetBytes) continue
        link.send({ kind: 'cancel', request })
        settle(request)?.reject(new SyncError('cancelled'))
        return
      }
    },
    blockList: (content, count) =>
      ask('block-list', content, { lengthBytes: count * blockHashBytes }, (request) =>
        link.send({ kind: 'block-list-request', request, root: content.root }),
      ),
    sums: (content, ranges, count) =>
      ask('sums', content, { lengthBytes: count * sumBytes }, (request) =>
        link.send({ kind: 'sums-request', request, root: content.root, ranges }),
      ),
    receive(message) {
      if (message.kind !== 'missing') return fill(message)
      // A peer that lacks it tells when it has it.
      noteMissing(
        message.request,
        message.unreadable ? clock.monotonicMs() + unreadableMs : Number.POSITIVE_INFINITY,
      )
    },
  }
}

/** The bytes of an answer, and where among all of them they belong. */
function contentOf(message: Answer): { readonly data: Uint8Array; readonly offset: number } {
  switch (message.kind) {
    case 'block':
      return { data: message.data, offset: message.offsetBytes }
    case 'block-list':
      return { data: message.hashes, offset: message.first * blockHashBytes }
    case 'sums':
      return { data: message.sums, offset: 0 }
  }
}
