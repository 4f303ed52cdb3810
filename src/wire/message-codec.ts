/**
 * Messages to bytes and back: one type byte, then protobuf; `block` has a small header of its own and its payload is never copied
 * on the way in. What is decoded keeps every rule of form of `PROTOCOL.md`; what it means is for others to judge.
 */
import { create, type DescMessage, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import { maxBlockCount, maxFileBytes } from '../core/blocks.ts'
import { deviceNameFault } from '../core/device-name.ts'
import { ed25519KeyBytes, ed25519SignatureBytes } from '../core/ed25519.ts'
import { isErrorCode, SyncError } from '../core/errors.ts'
import { type ContentRoot, idToBytes, toId } from '../core/ids.ts'
import { maxBatch } from '../core/record.ts'
import { sumBytes } from '../core/rolling-sum.ts'
import { readKeyBytes, seedBytes } from '../core/secret.ts'
import { type Certificate, type SignedStatement, statementIdOf } from '../core/statement.ts'
import { checkedBytes, checkedId, checkedNumber, checkedPieces, garbage, parse } from './garbage.ts'
import * as wire from './generated/berrysync_pb.ts'
import {
  type IndexEntry,
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
import { decodeBody } from './record-body.ts'
import { decodeStatement, roleToWire, wireToRole } from './statement-body.ts'

const types = {
  hello: 1,
  cursor: 2,
  index: 3,
  have: 4,
  'block-list-request': 5,
  'block-list': 6,
  request: 7,
  block: 8,
  missing: 9,
  cancel: 10,
  summary: 11,
  ping: 12,
  pong: 13,
  close: 14,
  'sums-request': 15,
  sums: 16,
  progress: 17,
  redeem: 18,
  grant: 19,
} as const satisfies Record<Message['kind'], number>

const kindByType = new Map<number, Message['kind']>(
  Object.entries(types).map(([kind, type]) => [type, kind as Message['kind']]),
)

const hashBytes = 32
/** Leaf to root of the largest batch. */
const maxSiblings = Math.ceil(Math.log2(maxBatch))
/** Type, request and offset. */
const blockHeaderBytes = 9
/** HMAC-SHA-256. */
const readProofBytes = 32
/** Longer than any error code. */
const maxCloseCodeCharacters = 64

// ---- to bytes -----------------------------------------------------------------------------------------------------------

/**
 * A message as it goes into a frame, in parts that follow each other: the data of a block is not copied, and must not change before it is
 * sealed. A message past a limit of the protocol is our own bug.
 */
export function encodeMessage(message: Message): readonly Uint8Array[] {
  const parts =
    message.kind === 'block'
      ? [encodeBlockHeader(message), message.data]
      : [typeByte(message), encodeRest(message)]
  const lengthBytes = parts[0]!.length + parts[1]!.length
  if (lengthBytes > maxMessageBytes) throw new Error(`assertion: a ${message.kind} of ${lengthBytes} bytes`)
  return parts
}

function typeByte(message: Message): Uint8Array {
  return Uint8Array.of(types[message.kind])
}

type BlockMessage = Extract<Message, { kind: 'block' }>

function encodeBlockHeader({ request, offsetBytes }: BlockMessage): Buffer {
  const bytes = Buffer.allocUnsafe(blockHeaderBytes)
  bytes.writeUInt8(types.block, 0)
  bytes.writeUInt32BE(request, 1)
  bytes.writeUInt32BE(offsetBytes, 5)
  return bytes
}

function encodeRest(message: Exclude<Message, BlockMessage>): Uint8Array {
  switch (message.kind) {
    case 'hello': {
      const { protocol, oldestProtocol, deviceName, client, authorProof, proof, certificate } = message
      return write(wire.HelloSchema, {
        protocol,
        oldestProtocol,
        deviceName,
        client,
        features: [...message.features],
        role: roleToWire(message.role),
        author: idToBytes(message.author),
        authorProof,
        proof,
        ...(certificate === undefined ? {} : { certificate: statementToWire(certificate) }),
      })
    }
    case 'cursor':
      return write(wire.CursorSchema, {
        sequence: BigInt(message.sequence),
        ...(message.indexId === undefined ? {} : { indexId: idToBytes(message.indexId) }),
      })
    case 'index':
      return write(wire.IndexSchema, {
        indexId: idToBytes(message.indexId),
        statements: message.statements.map(statementToWire),
        entries: message.entries.map(entryToWire),
        lastSequence: BigInt(message.lastSequence),
        complete: message.complete,
      })
    case 'redeem': {
      const { token, author, authorProof, deviceName } = message
      return write(wire.RedeemSchema, { token, author: idToBytes(author), authorProof, deviceName })
    }
    case 'grant': {
      const { readKey, writerPublicKey, certificate } = message
      const signed = statementToWire(certificate)
      return write(wire.GrantSchema, { readKey, writerPublicKey, certificate: signed })
    }
    case 'have':
      return write(wire.HaveSchema, { roots: Buffer.from(message.roots.join(''), 'hex') })
    case 'progress': {
      const { root, blockCount, whole, runs } = message
      return write(wire.ProgressSchema, { root: idToBytes(root), blockCount, whole, runs: [...runs] })
    }
    case 'block-list-request':
      return write(wire.BlockListRequestSchema, { request: message.request, root: idToBytes(message.root) })
    case 'block-list': {
      const { request, first, count, hashes } = message
      return write(wire.BlockListSchema, { request, first, count, hashes })
    }
    case 'request':
      return write(wire.RequestSchema, {
        request: message.request,
        root: idToBytes(message.root),
        offsetBytes: BigInt(message.offsetBytes),
        lengthBytes: message.lengthBytes,
      })
    case 'sums-request':
      return write(wire.SumsRequestSchema, {
        request: message.request,
        root: idToBytes(message.root),
        firsts: message.ranges.map(({ first }) => first),
        counts: message.ranges.map(({ count }) => count),
      })
    case 'sums':
      return write(wire.SumsSchema, { request: message.request, sums: message.sums })
    case 'missing':
      return write(wire.MissingSchema, { request: message.request, unreadable: message.unreadable })
    case 'cancel':
      return write(wire.CancelSchema, { request: message.request })
    case 'summary':
      return write(wire.SummarySchema, {
        needFiles: BigInt(message.needFiles),
        needBytes: BigInt(message.needBytes),
        seenSequence: BigInt(message.seenSequence),
      })
    case 'ping':
      return write(wire.PingSchema, {})
    case 'pong':
      return write(wire.PongSchema, {})
    case 'close':
      return write(wire.CloseSchema, { code: message.code })
  }
}

function write<Desc extends DescMessage>(schema: Desc, fields: MessageInitShape<Desc>): Uint8Array {
  return toBinary(schema, create(schema, fields))
}

function statementToWire({ body, signature }: SignedStatement): wire.SignedStatement {
  return create(wire.SignedStatementSchema, { body, signature })
}

function entryToWire({ record: { body, proof }, have }: IndexEntry): wire.IndexEntry {
  return create(wire.IndexEntrySchema, {
    body,
    author: idToBytes(proof.author),
    batchIndex: proof.index,
    batchCount: proof.count,
    siblings: proof.siblings,
    signature: proof.signature,
    have,
  })
}

// ---- from bytes ---------------------------------------------------------------------------------------------------------

/**
 * A message out of a frame; undefined for a type that only a newer version knows. Throws `peer-garbage` and `peer-oversize`. Byte
 * fields of the result are views of `bytes`, which must not be written to afterwards.
 */
export function decodeMessage(bytes: Uint8Array): Message | undefined {
  if (bytes.length === 0) garbage('an empty message')
  if (bytes.length > maxMessageBytes)
    throw new SyncError('peer-oversize', { reason: `a message of ${bytes.length} bytes` })
  const kind = kindByType.get(bytes[0]!)
  return kind && decodeRest(kind, bytes.subarray(1))
}

function decodeRest(kind: Message['kind'], rest: Uint8Array): Message {
  switch (kind) {
    case 'hello':
      return decodeHello(parse(wire.HelloSchema, rest))
    case 'cursor': {
      const { indexId, sequence } = parse(wire.CursorSchema, rest)
      return {
        kind,
        indexId: indexId && checkedId('IndexId', indexId),
        sequence: checkedNumber('a sequence', sequence, 0, Number.MAX_SAFE_INTEGER),
      }
    }
    case 'index':
      return decodeIndex(parse(wire.IndexSchema, rest))
    case 'have':
      return { kind, roots: rootsOf(parse(wire.HaveSchema, rest).roots) }
    case 'progress':
      return decodeProgress(parse(wire.ProgressSchema, rest))
    case 'block-list-request': {
      const { request, root } = parse(wire.BlockListRequestSchema, rest)
      return { kind, request, root: checkedId('ContentRoot', root) }
    }
    case 'block-list': {
      const { request, first, count, hashes } = parse(wire.BlockListSchema, rest)
      const here = checkedPieces('hashes', hashes, hashBytes, maxBlockListPart)
      checkedNumber('the count of a block list', count, 0, maxBlockCount)
      checkedNumber('the end of a part of a block list', first + here, 0, count)
      return { kind, request, first, count, hashes }
    }
    case 'request':
      return decodeRequest(parse(wire.RequestSchema, rest))
    case 'block':
      return decodeBlock(rest)
    case 'sums-request':
      return decodeSumsRequest(parse(wire.SumsRequestSchema, rest))
    case 'sums': {
      const { request, sums } = parse(wire.SumsSchema, rest)
      checkedPieces('sums', sums, sumBytes, maxSums)
      return { kind, request, sums }
    }
    case 'missing': {
      const { request, unreadable } = parse(wire.MissingSchema, rest)
      return { kind, request, unreadable }
    }
    case 'cancel':
      return { kind, request: parse(wire.CancelSchema, rest).request }
    case 'summary': {
      const { needFiles, needBytes, seenSequence } = parse(wire.SummarySchema, rest)
      return {
        kind,
        needFiles: checkedNumber('a count of files', needFiles, 0, Number.MAX_SAFE_INTEGER),
        needBytes: checkedNumber('a count of bytes', needBytes, 0, Number.MAX_SAFE_INTEGER),
        seenSequence: checkedNumber('a sequence number', seenSequence, 0, Number.MAX_SAFE_INTEGER),
      }
    }
    case 'ping':
      parse(wire.PingSchema, rest)
      return { kind }
    case 'redeem':
      return decodeRedeem(parse(wire.RedeemSchema, rest))
    case 'grant':
      return decodeGrant(parse(wire.GrantSchema, rest))
    case 'pong':
      parse(wire.PongSchema, rest)
      return { kind }
    case 'close': {
      const { code } = parse(wire.CloseSchema, rest)
      if (code.length > maxCloseCodeCharacters) garbage(`a close code of ${code.length} characters`)
      return { kind, code: isErrorCode(code) ? code : 'closing' }
    }
  }
}

function decodeHello({ protocol, oldestProtocol, features, ...hello }: wire.Hello): Message {
  const role = wireToRole(hello.role) ?? garbage('an unknown role')
  checkedNumber('the oldest protocol', oldestProtocol, 1, protocol)
  if (features.length > maxFeatures) garbage(`${features.length} features`)
  for (const text of [hello.deviceName, hello.client, ...features]) {
    const fault = deviceNameFault(text)
    if (fault !== undefined) garbage(`a name in a hello: ${fault}`)
  }
  const certificate = hello.certificate && wireToCertificate(hello.certificate)
  const secretProofBytes = role === 'full' ? ed25519SignatureBytes : readProofBytes
  checkedBytes('a role proof', hello.proof, certificate === undefined ? secretProofBytes : 0)
  return {
    kind: 'hello',
    protocol,
    oldestProtocol,
    deviceName: hello.deviceName,
    client: hello.client,
    features,
    role,
    author: checkedId('AuthorKey', hello.author),
    authorProof: checkedBytes('an author proof', hello.authorProof, ed25519SignatureBytes),
    proof: hello.proof,
    certificate,
  }
}

function decodeIndex({ indexId, statements, entries, lastSequence, complete }: wire.Index): Message {
  return {
    kind: 'index',
    indexId: checkedId('IndexId', indexId),
    statements: statements.flatMap(wireToStatement),
    entries: entries.flatMap(wireToEntry),
    lastSequence: checkedNumber('a sequence', lastSequence, 0, Number.MAX_SAFE_INTEGER),
    complete,
  }
}

/** Nothing for one that only a newer version understands. */
function wireToStatement({ body, signature }: wire.SignedStatement): SignedStatement[] {
  checkSignature(signature)
  const statement = decodeStatement(body)
  return statement ? [{ id: statementIdOf(body), statement, body, signature }] : []
}

function wireToCertificate(signed: wire.SignedStatement): SignedStatement<Certificate> {
  const [{ statement, ...rest } = garbage('an unknown statement')] = wireToStatement(signed)
  return statement.kind === 'certificate'
    ? { statement, ...rest }
    : garbage(`a ${statement.kind} for a certificate`)
}

/** Nothing for one that only a newer version understands. */
function wireToEntry(entry: wire.IndexEntry): IndexEntry[] {
  const { body, siblings, signature, have } = entry
  checkSignature(signature)
  checkedPieces('siblings', siblings, hashBytes, maxSiblings)
  const count = checkedNumber('the size of a batch', entry.batchCount, 1, maxBatch)
  const index = checkedNumber('a place in a batch', entry.batchIndex, 0, count - 1)
  const author = checkedId('AuthorKey', entry.author)
  const version = decodeBody(body)
  return version
    ? [{ record: { version, body, proof: { author, index, count, siblings, signature } }, have }]
    : []
}

function checkSignature(signature: Uint8Array): void {
  if (signature.length !== ed25519SignatureBytes) garbage(`a signature has ${signature.length} bytes`)
}

function decodeRedeem({ token, author, authorProof, deviceName }: wire.Redeem): Message {
  const fault = deviceNameFault(deviceName)
  if (fault !== undefined) garbage(`a name in a redeem: ${fault}`)
  return {
    kind: 'redeem',
    token: checkedBytes('a token', token, seedBytes),
    authorProof: checkedBytes('an author proof', authorProof, ed25519SignatureBytes),
    author: checkedId('AuthorKey', author),
    deviceName,
  }
}

function decodeGrant({ readKey, writerPublicKey, certificate }: wire.Grant): Message {
  return {
    kind: 'grant',
    readKey: checkedBytes('a read key', readKey, readKeyBytes),
    writerPublicKey: checkedBytes('a writer key', writerPublicKey, ed25519KeyBytes),
    certificate: wireToCertificate(certificate ?? garbage('a grant without a certificate')),
  }
}

function rootsOf(bytes: Uint8Array): ContentRoot[] {
  const count = checkedPieces('roots', bytes, hashBytes, maxHaveRoots)
  return Array.from({ length: count }, (_, at) =>
    toId('ContentRoot', bytes.subarray(at * hashBytes, (at + 1) * hashBytes)),
  )
}

function decodeProgress({ root, blockCount, whole, runs }: wire.Progress): Message {
  checkedNumber('the count of blocks', blockCount, 1, maxBlockCount)
  checkedNumber('the runs of a progress', runs.length, 0, maxProgressNumbers)
  if (runs.length % 2 !== 0) garbage('half a run of blocks')
  let end = 0
  for (const [at, length] of runs.entries()) {
    end = checkedNumber('the end of a run of blocks', end + length, 0, blockCount)
    if (length === 0 && at > 0) garbage('an empty run of blocks')
  }
  return { kind: 'progress', root: checkedId('ContentRoot', root), blockCount, whole, runs }
}

function decodeRequest({ request, root, offsetBytes, lengthBytes }: wire.Request): Message {
  checkedNumber('the length of a request', lengthBytes, 1, maxRequestBytes)
  return {
    kind: 'request',
    request,
    root: checkedId('ContentRoot', root),
    offsetBytes: checkedNumber('the offset of a request', offsetBytes, 0, maxFileBytes - lengthBytes),
    lengthBytes,
  }
}

function decodeSumsRequest({ request, root, firsts, counts }: wire.SumsRequest): Message {
  if (firsts.length !== counts.length || firsts.length > maxSums)
    garbage(`${firsts.length} ranges of blocks with ${counts.length} lengths`)
  let endBlock = 0
  let totalCount = 0
  const ranges = firsts.map((first, at) => {
    checkedNumber('the first block of a range', first, endBlock, maxBlockCount)
    const count = checkedNumber('the length of a range of blocks', counts[at]!, 1, maxSums - totalCount)
    totalCount += count
    endBlock = checkedNumber('the end of a range of blocks', first + count, 1, maxBlockCount)
    return { first, count }
  })
  if (totalCount === 0) garbage('a question about no blocks')
  return { kind: 'sums-request', request, root: checkedId('ContentRoot', root), ranges }
}

function decodeBlock(rest: Uint8Array): Message {
  const view = Buffer.from(rest.buffer, rest.byteOffset, rest.byteLength)
  const headerBytes = blockHeaderBytes - 1
  checkedNumber('the length of a block part', view.length - headerBytes, 1, maxBlockPartBytes)
  const data = view.subarray(headerBytes)
  const offsetBytes = checkedNumber(
    'the offset of a block part',
    view.readUInt32BE(4),
    0,
    maxRequestBytes - data.length,
  )
  return { kind: 'block', request: view.readUInt32BE(0), offsetBytes, data }
}
