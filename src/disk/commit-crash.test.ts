import { describe, expect, test } from 'vitest'
import { contentAt, contentsOf, memoryDiskKinds, openOn, scenesFor } from '../testing/commit-scenes.ts'
import { rel, stageText, statAt, testIdentity, walkAll } from '../testing/disk-driving.ts'
import { createMemoryDisk, type MemoryDisk } from '../testing/memory-files.ts'

const archive = true

/** Opens the folder as a process that ends for good at its operation number `crashAt`, counted once `arm` was called. */
async function openCrashing(memory: MemoryDisk, crashAt: number) {
  let count = Number.NEGATIVE_INFINITY
  const { promise: crashed, resolve } = Promise.withResolvers<'crashed'>()
  const gate = async () => {
    count += 1
    if (count < crashAt) return
    resolve('crashed')
    await new Promise(() => undefined)
  }
  const disk = await openOn(memory, gate)
  return {
    disk,
    crashed,
    arm: () => {
      count = -1
    },
  }
}

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

describe.each(memoryDiskKinds)('on %s', (_title, options) => {
  describe.each<AfterCrash>([
    'the disk as it was',
    'only what was synced',
    'every other thing not synced',
    'all but what was not synced in the archive',
  ])('after a crash that leaves %s', (how) => {
    const asked = scenesFor(options).filter(({ movesAway }) => !how.includes('archive') || movesAway !== true)
    test.each(asked)('I1 I6 $title is the old or the new one, and the old one is kept', async (scene) => {
      const { prepare, steps, allowed, done } = scene
      for (let crashAt = 0; ; crashAt += 1) {
        const memory = createMemoryDisk(options)
        await (await openOn(memory)).claim(testIdentity)
        prepare?.(memory)
        const { disk, crashed, arm } = await openCrashing(memory, crashAt)
        const planned = await steps(disk)
        arm()
        const outcome = await Promise.race([disk.commit(planned), crashed])
        afterwards(memory, how)

        expect(allowed, `crash at ${crashAt}`).toContain(contentAt(memory, 'file'))
        if (prepare !== undefined && allowed.includes('old content')) {
          expect(contentsOf(memory, scene), `crash at ${crashAt}`).toContain('old content')
        }
        const again = await openOn(memory)
        await again.sweepStages(() => false)
        const problems = (await walkAll(again)).flatMap((listing) => listing.problems)
        expect(problems).toEqual([])
        if (outcome === 'crashed') continue
        expect(crashAt).toBeGreaterThan(5)
        expect(outcome.map(({ state }) => state)).toEqual(planned.map(() => 'done'))
        expect(contentAt(memory, 'file')).toBe(done)
        break
      }
    })
  })
})

test('I6 what a commit called done survives a power cut', async () => {
  const memory = createMemoryDisk()
  const disk = await openOn(memory)
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

test('I1 a finished stage outlives a power cut once their names were made durable', async () => {
  const memory = createMemoryDisk()
  const disk = await openOn(memory)
  await disk.claim(testIdentity)
  await (await stageText(disk, 'kept', 'all there is')).release()
  await disk.makeStagesDurable()
  await (await stageText(disk, 'late', 'too late')).release()
  memory.powerCut()
  const names = memory.person.names('.sync/stage')
  expect(names).toEqual(['kept'])
  expect(memory.person.readFile('.sync/stage/kept').toString()).toBe('all there is')
})

test('I6 a stage left with a second name by a crash is never written into again', async () => {
  for (let crashAt = 0; ; crashAt += 1) {
    const memory = createMemoryDisk()
    await (await openOn(memory)).claim(testIdentity)
    const { disk, crashed, arm } = await openCrashing(memory, crashAt)
    const stage = await stageText(disk, 'key', 'new content')
    arm()
    const step = { kind: 'file', path: rel('file'), to: 'file', stage, expect: 'absent', archive } as const
    const outcome = await Promise.race([disk.commit([step]), crashed])
    const before = contentAt(memory, 'file')
    const again = await (await openOn(memory)).openStage('key')
    await again.write(0, Buffer.from('other'))
    await again.release()
    expect(contentAt(memory, 'file')).toBe(before)
    if (outcome !== 'crashed') break
  }
})
