import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fileNamed, versionOf, writerNamed } from '../testing/arbitraries.ts'
import { caseCount } from '../testing/counts.ts'
import { createPathHistory, movesAmong, type PathHistory } from '../testing/path-history.ts'
import { elect } from './elect.ts'
import { type Action, type PlanFacts, plan } from './plan.ts'
import type { Role } from './statement.ts'
import {
  type Content,
  deletedContent,
  directoryContent,
  linkRoot,
  sameContent,
  type Version,
} from './version.ts'

type HereFacts = NonNullable<PlanFacts['here']>

const x = fileNamed('x')
const y = fileNamed('y')
const z = fileNamed('z')
const link: Content = { kind: 'link', root: linkRoot('target') }

function versionBy(writer: string, content: Content, facts: Partial<Version> = {}): Version {
  const name = writerNamed(writer)
  return versionOf({ ...content, vector: new Map([[name, 1]]), writer: name, mtimeNs: 5n, ...facts })
}

function lying(content: Content, facts: Partial<HereFacts> = {}): HereFacts {
  return { kind: content.kind, root: content.root, mtimeNs: 5n, executable: false, verified: true, ...facts }
}

function factsOf(facts: Partial<PlanFacts>): PlanFacts {
  return {
    role: 'full',
    winner: undefined,
    agreed: undefined,
    here: undefined,
    agreedLost: false,
    isKeptAside: false,
    hasLiveBelow: false,
    hasHereBelow: false,
    hasDeletionsBelow: false,
    ...facts,
  }
}

describe('each row of the decision table', () => {
  const agreedX = versionBy('us', x)
  const winnerY = versionBy('them', y, { replaced: x })
  const winnerZ = versionBy('them', z)
  const winnerGone = versionBy('them', deletedContent, { replaced: x })
  const ours = versionBy('us', y)

  const rows: [row: string, facts: Partial<PlanFacts>, action: Action][] = [
    ['x x x: nothing', { agreed: agreedX, here: lying(x), winner: agreedX }, { kind: 'nothing' }],
    [
      'x y x: the plan leaves it to the scan',
      { agreed: agreedX, here: lying(y), winner: agreedX },
      { kind: 'nothing' },
    ],
    ['x x y: replace', { agreed: agreedX, here: lying(x), winner: winnerY }, { kind: 'place' }],
    [
      'x y y: adopt',
      { agreed: agreedX, here: lying(y), winner: winnerY },
      { kind: 'adopt', metadata: false },
    ],
    [
      'x y y, other time: adopt and set it',
      { agreed: agreedX, here: lying(y, { mtimeNs: 6n }), winner: winnerY },
      { kind: 'adopt', metadata: true },
    ],
    [
      'x y y, other mode: adopt and set it',
      { agreed: agreedX, here: lying(y, { executable: true }), winner: winnerY },
      { kind: 'adopt', metadata: true },
    ],
    [
      'x y z, not signed yet: look first',
      { agreed: agreedX, here: lying(y), winner: winnerZ },
      { kind: 'wait', for: 'scan' },
    ],
    [
      'x y z, signed and lost: keep both',
      { agreed: ours, here: lying(y), winner: winnerZ, agreedLost: true },
      { kind: 'keep-both' },
    ],
    [
      'x y z, signed and lost, y lies beside: replace',
      { agreed: ours, here: lying(y), winner: winnerZ, agreedLost: true, isKeptAside: true },
      { kind: 'place' },
    ],
    [
      'x y z, lost but written over since with what the winner replaced: replace',
      { agreed: ours, here: lying(x), winner: winnerY, agreedLost: true },
      { kind: 'place' },
    ],
    ['- - y: fetch', { winner: winnerY }, { kind: 'place' }],
    ['- y -: the plan leaves it to the scan', { here: lying(y) }, { kind: 'nothing' }],
    ['- x y, the winner replaced x: replace', { here: lying(x), winner: winnerY }, { kind: 'place' }],
    ['- y z: look first', { here: lying(y), winner: winnerZ }, { kind: 'wait', for: 'scan' }],
    ['x x deleted: remove', { agreed: agreedX, here: lying(x), winner: winnerGone }, { kind: 'remove' }],
    ['x - x: the plan leaves it to the scan', { agreed: agreedX, winner: agreedX }, { kind: 'nothing' }],
    ['x - deleted: adopt', { agreed: agreedX, winner: winnerGone }, { kind: 'adopt', metadata: false }],
    [
      'x y deleted: look first, then the edit lives',
      { agreed: agreedX, here: lying(y), winner: winnerGone },
      { kind: 'wait', for: 'scan' },
    ],
    ['x - y: the edit lives, fetch', { agreed: agreedX, winner: winnerY }, { kind: 'place' }],
    [
      'x unsure y: look first',
      { agreed: agreedX, here: lying(x, { verified: false }), winner: winnerY },
      { kind: 'wait', for: 'scan' },
    ],
    [
      'x unsure deleted: look first',
      { agreed: agreedX, here: lying(x, { verified: false }), winner: winnerGone },
      { kind: 'wait', for: 'scan' },
    ],
  ]
  test.each(rows)('E4 E5 agreed, here, folder %s', (_, facts, action) => {
    expect(plan(factsOf(facts))).toEqual(action)
  })

  const readOnlyRows: [row: string, facts: Partial<PlanFacts>, action: Action][] = [
    ['x x y: replace', { agreed: agreedX, here: lying(x), winner: winnerY }, { kind: 'place' }],
    [
      'x x y, x lost to y: replace, others keep the copy',
      { agreed: agreedX, here: lying(x), winner: winnerZ, agreedLost: true },
      { kind: 'place' },
    ],
    [
      'x y y: adopt',
      { agreed: agreedX, here: lying(y), winner: winnerY },
      { kind: 'adopt', metadata: false },
    ],
    [
      'x y z: move the local edit beside',
      { agreed: agreedX, here: lying(y), winner: winnerZ },
      { kind: 'set-aside' },
    ],
    [
      'x y z, y lies beside: replace',
      { agreed: agreedX, here: lying(y), winner: winnerZ, isKeptAside: true },
      { kind: 'place' },
    ],
    ['x y x: the edit stays', { agreed: agreedX, here: lying(y), winner: agreedX }, { kind: 'nothing' }],
    [
      'x y deleted: the edit stays',
      { agreed: agreedX, here: lying(y), winner: winnerGone },
      { kind: 'leave' },
    ],
    ['- y deleted: the addition stays', { here: lying(y), winner: winnerGone }, { kind: 'leave' }],
    ['x x deleted: remove', { agreed: agreedX, here: lying(x), winner: winnerGone }, { kind: 'remove' }],
    [
      'x unsure y: look first',
      { agreed: agreedX, here: lying(x, { verified: false }), winner: winnerY },
      { kind: 'wait', for: 'scan' },
    ],
  ]
  test.each(readOnlyRows)('E6 on a read-only device, agreed, here, folder %s', (_, facts, action) => {
    expect(plan(factsOf({ role: 'read-only', ...facts }))).toEqual(action)
  })

  const damaged = { verified: false, damage: y.root } as const
  const damagedRows: [row: string, facts: Partial<PlanFacts>, action: Action][] = [
    ['x damaged x: repair', { agreed: agreedX, here: lying(x, damaged), winner: agreedX }, { kind: 'place' }],
    [
      'x unreadable x: repair',
      { agreed: agreedX, here: lying(x, { ...damaged, damage: 'unreadable' }), winner: agreedX },
      { kind: 'place' },
    ],
    [
      'x damaged y: replace',
      { agreed: agreedX, here: lying(x, damaged), winner: winnerY },
      { kind: 'place' },
    ],
    [
      'x damaged deleted: remove',
      { agreed: agreedX, here: lying(x, damaged), winner: winnerGone },
      { kind: 'remove' },
    ],
    [
      'x damaged z, and x lost: replace, others keep the copy',
      { agreed: agreedX, here: lying(x, damaged), winner: winnerZ, agreedLost: true },
      { kind: 'place' },
    ],
    [
      "a person's own y, damaged: it stays",
      { role: 'read-only', agreed: agreedX, here: lying(y, damaged), winner: winnerZ },
      { kind: 'leave-damaged' },
    ],
    [
      "a person's own y, damaged, nothing new: nothing",
      { role: 'read-only', agreed: agreedX, here: lying(y, damaged), winner: agreedX },
      { kind: 'nothing' },
    ],
  ]
  test.each(damagedRows)('I1 what a disk has damaged, agreed, here, folder %s', (_, facts, action) => {
    expect(plan(factsOf(facts))).toEqual(action)
  })

  const directory = versionBy('us', directoryContent)
  const inTheWay: Partial<PlanFacts> = {
    agreed: directory,
    here: lying(directoryContent),
    winner: versionBy('them', x, { replaced: directoryContent }),
  }
  const gone: Partial<PlanFacts> = {
    agreed: directory,
    here: lying(directoryContent),
    winner: versionBy('them', deletedContent),
  }
  const directoryRows: [row: string, facts: Partial<PlanFacts>, action: Action][] = [
    ['deleted and empty: remove', gone, { kind: 'remove' }],
    [
      'deleted, something in it lives: it lives',
      { ...gone, hasLiveBelow: true, hasHereBelow: true },
      { kind: 'revive' },
    ],
    [
      'deleted, something in it lives, read-only: nothing',
      { ...gone, role: 'read-only', hasLiveBelow: true },
      { kind: 'nothing' },
    ],
    [
      'deleted, what is in it is about to go: wait',
      { ...gone, hasHereBelow: true, hasDeletionsBelow: true },
      { kind: 'wait', for: 'below' },
    ],
    ['deleted, something local is in it: it stays', { ...gone, hasHereBelow: true }, { kind: 'leave' }],
    ['now a file, empty: replace', inTheWay, { kind: 'place' }],
    ['now a file, something in it lives: it lives', { ...inTheWay, hasLiveBelow: true }, { kind: 'revive' }],
    [
      'now a file, something in it lives, read-only: nothing',
      { ...inTheWay, role: 'read-only', hasLiveBelow: true },
      { kind: 'nothing' },
    ],
    [
      'now a file, something lies in it: wait',
      { ...inTheWay, hasHereBelow: true },
      { kind: 'wait', for: 'below' },
    ],
  ]
  test.each(directoryRows)('E5 a directory %s', (_, facts, action) => {
    expect(plan(factsOf(facts))).toEqual(action)
  })
})

// ---- every combination ---------------------------------------------------------------------------------------------

const roles: readonly Role[] = ['full', 'read-only']
const replacements = [undefined, x, y, directoryContent, deletedContent]
const bools = [false, true]

const winners: readonly (Version | undefined)[] = [
  undefined,
  ...[x, y, link, directoryContent, deletedContent].flatMap((content) =>
    replacements.map((replaced) => versionBy('them', content, replaced === undefined ? {} : { replaced })),
  ),
]
const agreeds: readonly (Version | undefined)[] = [
  undefined,
  ...[x, y, z, link, directoryContent, deletedContent].map((content) => versionBy('us', content)),
]
const heres: readonly (HereFacts | undefined)[] = [
  undefined,
  ...[x, y, z, link, directoryContent].flatMap((content) =>
    bools.flatMap((verified) => [
      lying(content, { verified }),
      lying(content, { verified, mtimeNs: 6n, executable: true }),
    ]),
  ),
]

/** Every combination of facts over the small domains above, possible or not. */
function* everyCase(): Generator<PlanFacts> {
  for (const role of roles)
    for (const winner of winners)
      for (const agreed of winner === undefined ? agreeds : [...agreeds, winner])
        for (const here of heres)
          for (const agreedLost of bools)
            for (const isKeptAside of bools)
              for (const hasLiveBelow of bools)
                for (const hasHereBelow of bools)
                  for (const hasDeletionsBelow of bools)
                    yield {
                      role,
                      winner,
                      agreed,
                      here,
                      agreedLost,
                      isKeptAside,
                      hasLiveBelow,
                      hasHereBelow,
                      hasDeletionsBelow,
                    }
}

/** Names the case a check fails for; comparing a hundred thousand of them one `expect` each would take a minute. */
function assertFor(facts: PlanFacts, holds: boolean, why: string): void {
  if (!holds)
    expect.fail(
      `${why}: ${JSON.stringify({ facts, action: plan(facts) }, (_, value) => (typeof value === 'bigint' ? `${value}n` : value), 1)}`,
    )
}

const isContent = (content: Content | undefined): content is Content =>
  content?.kind === 'file' || content?.kind === 'link'
const isSame = (a: Content | undefined, b: Content | undefined): boolean =>
  a !== undefined && b !== undefined && sameContent(a, b)

test('I1 I7 content is taken away only when it was agreed, is known to the winner, or lies beside, and only after it was looked at', () => {
  for (const facts of everyCase()) {
    const { here, agreed, winner } = facts
    const action = plan(facts)
    if ((action.kind !== 'place' && action.kind !== 'remove') || !isContent(here)) continue
    const isHeldElsewhere = isSame(here, agreed) || isSame(here, winner?.replaced) || facts.isKeptAside
    assertFor(facts, isHeldElsewhere, 'the only copy would go')
    assertFor(facts, here.verified, 'what lies there was not looked at')
    if (action.kind === 'remove') assertFor(facts, isSame(here, agreed), 'a local edit would be deleted')
  }
})

test('E4 I1 a device that may sign never replaces what lost before a copy of it was made', () => {
  for (const facts of everyCase()) {
    const { here, agreed, winner, role, agreedLost } = facts
    const action = plan(facts)
    if (
      role === 'full' &&
      agreedLost &&
      !facts.isKeptAside &&
      isContent(here) &&
      isSame(here, agreed) &&
      winner?.kind !== 'deleted'
    ) {
      assertFor(facts, action.kind !== 'place' && action.kind !== 'remove', 'the loser would go')
    }
    if (action.kind === 'keep-both') {
      assertFor(
        facts,
        isContent(here) && isSame(here, agreed) && agreedLost && here.verified,
        'what lies here is not what lost',
      )
    }
  }
})

test('E6 a read-only device never signs, and only it moves things aside', () => {
  for (const facts of everyCase()) {
    const action = plan(facts)
    const signs = action.kind === 'keep-both' || action.kind === 'revive'
    assertFor(facts, !(facts.role === 'read-only' && signs), 'it may not sign')
    assertFor(facts, !(facts.role === 'full' && action.kind === 'set-aside'), 'a local edit has to be signed')
  }
})

test('E5 no directory goes or gives way while something lives or lies in it', () => {
  for (const facts of everyCase()) {
    if (facts.here?.kind !== 'directory' || !(facts.hasLiveBelow || facts.hasHereBelow)) continue
    const action = plan(facts)
    assertFor(facts, action.kind !== 'place' && action.kind !== 'remove', 'what is in it would go')
  }
})

test('I13 an action fits its facts: it places what lives, removes what is there, adopts what is the same', () => {
  for (const facts of everyCase()) {
    const { here, winner, agreed } = facts
    const action = plan(facts)
    if (winner === undefined || winner.id === agreed?.id)
      assertFor(facts, action.kind === 'nothing', 'nobody asked')
    if (action.kind === 'place')
      assertFor(facts, winner?.kind !== 'deleted' && !isSame(here, winner), 'nothing to place')
    if (action.kind === 'remove')
      assertFor(facts, winner?.kind === 'deleted' && here !== undefined, 'nothing to remove')
    if (action.kind === 'leave')
      assertFor(facts, winner?.kind === 'deleted' && here !== undefined, 'nothing to leave')
    if (action.kind === 'adopt')
      assertFor(facts, winner?.kind === 'deleted' ? here === undefined : isSame(here, winner), 'not the same')
    if (action.kind === 'wait') assertFor(facts, here !== undefined, 'nothing to wait for')
  }
})

/** What the facts are once the action was carried out, nothing else happening meanwhile. */
function apply(facts: PlanFacts, action: Action): PlanFacts {
  const { winner, here, agreed } = facts
  switch (action.kind) {
    case 'nothing':
    case 'leave-damaged':
      return facts
    case 'adopt':
    case 'place': {
      const lies =
        winner!.kind === 'deleted'
          ? undefined
          : lying(winner!, { mtimeNs: winner!.mtimeNs, executable: winner!.executable })
      return { ...facts, agreed: winner, here: lies, agreedLost: false }
    }
    case 'remove':
      return { ...facts, agreed: winner, here: undefined }
    case 'leave':
      return { ...facts, agreed: winner }
    case 'keep-both':
    case 'set-aside':
      return { ...facts, isKeptAside: true }
    case 'revive': {
      const revived = versionBy('revived', directoryContent)
      return { ...facts, winner: revived, agreed: revived }
    }
    case 'wait':
      if (action.for === 'below')
        return { ...facts, hasHereBelow: false, hasDeletionsBelow: false, hasLiveBelow: false }
      return scanned({ ...facts, here: { ...here!, verified: true } }, agreed)
  }
}

/** What a scan does: an edit gets a version of its own, which knows what was agreed and does not know the winner. */
function scanned(facts: PlanFacts, agreed: Version | undefined): PlanFacts {
  const { winner, role } = facts
  const here = facts.here!
  if (role === 'read-only' || isSame(here, agreed) || isSame(here, winner)) return facts
  const signed = versionBy('scan', here, {
    mtimeNs: here.mtimeNs,
    ...(agreed === undefined ? {} : { replaced: agreed }),
  })
  const election = elect([winner!, signed])
  return {
    ...facts,
    agreed: signed,
    winner: election.winner,
    agreedLost: election.conflicts.includes(signed),
  }
}

test('I13 a plan carried out leads to a plan of nothing, within four steps', () => {
  for (const facts of everyCase()) {
    // Only a version that lost can have lost: what `agreedLost` says has to be possible, or no step could undo it.
    if (
      facts.agreedLost &&
      (facts.winner === undefined || !isContent(facts.agreed) || isSame(facts.agreed, facts.winner))
    )
      continue
    let state = facts
    let steps = 0
    for (let action = plan(state); action.kind !== 'nothing'; action = plan(state)) {
      state = apply(state, action)
      assertFor(facts, ++steps <= 4, 'it never ends')
    }
    const waitsForOthers =
      state.role === 'read-only' && state.here?.kind === 'directory' && state.hasLiveBelow
    assertFor(
      facts,
      state.winner === undefined || state.winner.id === state.agreed?.id || waitsForOthers,
      'it ends without agreement',
    )
  }
})

// ---- together with the elections ------------------------------------------------------------------------------------

const counts = fc.integer({ min: 2, max: 4 })
const healthyHistories = counts.chain((count) =>
  movesAmong(count, 'nothing is lost').map((moves) => ({ count, moves })),
)
const histories = counts.chain((count) =>
  movesAmong(count, 'databases may be lost').map((moves) => ({ count, moves })),
)

function fullDevices(count: number): Role[] {
  return Array<Role>(count).fill('full')
}

function expectAgreement(history: PathHistory): void {
  const [first, ...others] = history.devices
  const { agreed, here } = first!
  for (const device of others) {
    expect(device.agreed?.id).toBe(agreed?.id)
    expect(device.here?.root).toBe(here?.root)
  }
  if (agreed !== undefined)
    expect(here ?? deletedContent).toMatchObject({ kind: agreed.kind, root: agreed.root })
}

test('I1 I2 I3 devices that do what their plans say agree, fall silent, and have lost nothing, even without archives', () => {
  fc.assert(
    fc.property(healthyHistories, ({ count, moves }) => {
      const history = createPathHistory(fullDevices(count))
      for (const move of moves) history.move(move)
      history.settle()
      expectAgreement(history)
      expect(history.lost()).toEqual([])
    }),
    { numRuns: caseCount(1500) },
  )
})

test('E7 I1 I3 when databases were lost, devices fall silent under one winner, and disks and archives have what it does not know', () => {
  fc.assert(
    fc.property(histories, ({ count, moves }) => {
      const history = createPathHistory(fullDevices(count))
      for (const move of moves) history.move(move)
      history.settle()
      const winners = history.devices.map(({ known }) =>
        known.length === 0 ? undefined : elect(known).winner.id,
      )
      expect(new Set(winners).size).toBe(1)
      // What lost its history may look replaced by what it replaced itself.
      const kept = history.devices.flatMap(({ here, archive }) =>
        here === undefined ? archive : [here, ...archive],
      )
      expect(history.lost(kept)).toEqual([])
    }),
    { numRuns: caseCount(700) },
  )
})

test('E6 I1 read-only devices end with what the folder has, or with their local edits, here or beside', () => {
  const roleSets = fc
    .array(fc.constantFrom<Role>('full', 'read-only'), { minLength: 1, maxLength: 3 })
    .map((more): Role[] => ['full', ...more])
  fc.assert(
    fc.property(
      roleSets.chain((set) => movesAmong(set.length, 'nothing is lost').map((moves) => ({ set, moves }))),
      ({ set, moves }) => {
        const history = createPathHistory(set)
        const local = new Map<number, Content>()
        for (const move of moves) {
          history.move(move)
          if (move.kind === 'write' && set[move.device] === 'read-only') local.set(move.device, move.content)
        }
        history.settle()
        expect(history.lost()).toEqual([])
        expect(
          history.versions.every(({ deviceName }) => set[Number(deviceName.split(' ')[1])] === 'full'),
        ).toBe(true)
        const winner = history.devices[0]!.agreed
        for (const [index, device] of history.devices.entries()) {
          const edit = local.get(index)
          if (edit === undefined) {
            expect(device.agreed?.id).toBe(winner?.id)
            expect(device.here?.root).toBe(history.devices[0]!.here?.root)
          } else if (isContent(edit)) {
            const kept = [device.here, ...device.aside, ...history.versions]
            expect(kept.some((content) => isSame(content, edit))).toBe(true)
          }
        }
      },
    ),
    { numRuns: caseCount(700) },
  )
})

const liveContents = fc.constantFrom(x, y, z, link)

test('I5 people who edit one after the other, each with the last edit before them, never have a conflict', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          device: fc.nat(2),
          content: fc.oneof(liveContents, fc.constant(deletedContent)),
          mtimeNs: fc.bigInt({ min: 0n, max: 3n }),
        }),
        { minLength: 1, maxLength: 10 },
      ),
      (edits) => {
        const history = createPathHistory(fullDevices(3))
        for (const edit of edits) {
          history.move({ kind: 'write', ...edit })
          history.settle()
          for (const { here } of history.devices) expect(here?.root ?? '').toBe(edit.content.root)
        }
        expect(history.copies).toEqual([])
      },
    ),
    { numRuns: caseCount(200) },
  )
})

test('I5 devices that held the same before they met, one of them with one edit since, agree on the edit without a conflict', () => {
  fc.assert(
    fc.property(
      fc.nat(2),
      fc.array(fc.bigInt({ min: 0n, max: 5n }), { minLength: 4, maxLength: 4 }),
      fc.boolean(),
      (editor, times, isDeletion) => {
        const history = createPathHistory(fullDevices(3))
        for (const device of [0, 1, 2])
          history.move({ kind: 'write', device, content: x, mtimeNs: times[device]! })
        history.move({
          kind: 'write',
          device: editor,
          content: isDeletion ? deletedContent : y,
          mtimeNs: times[3]!,
        })
        history.settle()
        expect(history.copies).toEqual([])
        for (const { here } of history.devices) expect(here?.root).toBe(isDeletion ? x.root : y.root)
      },
    ),
    { numRuns: caseCount(100) },
  )
})

test('I4 what is deleted once everybody agrees stays deleted', () => {
  fc.assert(
    fc.property(healthyHistories, fc.nat(), ({ count, moves }, who) => {
      const history = createPathHistory(fullDevices(count))
      for (const move of moves) history.move(move)
      history.settle()
      history.move({ kind: 'write', device: who % count, content: deletedContent, mtimeNs: 0n })
      history.settle()
      for (const { here } of history.devices) expect(here).toBeUndefined()
    }),
    { numRuns: caseCount(200) },
  )
})

test('E5 an edit outlives a deletion made at the same time, whatever happened before', () => {
  const fresh = fileNamed('the edit')
  fc.assert(
    fc.property(healthyHistories, ({ count, moves }) => {
      const history = createPathHistory(fullDevices(count))
      for (const move of moves) history.move(move)
      history.settle()
      history.move({ kind: 'write', device: 0, content: deletedContent, mtimeNs: 9n })
      history.move({ kind: 'write', device: 1, content: fresh, mtimeNs: 0n })
      history.settle()
      for (const { here } of history.devices) expect(here?.root).toBe(fresh.root)
      expect(history.lost()).toEqual([])
    }),
    { numRuns: caseCount(200) },
  )
})

test('E7 a device that lost its database makes a conflict of what it has at worst, never the latest of it', () => {
  fc.assert(
    fc.property(healthyHistories, fc.nat(), ({ count, moves }, who) => {
      const history = createPathHistory(fullDevices(count))
      for (const move of moves) history.move(move)
      history.settle()
      const before = history.devices[0]!.here
      const copies = history.copies.length
      history.move({ kind: 'forget', device: who % count })
      history.settle()
      for (const { here } of history.devices) expect(here?.root).toBe(before?.root)
      expect(history.copies.length).toBe(copies)
    }),
    { numRuns: caseCount(200) },
  )
})
