import { describe, expect, test } from 'vitest'
import { openOn } from '../testing/commit-scenes.ts'
import { commitText, rel, statAt, testIdentity, told, walkAll } from '../testing/disk-driving.ts'
import { createMemoryDisk, type MemoryOptions } from '../testing/memory-files.ts'
import { silentLog } from '../testing/silent-log.ts'
import { createInlineFinder } from './block-finder.ts'
import { openDisk } from './disk.ts'
import type { Files } from './files.ts'
import { createInlineHasher } from './hasher.ts'

const archive = true

test('a full disk in the middle of a stage is told, and what was written is found again', async () => {
  const memory = createMemoryDisk({ capacityBytes: 100_000 })
  const disk = await openOn(memory)
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
  const disk = await openOn(memory)
  await disk.claim(testIdentity)
  memory.person.writeFile('file', 'text')
  memory.setReadOnly(true)
  await expect(disk.openStage('key')).rejects.toMatchObject({ code: 'disk-read-only' })
  const later = await openOn(memory)
  expect((await later.rootState()).state).toBe('present')
  expect((await walkAll(later))[0]?.found.map(({ path }) => path)).toEqual(['file'])
  const fresh = createMemoryDisk()
  fresh.setReadOnly(true)
  await expect((await openOn(fresh)).claim(testIdentity)).rejects.toMatchObject({
    code: 'directory-unusable',
  })
})

test('an unreadable directory is not an empty one', async () => {
  const memory = createMemoryDisk()
  const disk = await openOn(memory)
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
  const disk = await openOn(memory)
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
    const disk = await openOn(memory)
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

  test('a disk for plain letters only can be used', async () => {
    const { memory, disk } = await caseBlind({ forbiddenNames: /[^ -~]/ })
    expect(told(await commitText(disk, 'plain', 'x', 'absent'))).toBe('file')
    expect(told(await commitText(disk, 'ü', 'x', 'absent'))).toBe('name-not-possible-here')
    expect(memory.person.names('.sync').sort()).toEqual(['identity', 'ignore', 'stage'])
  })

  test('a name the disk refuses is told', async () => {
    const { memory, disk } = await caseBlind({ forbiddenNames: /[:?]/ })
    expect(await commitText(disk, 'what?', 'x', 'absent')).toMatchObject({
      error: { code: 'name-not-possible-here' },
    })
    expect(memory.person.tree()).toEqual([])
  })
})

test.each([1n, 10_000_000n, 1_000_000_000n, 2_000_000_000n])(
  'a disk that counts time in %i ns knows it',
  async (mtimeStepNs) => {
    const disk = await openOn(createMemoryDisk({ mtimeStepNs }))
    await disk.claim(testIdentity)
    expect(disk.capabilities.timeGrainNs).toBe(mtimeStepNs)
  },
)

test('a disk that was changed for another since the last look is never touched', async () => {
  const memory = createMemoryDisk({ device: 1n })
  const other = createMemoryDisk({ device: 2n })
  let inserted = memory
  const files: Files = {
    path: '/memory',
    openRoot: () => inserted.files().openRoot(),
    isRoot: (directory) => inserted.files().isRoot(directory),
  }
  const disk = await openDisk({
    files,
    hasher: createInlineHasher(),
    finder: createInlineFinder(),
    clock: { now: () => 0 },
    log: silentLog,
  })
  await disk.claim(testIdentity)
  inserted = other
  expect(await commitText(disk, 'file', 'x', 'absent').catch((error: unknown) => error)).toMatchObject({
    code: 'root-foreign',
  })
  expect(other.person.names('')).toEqual([])
  expect(await disk.rootState()).toEqual({ state: 'unmarked' })
})

test('I7 a copy of a file that is overwritten while it is copied is of what was expected, or none', async () => {
  let refused = 0
  for (let moment = 0, isOverwritten = true; isOverwritten; moment++) {
    const memory = createMemoryDisk()
    let operations = Number.NEGATIVE_INFINITY
    const disk = await openOn(memory, async () => {
      if (operations++ === moment) memory.person.writeFile('file', 'a longer text')
    })
    await disk.claim(testIdentity)
    memory.person.writeFile('file', 'text')
    const stat = await statAt(disk, 'file')
    operations = 0
    try {
      const stage = await disk.stageCopy(rel('file'), 'file', stat)
      expect((await stage.read(0, stat.sizeBytes)).toString()).toBe('text')
    } catch (thrown) {
      expect(thrown).toMatchObject({ code: 'changed-since-plan' })
      refused++
    }
    isOverwritten = operations > moment
  }
  expect(refused).toBeGreaterThan(3)
})
