/** Versions, records and the ids in them, as fast-check draws them. Everything drawn keeps the rules of form. */
import * as fc from 'fast-check'
import { blockSizeFor, contentRootOf, maxFileBytes } from '../core/blocks.ts'
import { deviceNameFault } from '../core/device-name.ts'
import { type bytesToId, noContent, toId } from '../core/ids.ts'
import { type RelPath, textToPath } from '../core/path.ts'
import { type RecordProof, recordIdOf, type SignedRecord } from '../core/record.ts'
import { type SignedStatement, type Statement, statementIdOf } from '../core/statement.ts'
import { type Content, linkRoot } from '../core/version.ts'
import { encodeBody, linkTargetFault, type UnsignedVersion } from '../wire/record-body.ts'
import { encodeStatement } from '../wire/statement-body.ts'

function id<T extends Parameters<typeof bytesToId>[0]>(type: T, bytes: number) {
  return fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((drawn) => toId(type, drawn))
}

export const authorKeys = id('AuthorKey', 32)
export const contentRoots = id('ContentRoot', 32)
export const indexIds = id('IndexId', 8)

const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('\uFEFFbom', 'é', 'مجلد', '名前', '👩‍👩‍👧', 'a b', '-', '...'),
)

export const paths: fc.Arbitrary<RelPath> = fc
  .array(texts, { minLength: 1, maxLength: 5 })
  .map((names) => textToPath(names.join('/').normalize('NFC')))
  .filter((path) => path !== undefined)

const deviceNames = texts.filter((text) => deviceNameFault(text) === undefined)
const linkTargets = fc
  .oneof(texts, fc.constantFrom('../..', '/etc/passwd', 'x'.repeat(4096)))
  .filter((target) => linkTargetFault(target) === undefined)

const contents: fc.Arbitrary<Content> = fc.oneof(
  fc.record({ kind: fc.constantFrom('file', 'link'), root: contentRoots }),
  fc.record({ kind: fc.constantFrom('directory', 'deleted'), root: fc.constant(noContent) }),
)

/** Around today, around 1970, before it, and the furthest a body can say. */
const times = fc.oneof(
  fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }),
  fc.bigInt({ min: -5_000_000_000n, max: 5_000_000_000n }),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, (2n ** 63n - 2n) * 10n ** 9n, -(2n ** 63n - 2n) * 10n ** 9n),
)

const sizes = fc.oneof(
  fc.nat(),
  fc.maxSafeNat().map((size) => size % (maxFileBytes + 1)),
  fc.constantFrom(0, maxFileBytes),
)

const about = fc.oneof(
  fc
    .record({
      kind: fc.constant('file' as const),
      sizeBytes: sizes,
      root: contentRoots,
      mtimeNs: times,
      executable: fc.boolean(),
    })
    .map((file) => ({
      ...file,
      root: file.sizeBytes === 0 ? contentRootOf(new Uint8Array(0)) : file.root,
      blockSizeBytes: blockSizeFor(file.sizeBytes),
      linkTarget: '',
    })),
  fc.record({ linkTarget: linkTargets, mtimeNs: times }).map((link) => ({
    ...link,
    kind: 'link' as const,
    root: linkRoot(link.linkTarget),
    sizeBytes: 0,
    blockSizeBytes: 0,
    executable: false,
  })),
  fc
    .record({
      kind: fc.constantFrom('directory' as const, 'deleted' as const),
      movedTo: fc.option(paths, { nil: undefined }),
    })
    .map(({ kind, movedTo }) => ({
      kind,
      root: noContent,
      mtimeNs: 0n,
      sizeBytes: 0,
      blockSizeBytes: 0,
      executable: false,
      linkTarget: '',
      ...(movedTo !== undefined && kind === 'deleted' ? { movedTo } : {}),
    })),
)

const counters = fc.oneof(
  fc.integer({ min: 1, max: 300 }),
  fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
)
const vectors = fc
  .uniqueArray(fc.tuple(id('WriterId', 8), counters), {
    minLength: 1,
    maxLength: 6,
    selector: ([writer]) => writer,
  })
  .chain((entries) =>
    fc
      .nat({ max: entries.length - 1 })
      .map((own) => ({ vector: new Map(entries), writer: entries[own]![0] })),
  )

export const unsignedVersions: fc.Arbitrary<UnsignedVersion> = fc
  .tuple(
    about,
    vectors,
    fc.record({ path: paths, fileId: id('FileId', 16), epoch: id('Epoch', 8), deviceName: deviceNames }),
    fc.record({ replaced: contents }, { requiredKeys: [] }),
  )
  .map(([first, second, third, fourth]) => ({ ...first, ...second, ...third, ...fourth }))
  .filter(({ path, movedTo }: UnsignedVersion) => path !== movedTo)

const signatures = fc.uint8Array({ minLength: 64, maxLength: 64 })

const proofs: fc.Arbitrary<RecordProof> = fc
  .tuple(fc.integer({ min: 1, max: 256 }), fc.nat({ max: 255 }), fc.integer({ min: 0, max: 8 }))
  .chain(([count, place, depth]) =>
    fc.record({
      author: authorKeys,
      index: fc.constant(place % count),
      count: fc.constant(count),
      siblings: fc.uint8Array({ minLength: depth * 32, maxLength: depth * 32 }),
      signature: signatures,
    }),
  )

/** Records of the right form whose proofs prove nothing. */
export const unprovenRecords: fc.Arbitrary<SignedRecord> = fc
  .tuple(unsignedVersions, proofs)
  .map(([version, proof]) => {
    const body = encodeBody(version)
    return { version: { ...version, id: recordIdOf(body) }, body, proof }
  })

const roles = fc.constantFrom('full' as const, 'read-only' as const)
const devices = id('DeviceId', 32)
/** Without the null prototype of those fast-check makes, so that they compare. */
function listOf<T extends object>(each: fc.Arbitrary<T>): fc.Arbitrary<T[]> {
  return fc.array(
    each.map((made) => ({ ...made })),
    { maxLength: 3 },
  )
}
const timesMs = fc.nat({ max: 2 ** 31 - 1 })

const certificates = fc.record({
  kind: fc.constant('certificate' as const),
  author: authorKeys,
  device: devices,
  role: roles,
  deviceName: deviceNames,
  invitedBy: fc.option(devices, { nil: undefined }),
  invite: fc.option(id('InviteId', 32), { nil: undefined }),
  issuedMs: timesMs,
  signsFor: fc.option(id('FolderId', 32), { nil: undefined }),
})

export const statements: fc.Arbitrary<Statement> = fc.oneof(
  certificates,
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat()).chain(([partCount, place]) =>
    fc.record({
      kind: fc.constant('revocation' as const),
      id: id('RevocationId', 8),
      device: devices,
      author: authorKeys,
      revokedBy: devices,
      issuedMs: timesMs,
      part: fc.constant(place % partCount),
      partCount: fc.constant(partCount),
      kept: fc.array(id('RecordId', 32), { maxLength: 3 }),
    }),
  ),
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat()).chain(([partCount, place]) =>
    fc.record({
      kind: fc.constant('rotation' as const),
      id: id('RotationId', 8),
      rotatedBy: devices,
      issuedMs: timesMs,
      part: fc.constant(place % partCount),
      partCount: fc.constant(partCount),
      envelopes: listOf(fc.record({ device: devices, sealed: fc.uint8Array({ maxLength: 200 }) })),
      carried: listOf(
        fc.record({
          replaces: id('StatementId', 32),
          body: fc.uint8Array({ maxLength: 300 }),
          signature: signatures,
        }),
      ),
    }),
  ),
  fc.record({
    kind: fc.constant('admission' as const),
    rule: fc.constantFrom('secret', 'approval', 'invite'),
    number: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  }),
)

function unproven<S extends Statement>(said: fc.Arbitrary<S>): fc.Arbitrary<SignedStatement<S>> {
  return said.chain((statement) => {
    const body = encodeStatement(statement)
    return signatures.map((signature) => ({ id: statementIdOf(body), statement, body, signature }))
  })
}

/** Statements of the right form whose signatures prove nothing. */
export const unprovenStatements = unproven(statements)
export const unprovenCertificates = unproven(certificates)
