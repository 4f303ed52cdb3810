import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fileNamed, versionOf, writerNamed } from '../testing/arbitraries.ts'
import { caseCount } from '../testing/counts.ts'
import { needsHash, observe, type Remembered } from './observe.ts'
import { type HoldableStat, isSameStat } from './stat.ts'
import {
  type Content,
  deletedContent,
  directoryContent,
  linkRoot,
  sameContent,
  type Version,
} from './version.ts'

const numRuns = caseCount(1000)

const link: Content = { kind: 'link', root: linkRoot('target') }

type HereContent = Content & { readonly kind: HoldableStat['kind'] }
const hereContents = fc.constantFrom(
  fileNamed('x'),
  fileNamed('y'),
  link,
  directoryContent,
) as fc.Arbitrary<HereContent>
const small = fc.bigInt({ min: 0n, max: 2n })
const stats = fc.record({
  sizeBytes: fc.nat(2),
  mtimeNs: small,
  ctimeNs: small,
  inode: small,
  device: small,
  executable: fc.boolean(),
})
/** A look at a disk, and what a reader would find there. */
const sights = fc
  .tuple(hereContents, stats)
  .map(([content, stat]) => ({ content, seen: { ...stat, kind: content.kind } }))

function remember(
  { seen, content }: { readonly seen: HoldableStat; readonly content: HereContent },
  verified = true,
): Remembered {
  return { ...seen, ...content, verified }
}

/** The version a scan would sign of what it saw. */
function versionSeen(
  { seen, content }: { readonly seen: HoldableStat; readonly content: Content },
  facts: Partial<Version> = {},
): Version {
  return versionOf({
    ...content,
    vector: new Map([[writerNamed('a'), 1]]),
    mtimeNs: seen.mtimeNs,
    executable: seen.executable,
    ...facts,
  })
}

test('I3 the same look twice asks for nothing and tells nothing', () => {
  fc.assert(
    fc.property(sights, (sight) => {
      const remembered = remember(sight)
      expect(needsHash(remembered, sight.seen)).toBe(false)
      expect(observe(versionSeen(sight), remembered, { ...sight.seen }, sight.content)).toBe('same')
    }),
    { numRuns },
  )
})

test.each(['sizeBytes', 'mtimeNs', 'ctimeNs', 'inode', 'device'] as const)(
  'I1 a file whose %s alone differs is hashed again',
  (field) => {
    fc.assert(
      fc.property(stats, (stat) => {
        const seen: HoldableStat = { ...stat, kind: 'file' }
        const moved: HoldableStat = {
          ...seen,
          [field]: field === 'sizeBytes' ? seen.sizeBytes + 1 : seen[field] + 1n,
        }
        expect(needsHash(remember({ seen, content: fileNamed('x') as HereContent }), moved)).toBe(true)
        expect(isSameStat(seen, moved)).toBe(false)
      }),
      { numRuns: caseCount(100) },
    )
  },
)

test('I1 a file is hashed unless everything about it was seen before, and nothing else is ever hashed', () => {
  const looks = fc.oneof(
    sights.map((sight) => ({ before: sight, sight })),
    fc.record({ before: fc.option(sights, { nil: undefined }), sight: sights }),
  )
  fc.assert(
    fc.property(looks, fc.boolean(), ({ before, sight: { seen } }, verified) => {
      const remembered = before === undefined ? undefined : remember(before, verified)
      const isKnown = remembered?.kind === 'file' && verified && isSameStat(remembered, seen)
      expect(needsHash(remembered, seen)).toBe(seen.kind === 'file' && !isKnown)
    }),
    { numRuns },
  )
})

test('I1 other content than was agreed is an edit, whatever is remembered', () => {
  fc.assert(
    fc.property(
      fc.option(sights, { nil: undefined }),
      fc.option(sights, { nil: undefined }),
      sights,
      (agreed, before, { seen, content }) => {
        fc.pre(agreed === undefined || !sameContent(agreed.content, content))
        const remembered = before === undefined ? undefined : remember(before)
        expect(observe(agreed && versionSeen(agreed), remembered, seen, content)).toBe('edited')
      },
    ),
    { numRuns },
  )
  const file = {
    seen: { kind: 'file', sizeBytes: 0, mtimeNs: 0n, ctimeNs: 0n, inode: 0n, device: 0n, executable: false },
    content: fileNamed('x') as HereContent,
  } as const
  expect(observe(versionSeen({ ...file, content: deletedContent }), undefined, file.seen, file.content)).toBe(
    'edited',
  )
})

test('I5 a disk that keeps times coarsely or no executable bit makes no edits', () => {
  fc.assert(
    fc.property(
      stats,
      fc.bigInt({ min: 0n, max: 10n ** 19n }),
      fc.boolean(),
      (stat, agreedMtimeNs, agreedExecutable) => {
        const coarse: HoldableStat = {
          ...stat,
          kind: 'file',
          mtimeNs: (agreedMtimeNs / 2_000_000_000n) * 2_000_000_000n,
          executable: false,
        }
        const content = fileNamed('x') as HereContent
        const agreed = versionSeen(
          { seen: coarse, content },
          { mtimeNs: agreedMtimeNs, executable: agreedExecutable },
        )
        expect(observe(agreed, remember({ seen: coarse, content }), coarse, content)).toBe('same')
      },
    ),
    { numRuns: caseCount(200) },
  )
})

test('I1 touch and chmod are edits of a file, and none of a directory or link', () => {
  fc.assert(
    fc.property(sights, fc.boolean(), fc.boolean(), (sight, isTouched, isForgotten) => {
      const { seen, content } = sight
      const moved: HoldableStat = isTouched
        ? { ...seen, mtimeNs: seen.mtimeNs + 1n }
        : { ...seen, executable: !seen.executable }
      const remembered = isForgotten ? undefined : remember(sight)
      expect(observe(versionSeen(sight), remembered, moved, content)).toBe(
        content.kind === 'file' ? 'edited' : 'same',
      )
    }),
    { numRuns },
  )
})
