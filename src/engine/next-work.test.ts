import fc from 'fast-check'
import { expect, test } from 'vitest'
import { caseCount } from '../testing/counts.ts'
import { nextWork, type Work, type WorkFacts } from './next-work.ts'

const nowMs = 10
/** Before, at and after now. */
const times = [9, 10, 11] as const
/** The same, and still later: one thing may be due before another. */
const manyTimes = [9, 10, 11, 12] as const
const places: readonly (readonly [string, number])[][] = [
  [],
  [['a', 9]],
  [['a', 10]],
  [['a', 11]],
  [['a', 12]],
  [
    ['a', 11],
    ['b', 10],
    ['c', 9],
  ],
]

function* everyCase(): Generator<WorkFacts> {
  for (const isPaused of [false, true])
    for (const haltedUntilMs of [undefined, ...times])
      for (const isPrepared of [false, true])
        for (const fullScanAtMs of manyTimes)
          for (const dirty of places)
            for (const pullAtMs of [undefined, ...manyTimes])
              for (const trimAtMs of manyTimes)
                for (const leaseAtMs of [undefined, ...times])
                  for (const scrubAtMs of [undefined, nowMs])
                    yield {
                      nowMs,
                      isPaused,
                      haltedUntilMs,
                      isPrepared,
                      fullScanAtMs,
                      dirtyUntilMs: new Map(dirty),
                      pullAtMs,
                      trimAtMs,
                      leaseAtMs,
                      scrubAtMs,
                    }
}

/** The facts as they are once the work is done and nothing else happened. */
function done(facts: WorkFacts, work: Work): WorkFacts {
  const laterMs = facts.nowMs + 1000
  switch (work.kind) {
    case 'prepare':
      return { ...facts, isPrepared: true }
    case 'scan-all':
      return { ...facts, fullScanAtMs: laterMs, dirtyUntilMs: new Map(), pullAtMs: facts.nowMs }
    case 'scan':
      return {
        ...facts,
        dirtyUntilMs: new Map([...facts.dirtyUntilMs].filter(([place]) => !work.places.includes(place))),
        pullAtMs: facts.nowMs,
      }
    case 'pull':
      return { ...facts, pullAtMs: undefined }
    case 'trim-archive':
      return { ...facts, trimAtMs: laterMs }
    case 'renew-lease':
      return { ...facts, leaseAtMs: undefined }
    case 'scrub':
      return { ...facts, scrubAtMs: laterMs }
    case 'rest':
      return { ...facts, nowMs: work.untilMs }
  }
}

function isHalted(facts: WorkFacts): boolean {
  return facts.haltedUntilMs !== undefined && facts.nowMs < facts.haltedUntilMs
}

function isDue(facts: WorkFacts): boolean {
  const dueTimesMs = [facts.fullScanAtMs, facts.trimAtMs, ...facts.dirtyUntilMs.values()]
  if (facts.pullAtMs !== undefined) dueTimesMs.push(facts.pullAtMs)
  if (facts.leaseAtMs !== undefined) dueTimesMs.push(facts.leaseAtMs)
  if (facts.scrubAtMs !== undefined) dueTimesMs.push(facts.scrubAtMs)
  return !facts.isPrepared || dueTimesMs.some((timeMs) => timeMs <= facts.nowMs)
}

test('I10 a halted or paused folder does nothing to the disk, and does not look at it either', () => {
  for (const facts of everyCase()) {
    if (facts.isPaused) expect(nextWork(facts)).toEqual({ kind: 'rest', untilMs: Number.POSITIVE_INFINITY })
    else if (isHalted(facts)) expect(nextWork(facts)).toEqual({ kind: 'rest', untilMs: facts.haltedUntilMs })
  }
})

test('I2 a folder rests exactly when nothing is due, and until the first thing will be', () => {
  for (const facts of everyCase()) {
    if (facts.isPaused || isHalted(facts)) continue
    const work = nextWork(facts)
    expect(work.kind === 'rest').toBe(!isDue(facts))
    if (work.kind !== 'rest') continue
    expect(work.untilMs).toBeGreaterThan(facts.nowMs)
    expect(isDue({ ...facts, nowMs: work.untilMs })).toBe(true)
    expect(isDue({ ...facts, nowMs: work.untilMs - 0.5 })).toBe(false)
  }
})

test('I11 the lease is renewed before the folder rests, and after all that makes the index grow', () => {
  for (const facts of everyCase()) {
    if (facts.isPaused || isHalted(facts)) continue
    const isLeaseDue = facts.leaseAtMs !== undefined && facts.leaseAtMs <= nowMs
    const isMoreDue = isDue({ ...facts, leaseAtMs: undefined, scrubAtMs: undefined })
    expect(nextWork(facts).kind === 'renew-lease').toBe(isLeaseDue && !isMoreDue)
  }
})

test('I2 a piece of a scrub is done only when nothing else is to be done', () => {
  for (const facts of everyCase()) {
    if (facts.isPaused || isHalted(facts)) continue
    const isScrubDue = facts.scrubAtMs !== undefined && facts.scrubAtMs <= nowMs
    const isMoreDue = isDue({ ...facts, scrubAtMs: undefined })
    expect(nextWork(facts).kind === 'scrub').toBe(isScrubDue && !isMoreDue)
  }
})

test('I10 nothing is scanned or pulled before the root was seen to', () => {
  for (const facts of everyCase()) {
    if (!facts.isPrepared) expect(['prepare', 'rest']).toContain(nextWork(facts).kind)
  }
})

test('I7 nothing is pulled, and nothing trimmed, while a look at the disk is due', () => {
  for (const facts of everyCase()) {
    const isLookDue =
      facts.fullScanAtMs <= nowMs || [...facts.dirtyUntilMs.values()].some((quietAtMs) => quietAtMs <= nowMs)
    if (isLookDue) expect(['pull', 'trim-archive']).not.toContain(nextWork(facts).kind)
  }
})

test('I1 a scan covers the places that are quiet, all of them, and no others', () => {
  for (const facts of everyCase()) {
    const work = nextWork(facts)
    if (work.kind !== 'scan') continue
    expect(work.places).toEqual(
      [...facts.dirtyUntilMs].filter(([, quietAtMs]) => quietAtMs <= nowMs).map(([place]) => place),
    )
    expect(work.places.length).toBeGreaterThan(0)
  }
})

test('I3 work that is due gets done in a few turns, and then the folder rests', () => {
  for (const first of everyCase()) {
    let facts = first
    let turns = 0
    for (let work = nextWork(facts); work.kind !== 'rest'; work = nextWork(facts)) {
      facts = done(facts, work)
      expect(++turns).toBeLessThanOrEqual(7)
    }
  }
})

test('I2 whatever the times are, resting ends in the future and never while something is due', () => {
  const anyTimeMs = fc.double({ min: 0, max: 1e9, noNaN: true })
  fc.assert(
    fc.property(
      fc.record({
        nowMs: anyTimeMs,
        isPaused: fc.constant(false),
        haltedUntilMs: fc.option(anyTimeMs, { nil: undefined }),
        isPrepared: fc.boolean(),
        fullScanAtMs: anyTimeMs,
        dirtyUntilMs: fc.array(fc.tuple(fc.string(), anyTimeMs)).map((entries) => new Map(entries)),
        pullAtMs: fc.option(anyTimeMs, { nil: undefined }),
        trimAtMs: anyTimeMs,
        leaseAtMs: fc.option(anyTimeMs, { nil: undefined }),
        scrubAtMs: fc.option(anyTimeMs, { nil: undefined }),
      }),
      (facts) => {
        const work = nextWork(facts)
        if (work.kind !== 'rest') return
        expect(work.untilMs).toBeGreaterThan(facts.nowMs)
        expect(isHalted(facts) || !isDue(facts)).toBe(true)
      },
    ),
    { numRuns: caseCount(500) },
  )
})
