/** Messages between peers, as fast-check draws them: every kind, and nothing that breaks a rule of form. */
import * as fc from 'fast-check'
import { blocksToRuns } from '../core/block-set.ts'
import { maxBlockCount, maxFileBytes } from '../core/blocks.ts'
import { deviceNameFault } from '../core/device-name.ts'
import { sumBytes } from '../core/rolling-sum.ts'
import { type IndexEntry, type Message, maxFeatures, maxRequestBytes } from '../wire/messages.ts'
import {
  authorKeys,
  contentRoots,
  indexIds,
  unprovenCertificates,
  unprovenRecords,
  unprovenStatements,
} from './version-arbitraries.ts'

const names = fc
  .string({ unit: 'grapheme', maxLength: 16 })
  .filter((text) => deviceNameFault(text) === undefined)
const requests = fc.oneof(fc.nat({ max: 1000 }), fc.constantFrom(0, 2 ** 32 - 1))
const wholes = fc.oneof(fc.nat(), fc.maxSafeNat())
const roots = fc.array(contentRoots, { maxLength: 8 })
export const entries: fc.Arbitrary<IndexEntry> = fc.record({ record: unprovenRecords, have: fc.boolean() })

const longProofs = fc.uint8Array({ minLength: 64, maxLength: 64 })
const roleProofs = fc.oneof(
  fc.record({
    role: fc.constant('full' as const),
    proof: longProofs,
    certificate: fc.constant(undefined),
  }),
  fc.record({
    role: fc.constantFrom('full' as const, 'read-only' as const),
    proof: fc.constant(new Uint8Array(0)),
    certificate: unprovenCertificates,
  }),
  fc.record({
    role: fc.constant('read-only' as const),
    proof: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    certificate: fc.constant(undefined),
  }),
)

const hellos = fc
  .tuple(
    roleProofs,
    fc.record({
      kind: fc.constant('hello' as const),
      protocol: fc.integer({ min: 3, max: 2 ** 32 - 1 }),
      oldestProtocol: fc.integer({ min: 1, max: 3 }),
      deviceName: names,
      client: names,
      features: fc.array(names, { maxLength: maxFeatures }),
      author: authorKeys,
      authorProof: longProofs,
    }),
  )
  .map(([role, hello]) => ({ ...hello, ...role }))

const blockLists = fc
  .tuple(fc.nat({ max: 20 }), fc.nat({ max: maxBlockCount - 20 }), fc.nat({ max: 100 }), requests)
  .chain(([pieces, first, more, request]) =>
    fc.uint8Array({ minLength: pieces * 32, maxLength: pieces * 32 }).map((hashes) => ({
      kind: 'block-list' as const,
      request,
      first,
      count: Math.min(maxBlockCount, first + pieces + more),
      hashes,
    })),
  )

const blockRanges = fc
  .array(fc.record({ gap: fc.nat({ max: 1000 }), count: fc.integer({ min: 1, max: 50 }) }), {
    minLength: 1,
    maxLength: 40,
  })
  .map((ranges) => {
    let end = 0
    return ranges.map(({ gap, count }) => {
      end += gap + count
      return { first: end - count, count }
    })
  })

const progresses = fc
  .tuple(contentRoots, fc.uniqueArray(fc.nat({ max: 200 })), fc.nat({ max: 100 }), fc.boolean())
  .map(([root, blocks, more, whole]) => ({
    kind: 'progress' as const,
    root,
    blockCount: Math.max(0, ...blocks) + 1 + more,
    whole,
    runs: blocksToRuns(blocks.sort((a, b) => a - b)),
  }))

/** Every kind of message, each as an honest peer could send it. */
export const messages: fc.Arbitrary<Message> = fc.oneof(
  progresses,
  hellos,
  fc.record({
    kind: fc.constant('redeem' as const),
    token: fc.uint8Array({ minLength: 21, maxLength: 21 }),
    author: authorKeys,
    authorProof: longProofs,
    deviceName: names,
  }),
  fc.record({
    kind: fc.constant('grant' as const),
    readKey: fc.uint8Array({ minLength: 21, maxLength: 21 }),
    writerPublicKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
    certificate: unprovenCertificates,
  }),
  fc.record({
    kind: fc.constant('cursor' as const),
    indexId: fc.option(indexIds, { nil: undefined }),
    sequence: wholes,
  }),
  fc.record({
    kind: fc.constant('index' as const),
    indexId: indexIds,
    statements: fc.array(unprovenStatements, { maxLength: 3 }),
    entries: fc.array(entries, { maxLength: 5 }),
    lastSequence: wholes,
    complete: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('have' as const), roots }),
  fc.record({ kind: fc.constant('block-list-request' as const), request: requests, root: contentRoots }),
  blockLists,
  fc.record({
    kind: fc.constant('request' as const),
    request: requests,
    root: contentRoots,
    offsetBytes: wholes.map((drawn) => drawn % (maxFileBytes - maxRequestBytes)),
    lengthBytes: fc.integer({ min: 1, max: maxRequestBytes }),
  }),
  fc.record({
    kind: fc.constant('block' as const),
    request: requests,
    offsetBytes: fc.nat({ max: maxRequestBytes - 100 }),
    data: fc.uint8Array({ minLength: 1, maxLength: 100 }).map((data) => Buffer.from(data)),
  }),
  fc.record({
    kind: fc.constant('sums-request' as const),
    request: requests,
    root: contentRoots,
    ranges: blockRanges,
  }),
  fc.record({
    kind: fc.constant('sums' as const),
    request: requests,
    sums: fc.nat({ max: 5 }).chain((count) => {
      return fc.uint8Array({ minLength: count * sumBytes, maxLength: count * sumBytes })
    }),
  }),
  fc.record({ kind: fc.constant('missing' as const), request: requests, unreadable: fc.boolean() }),
  fc.record({ kind: fc.constant('cancel' as const), request: requests }),
  fc.record({
    kind: fc.constant('summary' as const),
    needFiles: wholes,
    needBytes: wholes,
    seenSequence: wholes,
  }),
  fc.record({ kind: fc.constantFrom('ping' as const, 'pong' as const) }),
  fc.record({
    kind: fc.constant('close' as const),
    code: fc.constantFrom('closing' as const, 'peer-garbage' as const),
  }),
)
