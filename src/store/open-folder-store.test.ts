import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RecordId } from '../core/ids.ts'
import { deletedContent, type Kind, type Version } from '../core/version.ts'
import { caseCount } from '../testing/counts.ts'
import { createStoreModel, type StoreModel } from '../testing/folder-store-model.ts'
import {
  hereOf,
  idOf,
  pathOf,
  recordOf,
  rootOf,
  storeOptions,
  versionOf,
  writerOf,
} from '../testing/store-values.ts'
import type { FolderStore, ProblemRow } from './folder-store.ts'
import { openFolderStore } from './open-folder-store.ts'

// Neighbours in byte order that are strangers in the tree, and the other way round.
const paths = [
  'a',
  'a!',
  'a/b',
  'a/b/c',
  'a/b/d (conflict pi 2024-01-02 030405).txt',
  'a0',
  'b',
  '\uffe0',
  '\u{1f600}',
].map(pathOf)
const kinds: readonly Kind[] = ['file', 'directory', 'link', 'deleted']
const writers = [writerOf('a'), writerOf('b')]
// One time twice but for less than a millisecond, and times that do not fit into 64 bits of nanoseconds.
const times = [0n, 1n, -1n, 1_700_000_000_000_000_000n, 2n ** 93n, -(2n ** 93n)]
const roots = [rootOf('one'), rootOf('two')]

const content = fc.record({
  kind: fc.constantFrom(...kinds),
  root: fc.constantFrom(...roots),
  path: fc.constantFrom(...paths),
})

const version: fc.Arbitrary<Version> = fc
  .tuple(content, fc.nat(5), fc.dictionary(fc.constantFrom(...writers), fc.integer({ min: 1, max: 50 })))
  .map(([{ kind, root, path }, number, counters]) => {
    const plain = versionOf(path, { kind, name: JSON.stringify([path, kind, root, number, counters]) })
    return {
      ...plain,
      root: plain.root === '' ? plain.root : root,
      sizeBytes: plain.sizeBytes === 0 ? 0 : number * 10 ** 12,
      writer: writers[number % writers.length]!,
      mtimeNs: times[(number * 7 + kind.length + path.length) % times.length]!,
      vector: new Map(writers.flatMap((writer) => (counters[writer] ? [[writer, counters[writer]]] : []))),
      ...(number === 1 && { replaced: { kind: 'file', root: roots[0]! } }),
      ...(number === 2 && { movedTo: paths[0]! }),
    }
  })

type Step = (store: StoreModel, pool: readonly Version[]) => unknown

/** The one at that place among those for which the step makes sense; nothing is done when there is none. */
function pick<T>(among: readonly T[], place: number): T | undefined {
  return among[place % among.length]
}

const path = fc.constantFrom(...paths)
/** Such that things share them. */
const inodes = [1n, 2n ** 64n - 2n]
const here = fc.option(
  fc
    .tuple(
      version,
      fc.boolean(),
      fc.boolean(),
      fc.bigInt({ min: -(2n ** 93n), max: 2n ** 93n }),
      fc.oneof(fc.constantFrom(...inodes), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    )
    .filter(([{ kind }]) => kind !== 'deleted')
    .map(([of, verified, moved, time, inode]) =>
      hereOf(of, {
        verified,
        // As a scrub notes it: another content, or none that can be read.
        ...(verified || time % 3n === 0n
          ? {}
          : { damage: time % 3n === 1n ? rootOf('damaged') : 'unreadable' }),
        mtimeNs: time,
        ctimeNs: -time - 1n,
        inode,
        device: inode ^ 1n,
        ...(moved && { diskPath: 'A/B' }),
      }),
    ),
  { nil: undefined },
)
const problem: fc.Arbitrary<ProblemRow> = fc.record({
  path: fc.oneof(path, fc.constant('not\0a path')),
  code: fc.constantFrom('io-error', 'unreadable'),
  message: fc.string(),
  data: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.nat()), { noNullPrototype: true }),
  retryMs: fc.constantFrom(0, 50, 100, 150),
})

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: version.map(
      (added): Step =>
        (store) =>
          store.addRecord(recordOf(added)),
    ),
  },
  {
    weight: 3,
    arbitrary: fc.nat().map(
      (place): Step =>
        (store, pool) => {
          const often = pick(pool, place)
          return often !== undefined && store.addRecord(recordOf(often))
        },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(path, fc.nat(), fc.boolean()).map(
      ([at, place, supersede]): Step =>
        (store) => {
          const versions = [...store.versionsOf(at)].sort((a, b) => (a.id < b.id ? -1 : 1))
          const winner = pick(versions, place)
          const others = supersede
            ? versions.filter((other) => other !== winner).map((other) => other.id)
            : []
          if (winner !== undefined) store.setWinner(at, winner.id, others)
        },
    ),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(path, here).map(
      ([at, found]): Step =>
        (store) => {
          const winner = store.state(at)?.winner
          if (winner !== undefined) store.adopt(at, winner.id, found)
        },
    ),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(path, fc.boolean()).map(
      ([at, isOver]): Step =>
        (store) => {
          const forgotten = store.versionsOf(at).map(({ id }) => id)
          store.dropWinner(at, forgotten)
          const { agreed } = store.state(at) ?? {}
          if (!isOver || agreed === undefined) return
          const id = idOf<RecordId>(`retracted ${agreed.id}`, 32)
          store.retract(at, { ...agreed, ...deletedContent, sizeBytes: 0, id })
        },
    ),
  },
  fc.tuple(fc.nat(), here).map(
    ([place, found]): Step =>
      (store, pool) => {
        const forgotten = pick(pool, place)
        if (forgotten !== undefined) store.adopt(forgotten.path, forgotten, found)
      },
  ),
  {
    weight: 2,
    arbitrary: fc.tuple(path, here).map(
      ([at, found]): Step =>
        (store) =>
          store.setHere(at, found),
    ),
  },
  fc.tuple(fc.constantFrom(...inodes), fc.constantFrom(...inodes)).map(
    ([from, to]): Step =>
      (store) =>
        store.renumberDevice(from ^ 1n, to),
  ),
  fc.tuple(path, fc.boolean()).map(
    ([at, ignored]): Step =>
      (store) =>
        store.setIgnored(at, ignored),
  ),
  {
    weight: 2,
    arbitrary: fc.record({ files: fc.nat(3), bytes: fc.constantFrom(0, 0, 25, 60) }).map(
      ({ files, bytes }): Step =>
        (store) =>
          store.keepNewest({ files, bytes: bytes * 10 ** 12 }),
    ),
  },
  fc.constantFrom('newest' as const, 'smallest' as const, 'alphabetical' as const).map(
    (order): Step =>
      (store) =>
        store.setOrder(order),
  ),
  fc.tuple(path, fc.boolean()).map(
    ([at, asked]): Step =>
      (store) =>
        store.setAsked(at, asked),
  ),
  path.map(
    (at): Step =>
      (store) =>
        store.disagree(at),
  ),
  fc.constant<Step>((store) => store.clearIgnored()),
  fc.constant<Step>((store) => store.clearProblems('io-error')),
  fc.subarray(roots).map(
    (of): Step =>
      (store) =>
        store.clearProblemsOfContent('io-error', of),
  ),
  fc.constant<Step>((store) => store.forgetProblems()),
  problem.map(
    (row): Step =>
      (store) =>
        store.setProblem(row),
  ),
  fc.tuple(path).map(
    ([at]): Step =>
      (store) =>
        store.clearProblem(at),
  ),
  fc.subarray(paths).map(
    (still): Step =>
      (store) =>
        store.clearProblemsExcept(['io-error'], new Set(still)),
  ),
  fc.tuple(fc.constantFrom(...writers), fc.integer({ min: 1, max: 9 })).map(
    ([writer, count]): Step =>
      (store) =>
        store.takeCounters(writer, count),
  ),
)

/** Everything that can be asked. */
function answers(store: StoreModel): unknown {
  return {
    index: store.indexAfter(0, 1000).map(({ record, ...row }) => ({ ...row, version: record.version })),
    lastSequence: store.lastSequence(),
    page: store.indexAfter(2, 2).map((row) => row.sequence),
    versions: paths.map((at) => [...store.versionsOf(at)].sort((a, b) => (a.id < b.id ? -1 : 1))),
    states: paths.map((at) => store.state(at)),
    predecessors: paths.map((at) => store.predecessor(at)),
    unsaid: [store.unsaid(100), store.unsaid(1)],
    children: ['' as const, ...paths].map((at) => store.childrenHere(at)),
    below: ['' as const, ...paths].map((at) => [
      store.hereBelow(at, undefined, 100),
      store.hereBelow(at, undefined, 2),
    ]),
    pages: paths.map((after) => store.hereBelow('', after, 3)),
    has: paths.map((at) => [store.hasLiveBelow(at), store.hasHereBelow(at), store.hasDeletionsBelow(at)]),
    needs: [0, 99, 100, 1000].flatMap((nowMs) => [1, 3, 100].map((limit) => store.needs(nowMs, limit))),
    withRoot: roots.map((root) => store.hereWithRoot(root)),
    directories: inodes.map((inode) => [
      store.directoryHere(inode, inode ^ 1n),
      store.directoryHere(inode, inode),
    ]),
    localChanges: [store.localChanges(100), store.localChanges(2), store.localChanges(2, paths[1])],
    listed: (['all', 'needed'] as const).flatMap((which) =>
      ['', ...paths].map((after) => [store.pathsAfter(which, after, 2), store.pathsAfter(which, after, 100)]),
    ),
    copies: [store.conflictCopies(100), store.countConflictCopies()],
    counts: store.counts(),
    pendingDeletions: store.pendingDeletions(),
    pendingLosses: store.pendingLosses(),
    deletionsPending: [store.deletionsPending(100), store.deletionsPending(1)],
    filesHere: store.filesHere(),
    damaged: [store.damaged(2), store.damaged(100, 'a'), store.countDamaged(), store.countIgnored()],
    damagedAs: inodes.flatMap((inode) =>
      ['unreadable' as const, ...roots].map((damage) => store.damagedAs(damage, inode, inode)),
    ),
    filesInTurn: [store.fileHereAfter(''), store.fileHereAfter('a')],
    needsRoot: roots.flatMap((root) => [99, 100].map((nowMs) => store.needsRoot(root, nowMs))),
    contentNeeded: roots.map((root) => store.isContentNeeded(root)),
    elsewhere: roots.flatMap((root) => paths.map((at) => store.isContentLiveElsewhere(root, at))),
    problems: [store.problems(100), store.problems(2), ...paths.map((after) => store.problems(2, after))],
    problem: paths.map((at) => store.problem(at)),
    counters: writers.map((writer) => store.counterOf(writer)),
  }
}

const round = fc.record({ steps: fc.array(step, { minLength: 1, maxLength: 8 }), fails: fc.boolean() })
const history = fc.record({
  pool: fc.array(version, { minLength: 1, maxLength: 4 }),
  rounds: fc.array(round, { maxLength: 12 }),
})

function take(
  { steps, fails }: { steps: Step[]; fails: boolean },
  pool: Version[],
  store: FolderStore,
  model: StoreModel,
): void {
  if (!fails) {
    for (const each of steps) expect(each(store as StoreModel & FolderStore, pool)).toEqual(each(model, pool))
    return
  }
  const saved = model.save()
  const failing = () =>
    store.transaction(() => {
      for (const each of steps)
        expect(each(store as StoreModel & FolderStore, pool)).toEqual(each(model, pool))
      throw new Error('changed my mind')
    })
  expect(failing).toThrow('changed my mind')
  model.restore(saved)
}

describe('the store does what its model does', () => {
  test('answers every question the same after any history, undone transactions included', {
    timeout: caseCount(30_000),
  }, () => {
    fc.assert(
      fc.property(history, ({ pool, rounds }) => {
        using store = openFolderStore(':memory:', storeOptions)
        const model = createStoreModel()
        for (const each of rounds) {
          take(each, pool, store, model)
          expect(answers(store as StoreModel & FolderStore)).toEqual(answers(model))
        }
      }),
      { numRuns: caseCount(150) },
    )
  })

  test('I11 answers the same after it was closed and opened again', { timeout: caseCount(30_000) }, () => {
    fc.assert(
      fc.property(history, ({ pool, rounds }) => {
        const directory = mkdtempSync(join(tmpdir(), 'berrysync-store-'))
        try {
          const model = createStoreModel()
          const indexIds = new Set<string>()
          for (const each of rounds) {
            using store = openFolderStore(join(directory, 'folder.db'), storeOptions)
            indexIds.add(store.indexId())
            take(each, pool, store, model)
          }
          using store = openFolderStore(join(directory, 'folder.db'), storeOptions)
          indexIds.add(store.indexId())
          expect(indexIds.size).toBe(1)
          expect(answers(store as StoreModel & FolderStore)).toEqual(answers(model))
        } finally {
          rmSync(directory, { recursive: true })
        }
      }),
      { numRuns: caseCount(15) },
    )
  })
})
