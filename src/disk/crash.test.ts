import { describe, expect, test } from 'vitest'
import type { CommitStep, Disk } from '../ports.ts'
import { commitText, rel, stageText, statAt, testIdentity, walkAll } from '../testing/disk-driving.ts'
import { createMemoryDisk, type MemoryDisk, type MemoryOptions } from '../testing/memory-files.ts'
import { silentLog } from '../testing/silent-log.ts'
import { openDisk } from './disk.ts'
import { createInlineHasher } from './hasher.ts'

const clock = { now: () => Date.UTC(2026, 0, 1) }

/** Opens the folder as a process that ends for good at its operation number `crashAt`, counted once `arm` was called. */
async function openCrashing(memory: MemoryDisk, crashAt: number) {
  let count = Number.NEGATIVE_INFINITY
  const { promise: crashed, resolve } = Promise.withResolvers<'crashed'>()
  const files = memory.files(async () => {
    count += 1
    if (count < crashAt) return
    resolve('crashed')
    await new Promise(() => undefined)
  })
  const disk = await openDisk({ files, hasher: createInlineHasher(), clock, log: silentLog })
  return {
    disk,
    crashed,
    arm: () => {
      count = -1
    },
  }
}

function openAgain(memory: MemoryDisk): Promise<Disk> {
  return openDisk({ files: memory.files(), hasher: createInlineHasher(), clock, log: silentLog })
}

interface Scene {
  readonly title: string
  readonly prepare?: (memory: MemoryDisk) => void
  readonly steps: (disk: Disk) => Promise<CommitStep[]>
  /** What may lie at `file`: content, `directory`, or `absent`. */
  readonly allowed: readonly string[]
  /** Whether the old file is moved into the archive, not linked or copied. */
  readonly movesAway?: boolean
  /** What lies there once the commit is done. */
  readonly done: string
}

const archive = true
const scenes: readonly Scene[] = [
  {
    title: 'a new file',
    steps: async (disk) => [
      {
        kind: 'file',
        path: rel('file'),
        to: 'file',
        stage: await stageText(disk, 's', 'new content'),
        expect: 'absent',
        archive,
      },
    ],
    allowed: ['absent', 'new content'],
    done: 'new content',
  },
  {
    title: 'a new file in a new directory',
    steps: async (disk) => [
      { kind: 'directory', path: rel('sub'), to: 'sub', expect: 'absent', archive },
      {
        kind: 'file',
        path: rel('sub/file'),
        to: 'sub/file',
        stage: await stageText(disk, 's', 'new content'),
        expect: 'absent',
        archive,
      },
    ],
    allowed: ['absent'],
    done: 'absent',
  },
  {
    title: 'a replaced file',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      {
        kind: 'file',
        path: rel('file'),
        to: 'file',
        stage: await stageText(disk, 's', 'new content'),
        expect: await statAt(disk, 'file'),
        archive,
      },
    ],
    allowed: ['old content', 'new content'],
    done: 'new content',
  },
  {
    title: 'a file replaced by a link',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      {
        kind: 'link',
        path: rel('file'),
        to: 'file',
        target: 'target',
        expect: await statAt(disk, 'file'),
        archive,
      },
    ],
    allowed: ['old content', 'target'],
    done: 'target',
  },
  {
    title: 'a removed file',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      { kind: 'remove', path: rel('file'), to: 'file', expect: await statAt(disk, 'file'), archive },
    ],
    allowed: ['old content', 'absent'],
    movesAway: true,
    done: 'absent',
  },
  {
    title: 'a file replaced by a directory',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      { kind: 'directory', path: rel('file'), to: 'file', expect: await statAt(disk, 'file'), archive },
    ],
    allowed: ['old content', 'directory', 'absent'],
    movesAway: true,
    done: 'directory',
  },
  {
    title: 'a directory replaced by a file',
    prepare: (memory) => memory.person.mkdir('file'),
    steps: async (disk) => [
      {
        kind: 'file',
        path: rel('file'),
        to: 'file',
        stage: await stageText(disk, 's', 'new content'),
        expect: await statAt(disk, 'file'),
        archive,
      },
    ],
    allowed: ['directory', 'absent', 'new content'],
    done: 'new content',
  },
  {
    title: 'changed metadata',
    prepare: (memory) => memory.person.writeFile('file', 'old content'),
    steps: async (disk) => [
      {
        kind: 'metadata',
        path: rel('file'),
        to: 'file',
        expect: await statAt(disk, 'file'),
        mtimeNs: 0n,
        executable: true,
      },
    ],
    allowed: ['old content'],
    done: 'old content',
  },
]

/** What came through, and how the disk looked after. */
type AfterCrash =
  | 'the disk as it was'
  | 'only what was synced'
  | 'every other thing not synced'
  | 'all but what was not synced in the archive'

function afterwards(memory: MemoryDisk, how: AfterCrash): void {
  let count = 0
  if (how === 'only what was synced') memory.powerCut()
  // A rename is all or nothing on every disk; so this is asked of steps that do not move into the archive.
  if (how === 'all but what was not synced in the archive')
    memory.powerCut((path) => !path.startsWith('.sync/archive'))
  if (how === 'every other thing not synced') {
    memory.powerCut(() => {
      count += 1
      return count % 2 === 0
    })
  }
}

function contentAt(memory: MemoryDisk, path: string): string {
  const stat = memory.person.stat(path)
  if (stat === undefined) return 'absent'
  if (stat.kind === 'directory') return 'directory'
  return memory.person.tree(path)[0]!.data.toString()
}

const diskKinds: readonly (readonly [string, MemoryOptions])[] = [
  ['a disk like ext4', {}],
  ['a disk like FAT', { hardLinks: false, executable: false, caseSensitive: false }],
]

describe.each(diskKinds)('on %s', (_title, options) => {
  describe.each<AfterCrash>([
    'the disk as it was',
    'only what was synced',
    'every other thing not synced',
    'all but what was not synced in the archive',
  ])('after a crash that leaves %s', (how) => {
    const asked = scenes.filter(({ movesAway }) => !how.includes('archive') || movesAway !== true)
    test.each(asked)(
      'I1 I6 $title is the old or the new one, and the old one is kept',
      async ({ prepare, steps, allowed, done }) => {
        for (let crashAt = 0; ; crashAt += 1) {
          const memory = createMemoryDisk(options)
          await (await openAgain(memory)).claim(testIdentity)
          prepare?.(memory)
          const { disk, crashed, arm } = await openCrashing(memory, crashAt)
          const planned = await steps(disk)
          arm()
          const outcome = await Promise.race([disk.commit(planned), crashed])
          afterwards(memory, how)

          expect(allowed, `crash at ${crashAt}`).toContain(contentAt(memory, 'file'))
          if (prepare !== undefined && allowed.includes('old content')) {
            const kept = memory.person.tree('.sync/archive').map(({ data }) => data.toString())
            expect([contentAt(memory, 'file'), ...kept], `crash at ${crashAt}`).toContain('old content')
          }
          const again = await openAgain(memory)
          await again.sweepStages(() => false)
          const problems = (await walkAll(again)).flatMap((listing) => listing.problems)
          expect(problems).toEqual([])
          if (outcome === 'crashed') continue
          expect(crashAt).toBeGreaterThan(5)
          expect(outcome.map(({ state }) => state)).toEqual(planned.map(() => 'done'))
          expect(contentAt(memory, 'file')).toBe(done)
          break
        }
      },
    )
  })
})

test('I6 what a commit called done survives a power cut', async () => {
  const memory = createMemoryDisk()
  const disk = await openAgain(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('old', 'one')
  const stage = await stageText(disk, 's', 'two')
  const outcomes = await disk.commit([
    { kind: 'directory', path: rel('sub'), to: 'sub', expect: 'absent', archive },
    { kind: 'directory', path: rel('sub/sub'), to: 'sub/sub', expect: 'absent', archive },
    { kind: 'file', path: rel('sub/sub/new'), to: 'sub/sub/new', stage, expect: 'absent', archive },
    { kind: 'remove', path: rel('old'), to: 'old', expect: await statAt(disk, 'old'), archive },
  ])
  expect(outcomes.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done'])
  memory.powerCut()
  expect(memory.person.tree().map(({ path, data }) => `${path}: ${data}`)).toEqual([
    'sub: ',
    'sub/sub: ',
    'sub/sub/new: two',
  ])
  expect(memory.person.tree('.sync/archive').at(-1)?.data.toString()).toBe('one')
})

test('I6 a stage left with a second name by a crash is never written into again', async () => {
  for (let crashAt = 0; ; crashAt += 1) {
    const memory = createMemoryDisk()
    await (await openAgain(memory)).claim(testIdentity)
    const { disk, crashed, arm } = await openCrashing(memory, crashAt)
    const stage = await stageText(disk, 'key', 'new content')
    arm()
    const step = { kind: 'file', path: rel('file'), to: 'file', stage, expect: 'absent', archive } as const
    const outcome = await Promise.race([disk.commit([step]), crashed])
    const before = contentAt(memory, 'file')
    const again = await (await openAgain(memory)).openStage('key')
    await again.write(0, Buffer.from('other'))
    await again.release()
    expect(contentAt(memory, 'file')).toBe(before)
    if (outcome !== 'crashed') break
  }
})

test('I1 an edit between any two operations of a commit is neither lost nor hidden', async () => {
  for (let editAt = 0; ; editAt += 1) {
    const memory = createMemoryDisk()
    await (await openAgain(memory)).claim(testIdentity)
    memory.person.writeFile('file', 'old content')
    let count = Number.NEGATIVE_INFINITY
    const files = memory.files(async () => {
      count += 1
      if (count === editAt) memory.person.writeFile('file', 'edited content')
    })
    const disk = await openDisk({ files, hasher: createInlineHasher(), clock, log: silentLog })
    const expected = await statAt(disk, 'file')
    const stage = await stageText(disk, 's', 'new content')
    count = -1
    const step = { kind: 'file', path: rel('file'), to: 'file', stage, expect: expected, archive } as const
    const [outcome] = await disk.commit([step])
    const isEdited = count >= editAt
    await stage.release()
    const now = contentAt(memory, 'file')
    if (outcome!.state === 'failed') {
      expect(outcome!.error.code).toBe('changed-since-plan')
      expect(now, `edit at ${editAt}`).toBe('edited content')
    } else if (now === 'edited content') {
      // The edit came after the file was in place: then what was told of it is not what lies there now.
      expect(outcome!.found?.stat.ctimeNs).not.toBe(memory.person.stat('file')?.ctimeNs)
    } else {
      expect(isEdited, `edit at ${editAt}`).toBe(false)
    }
    if (!isEdited) break
  }
})

test('a full disk in the middle of a stage is told, and what was written is found again', async () => {
  const memory = createMemoryDisk({ capacityBytes: 100_000 })
  const disk = await openAgain(memory)
  await disk.claim(testIdentity)
  const stage = await disk.openStage('key')
  await stage.write(0, Buffer.alloc(60_000))
  await expect(stage.write(60_000, Buffer.alloc(60_000))).rejects.toMatchObject({ code: 'disk-full' })
  await stage.release()
  memory.setCapacity(1_000_000)
  const again = await disk.openStage('key')
  await again.write(60_000, Buffer.alloc(60_000))
  await again.discard()
})

test('a disk that turned read-only is told, and can still be read', async () => {
  const memory = createMemoryDisk()
  const disk = await openAgain(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('file', 'text')
  memory.setReadOnly(true)
  await expect(disk.openStage('key')).rejects.toMatchObject({ code: 'disk-read-only' })
  const later = await openAgain(memory)
  expect((await later.rootState()).state).toBe('present')
  expect((await walkAll(later))[0]?.found.map(({ path }) => path)).toEqual(['file'])
  const fresh = createMemoryDisk()
  fresh.setReadOnly(true)
  await expect((await openAgain(fresh)).claim(testIdentity)).rejects.toMatchObject({
    code: 'directory-unusable',
  })
})

test('an unreadable directory is not an empty one', async () => {
  const memory = createMemoryDisk()
  const disk = await openAgain(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('secret/file', 'text')
  memory.person.chmod('secret', 0)
  const listings = await walkAll(disk)
  expect(listings[1]).toMatchObject({
    directory: 'secret',
    found: [],
    unreadable: true,
    problems: [{ code: 'unreadable' }],
  })
  expect((await disk.look(rel('secret/file'), 'secret/file')).state).toBe('unreadable')
  memory.person.writeFile('locked', 'text')
  memory.person.chmod('locked', 0)
  await expect(disk.hash(rel('locked'), 'locked', await statAt(disk, 'locked'))).rejects.toMatchObject({
    code: 'unreadable',
  })
})

test('names that cannot be paths are problems and hide nothing else', async () => {
  const memory = createMemoryDisk()
  const disk = await openAgain(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('good', 'text')
  memory.person.makeUndecodable('bad\ufffd')
  memory.person.writeFile('.SYNC', 'text')
  const [top] = await walkAll(disk)
  expect(top?.found.map(({ path }) => path)).toEqual(['good'])
  expect(top?.problems.map(({ path, code }) => `${path} ${code}`).sort()).toEqual([
    '.SYNC name-unusable',
    'bad\ufffd name-not-utf8',
  ])
})

describe('on a disk that is blind to case', () => {
  async function caseBlind(options: MemoryOptions = {}) {
    const memory = createMemoryDisk({ caseSensitive: false, ...options })
    const disk = await openAgain(memory)
    await disk.claim(testIdentity)
    return { memory, disk }
  }

  test('the disk knows', async () => {
    const { disk } = await caseBlind()
    expect(disk.capabilities.caseSensitive).toBe(false)
  })

  test('a name is never placed over another spelling of it', async () => {
    const { memory, disk } = await caseBlind()
    memory.person.writeFile('Name', 'theirs')
    const outcome = await commitText(disk, 'nAME', 'ours', 'absent')
    expect(outcome).toMatchObject({
      state: 'failed',
      error: { code: 'name-collides', data: { other: 'Name' } },
    })
    const made = await disk.commit([
      { kind: 'directory', path: rel('NAME'), to: 'NAME', expect: 'absent', archive },
    ])
    expect(made).toMatchObject([{ state: 'failed', error: { code: 'name-collides' } }])
    expect(memory.person.tree().map(({ path, data }) => `${path}: ${data}`)).toEqual(['Name: theirs'])
  })

  test('a name the disk refuses is told', async () => {
    const { memory, disk } = await caseBlind({ forbiddenNames: /[:?]/ })
    expect(await commitText(disk, 'what?', 'x', 'absent')).toMatchObject({
      error: { code: 'name-not-possible-here' },
    })
    expect(memory.person.tree()).toEqual([])
  })
})

test('a disk that was changed for another since the last look is never touched', async () => {
  const memory = createMemoryDisk({ device: 1n })
  const other = createMemoryDisk({ device: 2n })
  let inserted = memory
  const files = { path: '/memory', openRoot: () => inserted.files().openRoot() }
  const disk = await openDisk({ files, hasher: createInlineHasher(), clock, log: silentLog })
  await disk.claim(testIdentity)
  inserted = other
  expect(await commitText(disk, 'file', 'x', 'absent').catch((error: unknown) => error)).toMatchObject({
    code: 'root-foreign',
  })
  expect(other.person.names('')).toEqual([])
  expect(await disk.rootState()).toEqual({ state: 'unmarked', empty: true })
})
