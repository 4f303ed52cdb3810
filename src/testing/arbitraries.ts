/**
 * Values for property tests of the decisions: paths, vectors, versions. All come from tiny alphabets, so that clashes are the rule.
 * Versions here need not be possible; those that could really arise come from `path-history.ts`.
 */
import fc from 'fast-check'
import {
  type ContentRoot,
  type Epoch,
  type FileId,
  type RecordId,
  sha256,
  toId,
  type WriterId,
} from '../core/ids.ts'
import { type RelPath, textToPath } from '../core/path.ts'
import {
  type Content,
  deletedContent,
  directoryContent,
  linkRoot,
  type Version,
  type VersionVector,
} from '../core/version.ts'

// ---- paths

/** Pieces of names: the same letter in both normal forms and cases, what disks treat specially, what looks like a conflict copy. */
const namePieces = [
  'a',
  'A',
  'b',
  '.',
  ' ',
  '~1',
  '\u00e9',
  'e\u0301',
  '\u0301',
  '\u017f',
  '\u200d',
  '\ufeff',
  '\u{1f600}',
  '.sync',
  '.Sync',
  '.txt',
  '\\',
  ':',
  '\n',
  ' (conflict pi 2024-01-02 030405)',
  ' (conflict pi.local 2024-01-02 030405 0123abcd)',
] as const

/** Names as a disk may hold them, not only those that can sync. */
export const diskNames: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .array(fc.constantFrom(...namePieces), { minLength: 1, maxLength: 4 })
      .map((pieces) => pieces.join('')),
  },
  {
    weight: 1,
    arbitrary: fc
      .string({ minLength: 1, maxLength: 8, unit: 'binary' })
      .filter((name) => !/[/\0]/.test(name)),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom('x', '\u00e9', '\u{1f600}', '.'), fc.integer({ min: 50, max: 260 }))
      .map(([unit, count]) => unit.repeat(count)),
  },
)

/** Texts a peer may send for a path: sound, hostile and nearly sound ones. */
export const pathTexts: fc.Arbitrary<string> = fc.oneof(
  fc
    .array(fc.oneof(diskNames, fc.constantFrom('..', '.', '', '\0', '.sync')), { minLength: 1, maxLength: 5 })
    .map((names) => names.join('/')),
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('/', '.', 'a', '\\', '\0', '\ud800'), maxLength: 12 }),
)

/** Checked paths, short and shallow mostly; some as long as a path may be. */
export const relPaths: fc.Arbitrary<RelPath> = fc
  .tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.array(diskNames, { maxLength: 3 }) },
      {
        weight: 1,
        arbitrary: fc.integer({ min: 8, max: 12 }).map((count) => Array<string>(count).fill('d'.repeat(255))),
      },
    ),
    diskNames,
  )
  .map(([parents, name]) => textToPath([...parents, name].join('/').normalize('NFC')))
  .filter((path) => path !== undefined)

// ---- versions

export function writerNamed(name: string): WriterId {
  return toId('WriterId', sha256('writer', name).subarray(0, 8))
}

function rootNamed(name: string): ContentRoot {
  return toId('ContentRoot', sha256('content', name))
}

export function fileNamed(name: string): Content {
  return { kind: 'file', root: rootNamed(name) }
}

/** Vectors over three writers: any two of them may relate in every way. */
export const vectors: fc.Arbitrary<VersionVector> = fc
  .array(fc.integer({ min: 0, max: 3 }), { minLength: 3, maxLength: 3 })
  .map(
    (counters) =>
      new Map(
        counters.flatMap((counter, index) =>
          counter === 0 ? [] : [[writerNamed(`${index}`), counter] as const],
        ),
      ),
  )

export const contents: fc.Arbitrary<Content> = fc.constantFrom(
  fileNamed('x'),
  fileNamed('y'),
  fileNamed('z'),
  { kind: 'link', root: linkRoot('target') },
  directoryContent,
  deletedContent,
)

/** What a test says of a version; the rest is filled in, and the id follows from all of it, as that of a real record does. */
export type VersionFacts = Content & Pick<Version, 'vector'> & Partial<Omit<Version, 'id' | keyof Content>>

export function versionOf(facts: VersionFacts): Version {
  const { kind, root, vector, replaced } = facts
  const writer = facts.writer ?? vector.keys().next().value ?? writerNamed('0')
  const unidentified: Omit<Version, 'id'> = {
    path: 'file' as RelPath,
    sizeBytes: 0,
    blockSizeBytes: 0,
    mtimeNs: 0n,
    executable: false,
    linkTarget: kind === 'link' ? 'target' : '',
    fileId: '00'.repeat(16) as FileId,
    writer,
    epoch: '00'.repeat(8) as Epoch,
    deviceName: 'device',
    ...facts,
  }
  const body = [
    kind,
    root,
    [...vector].sort(),
    writer,
    replaced?.kind,
    replaced?.root,
    `${unidentified.mtimeNs}`,
  ]
  const told = [...body, unidentified.deviceName, unidentified.executable, unidentified.path]
  return { ...unidentified, id: toId('RecordId', sha256('version', JSON.stringify(told))) as RecordId }
}

/** Any version a full member gone mad could sign: vectors, times and what it says it replaced need not fit each other. */
export const hostileVersions: fc.Arbitrary<Version> = fc
  .record({
    content: contents,
    vector: vectors,
    replaced: fc.option(contents, { nil: undefined }),
    mtimeNs: fc.bigInt({ min: -1n, max: 2n }),
  })
  .map(({ content, vector, replaced, mtimeNs }) =>
    versionOf({ ...content, vector, mtimeNs, ...(replaced === undefined ? {} : { replaced }) }),
  )
