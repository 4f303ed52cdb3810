/**
 * Simulated runs: many drawn by seed, those that once found something by name, and proofs that the oracle can find at all. Replay one
 * with `npm run sim -- --seed N --trace`.
 */
import { describe, expect, test } from 'vitest'
import { elect } from '../core/elect.ts'
import type { Listing } from '../ports.ts'
import { caseCount } from './counts.ts'
import type { Sabotage } from './sim-device.ts'
import { runSim, type SimReport } from './sim-run.ts'
import type { Deed, Step } from './sim-script.ts'
import { plainly, type SimSetting } from './sim-setting.ts'
import { shrink } from './sim-shrink.ts'

/** Runs in one test, so that a failure names a narrow range and none takes long. */
const runsInTest = 25

function explain(seed: number, { failure, story }: SimReport): string {
  return failure === undefined ? '' : `seed ${seed}: ${failure.rule}: ${failure.message}\n${story.join('\n')}`
}

async function expectClean(seed: number, setting: Partial<SimSetting> = {}): Promise<void> {
  expect(explain(seed, await runSim({ seed, setting }))).toBe('')
}

const calm: Partial<SimSetting> = {
  roles: ['full', 'full'],
  takesTurns: false,
  faultRate: 0,
  mayForget: false,
  delays: 0.02,
  slowness: 0,
  deafness: 0,
  archive: true,
  massDeleteFiles: 50,
  oddNames: false,
  meeting: 0.2,
  disks: [],
  tears: false,
  liar: undefined,
  damages: false,
}

describe('I1–I11 drawn runs', () => {
  const ranges = Array.from(
    { length: Math.ceil(caseCount(300) / runsInTest) },
    (_, at) => at * runsInTest + 1,
  )
  test.each(ranges)('I1 to I11 hold from seed %i on', { timeout: 600_000 }, async (first) => {
    for (let seed = first; seed < first + runsInTest; seed++) await expectClean(seed)
  })
})

test('I12 the same seed gives the same run, another one another', async () => {
  const digests: string[] = []
  for (const seed of [3, 3, 4]) digests.push((await runSim({ seed, actions: 25 })).digest)
  expect(digests[1]).toBe(digests[0])
  expect(digests[2]).not.toBe(digests[0])
})

describe('what was found once', () => {
  const found: readonly (readonly [string, number])[] = [
    ['I2 a file in the place of a directory was told before the end of what was in it', 12],
    ['I2 a content was not asked for again after its peer had been changing it', 23],
    ['I2 a problem outlived the winner it was about', 94],
    ['I1 a directory brought back superseded a file of the same device', 11],
    ['I1 likewise, with three devices', 26],
    ['I2 an edit was promised where a file had moved to, and its content given up by then', 73],
    ['I2 a copy was promised of a content that was given up by then', 47],
    ['I3 a peer whose disk came back was not asked for minutes', 68],
    ['I3 a directory brought back lost against its replacement, for ever', 122],
    ['I10 a new folder took another disk than its first', 123],
    ['I1 what was put back while its deletion was carried out was deleted for good', 20098],
    ['I1 what was put back was taken for what had been deleted', 20517],
    ['I2 a content that its author forgot kept the path from everything else', 20381],
    ['I2 an answer to a halt began everything anew', 30136],
    ['I2 a failed transfer held back the deletion that overtook it', 30377],
    ['fault a stage stayed open when looking into it failed', 31118],
    ['I2 a disk that could not be read for a minute was taken for one that lacks the content', 70096],
    ['I2 a person’s new directory was taken for one that could not be placed long ago', 70440],
    ['I2 an older database from the same run gave out numbers twice', 100604],
    ['I4 a crash after setting a mode looked like an edit', 101967],
    ['I2 a disk went away between a file and the directory in its place, and the file looked deleted', 1247],
    ['I2 a claim that failed to become durable was taken for done, and a power cut took it', 5038],
    ['I1 a merge claimed to know what had just been placed and lost', 2469],
    ['I2 a file was found in a directory that was gone a moment later, and stayed for ever', 113186],
    ['I5 a file was told in the place of a directory that was back by then', 294],
    ['I2 a stage held all there was of a content, and nobody thought of it', 3001045],
    ['I1 a copy moved back to lose again was taken for one its person had deleted', 4001957],
    ['I2 a moved file kept another time or mode', 8000053],
    [
      'I4 a crash behind a move that was to change the mode looked like a person who changed it back',
      9000580,
    ],
    ['I2 a file waited at its old name for a directory that could not be made', 9101432],
    ['I2 a file written into just before its old name went kept both', 9401330],
    ['I2 a time given to a renamed file was taken for what a coarse disk makes of the old one', 9700328],
    ['I2 what a read-only person wrote into a file on its way was not looked for where it went', 9700895],
    ['I1 a file that got a third name while it moved was one file under two', 9700966],
  ]
  test.each(found)('%s (seed %i)', { timeout: 60_000 }, async (_, seed) => expectClean(seed, plainly(seed)))
})

describe('I1 I2 I4 on disks that do not tell spellings apart', { timeout: 120_000 }, () => {
  const write = (device: number, path: string): Step => ({
    kind: 'deed',
    device,
    deed: { kind: 'write', path, content: 'new', how: 'in place' },
  })
  const rename = (device: number, path: string, to: string): Step => ({
    kind: 'deed',
    device,
    deed: { kind: 'rename', path, to },
  })
  const remove = (device: number, path: string): Step => ({
    kind: 'deed',
    device,
    deed: { kind: 'remove', path },
  })
  const makeDirectory = (device: number, path: string): Step => ({
    kind: 'deed',
    device,
    deed: { kind: 'make a directory', path },
  })
  const settle: Step = { kind: 'settle', lines: [[0, 1]] }
  /** The first device's disk is plain, the second one's is not. */
  const stories: readonly (readonly [string, readonly Step[]])[] = [
    ['a file is respelled elsewhere', [write(0, 'a'), settle, rename(0, 'a', 'A'), settle]],
    ['a file is respelled there', [write(0, 'a'), settle, rename(1, 'a', 'A'), settle]],
    [
      'a directory is respelled elsewhere',
      [write(0, 'd/x'), makeDirectory(0, 'd/e'), settle, rename(0, 'd', 'D'), settle],
    ],
    [
      'a directory is respelled there',
      [write(0, 'd/x'), makeDirectory(0, 'd/e'), settle, rename(1, 'd', 'D'), settle],
    ],
    ['an empty directory is respelled', [makeDirectory(0, 'd/e'), settle, rename(0, 'd', 'D'), settle]],
    [
      'a directory is respelled while somebody writes into it',
      [write(0, 'd/x'), settle, rename(0, 'd', 'D'), write(1, 'd/y'), settle],
    ],
    ['a file and a directory differ in spelling alone', [write(0, 'a/c'), write(0, 'A'), settle]],
    [
      'two files differ in spelling alone, and one of them goes',
      [
        write(0, 'a'),
        write(0, 'A'),
        settle,
        write(0, 'A'),
        settle,
        write(1, 'a'),
        settle,
        remove(0, 'a'),
        settle,
      ],
    ],
  ]
  const kinds = ['exfat', 'fat', 'decomposing'] as const
  test.each(kinds.flatMap((kind) => stories.map(([what, steps]) => [kind, what, steps] as const)))(
    '%s: %s',
    async (kind, _, steps) => {
      for (let seed = 1; seed <= 3; seed++) {
        const setting = { ...calm, delays: 0.3, disks: ['plain', kind] } as const
        const starts = [0, 1].map((device): Step => ({ kind: 'start', device }))
        const meet: Step = { kind: 'connect', between: [0, 1] }
        const report = await runSim({ seed, setting, steps: [...starts, meet, ...steps] })
        expect(explain(seed, report)).toBe('')
      }
    },
  )
})

describe('I1 I4 on disks that damage files without a sign', { timeout: 120_000 }, () => {
  const write: Step = {
    kind: 'deed',
    device: 0,
    deed: { kind: 'write', path: 'c', content: 'new', how: 'in place' },
  }
  const settle: Step = { kind: 'settle', lines: [[1, 0]] }
  const begin: readonly Step[] = [write, settle]
  const damage = (device: number, how: 'changed' | 'unreadable'): Step => ({
    kind: 'trouble',
    device,
    trouble: { kind: 'damage', path: 'c', how, offsetBytes: 8 },
  })
  const deed = (device: number, deed: Deed): Step => ({ kind: 'deed', device, deed })
  const stories: readonly (readonly [string, readonly Step[]])[] = [
    ['nobody does anything', []],
    ['somebody else makes it executable', [deed(1, { kind: 'flip the mode', path: 'c' })]],
    ['somebody else gives it another time', [deed(1, { kind: 'touch', path: 'c' })]],
    ['somebody else gives it another name', [deed(1, { kind: 'rename', path: 'c', to: 'd' })]],
    ['somebody else puts it elsewhere', [deed(1, { kind: 'rename', path: 'c', to: 'e/c' })]],
    ['somebody else copies it', [deed(1, { kind: 'copy', path: 'c', to: 'd' })]],
    ['somebody else deletes it', [deed(1, { kind: 'remove', path: 'c' })]],
    ['somebody else adds to it', [deed(1, { kind: 'write', path: 'c', content: 'more', how: 'saved anew' })]],
  ]
  const setting: Partial<SimSetting> = { ...calm, archive: false, damages: true }

  async function play(steps: readonly Step[], sabotage?: Sabotage): Promise<string | undefined> {
    for (let seed = 1; seed <= 3; seed++) {
      const report = await runSim({ seed, setting, steps: [...begin, ...steps], sabotage })
      expect(report.story.some((line) => /damages c, (changed|unreadable)/.test(line))).toBe(true)
      if (report.failure !== undefined) return explain(seed, report)
    }
    return undefined
  }

  test.each(
    (['changed', 'unreadable'] as const).flatMap((how) =>
      stories.map(([what, steps]) => [how, what, steps] as const),
    ),
  )('%s, and %s', async (how, _, steps) => {
    expect(await play([damage(0, how), ...steps, settle])).toBeUndefined()
  })

  test.each(stories.slice(0, 3))(
    'the oracle notices a device that takes every file for whole, and %s',
    async (_, steps) => {
      const blind: Sabotage = ({ disk, store }) => ({
        disk: {
          ...disk,
          hashBlocks: async (path, _diskPath, _expect, first, count) =>
            store.blocks(store.state(path)!.here!.root)!.hashes.subarray(32 * first, 32 * (first + count)),
        },
        store,
      })
      expect(await play([damage(0, 'changed'), ...steps, settle], blind)).toContain('I1: ')
    },
  )
})

test('a failed run is made short, and its script fails again', { timeout: 300_000 }, async () => {
  const sabotage: Sabotage = ({ disk, store }) => ({
    disk,
    store: { ...store, needs: (...asked) => store.needs(...asked).filter((path) => !path.endsWith('a')) },
  })
  let report: SimReport
  let seed = 0
  do report = await runSim({ seed: ++seed, actions: 12, setting: calm, sabotage })
  while (report.failure?.rule !== 'I2' && seed < 20)
  const { script, tried } = await shrink(report.script, 'I2', { sabotage })
  expect(tried).toBeGreaterThan(script.steps.length)
  // Two devices that start, a file, and the moment of truth.
  expect(script.steps.length).toBeLessThanOrEqual(4)
  expect((await runSim({ ...script, sabotage })).failure?.rule).toBe('I2')
})

/** Plays runs of a sabotaged device until the oracle reports one of these rules; gives up after so many. */
async function expectFound(
  rules: readonly string[],
  setting: Partial<SimSetting>,
  sabotage: Sabotage,
  tries = 40,
): Promise<void> {
  const seen: string[] = []
  for (let seed = 1; seed <= tries; seed++) {
    const { failure } = await runSim({ seed, setting: { ...calm, ...setting }, sabotage })
    if (failure === undefined) continue
    if (rules.includes(failure.rule)) return
    seen.push(failure.rule)
  }
  expect.fail(`${rules.join(' or ')} was not found in ${tries} runs, but ${seen.join(', ') || 'nothing'}`)
}

describe('the oracle notices', { timeout: 300_000 }, () => {
  test('I1 a device that keeps only the winner of a conflict', async () => {
    await expectFound(['I1'], {}, ({ disk, store }) => ({
      disk,
      store: {
        ...store,
        versionsOf(path) {
          const versions = store.versionsOf(path)
          return versions.length < 2 ? versions : [elect(versions).winner]
        },
      },
    }))
  })

  test('I1 a device that writes over whatever lies there (I7)', async () => {
    await expectFound(['I1'], { delays: 1, archive: false }, ({ disk, store }) => ({
      disk: {
        ...disk,
        async commit(steps) {
          const careless = steps.map(async (step) => {
            const look = await disk.look(step.path, step.to)
            if (step.kind !== 'file' || look.state !== 'present') return step
            return { ...step, expect: look.found.stat }
          })
          return disk.commit(await Promise.all(careless))
        },
      },
      store,
    }))
  })

  test('I2 a device that misses a name', async () => {
    await expectFound(['I2'], {}, ({ disk, store }, { index }) => ({
      disk,
      store: {
        ...store,
        needs: (nowMs, limit) =>
          store.needs(nowMs, limit).filter((path) => index === 0 || !path.endsWith('a')),
      },
    }))
  })

  test('I3 a device that finds something new at every look', async () => {
    let looks = 0n
    await expectFound(['I3', 'settle'], {}, ({ disk, store }) => ({
      disk: {
        ...disk,
        async *walk(...place) {
          looks++
          for await (const listing of disk.walk(...place)) {
            const found = listing.found.map((entry) => ({
              ...entry,
              stat: { ...entry.stat, executable: entry.stat.kind === 'file' && looks % 2n === 0n },
            }))
            yield { ...listing, found }
          }
        },
      },
      store,
    }))
  })

  test('I4 a device that brings back what others deleted', async () => {
    await expectFound(['I4'], {}, ({ disk, store }, { index }) => ({
      disk,
      store: {
        ...store,
        needs: (nowMs, limit) =>
          store.needs(nowMs, limit).filter((path) => {
            const state = store.state(path)
            if (index === 0 || state?.winner?.kind !== 'deleted' || state.here?.kind !== 'file') return true
            store.disagree(path)
            store.setHere(path, undefined)
            return false
          }),
      },
    }))
  })

  test('I5 a device that forgets what it knew', async () => {
    const setting = { takesTurns: true, mayForget: true, faultRate: 0.4 }
    await expectFound(['I5'], setting, (parts) => parts)
  })

  test('I6 a device that writes in place', async () => {
    await expectFound(['I6'], {}, ({ disk, store }, { own }) => ({
      disk: {
        ...disk,
        async commit(steps) {
          for (const { kind, to } of steps) {
            if (kind === 'file' && own.person.stat(to) !== undefined) own.person.writeFile(to, 'half of')
          }
          return disk.commit(steps)
        },
      },
      store,
    }))
  })

  test('I10 a device that takes an empty place for its disk', async () => {
    const nothing: Listing = { directory: '', found: [], problems: [], unreadable: false }
    await expectFound(['I10'], { faultRate: 0.3 }, ({ disk, store }, device) => ({
      disk: {
        ...disk,
        async rootState() {
          const { state } = await disk.rootState()
          const diskId = store.fact('diskId')
          if (state === 'present' || diskId === undefined || device.folder === undefined)
            return disk.rootState()
          return { state: 'present', identity: { folderId: device.folder.id, diskId }, device: 1n }
        },
        readNote: (name) => disk.readNote(name).catch(() => undefined),
        async *walk(...place) {
          if (device.mounted === device.own) yield* disk.walk(...place)
          else yield nothing
        },
        look: async (...place) => (device.mounted === device.own ? disk.look(...place) : { state: 'absent' }),
      },
      store,
    }))
  })
})
