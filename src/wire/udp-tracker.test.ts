import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import {
  decodeUdpAnswer,
  decodeUdpRequest,
  encodeUdpAnswer,
  encodeUdpRequest,
  type UdpAnswer,
  type UdpRequest,
} from './udp-tracker.ts'

const word = fc.nat(0xffff_ffff)
const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => Buffer.from(value))
const counts = fc.record({ seeders: word, leechers: word })

const anyRequest: fc.Arbitrary<UdpRequest> = fc.oneof(
  fc.record({ kind: fc.constant('connect' as const), transaction: word }),
  fc.record({
    kind: fc.constant('announce' as const),
    transaction: word,
    connectionId: bytes(8),
    announce: fc.record({
      ...{ infoHash: bytes(20), peerId: bytes(20), key: word, wanted: word },
      port: fc.integer({ min: 1, max: 65_535 }),
      left: fc.maxSafeNat(),
      event: fc.constantFrom('none', 'completed', 'started', 'stopped'),
    }),
  }),
  fc.record({
    kind: fc.constant('scrape' as const),
    transaction: word,
    connectionId: bytes(8),
    infoHashes: fc.array(bytes(20), { maxLength: 70 }),
  }),
)

const anyAnswer: fc.Arbitrary<UdpAnswer> = fc.oneof(
  fc.record({ kind: fc.constant('connect' as const), transaction: word, connectionId: bytes(8) }),
  fc.record({
    kind: fc.constant('announce' as const),
    transaction: word,
    ...{ intervalSeconds: word, counts, peers: bytes(18) },
  }),
  fc.record({
    kind: fc.constant('scrape' as const),
    transaction: word,
    swarms: fc.array(counts, { maxLength: 70 }),
  }),
  fc.record({ kind: fc.constant('error' as const), transaction: word, reason: bytes(9) }),
)

test('what is written is read again', () => {
  fc.assert(
    fc.property(anyRequest, anyAnswer, (request, answer) => {
      expect(decodeUdpRequest(encodeUdpRequest(request))).toEqual(request)
      expect(decodeUdpAnswer(encodeUdpAnswer(answer))).toEqual(answer)
    }),
    { numRuns: caseCount(200) },
  )
})

test('any bytes say something or nothing, and never throw', () => {
  const likely = fc.tuple(fc.constantFrom(0, 1, 2, 3), fc.uint8Array({ maxLength: 200 }))
  fc.assert(
    fc.property(likely, ([action, rest]) => {
      const answer = Buffer.concat([Buffer.of(0, 0, 0, action), rest])
      const request = Buffer.concat([rest.subarray(0, 8), answer])
      for (const read of [decodeUdpAnswer, decodeUdpRequest])
        for (const given of [answer, request]) expect(() => read(given)).not.toThrow()
    }),
    { numRuns: caseCount(200) },
  )
})

test('as the specification has it', () => {
  expect(encodeUdpRequest({ kind: 'connect', transaction: 0x01020304 }).toString('hex')).toBe(
    '00000417271019800000000001020304',
  )
  const announce = encodeUdpRequest({
    ...{ kind: 'announce', transaction: 0x01020304, connectionId: Buffer.alloc(8, 0xc1) },
    announce: {
      ...{ infoHash: Buffer.alloc(20, 0xaa), peerId: Buffer.alloc(20, 0xbb), key: 0x0e0e0e0e, port: 0x1234 },
      ...{ left: 5, event: 'started', wanted: 0x0d0d },
    },
  })
  const zeros = (count: number) => '00'.repeat(count)
  expect(announce.toString('hex')).toBe(
    `${'c1'.repeat(8)}0000000101020304${'aa'.repeat(20)}${'bb'.repeat(20)}` +
      `${zeros(8)}${zeros(7)}05${zeros(8)}00000002${zeros(4)}0e0e0e0e00000d0d1234`,
  )
  const answer = Buffer.from(`000000010102030400000708000000020000000${3}c00002011a0a`, 'hex')
  expect(decodeUdpAnswer(answer)).toEqual({
    ...{ kind: 'announce', transaction: 0x01020304, intervalSeconds: 1800 },
    ...{ counts: { leechers: 2, seeders: 3 }, peers: Buffer.from('c00002011a0a', 'hex') },
  })
})
