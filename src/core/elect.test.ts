import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileNamed, hostileVersions, versionOf, writerNamed } from '../testing/arbitraries.ts'
import { caseCount } from '../testing/counts.ts'
import { possibleVersions } from '../testing/path-history.ts'
import { compareVersions, elect, isKnownTo } from './elect.ts'
import type { RecordId } from './ids.ts'
import {
  type Content,
  compareVectors,
  deletedContent,
  directoryContent,
  mergeVectors,
  sameContent,
  type Version,
  type VersionVector,
} from './version.ts'

const versionSets: [string, fc.Arbitrary<readonly Version[]>][] = [
  ['versions that could arise', possibleVersions],
  ['any versions at all', fc.array(hostileVersions, { minLength: 1, maxLength: 8 })],
]

function isLive(version: Version): boolean {
  return version.kind !== 'deleted'
}

function idsOf(versions: readonly Version[]): RecordId[] {
  return versions.map(({ id }) => id).sort()
}

/** What devices have to agree about. */
function outcomeOf(versions: readonly Version[]): {
  readonly winner: RecordId
  readonly conflicts: readonly RecordId[]
} {
  const { winner, conflicts } = elect(versions)
  return { winner: winner.id, conflicts: idsOf(conflicts) }
}

/** What a store keeps after an election. */
function dropSuperseded(versions: readonly Version[]): Version[] {
  const superseded = new Set(elect(versions).superseded.map(({ id }) => id))
  return versions.filter(({ id }) => !superseded.has(id))
}

function vector(counters: Readonly<Record<string, number>>): VersionVector {
  return new Map(Object.entries(counters).map(([name, counter]) => [writerNamed(name), counter]))
}

function fileVersion(
  content: string,
  counters: Readonly<Record<string, number>>,
  facts: { mtimeNs?: bigint; replaced?: Content } = {},
): Version {
  return versionOf({ ...fileNamed(content), vector: vector(counters), ...facts })
}

describe.each(versionSets)('of %s', (_, sets) => {
  test('E1 neither order nor duplicates change what is elected', () => {
    fc.assert(
      fc.property(
        sets.chain((versions) =>
          fc.tuple(
            fc.constant(versions),
            fc.shuffledSubarray([...versions], { minLength: versions.length }),
            fc.subarray([...versions]),
          ),
        ),
        ([versions, shuffled, again]) => {
          expect(outcomeOf([...again, ...shuffled, ...again])).toEqual(outcomeOf(versions))
          expect(idsOf(elect([...again, ...shuffled]).superseded)).toEqual(idsOf(elect(versions).superseded))
        },
      ),
      { numRuns: caseCount(500) },
    )
  })

  test('E1 E2 the winner is superseded by nobody, whatever the times say', () => {
    fc.assert(
      fc.property(sets, (versions) => {
        const { winner, superseded } = elect(versions)
        expect(versions.some((other) => compareVectors(winner.vector, other.vector) === 'before')).toBe(false)
        expect(idsOf(superseded)).not.toContain(winner.id)
        for (const version of superseded) {
          expect(versions.some((other) => compareVectors(version.vector, other.vector) === 'before')).toBe(
            true,
          )
        }
      }),
      { numRuns: caseCount(500) },
    )
  })

  test('E1 I2 electing in two steps, with what is superseded dropped between them, gives the same', () => {
    fc.assert(
      fc.property(sets, fc.nat(), (versions, cut) => {
        const at = 1 + (cut % versions.length)
        const kept = dropSuperseded(versions.slice(0, at))
        expect(outcomeOf([...kept, ...versions.slice(at)])).toEqual(outcomeOf(versions))
      }),
      { numRuns: caseCount(500) },
    )
  })

  test('I2 devices that receive the same versions in any order and in any batches agree on winner and conflicts', () => {
    const deliveries = sets.chain((versions) =>
      fc.tuple(
        fc.constant(versions),
        fc.array(
          fc.tuple(
            fc.shuffledSubarray([...versions], { minLength: versions.length }),
            fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }),
          ),
          { minLength: 2, maxLength: 4 },
        ),
      ),
    )
    fc.assert(
      fc.property(deliveries, ([versions, devices]) => {
        for (const [order, batchSizes] of devices) {
          let known: Version[] = []
          for (let at = 0, turn = 0; at < order.length; turn++) {
            const size = batchSizes[turn % batchSizes.length]!
            known = dropSuperseded([...known, ...order.slice(at, at + size)])
            at += size
          }
          expect(outcomeOf(known)).toEqual(outcomeOf(versions))
          expect(new Set(idsOf(known))).toEqual(new Set(idsOf(dropSuperseded(versions))))
        }
      }),
      { numRuns: caseCount(300) },
    )
  })

  test('E1 a version that knows all others wins alone, however little else speaks for it', () => {
    fc.assert(
      fc.property(
        sets,
        fc.constantFrom(fileNamed('x'), deletedContent, directoryContent),
        (versions, content) => {
          const last = versionOf({
            ...content,
            mtimeNs: -100n,
            vector: mergeVectors(...versions.map((version) => version.vector), vector({ last: 1 })),
          })
          const { winner, superseded, conflicts } = elect([...versions, last])
          expect(winner).toBe(last)
          expect(idsOf(superseded)).toEqual([...new Set(idsOf(versions))])
          expect(conflicts).toEqual([])
        },
      ),
      { numRuns: caseCount(200) },
    )
  })

  test('E3 E4 only content the winner and its author did not know is a conflict', () => {
    fc.assert(
      fc.property(sets, (versions) => {
        const { winner, superseded, conflicts } = elect(versions)
        for (const loser of conflicts) {
          expect(loser.id).not.toBe(winner.id)
          expect(['file', 'link']).toContain(loser.kind)
          expect(sameContent(loser, winner)).toBe(false)
          expect(winner.replaced !== undefined && sameContent(winner.replaced, loser)).toBe(false)
          expect(idsOf(superseded)).not.toContain(loser.id)
        }
      }),
      { numRuns: caseCount(500) },
    )
  })

  test('E4 I1 a file that loses is superseded, a conflict, the same as the winner, or edited by somebody into what is one of these', () => {
    fc.assert(
      fc.property(sets, (versions) => {
        const { winner, superseded, conflicts } = elect(versions)
        const safe: Content[] = [winner, ...conflicts]
        if (winner.replaced !== undefined) safe.push(winner.replaced)
        const current = versions.filter((version) => !superseded.some(({ id }) => id === version.id))
        for (let before = -1; before !== safe.length; ) {
          before = safe.length
          for (const { replaced, kind, root } of current) {
            if (
              replaced === undefined ||
              kind === 'deleted' ||
              safe.some((content) => sameContent(content, replaced))
            )
              continue
            if (kind === 'directory' || safe.some((content) => sameContent(content, { kind, root })))
              safe.push(replaced)
          }
        }
        for (const version of current) {
          if (version.kind !== 'file' && version.kind !== 'link') continue
          expect(safe.some((content) => sameContent(content, version))).toBe(true)
        }
      }),
      { numRuns: caseCount(500) },
    )
  })

  test('E5 something live wins as long as one live version is superseded by nobody', () => {
    fc.assert(
      fc.property(sets, (versions) => {
        const { winner, superseded } = elect(versions)
        const hasLive = versions.some(
          (version) => isLive(version) && !superseded.some(({ id }) => id === version.id),
        )
        expect(isLive(winner)).toBe(hasLive)
      }),
      { numRuns: caseCount(500) },
    )
  })

  test('I13 the order on versions is total, antisymmetric and transitive', () => {
    fc.assert(
      fc.property(sets, (versions) => {
        for (const a of versions) {
          for (const b of versions) {
            const order = Math.sign(compareVersions(a, b))
            expect(order === 0).toBe(a.id === b.id)
            expect(Math.sign(compareVersions(b, a)) + order).toBe(0)
            for (const c of versions) {
              if (order > 0 && compareVersions(b, c) > 0) expect(compareVersions(a, c)).toBeGreaterThan(0)
            }
          }
        }
      }),
      { numRuns: caseCount(150) },
    )
  })
})

test('E1 versions that replaced each other in a circle leave one winner, and the others are conflicts unless it knew them', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 7, maxLength: 7 }),
      (length, times) => {
        const circle = Array.from({ length }, (_, index) =>
          fileVersion(
            `${index}`,
            { [`writer ${index}`]: 1 },
            { mtimeNs: BigInt(times[index]!), replaced: fileNamed(`${(index + 1) % length}`) },
          ),
        )
        const { winner, superseded, conflicts } = elect(circle)
        expect(circle).toContain(winner)
        expect(superseded).toEqual([])
        expect(conflicts.length).toBe(Math.max(0, length - 2))
      },
    ),
    { numRuns: caseCount(100) },
  )
})

test('E1 an edit that is newer by the clock but known to the other side loses', () => {
  const old = fileVersion('old', { a: 1 }, { mtimeNs: 9_000n })
  const edited = fileVersion('edited', { a: 1, b: 1 }, { mtimeNs: 1n, replaced: fileNamed('old') })
  expect(elect([old, edited])).toEqual({ winner: edited, superseded: [old], conflicts: [] })
})

test('E2 between versions that do not know each other the later time wins, and the other one is a conflict', () => {
  const early = fileVersion('early', { a: 1 }, { mtimeNs: 1n })
  const late = fileVersion('late', { b: 1 }, { mtimeNs: 2n })
  expect(elect([late, early])).toEqual({ winner: late, superseded: [], conflicts: [early] })
})

test('E3 two devices that bring the same content have no conflict', () => {
  const mine = fileVersion('same', { a: 1 }, { mtimeNs: 1n })
  const theirs = fileVersion('same', { b: 1 }, { mtimeNs: 2n })
  expect(elect([mine, theirs]).conflicts).toEqual([])
})

test('I5 an edit of content that another device brought on its own is an edit of that, too', () => {
  const brought = fileVersion('x', { b: 1 }, { mtimeNs: 100n })
  const edited = fileVersion('y', { a: 2 }, { mtimeNs: 1n, replaced: fileNamed('x') })
  expect(elect([brought, edited])).toEqual({ winner: edited, superseded: [], conflicts: [] })
})

test('E5 who deletes one copy does not delete the same content brought by another device', () => {
  const brought = fileVersion('x', { b: 1 })
  const deleted = versionOf({ ...deletedContent, vector: vector({ a: 2 }), replaced: fileNamed('x') })
  expect(elect([deleted, brought]).winner).toBe(brought)
})

test('E1 a directory outranks a file and a link, which keep existing as conflicts', () => {
  const directory = versionOf({ ...directoryContent, vector: vector({ a: 1 }) })
  const file = fileVersion('x', { b: 1 }, { mtimeNs: 9n })
  expect(elect([file, directory])).toEqual({ winner: directory, superseded: [], conflicts: [file] })
})

test('E5 whoever put a file in the place of one directory did not know of another one there', () => {
  const directory = versionOf({ ...directoryContent, vector: vector({ a: 1 }) })
  const file = versionOf({ ...fileNamed('x'), vector: vector({ b: 2 }), replaced: directoryContent })
  expect(elect([file, directory])).toEqual({ winner: directory, superseded: [], conflicts: [file] })
})

test('E3 E5 an author knows its base, what the base replaced, deletions and directories, and no other content', () => {
  const base = fileVersion('y', { a: 2 }, { replaced: fileNamed('x') })
  const known = [fileVersion('y', { b: 1 }), fileVersion('x', { b: 1 })]
  const empty = [deletedContent, directoryContent].map((content) =>
    versionOf({ ...content, vector: vector({ b: 1 }) }),
  )
  for (const other of [...known, ...empty]) expect(isKnownTo(base, other)).toBe(true)
  expect(isKnownTo(base, fileVersion('z', { b: 1 }))).toBe(false)
  expect(isKnownTo(fileVersion('y', { a: 2 }), fileVersion('x', { b: 1 }))).toBe(false)
})

test('E5 what was put there again after a deletion is not known to who only knows the deletion', () => {
  const deletion = versionOf({ ...deletedContent, vector: vector({ a: 2 }), replaced: fileNamed('x') })
  expect(isKnownTo(deletion, fileVersion('x', { b: 1 }))).toBe(true)
  expect(isKnownTo(deletion, fileVersion('x', { a: 2, b: 1 }))).toBe(false)
})
