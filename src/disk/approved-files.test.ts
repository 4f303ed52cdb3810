import { mkdir, readdir, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { testIdentity } from '../testing/disk-driving.ts'
import { silentLog } from '../testing/silent-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { approvedFiles } from './approved-files.ts'
import { createInlineFinder } from './block-finder.ts'
import { openDisk } from './disk.ts'
import { createInlineHasher } from './hasher.ts'
import { realFiles } from './real-files.ts'

/** A directory that was chosen, and one that may not be. `approve` goes down by handles, as the chooser does. */
async function makePlace() {
  const directory = await makeTempDirectory()
  const at = (...names: string[]) => join(directory.path, ...names)
  const [chosen, aside, outside] = [at('root', 'chosen'), at('aside'), at('outside')]
  for (const path of [chosen, outside]) await mkdir(path, { recursive: true })
  async function approve() {
    using root = await realFiles(at('root')).openRoot()
    try {
      using place = await root.directory('chosen')
      return await place.stat()
    } catch {
      throw new SyncError('directory-missing', { path: chosen })
    }
  }
  const files = approvedFiles(realFiles(chosen), approve)
  const open = () =>
    openDisk({
      ...{ files, hasher: createInlineHasher(), finder: createInlineFinder(), log: silentLog },
      clock: { now: () => 0 },
    })
  async function swap(): Promise<void> {
    await rename(chosen, aside)
    await symlink(outside, chosen)
  }
  async function swapBack(): Promise<void> {
    await rm(chosen)
    await rename(aside, chosen)
  }
  return {
    chosen,
    outside,
    files,
    open,
    swap,
    swapBack,
    [Symbol.asyncDispose]: directory[Symbol.asyncDispose],
  }
}

test('I8 what was swapped for a link after it was chosen is not taken, and the right one is when it is back', async () => {
  await using place = await makePlace()
  const disk = await place.open()
  await place.swap()
  expect((await disk.rootState()).state).toBe('missing')
  await expect(disk.claim(testIdentity)).rejects.toMatchObject({ code: 'directory-missing' })
  expect(await readdir(place.outside)).toEqual([])
  await place.swapBack()
  await disk.claim(testIdentity)
  expect(await disk.rootState()).toMatchObject({ state: 'present', identity: testIdentity })
  expect(await readdir(place.chosen)).toEqual(['.sync'])
})

test('I8 nothing is made outside, whenever the swap happens', async () => {
  await using place = await makePlace()
  const disk = await place.open()
  for (let turn = 0; turn < 40; turn += 1) {
    const claiming = disk.claim(testIdentity).catch((error: unknown) => error)
    for (let wait = 0; wait < turn % 10; wait += 1) await new Promise(setImmediate)
    await place.swap()
    await new Promise(setImmediate)
    await place.swapBack()
    const outcome = await claiming
    if (outcome !== undefined) expect(outcome).toBeInstanceOf(SyncError)
    expect(await readdir(place.outside)).toEqual([])
    await rm(join(place.chosen, '.sync'), { recursive: true, force: true })
  }
})

test('where a link to the chosen directory lies, it is not what was chosen either; once it is taken its mark tells', async () => {
  await using place = await makePlace()
  await place.swap()
  const mark = { device: 1n, inode: 1n }
  const other = approvedFiles(realFiles(place.chosen), async () => mark)
  await expect(other.openRoot()).rejects.toMatchObject({ code: 'EPERM' })
  other.settle()
  using root = await other.openRoot()
  expect((await root.stat()).kind).toBe('directory')
})
