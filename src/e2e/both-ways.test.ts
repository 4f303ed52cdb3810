/** Two full nodes, every kind of thing and every kind of change, in both directions; trees compared byte by byte. */
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  rename,
  rm,
  rmdir,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Mesh, startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { isSameTime, setTimeNs } from '../testing/tree.ts'

/** Runs `body` with two full nodes that know each other. */
async function withPair(
  body: (one: string, two: string, mesh: Mesh, root: string) => Promise<void>,
): Promise<void> {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = mesh.members
  await body(one!.directory, two!.directory, mesh, root.path)
}

test('I2: files and directories come, change, move and go in both directions', async () => {
  await withPair(async (one, two, mesh) => {
    await mkdir(join(one, 'a/b/c'), { recursive: true })
    await mkdir(join(two, 'empty/in/empty'), { recursive: true })
    await writeFile(join(one, 'a/b/c/deep.txt'), 'deep')
    await writeFile(join(one, 'zero'), '')
    await writeFile(join(two, 'from two.bin'), Buffer.alloc(3_000_000, 7))
    await writeFile(join(two, 'tool.sh'), '#!/bin/sh\n', { mode: 0o755 })
    expect(await mesh.differences()).toEqual([])
    expect((await lstat(join(one, 'tool.sh'))).mode & 0o111).not.toBe(0)
    expect(await readdir(join(one, 'empty/in'))).toEqual(['empty'])

    await writeFile(join(two, 'a/b/c/deep.txt'), 'deeper')
    await rename(join(two, 'a/b'), join(two, 'moved'))
    await rm(join(one, 'zero'))
    await rename(join(one, 'from two.bin'), join(one, 'renamed by one.bin'))
    await chmod(join(one, 'tool.sh'), 0o644)
    expect(await mesh.differences()).toEqual([])
    expect(await readFile(join(one, 'moved/c/deep.txt'), 'utf8')).toBe('deeper')
    expect((await readdir(one)).sort()).toEqual([
      '.sync',
      'a',
      'empty',
      'moved',
      'renamed by one.bin',
      'tool.sh',
    ])

    await rm(join(two, 'moved'), { recursive: true })
    await rmdir(join(one, 'empty/in/empty'))
    await truncate(join(two, 'renamed by one.bin'), 0)
    expect(await mesh.differences()).toEqual([])
    expect(await readdir(join(two, 'empty/in'))).toEqual([])
    const asked = await Promise.all(mesh.members.map(({ daemon }) => daemon.askJson('conflicts')))
    expect(asked).toEqual([{ conflicts: [] }, { conflicts: [] }])
  })
})

test('the time of a file arrives as exactly as Node can set it, also when only that changes, also before 1970', async () => {
  await withPair(async (one, two, mesh) => {
    const times: Record<string, bigint> = {
      now: 1_722_222_222_123_456_789n,
      'year 1970': 1n,
      'before 1970': -1_234_567_890_123_456_789n,
      'year 2200': 7_258_118_400_000_000_001n,
    }
    for (const [name, ns] of Object.entries(times)) {
      await writeFile(join(one, name), name)
      await setTimeNs(join(one, name), ns)
    }
    expect(await mesh.differences()).toEqual([])
    const arrived = async (name: string) => (await lstat(join(two, name), { bigint: true })).mtimeNs
    for (const [name, ns] of Object.entries(times))
      expect(isSameTime(ns, await arrived(name)), name).toBe(true)

    await setTimeNs(join(two, 'now'), 1_700_000_000_000_000_002n)
    expect(await mesh.differences()).toEqual([])
    const back = (await lstat(join(one, 'now'), { bigint: true })).mtimeNs
    expect(isSameTime(back, 1_700_000_000_000_000_002n), String(back)).toBe(true)
    await utimes(join(one, 'now'), 5, 5)
    expect(await mesh.differences()).toEqual([])
  })
})

test('I8: links arrive as links, whatever they point to, and nothing behind them is read or written', async () => {
  await withPair(async (one, two, mesh, root) => {
    const outside = join(root, 'outside')
    await mkdir(outside)
    await writeFile(join(outside, 'private.txt'), 'not for the folder')
    await mkdir(join(one, 'dir'))
    await symlink('nowhere/at all', join(one, 'dangling'))
    await symlink(outside, join(one, 'outside'))
    await symlink('../outside/private.txt', join(one, 'file outside'))
    await symlink('dir', join(one, 'inside'))
    await symlink('.', join(one, 'dir/self'))
    await symlink('/etc', join(two, 'etc'))
    expect(await mesh.differences()).toEqual([])
    expect([...(await mesh.members[1]!.tree()).keys()].sort()).toEqual(
      ['dangling', 'dir', 'dir/self', 'etc', 'file outside', 'inside', 'outside'].sort(),
    )

    // A link with another target, a link that becomes a file, and the other way round.
    await rm(join(two, 'dangling'))
    await symlink('elsewhere', join(two, 'dangling'))
    await rm(join(two, 'outside'))
    await writeFile(join(two, 'outside'), 'a file now')
    await rm(join(one, 'inside'))
    await mkdir(join(one, 'inside'))
    await writeFile(join(one, 'inside/file'), 'below a name that was a link')
    expect(await mesh.differences()).toEqual([])
    expect(await readdir(outside)).toEqual(['private.txt'])
    expect(await readFile(join(outside, 'private.txt'), 'utf8')).toBe('not for the folder')
  })
})

test('names in any script and with any character arrive as they are, and decomposed ones stay so on their disk', async () => {
  const names = [
    'Привет, мир.txt',
    '日本語のファイル名.txt',
    'עברית',
    '🎧 podcast 🎙️.mp3',
    'line\nbreak',
    'quotes \' and "',
    '-rf',
    '--help',
    'back\\slash',
    '$(touch x)`;&|*?<>',
    ' leading and trailing ',
    'trailing.dot.',
    'tab\there',
    '\u0001\u007f',
    'CON',
    '..hidden..',
    '%2e%2e',
    `${'n'.repeat(251)}.txt`,
    'ü'.normalize('NFC').repeat(127),
  ]
  await withPair(async (one, two, mesh) => {
    for (const [at, name] of names.entries()) {
      const at_ = at % 2 === 0 ? one : two
      await mkdir(join(at_, `d ${name}`.slice(0, 60)), { recursive: true })
      await writeFile(join(at_, `d ${name}`.slice(0, 60), 'inside'), name)
      await writeFile(join(at_, name), name)
    }
    const decomposed = 'Cafe\u0301 A\u030angstro\u0308m'
    await mkdir(join(one, decomposed))
    await writeFile(join(one, decomposed, 'nin\u0303o'), 'decomposed')
    await mesh.settle()
    expect(await readdir(join(one, decomposed))).toEqual(['nin\u0303o'])
    expect(await readFile(join(two, decomposed.normalize('NFC'), 'ni\u00f1o'), 'utf8')).toBe('decomposed')
    await writeFile(join(two, decomposed.normalize('NFC'), 'ni\u00f1o'), 'changed at the other end')
    await mesh.settle()
    expect(await readFile(join(one, decomposed, 'nin\u0303o'), 'utf8')).toBe('changed at the other end')
    expect(await readdir(join(one, decomposed))).toEqual(['nin\u0303o'])

    await rm(join(two, decomposed.normalize('NFC')), { recursive: true })
    expect(await mesh.differences()).toEqual([])
    for (const name of names) expect(await readFile(join(two, name), 'utf8')).toBe(name)
    for (const name of names) expect(await readFile(join(one, name), 'utf8')).toBe(name)
  })
})

test('a name can change its kind and its case', async () => {
  await withPair(async (one, two, mesh) => {
    await writeFile(join(one, 'file then directory'), 'file')
    await mkdir(join(one, 'directory then file/with/more'), { recursive: true })
    await writeFile(join(one, 'directory then file/with/more/f'), 'below')
    await writeFile(join(one, 'readme.TXT'), 'case')
    await mkdir(join(one, 'Photos'))
    await writeFile(join(one, 'Photos/a.jpg'), 'a')
    expect(await mesh.differences()).toEqual([])

    await rm(join(two, 'file then directory'))
    await mkdir(join(two, 'file then directory'))
    await writeFile(join(two, 'file then directory/f'), 'below a name that was a file')
    await rm(join(one, 'directory then file'), { recursive: true })
    await writeFile(join(one, 'directory then file'), 'file')
    await rename(join(one, 'readme.TXT'), join(one, 'README.txt'))
    await rename(join(two, 'Photos'), join(two, 'photos'))
    expect(await mesh.differences()).toEqual([])
    expect((await readdir(two)).sort()).toEqual(
      ['.sync', 'README.txt', 'directory then file', 'file then directory', 'photos'].sort(),
    )

    await rm(join(one, 'file then directory'), { recursive: true })
    await writeFile(join(one, 'file then directory'), 'file again')
    await rm(join(two, 'directory then file'))
    await symlink('photos', join(two, 'directory then file'))
    expect(await mesh.differences()).toEqual([])
    expect(await readFile(join(two, 'file then directory'), 'utf8')).toBe('file again')
  })
})

test('I3: with nothing to do, nothing is written or sent', async () => {
  await withPair(async (one, _two, mesh) => {
    for (let at = 0; at < 20; at++) await writeFile(join(one, `f${at}`), `${at}`)
    await mesh.settle()
    // One more look from each side may still tell something; after that there is nothing left to tell.
    await mesh.settle()
    const before = await Promise.all(mesh.members.map((member) => member.device()))
    await mesh.settle()
    const after = await Promise.all(mesh.members.map((member) => member.device()))
    const sent = (devices: typeof before) => devices.map(({ traffic }) => traffic.sent)
    for (const [at, bytes] of sent(after).entries()) expect(bytes - sent(before)[at]!).toBeLessThan(2000)
  })
})
