import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSyncError } from './core/errors.ts'
import { finishRestore, stageRestore } from './restored-home.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

const backup = { config: 'new config', identity: 'new identity' }
const stamp = '20261123T010203Z'
const aside = `before-restore-${stamp}`

async function makeHome(root: string): Promise<string> {
  const home = join(root, 'home')
  await mkdir(join(home, 'folders'), { recursive: true })
  await writeFile(join(home, 'config.json'), 'old config')
  await writeFile(join(home, 'identity.json'), 'old identity')
  await writeFile(join(home, 'folders', 'a.db'), 'old database')
  await writeFile(join(home, 'device.db'), 'sessions')
  return home
}

async function expectRestored(home: string): Promise<void> {
  const text = (...names: string[]) => readFile(join(home, ...names), 'utf8')
  expect(await text('config.json')).toBe('new config')
  expect(await text('identity.json')).toBe('new identity')
  expect(await text(aside, 'config.json')).toBe('old config')
  expect(await text(aside, 'identity.json')).toBe('old identity')
  expect(await text(aside, 'folders', 'a.db')).toBe('old database')
  expect((await readdir(home)).sort()).toEqual([aside, 'config.json', 'device.db', 'identity.json'])
}

test('nothing staged changes nothing', async () => {
  await using directory = await makeTempDirectory()
  const home = await makeHome(directory.path)
  expect(await finishRestore(home)).toBe(false)
  expect((await readdir(home)).sort()).toEqual(['config.json', 'device.db', 'folders', 'identity.json'])
})

test('A10 what was staged is put in place at the next start, and what was there is kept', async () => {
  await using directory = await makeTempDirectory()
  const home = await makeHome(directory.path)
  await stageRestore(home, backup, stamp)
  expect(await readFile(join(home, 'config.json'), 'utf8'), 'not under a running device').toBe('old config')
  expect(await finishRestore(home)).toBe(true)
  await expectRestored(home)
  expect(await finishRestore(home)).toBe(false)
})

test.each([0, 1, 2, 3, 4, 5])(
  'A10 a power cut after step %i is made good by beginning again',
  async (steps) => {
    await using directory = await makeTempDirectory()
    const home = await makeHome(directory.path)
    await stageRestore(home, backup, stamp)
    await mkdir(join(home, aside))
    const taken = [
      () => rename(join(home, 'config.json'), join(home, aside, 'config.json')),
      () => rename(join(home, 'identity.json'), join(home, aside, 'identity.json')),
      () => rename(join(home, 'folders'), join(home, aside, 'folders')),
      () => writeFile(join(home, 'identity.json'), 'new identity'),
      () => writeFile(join(home, 'config.json'), 'new config'),
    ]
    for (const take of taken.slice(0, steps)) await take()
    expect(await finishRestore(home)).toBe(true)
    await expectRestored(home)
  },
)

test('a home that was empty keeps nothing beside it', async () => {
  await using directory = await makeTempDirectory()
  await stageRestore(directory.path, backup, stamp)
  await finishRestore(directory.path)
  expect((await readdir(directory.path)).sort()).toEqual(['config.json', 'identity.json'])
})

test.each(['', '{"version":1', '{"version":2}', '{"version":1,"stamp":"../x","config":"","identity":""}'])(
  'a damaged plan (%s) stops the start and changes nothing',
  async (text) => {
    await using directory = await makeTempDirectory()
    const home = await makeHome(directory.path)
    await writeFile(join(home, 'restore.json'), text)
    const error = await finishRestore(home).catch((thrown: unknown) => thrown)
    expect(isSyncError(error, 'config-damaged')).toBe(true)
    expect(await readFile(join(home, 'config.json'), 'utf8')).toBe('old config')
  },
)
