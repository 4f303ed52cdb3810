import { mkdir, mkdtemp, readdir, rename, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SyncError } from './core/errors.ts'
import { createDirectoryChooser } from './directory-chooser.ts'
import { caseCount } from './testing/counts.ts'
import { makeTempDirectory } from './testing/temp-directory.ts'

/** A disk with one allowed root, a directory outside it, and the state directory inside. */
async function makeDisk() {
  const directory = await makeTempDirectory()
  const at = (...names: string[]) => join(directory.path, ...names)
  for (const names of [
    ['root', 'Music', 'live'],
    ['root', 'state', 'folders'],
    ['root', '.ssh'],
    ['outside', 'private'],
  ])
    await mkdir(at(...names), { recursive: true })
  const set = { roots: [at('root')], synced: [] as string[] }
  const chooser = createDirectoryChooser({
    home: at('root', 'state'),
    roots: () => set.roots,
    synced: () => set.synced,
  })
  return { at, set, chooser, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() }
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'done'
  } catch (error) {
    if (error instanceof SyncError) return error.code
    throw error
  }
}

test('the roots are told with their space and what stands against choosing them', async () => {
  await using disk = await makeDisk()
  disk.set.roots = [disk.at('root', 'Music'), disk.at('root'), disk.at('gone')]
  const space = { freeBytes: expect.any(Number), totalBytes: expect.any(Number) }
  expect(await disk.chooser.list(undefined)).toEqual({
    directories: [
      { name: disk.at('root', 'Music'), path: disk.at('root', 'Music'), ...space },
      { name: disk.at('root'), path: disk.at('root'), obstacle: 'directory-holds-state', ...space },
      { name: disk.at('gone'), path: disk.at('gone'), obstacle: 'directory-missing' },
    ],
    more: false,
  })
})

test('only directories are listed, in the order of a reader, without hidden ones and the state', async () => {
  await using disk = await makeDisk()
  for (const name of ['Disc 10', 'disc 2', 'ä']) await mkdir(disk.at('root', name))
  await writeFile(disk.at('root', 'file'), '')
  await symlink(disk.at('outside'), disk.at('root', 'link'))
  disk.set.synced = [disk.at('root', 'Music', 'live'), disk.at('root', 'ä')]
  const { directories, ...list } = await disk.chooser.list(`${disk.at('root')}/`)
  expect(directories.map(({ name, obstacle }) => [name, obstacle])).toEqual([
    ['ä', 'folder-exists'],
    ['disc 2', undefined],
    ['Disc 10', undefined],
    ['Music', 'folder-nested'],
  ])
  expect(list).toMatchObject({ path: disk.at('root'), obstacle: 'directory-holds-state', more: false })
  expect(list.parent).toBe(undefined)
  expect(list.freeBytes).toBeGreaterThan(0)
  expect(await disk.chooser.list(disk.at('root', 'Music'))).toMatchObject({ parent: disk.at('root') })
})

test('of very many directories only so many are listed, and it is said that there are more', async () => {
  await using disk = await makeDisk()
  for (let number = 0; number < 1001; number++) await mkdir(disk.at('root', 'Music', 'live', `${number}`))
  const { directories, more } = await disk.chooser.list(disk.at('root', 'Music', 'live'))
  expect([directories.length, directories[0]!.name, directories[999]!.name, more]).toEqual([
    1000,
    '0',
    '999',
    true,
  ])
})

test('a root may be a link, and is told by what it really is', async () => {
  await using disk = await makeDisk()
  await symlink(disk.at('root', 'Music'), disk.at('way'))
  disk.set.roots = [disk.at('way')]
  const [live] = (await disk.chooser.list(disk.at('way'))).directories
  expect(live!.path).toBe(disk.at('root', 'Music', 'live'))
  expect(await disk.chooser.check(disk.at('way', 'live'))).toBe(live!.path)
})

/** Ways out, as they would be sent; `R` is the root, `O` the directory beside it. */
const tricks: readonly (readonly [string, string])[] = [
  ['O', 'directory-not-allowed'],
  ['O/private', 'directory-not-allowed'],
  ['O/nothing', 'directory-not-allowed'],
  ['/', 'directory-not-allowed'],
  ['/proc/self/root', 'directory-not-allowed'],
  ['/proc/self/cwd', 'directory-not-allowed'],
  ['R/..', 'directory-not-allowed'],
  ['R/../outside', 'directory-not-allowed'],
  ['R/Music/../../outside', 'directory-not-allowed'],
  ['R/Music/..', 'directory-not-allowed'],
  ['R/./Music', 'directory-not-allowed'],
  ['Rx', 'directory-not-allowed'],
  ['R\0', 'directory-not-allowed'],
  ['R/Music\0/../../outside', 'directory-not-allowed'],
  ['root', 'directory-not-allowed'],
  ['./root', 'directory-not-allowed'],
  ['~', 'directory-not-allowed'],
  ['file://R', 'directory-not-allowed'],
  ['R/%2e%2e/outside', 'directory-missing'],
  ['R\\..\\outside', 'directory-not-allowed'],
  ['R/.ssh', 'directory-not-allowed'],
  ['R/Music/.sync', 'directory-not-allowed'],
  ['R/state', 'directory-not-allowed'],
  ['R/state/folders', 'directory-not-allowed'],
  ['R/link', 'directory-missing'],
  ['R/link/private', 'directory-missing'],
  ['R/link/nothing', 'directory-missing'],
  ['R/loop', 'directory-missing'],
  ['R/file', 'directory-missing'],
  ['R/file/x', 'directory-missing'],
  ['R/nothing', 'directory-missing'],
  [`R/${'n'.repeat(256)}`, 'directory-missing'],
  [`R/${'ü'.repeat(200)}`, 'directory-missing'],
  [`R${'/d'.repeat(2000)}`, 'directory-not-allowed'],
  ['R//Music///live/', 'done'],
]

test.each(tricks)('%.40s is %s', async (text, code) => {
  await using disk = await makeDisk()
  await writeFile(disk.at('root', 'file'), '')
  await symlink(disk.at('outside'), disk.at('root', 'link'))
  await symlink('loop', disk.at('root', 'loop'))
  await mkdir(disk.at('rootx'))
  const path = text.replace(/^(file:\/\/)?R/, `$1${disk.at('root')}`).replace(/^O/, disk.at('outside'))
  expect(await codeOf(disk.chooser.list(path))).toBe(code)
  expect(await codeOf(disk.chooser.check(path))).toBe(code)
  expect(await codeOf(disk.chooser.make(path, 'made'))).toBe(code)
  expect(await readdir(disk.at('outside'))).toEqual(['private'])
})

test('no error tells what lies outside', async () => {
  await using disk = await makeDisk()
  await symlink(disk.at('outside', 'private'), disk.at('root', 'there'))
  await symlink(disk.at('outside', 'nothing'), disk.at('root', 'not-there'))
  const said = async (path: string) => {
    const error: unknown = await disk.chooser.list(path).catch((thrown: unknown) => thrown)
    return (error as SyncError).message.replaceAll(path, '')
  }
  expect(await said(disk.at('outside', 'private'))).toBe(await said(disk.at('outside', 'nothing')))
  expect(await said(disk.at('root', 'there'))).toBe(await said(disk.at('root', 'not-there')))
})

test.each([
  ['', 'name-unusable'],
  [' ', 'name-unusable'],
  ['.', 'name-unusable'],
  ['..', 'name-unusable'],
  ['.hidden', 'name-unusable'],
  ['a/b', 'name-unusable'],
  ['../outside/x', 'name-unusable'],
  ['a\0b', 'name-unusable'],
  ['a\nb', 'name-unusable'],
  ['\ud800', 'name-unusable'],
  ['\u200b.sync', 'name-unusable'],
  ['ü'.repeat(200), 'name-unusable'],
  ['Music', 'obstructed'],
  ['file', 'obstructed'],
  ['Фото 2026', 'done'],
])('a directory called %j: %s', async (name, code) => {
  await using disk = await makeDisk()
  await writeFile(disk.at('root', 'file'), '')
  const before = await readdir(disk.at('root'))
  expect(await codeOf(disk.chooser.make(disk.at('root'), name))).toBe(code)
  expect((await readdir(disk.at('root'))).length).toBe(before.length + (code === 'done' ? 1 : 0))
})

test('a directory that is made is there, for others to read and its owner to write', async () => {
  await using disk = await makeDisk()
  const path = await disk.chooser.make(disk.at('root', 'Music'), ' Neu ')
  expect(path).toBe(disk.at('root', 'Music', 'Neu'))
  expect((await stat(path)).mode & 0o022).toBe(0)
  expect((await stat(path)).mode & 0o700).toBe(0o700)
})

test('a directory is known by what it is, and not by a link to it', async () => {
  await using disk = await makeDisk()
  const path = disk.at('root', 'Music')
  const { dev, ino } = await stat(path, { bigint: true })
  expect(await disk.chooser.mark(path)).toEqual({ device: dev, inode: ino })
  await symlink(path, disk.at('root', 'link'))
  expect(await codeOf(disk.chooser.mark(disk.at('root', 'link')))).toBe('directory-missing')
  expect(await codeOf(disk.chooser.mark(disk.at('outside')))).toBe('directory-not-allowed')
})

test('whatever is swapped for a link meanwhile, nothing is listed, made or approved outside', async () => {
  await using disk = await makeDisk()
  const [swapped, aside] = [disk.at('root', 'Music'), disk.at('aside')]
  const asked = fc.constantFrom('list', 'make', 'check', 'mark')
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 1, maxLength: 6 }), fc.nat(3), async (calls, turns) => {
      const answers = Promise.all(
        calls.map(async (call, number) => {
          const path = disk.at('root', 'Music', 'private')
          if (call === 'make') return codeOf(disk.chooser.make(path, `made ${number}`))
          if (call === 'mark') return codeOf(disk.chooser.mark(path))
          return call === 'check' ? codeOf(disk.chooser.check(path)) : codeOf(disk.chooser.list(path))
        }),
      )
      for (let turn = 0; turn <= turns; turn++) {
        await rename(swapped, aside)
        await symlink(disk.at('outside'), swapped)
        await rm(swapped)
        await rename(aside, swapped)
      }
      // The directory inside has none of that name, the one outside has.
      expect(new Set(await answers)).toEqual(new Set(['directory-missing']))
      expect(await readdir(disk.at('outside', 'private'))).toEqual([])
    }),
    { numRuns: caseCount(60) },
  )
})

test('whatever tree of links and names there is, what is listed lies below the root', async () => {
  await using disk = await makeDisk()
  const name = fc.constantFrom('a', 'b', '.c', 'ü', 'x y', '...', '-')
  const entry = fc.record({
    place: fc.array(name, { minLength: 1, maxLength: 3 }),
    kind: fc.constantFrom('directory', 'to outside', 'to above', 'to root', 'file'),
  })
  const step = fc.oneof(name, fc.constantFrom('..', '.', '', 'private', '\0'))
  await fc.assert(
    fc.asyncProperty(
      fc.array(entry, { maxLength: 8 }),
      fc.array(step, { maxLength: 4 }),
      async (entries, steps) => {
        const root = await mkdtemp(disk.at('tree-'))
        disk.set.roots = [root]
        for (const { place, kind } of entries) {
          const path = join(root, ...place)
          const made = kind === 'directory' ? mkdir(path, { recursive: true }) : putAt(path, kind)
          await made.catch(() => undefined)
        }
        const path = [root, ...steps].join('/')
        const listed = await disk.chooser.list(path).catch((error: unknown) => error)
        if (listed instanceof SyncError) {
          expect(['directory-missing', 'directory-not-allowed']).toContain(listed.code)
          return
        }
        const { directories, path: real } = listed as Awaited<ReturnType<typeof disk.chooser.list>>
        for (const each of [real!, ...directories.map((one) => one.path)]) {
          expect(each === root || each.startsWith(`${root}/`)).toBe(true)
          expect(await disk.chooser.check(each)).toBe(each)
        }
      },
    ),
    { numRuns: caseCount(150) },
  )

  function putAt(path: string, kind: 'to outside' | 'to above' | 'to root' | 'file'): Promise<void> {
    if (kind === 'file') return writeFile(path, '')
    return symlink(kind === 'to outside' ? disk.at('outside') : kind === 'to above' ? '../..' : '/', path)
  }
})
