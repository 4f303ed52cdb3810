import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maxBlockCount, maxFileBytes } from '../core/blocks.ts'
import { isSyncError } from '../core/errors.ts'
import { sumBytes } from '../core/rolling-sum.ts'
import { caseCount } from '../testing/counts.ts'
import { entries, messages } from '../testing/message-arbitraries.ts'
import { unprovenStatements } from '../testing/version-arbitraries.ts'
import * as wire from './generated/berrysync_pb.ts'
import { entryBytes, indexRoomBytes, statementBytes } from './index-room.ts'
import { decodeMessage, encodeMessage as encodeParts } from './message-codec.ts'
import {
  type Message,
  maxBlockListPart,
  maxBlockPartBytes,
  maxFeatures,
  maxHaveRoots,
  maxMessageBytes,
  maxProgressNumbers,
  maxRequestBytes,
  maxSums,
} from './messages.ts'

function encodeMessage(message: Message): Buffer {
  return Buffer.concat(encodeParts(message))
}

/** The same with byte fields as text: whether they are a Buffer or another view of bytes says nothing. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `bytes ${Buffer.from(value).toString('hex')}`
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Map || typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]))
}

function outcome(bytes: Uint8Array): Message | string | undefined {
  try {
    return decodeMessage(bytes)
  } catch (thrown) {
    if (isSyncError(thrown)) return thrown.code
    throw thrown
  }
}

describe('messages', () => {
  test('P2 every message is read back as it was', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(plain(decodeMessage(encodeMessage(message)))).toEqual(plain(message))
      }),
      { numRuns: caseCount(600) },
    )
  })

  test('P2 a message of a newer version is skipped, and so is a field', () => {
    for (const type of [0, 50, 100, 255]) expect(decodeMessage(Uint8Array.of(type, 1, 2, 3))).toBeUndefined()
    const field200 = Buffer.from([0xc2, 0x0c, 3, 1, 2, 3])
    fc.assert(
      fc.property(
        messages.filter(({ kind }) => kind !== 'block'),
        (message) => {
          expect(plain(decodeMessage(Buffer.concat([encodeMessage(message), field200])))).toEqual(
            plain(message),
          )
        },
      ),
      { numRuns: caseCount(100) },
    )
  })

  test('P12 a close code of a newer version is read as closing', () => {
    expect(outcome(encode(14, wire.CloseSchema, { code: 'tired' }))).toEqual({
      kind: 'close',
      code: 'closing',
    })
    expect(outcome(encode(14, wire.CloseSchema, { code: 'x'.repeat(65) }))).toBe('peer-garbage')
  })

  test('P8 the bytes of a block are not copied on the way in', () => {
    const frame = encodeMessage({ kind: 'block', request: 7, offsetBytes: 1, data: Buffer.from('payload') })
    expect([...frame.subarray(0, 9)]).toEqual([8, 0, 0, 0, 7, 0, 0, 0, 1])
    const message = decodeMessage(frame)
    if (message?.kind !== 'block') throw new Error('not a block')
    expect(message.data.buffer).toBe(frame.buffer)
  })

  test('P8 the longest part of a block fills a message exactly', () => {
    const data = Buffer.alloc(maxBlockPartBytes)
    const longest: Message = { kind: 'block', request: 1, offsetBytes: maxRequestBytes - data.length, data }
    expect(encodeMessage(longest)).toHaveLength(maxMessageBytes)
    expect(decodeMessage(encodeMessage(longest))).toEqual(longest)
    expect(() => encodeMessage({ ...longest, data: Buffer.alloc(maxBlockPartBytes + 1) })).toThrow(
      'assertion',
    )
  })

  test('P6 P7 the longest lists fit a message', () => {
    const hashes = Buffer.alloc(maxBlockListPart * 32)
    const list: Message = {
      kind: 'block-list',
      request: 2 ** 32 - 1,
      first: maxBlockCount - maxBlockListPart,
      count: maxBlockCount,
      hashes,
    }
    expect(decodeMessage(encodeMessage(list))).toEqual(list)
    const have: Message = {
      kind: 'have',
      roots: Array.from({ length: maxHaveRoots }, () => 'ab'.repeat(32) as never),
    }
    expect(decodeMessage(encodeMessage(have))).toEqual(have)
    const runs = Array.from({ length: maxProgressNumbers }, () => maxBlockCount / maxProgressNumbers)
    const progress: Message = {
      kind: 'progress',
      root: 'ab'.repeat(32) as never,
      blockCount: maxBlockCount,
      whole: true,
      runs,
    }
    expect(decodeMessage(encodeMessage(progress))).toEqual(progress)
  })
})

describe('limits', () => {
  const root = new Uint8Array(32)
  const hello = {
    ...{ protocol: 1, oldestProtocol: 1, role: wire.Role.READ_ONLY },
    ...{ author: root, authorProof: new Uint8Array(64), proof: root },
  }
  const entry = { body: new Uint8Array(0), author: root, batchCount: 1, signature: new Uint8Array(64) }
  const progress = (blockCount: number, runs: number[]) =>
    encode(17, wire.ProgressSchema, { root, blockCount, runs })
  const index = (part: MessageInitShape<typeof wire.IndexEntrySchema>) =>
    encode(3, wire.IndexSchema, { indexId: new Uint8Array(8), entries: [{ ...entry, ...part }] })

  test('P2 the hello the next tests spoil is right itself', () => {
    expect(outcome(encode(1, wire.HelloSchema, hello))).toMatchObject({ kind: 'hello', role: 'read-only' })
  })

  test.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array(0)],
    ['an empty hello', Uint8Array.of(1)],
    ['a hello without protocol', encode(1, wire.HelloSchema, { ...hello, protocol: 0, oldestProtocol: 0 })],
    ['a hello whose oldest protocol is newer', encode(1, wire.HelloSchema, { ...hello, oldestProtocol: 2 })],
    ['a hello with a short author proof', encode(1, wire.HelloSchema, { ...hello, authorProof: root })],
    ['a hello with a short proof', encode(1, wire.HelloSchema, { ...hello, proof: root.subarray(1) })],
    [
      'a hello with the proof of another role',
      encode(1, wire.HelloSchema, { ...hello, role: wire.Role.FULL }),
    ],
    ['a hello without author', encode(1, wire.HelloSchema, { ...hello, author: new Uint8Array(0) })],
    [
      'a hello with too many features',
      encode(1, wire.HelloSchema, { ...hello, features: Array(maxFeatures + 1).fill('x') }),
    ],
    ['a hello with a long name', encode(1, wire.HelloSchema, { ...hello, deviceName: 'x'.repeat(65) })],
    ['a hello with a control character', encode(1, wire.HelloSchema, { ...hello, client: '\u0007' })],
    ['an index without id', encode(3, wire.IndexSchema, {})],
    ['an entry without body', index({})],
    ['an entry with a short signature', index({ signature: new Uint8Array(63) })],
    ['an entry with a piece of a sibling', index({ siblings: new Uint8Array(33) })],
    ['an entry with too many siblings', index({ siblings: new Uint8Array(9 * 32) })],
    ['an entry of a batch of none', index({ batchCount: 0 })],
    ['an entry of too large a batch', index({ batchCount: 257 })],
    ['an entry past its batch', index({ batchIndex: 1 })],
    ['a sequence past the safe numbers', encode(2, wire.CursorSchema, { sequence: 2n ** 53n })],
    ['a piece of a root', encode(4, wire.HaveSchema, { roots: new Uint8Array(33) })],
    ['too many roots', encode(4, wire.HaveSchema, { roots: new Uint8Array((maxHaveRoots + 1) * 32) })],
    ['a progress without root', encode(17, wire.ProgressSchema, { blockCount: 1, runs: [0, 1] })],
    ['a progress of nothing', progress(0, [])],
    ['a progress of too much', progress(maxBlockCount + 1, [0, 1])],
    ['half a run', progress(9, [1])],
    ['a run past the end', progress(9, [8, 2])],
    ['runs that only together are past the end', progress(2 ** 20, [2 ** 19, 1, 2 ** 19 - 1, 1])],
    ['a run past all numbers', progress(9, [2 ** 32 - 1, 2 ** 32 - 1])],
    ['an empty run', progress(9, [1, 0])],
    ['runs that touch', progress(9, [0, 1, 0, 1])],
    ['too many runs', progress(maxBlockCount, Array(maxProgressNumbers + 2).fill(1))],
    ['nothing but numbers', progress(maxBlockCount, Array(60_000).fill(0))],
    ['a request without root', encode(5, wire.BlockListRequestSchema, { request: 1 })],
    ['a list past its end', encode(6, wire.BlockListSchema, { first: 1, count: 1, hashes: root })],
    ['a list too long', encode(6, wire.BlockListSchema, { count: maxBlockCount + 1, hashes: root })],
    ['a request of nothing', encode(7, wire.RequestSchema, { root, lengthBytes: 0 })],
    ['a request of too much', encode(7, wire.RequestSchema, { root, lengthBytes: maxRequestBytes + 1 })],
    [
      'a request past any file',
      encode(7, wire.RequestSchema, { root, offsetBytes: BigInt(maxFileBytes), lengthBytes: 1 }),
    ],
    ['an empty block', new Uint8Array(9).fill(8, 0, 1)],
    ['a cut block', Uint8Array.of(8, 0, 0)],
    ['a block past its request', Uint8Array.of(8, 0, 0, 0, 1, 255, 0, 0, 0, 1)],
    ['a summary past the safe numbers', encode(11, wire.SummarySchema, { needBytes: 2n ** 63n })],
    ['a ping that is no message', Uint8Array.of(12, 255)],
  ])('I14 %s is refused', (_, bytes) => {
    expect(outcome(bytes)).toBe('peer-garbage')
  })

  test('I14 a message past the cap is refused unread', () => {
    expect(outcome(new Uint8Array(maxMessageBytes + 1))).toBe('peer-oversize')
  })

  test('I14 random bytes and spoilt messages are a message, nothing, or a SyncError', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc
            .tuple(fc.integer({ min: 0, max: 18 }), fc.uint8Array({ maxLength: 200 }))
            .map(([type, rest]) => Uint8Array.of(type, ...rest)),
          fc.tuple(messages, fc.nat(), fc.nat({ max: 255 })).map(([message, at, value]) => {
            const bytes = Uint8Array.from(encodeMessage(message))
            bytes[at % bytes.length] = value
            return bytes
          }),
          fc.tuple(messages, fc.nat()).map(([message, at]) => {
            const bytes = encodeMessage(message)
            return bytes.subarray(0, at % bytes.length)
          }),
        ),
        (bytes) => {
          outcome(bytes)
        },
      ),
      { numRuns: caseCount(1000) },
    )
  })

  test('I14 a message made of nothing but empty parts costs little', () => {
    for (const field of [0x12, 0x1a]) {
      const bytes = new Uint8Array(maxMessageBytes)
      for (let at = 1; at < bytes.length; at += 2) bytes[at] = field
      bytes[0] = 3
      const before = process.memoryUsage().heapUsed
      expect(outcome(bytes.subarray(0, -1))).toBe('peer-garbage')
      expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 ** 2)
    }
  })
})

describe('index messages', () => {
  test('P5 what parts are said to take is what they take', () => {
    fc.assert(
      fc.property(
        fc.array(entries, { maxLength: 5 }),
        fc.array(unprovenStatements, { maxLength: 3 }),
        (some, statements) => {
          const message = {
            kind: 'index' as const,
            indexId: 'ff'.repeat(8) as never,
            statements,
            entries: some,
            lastSequence: Number.MAX_SAFE_INTEGER,
            complete: true,
          }
          const bare = encodeMessage({ ...message, entries: [], statements: [] }).length
          const parts = [...some.map(entryBytes), ...statements.map(statementBytes)]
          const partBytes = parts.reduce((sum, bytes) => sum + bytes, 0)
          expect(encodeMessage(message).length).toBe(bare + partBytes)
          expect(bare + indexRoomBytes).toBeLessThanOrEqual(maxMessageBytes)
        },
      ),
      { numRuns: caseCount(200) },
    )
  })

  test('P2 an entry and a statement that only a newer version understands are left out, the rest stays', () => {
    fc.assert(
      fc.property(entries, unprovenStatements, (entry, statement) => {
        const { proof } = entry.record
        const unknownBody = toBinary(
          wire.RecordBodySchema,
          create(wire.RecordBodySchema, { kind: 9 as never }),
        )
        const said = {
          case: 'certificate' as const,
          value: create(wire.CertificateSchema, { role: 9 as never }),
        }
        const unknownRole = toBinary(wire.StatementBodySchema, create(wire.StatementBodySchema, { said }))
        const bytes = encodeMessage({
          kind: 'index',
          indexId: 'ff'.repeat(8) as never,
          statements: [
            { ...statement, body: unknownRole },
            { ...statement, body: new Uint8Array(0) },
            statement,
          ],
          entries: [{ ...entry, record: { ...entry.record, body: unknownBody, proof } }, entry],
          lastSequence: 2,
          complete: true,
        })
        expect(plain(decodeMessage(bytes))).toMatchObject({
          lastSequence: 2,
          statements: [plain(statement)],
          entries: [plain(entry)],
        })
      }),
      { numRuns: caseCount(30) },
    )
  })

  test('P13 a question about sums names blocks in rising order, and not too many', () => {
    const ask = (firsts: number[], counts: number[]) =>
      outcome(encode(15, wire.SumsRequestSchema, { request: 1, root: Buffer.alloc(32, 1), firsts, counts }))
    expect(ask([0, 1000], [1000, 1000])).toMatchObject({ kind: 'sums-request' })
    expect(ask([maxBlockCount - 1], [1])).toMatchObject({ kind: 'sums-request' })
    for (const [firsts, counts] of [
      [[], []],
      [[0], []],
      [[0], [0]],
      [
        [0, 5],
        [6, 1],
      ],
      [
        [5, 0],
        [1, 1],
      ],
      [[0], [maxSums + 1]],
      [
        [0, 5000],
        [1001, 1000],
      ],
      [[0], [2 ** 32 - 1]],
      [[maxBlockCount], [1]],
      [Array(maxSums + 1).fill(0), Array(maxSums + 1).fill(1)],
    ] as const)
      expect(ask([...firsts], [...counts]), `${firsts.slice(0, 3)}`).toBe('peer-garbage')
  })

  test('P13 sums come whole, and not too many', () => {
    const tell = (bytes: number) =>
      outcome(encode(16, wire.SumsSchema, { request: 1, sums: Buffer.alloc(bytes) }))
    expect(tell(maxSums * sumBytes)).toMatchObject({ kind: 'sums' })
    expect(tell((maxSums + 1) * sumBytes)).toBe('peer-garbage')
    expect(tell(sumBytes + 1)).toBe('peer-garbage')
  })
})

function encode<Schema extends Parameters<typeof create>[0]>(
  type: number,
  schema: Schema,
  fields: MessageInitShape<Schema>,
): Uint8Array {
  return Buffer.concat([Uint8Array.of(type), toBinary(schema, create(schema, fields))])
}
