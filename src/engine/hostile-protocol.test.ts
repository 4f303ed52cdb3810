import { describe, expect, test } from 'vitest'
import { singleBlockRoot } from '../core/blocks.ts'
import { type ContentRoot, toId } from '../core/ids.ts'
import type { RelPath } from '../core/path.ts'
import { forge, type HostilePeer } from '../testing/hostile-peer.ts'
import { connectedTo, introduced, madMember, type Scene, scene } from '../testing/hostile-scene.ts'
import { pass } from '../testing/memory-device.ts'

describe('a peer that breaks the rules of the protocol', () => {
  const unknown = toId('ContentRoot', Buffer.alloc(32, 'unknown'))
  const known = singleBlockRoot(Buffer.from('what was there before'))

  test('P5: cursors and sequence numbers that make no sense concern nobody but itself', async () => {
    await using at = await scene()
    const before = at.snapshot()
    const peer = await introduced(at, 'read-only')
    const indexId = toId('IndexId', Buffer.alloc(8, 'odd'))
    peer.send({ kind: 'cursor', indexId, sequence: Number.MAX_SAFE_INTEGER })
    peer.send({ kind: 'cursor', indexId: at.victim.store.indexId(), sequence: Number.MAX_SAFE_INTEGER })
    for (const lastSequence of [Number.MAX_SAFE_INTEGER, 3, 0])
      peer.send({ kind: 'index', indexId, statements: [], entries: [], lastSequence, complete: true })
    peer.send({
      kind: 'summary',
      needFiles: 2 ** 50,
      needBytes: 2 ** 52,
      seenSequence: Number.MAX_SAFE_INTEGER,
    })
    await at.pass()
    expect(peer.ended).toBeUndefined()
    expect(at.snapshot()).toEqual(before)
    await at.expectService()
  })

  test('P6: thousands of roots', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    const roots = Array.from({ length: 2000 }, (_, number) => {
      const bytes = Buffer.alloc(32)
      bytes.writeUInt32BE(number)
      return toId('ContentRoot', bytes)
    })
    for (let times = 0; times < 10; times++) peer.send({ kind: 'have', roots })
    await at.pass()
    expect(peer.ended).toBeUndefined()
    await at.expectService()
  })

  test('P8: what is not here, or beyond its end, is missing', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    const ask = (request: number, root: ContentRoot, offsetBytes: number, lengthBytes: number) =>
      peer.send({ kind: 'request', request, root, offsetBytes, lengthBytes })
    ask(1, unknown, 0, 1)
    ask(2, known, 21, 1)
    ask(3, known, 0, 22)
    ask(4, known, 2 ** 40, 1)
    ask(5, known, 0, 16 * 1024 ** 2)
    ask(6, known, 0, 7)
    ask(7, known, 0, 21)
    peer.send({ kind: 'block-list-request', request: 8, root: unknown })
    await at.pass(1_000)
    expect(peer.of('missing').map(({ request }) => request)).toEqual([1, 2, 3, 4, 5, 6, 8])
    expect(peer.of('block').map(({ request }) => request)).toEqual([7])
    await at.expectService()
  })

  test.each([
    [
      'no length',
      Buffer.concat([Buffer.of(7), Buffer.from('0801', 'hex'), Buffer.of(0x12, 32), Buffer.alloc(32)]),
    ],
    [
      'a huge length',
      Buffer.concat([
        Buffer.of(7),
        Buffer.from('0801', 'hex'),
        Buffer.of(0x12, 32),
        Buffer.alloc(32),
        Buffer.from('20ffffffff0f', 'hex'),
      ]),
    ],
    ['nothing', Buffer.alloc(0)],
    ['a type alone', Buffer.of(3)],
    ['noise', Buffer.alloc(60_000, 0xa5)],
    ['a close of a kilobyte', Buffer.concat([Buffer.of(14, 0x0a, 0x80, 0x08), Buffer.alloc(1024, 'x')])],
  ])('P8: a message with %s is garbage', async (what, bytes) => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    peer.sendBytes(bytes)
    await at.pass(1_000)
    // Types nobody knows are skipped.
    if (what === 'noise') expect(peer.ended).toBeUndefined()
    else expect(peer.ended?.code).toBe('peer-garbage')
    await at.expectService()
  })

  test('P12: an odd code closes like any other', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    peer.sendBytes(Buffer.concat([Buffer.of(14, 0x0a, 9), Buffer.from('__proto__')]))
    await at.pass(1_000)
    expect(connectedTo(at.victim)).not.toContain(peer.link.peer)
    expect(connectedTo(at.victim)).toEqual([at.honest.id])
    await at.expectService()
  })

  test('P8: ten thousand requests at once', async () => {
    await using at = await scene({ slow: { operation: 'read', ms: 10 } })
    const peer = await introduced(at, 'read-only')
    for (let request = 0; request < 10_000; request++)
      peer.send({ kind: 'request', request, root: known, offsetBytes: 0, lengthBytes: 21 })
    await at.pass(1_000)
    expect(peer.ended?.code).toBe('peer-oversize')
    await at.expectService()
  })

  test('P8: one number for many requests', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    for (let times = 0; times < 100; times++) {
      peer.send({ kind: 'request', request: 7, root: known, offsetBytes: 0, lengthBytes: 21 })
      peer.send({ kind: 'cancel', request: times % 2 === 0 ? 7 : 8 })
    }
    await at.pass(1_000)
    expect(peer.ended).toBeUndefined()
    await at.expectService()
  })

  test('pings, summaries and cursors without end', async () => {
    await using at = await scene()
    const peer = await introduced(at, 'read-only')
    for (let times = 0; times < 3_000; times++) {
      peer.send({ kind: 'ping' })
      peer.send({ kind: 'summary', needFiles: times, needBytes: times, seenSequence: times })
      if (times % 10 === 0) peer.send({ kind: 'cursor', indexId: undefined, sequence: 0 })
    }
    await at.pass()
    await at.expectService()
  })

  const wanted = 'wanted by the victim'
  async function asked(): Promise<{ at: Scene; peer: HostilePeer }> {
    const at = await scene()
    const peer = await madMember(at)
    peer.tell(forge(peer.author, { path: 'wanted.txt', text: wanted }))
    await pass(at.clock, 500, 2)
    expect(peer.of('request')).toHaveLength(1)
    return { at, peer }
  }

  test.each<[string, string | undefined, (peer: HostilePeer, request: number) => void]>([
    [
      'never asked for',
      'peer-garbage',
      (peer) => peer.send({ kind: 'block', request: 4_000_000, offsetBytes: 0, data: Buffer.from('x') }),
    ],
    [
      'at another offset',
      'peer-garbage',
      (peer, request) => peer.send({ kind: 'block', request, offsetBytes: 5, data: Buffer.from('x') }),
    ],
    [
      'longer than asked',
      'peer-garbage',
      (peer, request) => peer.send({ kind: 'block', request, offsetBytes: 0, data: Buffer.alloc(60_000) }),
    ],
    [
      'of another kind',
      'peer-garbage',
      (peer, request) =>
        peer.send({ kind: 'block-list', request, first: 0, count: 1, hashes: Buffer.alloc(32) }),
    ],
    [
      'with other bytes',
      'peer-wrong-block',
      (peer, request) =>
        peer.send({ kind: 'block', request, offsetBytes: 0, data: Buffer.alloc(wanted.length, 'x') }),
    ],
    ['that never comes', 'peer-stalled', () => undefined],
    [
      'that is missing',
      undefined,
      (peer, request) => peer.send({ kind: 'missing', request, unreadable: false }),
    ],
  ])('P8: an answer %s', async (_, code, answer) => {
    const { at, peer } = await asked()
    await using _at = at
    answer(peer, peer.of('request')[0]!.request)
    await at.pass(code === 'peer-stalled' ? 61_000 : 2_000)
    expect(peer.ended?.code).toBe(code)
    expect(at.victim.own.person.stat('wanted.txt')).toBeUndefined()
    await at.expectService()
  })

  test('P8: an answer that comes byte by byte is none', async () => {
    const { at, peer } = await asked()
    await using _at = at
    const { request } = peer.of('request')[0]!
    for (let offsetBytes = 0; offsetBytes < 5; offsetBytes++) {
      peer.send({
        kind: 'block',
        request,
        offsetBytes,
        data: Buffer.from(wanted).subarray(offsetBytes, offsetBytes + 1),
      })
      await pass(at.clock, 30_000, 4)
    }
    expect(peer.ended?.code).toBe('peer-stalled')
    await at.expectService()
  })

  test('I14: for who reads nothing nothing piles up', async () => {
    await using at = await scene()
    for (let number = 0; number < 4; number++)
      at.victim.own.person.writeFile(`large ${number}.bin`, Buffer.alloc(2 * 1024 ** 2, `${number}`))
    await at.pass(12_000)
    const large = Array.from(
      { length: 4 },
      (_, number) => at.victim.store.state(`large ${number}.bin` as RelPath)!.winner!.root,
    )
    const peer = await introduced(at, 'read-only')
    peer.stopReading()
    const before = peer.sentBytes()
    for (let request = 0; request < 64; request++) {
      const offsetBytes = (request % 16) * 131_072
      peer.send({ kind: 'request', request, root: large[request >> 4]!, offsetBytes, lengthBytes: 131_072 })
    }
    await at.pass()
    expect(peer.sentBytes() - before).toBeLessThan(1024 ** 2 + 2 * 131_072)
    for (let request = 64; request < 3_000; request++) {
      peer.send({ kind: 'cursor', indexId: undefined, sequence: 0 })
      peer.send({ kind: 'request', request, root: unknown, offsetBytes: 0, lengthBytes: 1 })
    }
    await at.pass()
    expect(peer.sentBytes() - before).toBeLessThan(1024 ** 2 + 2 * 131_072)
    await at.expectService()
  })
})
