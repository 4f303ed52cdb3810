import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { blockSizeFor, contentRootOf, maxFileBytes } from '../core/blocks.ts'
import { isSyncError } from '../core/errors.ts'
import { idToBytes, noContent, toId, type WriterId } from '../core/ids.ts'
import { maxNameBytes, maxPathBytes, type RelPath, textToPath } from '../core/path.ts'
import { maxBatch, recordIdOf } from '../core/record.ts'
import { linkRoot, maxVectorEntries } from '../core/version.ts'
import { caseCount } from '../testing/counts.ts'
import { unsignedVersions } from '../testing/version-arbitraries.ts'
import { Kind, RecordBodySchema } from './generated/berrysync_pb.ts'
import { entryBytes, indexRoomBytes } from './index-room.ts'
import {
  decodeBody,
  encodeBody,
  maxBodyBytes,
  maxLinkTargetBytes,
  type UnsignedVersion,
} from './record-body.ts'

const root = toId('ContentRoot', Buffer.alloc(32, 5))
const rootBytes = idToBytes(root)
const writer = '0102030405060708' as WriterId

type BodyFields = MessageInitShape<typeof RecordBodySchema>

const file: BodyFields = {
  path: 'a/b.txt',
  kind: Kind.FILE,
  sizeBytes: 10n,
  mtimeSeconds: -1n,
  mtimeNanoseconds: 999_999_999,
  root: rootBytes,
  blockSizeBytes: blockSizeFor(10),
  fileId: new Uint8Array(16),
  writers: idToBytes(writer),
  counters: [1n],
  epoch: new Uint8Array(8),
  deviceName: 'laptop',
}
const { sizeBytes, mtimeSeconds, mtimeNanoseconds, root: fileRoot, blockSizeBytes, ...common } = file
const directory: BodyFields = { ...common, kind: Kind.DIRECTORY }
const deleted: BodyFields = { ...common, kind: Kind.DELETED }
const link: BodyFields = { ...common, kind: Kind.LINK, linkTarget: 'x', root: idToBytes(linkRoot('x')) }

function bodyOf(fields: BodyFields): Uint8Array {
  return toBinary(RecordBodySchema, create(RecordBodySchema, fields))
}

/** Decodes, and gives the code of the error when that is refused. */
function outcome<T>(decode: () => T): T | 'peer-garbage' {
  try {
    return decode()
  } catch (thrown) {
    if (isSyncError(thrown, 'peer-garbage')) return thrown.code
    throw thrown
  }
}

describe('record bodies', () => {
  test('R6 every version is read back as it was, whatever the order of its vector', () => {
    fc.assert(
      fc.property(unsignedVersions, (version) => {
        const body = encodeBody(version)
        expect(decodeBody(body)).toEqual({ ...version, id: recordIdOf(body) })
      }),
      { numRuns: caseCount(500) },
    )
  })

  test('R6 the samples the next tests spoil are right themselves', () => {
    for (const fields of [file, directory, deleted, link]) {
      expect(decodeBody(bodyOf(fields))).toMatchObject({
        path: 'a/b.txt',
        writer,
        vector: new Map([[writer, 1]]),
      })
    }
    expect(decodeBody(bodyOf(file))).toMatchObject({ mtimeNs: -1n })
  })

  test.each<[string, BodyFields]>([
    ['no path', { ...file, path: '' }],
    ['a path that leaves the folder', { ...file, path: '../x' }],
    ['an absolute path', { ...file, path: '/x' }],
    ['a path with NUL', { ...file, path: 'a\0b' }],
    ['a path in NFD', { ...file, path: 'e\u0301' }],
    ['the hidden directory', { ...file, path: '.sync/identity' }],
    ['no kind', { ...file, kind: Kind.UNSPECIFIED }],
    ['a file without root', { ...file, root: new Uint8Array(0) }],
    ['a short root', { ...file, root: rootBytes.subarray(1) }],
    [
      'a size past what blocks can hold',
      { ...file, sizeBytes: BigInt(maxFileBytes) + 1n, blockSizeBytes: 2 ** 24 },
    ],
    ['the largest size a number has', { ...file, sizeBytes: 2n ** 64n - 1n, blockSizeBytes: 2 ** 24 }],
    ['another block size', { ...file, blockSizeBytes: 256 * 1024 }],
    ['no block size', { ...file, blockSizeBytes: 0 }],
    ['an empty file with the root of another', { ...file, sizeBytes: 0n }],
    ['the root of an empty file', { ...file, root: idToBytes(contentRootOf(new Uint8Array(0))) }],
    ['a second too many nanoseconds', { ...file, mtimeNanoseconds: 1_000_000_000 }],
    ['a time past the range', { ...file, mtimeSeconds: 2n ** 63n - 1n }],
    ['a file with a link target', { ...file, linkTarget: 'x' }],
    ['a file with a new path', { ...file, movedTo: 'y' }],
    ['a directory with a root', { ...directory, root: rootBytes }],
    ['a directory with a size', { ...directory, sizeBytes: 1n }],
    ['a directory with a new path', { ...directory, movedTo: 'y' }],
    ['a deletion with a root', { ...deleted, root: rootBytes }],
    ['a deletion with a block size', { ...deleted, blockSizeBytes: 131072 }],
    ['a deletion moved out of the folder', { ...deleted, movedTo: '../y' }],
    ['a deletion moved to where it was', { ...deleted, movedTo: 'a/b.txt' }],
    ['a link without target', { ...link, linkTarget: '', root: idToBytes(linkRoot('')) }],
    ['a link with NUL', { ...link, linkTarget: 'a\0', root: idToBytes(linkRoot('a\0')) }],
    ['a link with another root', { ...link, linkTarget: 'y' }],
    [
      'a link with a target too long',
      { ...link, linkTarget: 'x'.repeat(4097), root: idToBytes(linkRoot('x'.repeat(4097))) },
    ],
    ['a short file id', { ...file, fileId: new Uint8Array(15) }],
    ['a long epoch', { ...file, epoch: new Uint8Array(9) }],
    ['no vector', { ...file, writers: new Uint8Array(0), counters: [] }],
    ['a piece of a writer', { ...file, writers: new Uint8Array(15), counters: [1n, 1n] }],
    ['a writer without counter', { ...file, counters: [] }],
    ['a counter without writer', { ...file, counters: [1n, 2n] }],
    ['a counter of 0', { ...file, counters: [0n] }],
    ['a counter past the safe numbers', { ...file, counters: [2n ** 53n] }],
    ['a writer twice', { ...file, writers: new Uint8Array(16), counters: [1n, 2n] }],
    [
      'too many writers',
      {
        ...file,
        writers: Buffer.from(
          Array.from({ length: maxVectorEntries + 1 }, (_, at) => at.toString(16).padStart(16, '0')).join(''),
          'hex',
        ),
        counters: Array.from({ length: maxVectorEntries + 1 }, () => 1n),
      },
    ],
    ['a long device name', { ...file, deviceName: 'x'.repeat(65) }],
    ['a device name with a line feed', { ...file, deviceName: 'a\nb' }],
    ['a device name with an escape', { ...file, deviceName: '\u001b[31m' }],
    ['a replaced file without root', { ...file, replaced: { kind: Kind.FILE } }],
    ['a replaced nothing', { ...file, replaced: {} }],
  ])('R6 %s is refused', (_, fields) => {
    expect(outcome(() => decodeBody(bodyOf(fields)))).toBe('peer-garbage')
  })

  test('R6 text that is not UTF-8 is refused, not repaired', () => {
    const body = Buffer.from(bodyOf({ ...file, path: 'abcdef' }))
    body[body.indexOf('abcdef')] = 0xff
    expect(outcome(() => decodeBody(body))).toBe('peer-garbage')
  })

  test('R6 a kind, field or replaced kind of a newer version is skipped', () => {
    const unknown = 9 as Kind
    expect(decodeBody(bodyOf({ ...file, kind: unknown }))).toBeUndefined()
    expect(
      decodeBody(bodyOf({ ...file, replaced: { kind: unknown, root: rootBytes } }))?.replaced,
    ).toBeUndefined()
    const field200 = Buffer.from([0xc2, 0x0c, 3, 1, 2, 3])
    const extended = Buffer.concat([bodyOf(file), field200])
    expect(decodeBody(extended)).toStrictEqual({ ...decodeBody(bodyOf(file))!, id: recordIdOf(extended) })
  })

  test('R6 times of directories and deletions, and the executable bit of links, mean nothing', () => {
    expect(decodeBody(bodyOf({ ...directory, mtimeSeconds: 5n, executable: true }))).toMatchObject({
      mtimeNs: 0n,
      executable: false,
    })
    expect(decodeBody(bodyOf({ ...link, executable: true }))).toMatchObject({ executable: false })
  })

  test('R6 a version that breaks the rules is never encoded', () => {
    const right = decodeBody(bodyOf(file))!
    const wrong: Partial<UnsignedVersion>[] = [
      { sizeBytes: 1.5 },
      { sizeBytes: -1 },
      { root: noContent },
      { vector: new Map() },
      { deviceName: '\n' },
      { kind: 'link' },
      { mtimeNs: 2n ** 63n * 10n ** 9n },
    ]
    for (const part of wrong) expect(() => encodeBody({ ...right, ...part })).toThrow('assertion')
  })

  test('I14 a body past the cap is refused unread', () => {
    const body = Buffer.alloc(maxBodyBytes + 1)
    expect(outcome(() => decodeBody(body))).toBe('peer-garbage')
  })

  test('I14 random bytes are a version, an unknown kind, or garbage', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.tuple(unsignedVersions, fc.nat(), fc.nat()).map(([version, at, value]) => {
            const body = Uint8Array.from(encodeBody(version))
            body[at % body.length] = value & 0xff
            return body
          }),
        ),
        (bytes) => {
          outcome(() => decodeBody(bytes))
        },
      ),
      { numRuns: caseCount(500) },
    )
  })

  test('P5 the largest record that can be fits the limit of a body, and one index message', () => {
    const name = 'x'.repeat(maxNameBytes)
    const path = textToPath(Array.from({ length: 12 }, () => name).join('/'))!
    const vector = new Map(
      Array.from({ length: maxVectorEntries }, (_, at) => [
        at.toString(16).padStart(16, '0') as WriterId,
        Number.MAX_SAFE_INTEGER,
      ]),
    )
    const common = {
      path,
      sizeBytes: 0,
      blockSizeBytes: 0,
      mtimeNs: 0n,
      executable: false,
      linkTarget: '',
      fileId: toId('FileId', new Uint8Array(16)),
      vector,
      writer: vector.keys().next().value!,
      epoch: toId('Epoch', new Uint8Array(8)),
      deviceName: '語'.repeat(64),
      replaced: { kind: 'file', root } as const,
    }
    const target = 'x'.repeat(maxLinkTargetBytes)
    const bodies = [
      encodeBody({ ...common, kind: 'deleted', root: noContent, movedTo: `y${path.slice(1)}` as RelPath }),
      encodeBody({
        ...common,
        kind: 'link',
        root: linkRoot(target),
        linkTarget: target,
        mtimeNs: -(2n ** 62n),
      }),
    ]
    expect(Buffer.byteLength(path)).toBeGreaterThan(maxPathBytes - maxNameBytes)
    for (const body of [...bodies, new Uint8Array(maxBodyBytes)]) {
      expect(body.length).toBeLessThanOrEqual(maxBodyBytes)
      const proof = {
        author: toId('AuthorKey', new Uint8Array(32)),
        index: maxBatch - 1,
        count: maxBatch,
        siblings: new Uint8Array(8 * 32),
        signature: new Uint8Array(64),
      }
      const version = decodeBody(bodies[0]!)!
      expect(entryBytes({ record: { version, body, proof }, have: true })).toBeLessThan(indexRoomBytes)
    }
  })

  test('R6 what berrysync.proto says of a body is what is encoded', () => {
    for (const fields of [file, directory, deleted, link]) {
      expect(encodeBody(decodeBody(bodyOf(fields))!)).toEqual(bodyOf(fields))
    }
  })
})
