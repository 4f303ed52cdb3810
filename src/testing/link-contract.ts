/**
 * What the engine may count on in any link: the suite both the real links and the simulator's pass. An implementation hands in a way
 * to open one and look at both ends.
 */
import { describe, expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { type ContentRoot, toId } from '../core/ids.ts'
import { inboxLimitBytes } from '../net/inbox.ts'
import { maxQueuedBytes } from '../net/link.ts'
import type { Link } from '../ports.ts'
import type { Message } from '../wire/messages.ts'

export interface LinkEnds extends AsyncDisposable {
  readonly a: Link
  readonly b: Link
}

const have = (text: string): Message => ({ kind: 'have', roots: [text as ContentRoot] })
const textOf = (message: Message) => (message.kind === 'have' ? message.roots[0] : message.kind)
/** Nearly as large as a message may be, whatever else the codec puts into it. */
const largeBytes = 65_000

const block = (request: number, lengthBytes: number): Message => ({
  kind: 'block',
  request,
  offsetBytes: 0,
  data: Buffer.alloc(lengthBytes, request),
})

/** Collects what a link delivers; `until(n)` resolves once n messages have come. */
function collect(link: Link): { readonly messages: Message[]; until(count: number): Promise<void> } {
  const messages: Message[] = []
  let wake: (() => void) | undefined
  link.listen((message) => {
    // A block's data is good only now.
    messages.push(message.kind === 'block' ? { ...message, data: Buffer.from(message.data) } : message)
    wake?.()
  })
  return {
    messages,
    async until(count) {
      while (messages.length < count) await new Promise<void>((resolve) => (wake = resolve))
    },
  }
}

/** Much more than `writable` lets queue, less than closes the link. */
function sendMuch(link: Link): void {
  for (let sent = 0; sent < maxQueuedBytes * 0.6; sent += largeBytes) link.send(block(1, largeBytes))
}

export function describeLinkContract(name: string, open: () => Promise<LinkEnds>): void {
  describe(`${name} keeps the contract of links`, () => {
    test('both ends mean the same folder, connection and each other', async () => {
      await using ends = await open()
      const { a, b } = ends
      expect(a.folderId).toBe(b.folderId)
      expect(Buffer.from(a.handshakeHash)).toEqual(Buffer.from(b.handshakeHash))
      expect(a.handshakeHash.length).toBe(32)
      expect(a.peer).not.toBe(b.peer)
      expect([a.initiator, b.initiator]).toEqual([true, false])
    })

    test('messages arrive unchanged and in order, also those sent before anybody listens', async () => {
      await using ends = await open()
      const sent: Message[] = [
        have('one'),
        block(2, 20_000),
        { kind: 'cursor', indexId: toId('IndexId', Buffer.alloc(8, 5)), sequence: 7 },
        block(3, largeBytes),
        have('last'),
      ]
      for (const message of sent) ends.a.send(message)
      const seen = collect(ends.b)
      await seen.until(sent.length)
      expect(seen.messages.map((message) => message.kind)).toEqual(sent.map((message) => message.kind))
      for (const [at, message] of sent.entries())
        if (message.kind === 'block')
          expect(Buffer.compare((seen.messages[at] as typeof message).data, message.data)).toBe(0)
    })

    test('both directions carry many small messages at once', async () => {
      await using ends = await open()
      const [atA, atB] = [collect(ends.a), collect(ends.b)]
      for (let count = 0; count < 2000; count++) {
        ends.a.send(have(`a${count}`))
        ends.b.send(have(`b${count}`))
      }
      await Promise.all([atA.until(2000), atB.until(2000)])
      expect(atA.messages.map(textOf)).toEqual(Array.from({ length: 2000 }, (_, count) => `b${count}`))
      expect(atB.messages.map(textOf)).toEqual(Array.from({ length: 2000 }, (_, count) => `a${count}`))
      expect(ends.a.traffic.sentBytes).toBeGreaterThan(2000)
      expect(ends.b.traffic.receivedBytes).toBeGreaterThan(2000)
    })

    test('the next message waits until the handler is done with the one before', async () => {
      await using ends = await open()
      let inside = 0
      const order: string[] = []
      const done = Promise.withResolvers<void>()
      ends.b.listen(async (message) => {
        inside += 1
        expect(inside).toBe(1)
        await new Promise((resolve) => setImmediate(resolve))
        order.push(String(textOf(message)))
        inside -= 1
        if (order.length === 3) done.resolve()
      })
      for (const text of ['1', '2', '3']) ends.a.send(have(text))
      await done.promise
      expect(order).toEqual(['1', '2', '3'])
    })

    test('a handler that throws closes both ends with its code', async () => {
      await using ends = await open()
      const seen: unknown[] = []
      ends.b.listen((message) => {
        seen.push(textOf(message))
        throw new SyncError('peer-forged', { reason: 'test' })
      })
      ends.a.send(have('bad'))
      ends.a.send(have('never seen'))
      expect((await ends.b.closed).code).toBe('peer-forged')
      expect((await ends.a.closed).code).toBe('peer-forged')
      expect(seen).toEqual(['bad'])
    })

    test('a bug in a handler closes the link too', async () => {
      await using ends = await open()
      ends.b.listen(async () => {
        throw new TypeError('a bug')
      })
      ends.a.send(have('x'))
      expect((await ends.b.closed).code).toBe('peer-garbage')
      expect((await ends.a.closed).code).toBe('peer-garbage')
    })

    test('close tells the other side why, after everything sent before it', async () => {
      await using ends = await open()
      const handled: unknown[] = []
      ends.b.listen(async (message) => {
        await new Promise((resolve) => setImmediate(resolve))
        handled.push(textOf(message))
      })
      for (const text of ['1', '2', '3']) ends.a.send(have(text))
      ends.a.close('folder-closed')
      ends.a.close('closing')
      const reasons = await Promise.all([ends.a.closed, ends.b.closed])
      expect(reasons.map(({ code }) => code)).toEqual(['folder-closed', 'folder-closed'])
      expect(reasons.map(({ message }) => message)).toEqual([
        'The folder is not being synced any more.',
        `${ends.b.address} closed the link: it does not sync this folder now.`,
      ])
      expect(handled).toEqual(['1', '2', '3'])
    })

    test('a closed link ignores what is sent, and keeps nobody waiting', async () => {
      await using ends = await open()
      ends.a.close('closing')
      await Promise.all([ends.a.closed, ends.b.closed])
      for (const link of [ends.a, ends.b]) {
        link.send(have('into the void'))
        await link.writable()
        link.close('peer-garbage')
        expect((await link.closed).code).toBe('closing')
      }
    })

    test('nothing is delivered after this side closed, and its reason gets through whatever was under way', async () => {
      await using ends = await open()
      ends.b.listen(() => expect.fail('delivered'))
      sendMuch(ends.a)
      ends.b.close('folder-closed')
      expect((await ends.a.closed).code).toBe('folder-closed')
      expect((await ends.b.closed).code).toBe('folder-closed')
    })

    test('a link closes in the middle of a message that is never done with', async () => {
      await using ends = await open()
      ends.b.listen(() => new Promise(() => undefined))
      sendMuch(ends.a)
      while (ends.b.traffic.receivedBytes < inboxLimitBytes)
        await new Promise((resolve) => setImmediate(resolve))
      ends.b.close('folder-closed')
      expect((await ends.a.closed).code).toBe('folder-closed')
      expect((await ends.b.closed).code).toBe('folder-closed')
    })

    test('both sides may close at once', async () => {
      await using ends = await open()
      ends.a.close('closing')
      ends.b.close('peer-duplicate')
      expect((await ends.a.closed).code).toBe('closing')
      expect((await ends.b.closed).code).toBe('peer-duplicate')
    })

    test('I14 writable waits while the other side does not get on, and goes on when it does', async () => {
      await using ends = await open()
      const release = Promise.withResolvers<void>()
      const stuck = Promise.withResolvers<void>()
      let handled = 0
      ends.b.listen(async () => {
        handled += 1
        stuck.resolve()
        await release.promise
      })
      sendMuch(ends.a)
      let free = false
      const writable = ends.a.writable().then(() => {
        free = true
      })
      await stuck.promise
      expect(free).toBe(false)
      release.resolve()
      await writable
      expect(handled).toBeGreaterThan(1)
    })

    test('writable lets go when the link closes', async () => {
      await using ends = await open()
      sendMuch(ends.a)
      const writable = ends.a.writable()
      ends.b.close('closing')
      await writable
    })
  })
}
