/** What people mistype and what breaks: one clear line, the right exit status, and nothing lost. */
import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Daemon, runBerrysync, startDaemon } from '../testing/daemon.ts'
import { startMesh } from '../testing/mesh.ts'
import { makeTempDirectory, type TempDirectory } from '../testing/temp-directory.ts'

const run = promisify(execFile)

let root: TempDirectory
let daemon: Daemon

beforeAll(async () => {
  root = await makeTempDirectory()
  daemon = await startDaemon(join(root.path, 'home'))
})

afterAll(async () => {
  await daemon[Symbol.asyncDispose]()
  await root[Symbol.asyncDispose]()
})

/** Expects exit status and one line on stderr that says `reason`, and nothing on stdout. */
async function expectRefusal(reason: string | RegExp, args: readonly string[], status = 1): Promise<void> {
  const outcome = await runBerrysync(['--home', join(root.path, 'home'), ...args])
  const said = outcome.err.trimEnd()
  expect([outcome.status, outcome.out], said).toEqual([status, ''])
  expect(said).toMatch(reason)
  expect(said, 'one line').not.toContain('\n')
}

test('a secret or link that is mistyped, too short or none at all is refused, and starts nothing', async () => {
  const shared = join(root.path, 'shared')
  const other = join(root.path, 'other')
  await mkdir(shared)
  await mkdir(other)
  const { full, readOnly } = await daemon.askJson('add', shared)
  const wrong = (text: string, at: number) =>
    text.slice(0, at) + (text[at] === 'x' ? 'y' : 'x') + text.slice(at + 1)
  for (const secret of [wrong(full, 5), wrong(readOnly, 20), full.slice(0, -1), `${full}x`])
    await expectRefusal(/typing mistake/, ['add', other, secret])
  // What is left may begin with a dash.
  await expectRefusal(/typing mistake/, ['add', '--', other, full.slice(1)])
  await expectRefusal(/write -- before it/, ['add', other, '-rest-of-a-secret'], 2)
  await expectRefusal(/too short/, ['add', other, 'abcdefgh'])
  await expectRefusal(/not a secret/, ['add', other, 'not a secret at all, but long enough'])
  await expectRefusal(/already synced here/, ['add', other, full])
  await expectRefusal(/already synced here/, ['add', other, readOnly])
  await expectRefusal(/not a link that shares/, ['add', other, 'berrysync://add?name=nothing'])
  await expectRefusal(/typing mistake/, ['add', other, `berrysync://add?secret=${wrong(full, 5)}`])
  expect(await readdir(other)).toEqual([])
  expect((await daemon.askJson('status')).folders).toHaveLength(1)
})

test('a directory that cannot become a folder is refused with the reason', async () => {
  const outer = join(root.path, 'outer')
  const middle = join(outer, 'middle')
  const inner = join(middle, 'inner')
  await mkdir(inner, { recursive: true })
  await writeFile(join(root.path, 'file'), '')
  await daemon.ask('add', middle)
  await expectRefusal(/inside or above/, ['add', inner])
  await expectRefusal(/inside or above/, ['add', outer])
  await expectRefusal(/already synced/, ['add', middle])
  await expectRefusal(/does not exist/, ['add', join(root.path, 'nowhere')])
  await expectRefusal(/does not exist/, ['add', join(root.path, 'file')])
  await expectRefusal(/because it is the state directory/, ['add', join(root.path, 'home')])
  await expectRefusal(/because it contains the state directory/, ['add', root.path])
  await expectRefusal(/is not a synced folder/, ['remove', join(root.path, 'nowhere')])
  await expectRefusal(/missing required argument|missing/i, ['add'], 2)
})

test('settings and hosts that make no sense are refused, and change nothing', async () => {
  const directory = join(root.path, 'settings')
  await mkdir(directory)
  await daemon.ask('add', directory)
  const before = await daemon.askJson('set', directory)
  await expectRefusal(/no setting "speed"/, ['set', directory, 'speed=9'], 2)
  await expectRefusal(/no setting "speed"/, ['config', 'speed=9'], 2)
  await expectRefusal(
    /not a valid value for archiveDays/,
    ['set', directory, 'paused=on', 'archiveDays=0'],
    2,
  )
  await expectRefusal(/not a valid value for paused/, ['set', directory, 'paused=perhaps'], 2)
  await expectRefusal(/not a valid value for hosts/, ['set', directory, 'hosts=192.0.2.1:4444,nowhere'], 2)
  await expectRefusal(/host/, ['host', 'add', directory, 'no port'], 2)
  await expectRefusal(/host/, ['host', 'add', directory, '192.0.2.1:99999'], 2)
  await expectRefusal(/host/, ['host', 'add', directory, '300.1.1.1:4444'], 2)
  await expectRefusal(/host/, ['host', 'add', directory, '[::1:4444'], 2)
  expect(await daemon.askJson('set', directory)).toEqual(before)
  expect(await daemon.askJson('host', 'list', directory)).toEqual({ hosts: [] })
})

test('a directory that may not be read or written is refused; as root another user tries it', async () => {
  const directory = join(root.path, 'locked')
  const home = join(root.path, 'home of nobody')
  await mkdir(directory)
  await mkdir(home)
  await chmod(root.path, 0o755)
  const isRoot = process.getuid?.() === 0
  if (isRoot) await run('chown', ['nobody', home])
  await chmod(directory, isRoot ? 0o755 : 0o555)
  const { programPath } = await import('../testing/daemon.ts')
  const ids = await run('id', ['-g', 'nobody'])
  const as = isRoot
    ? ['setpriv', '--reuid', 'nobody', '--regid', ids.stdout.trim(), '--clear-groups', programPath]
    : [programPath]
  await using other = await startDaemon(home, [], as)
  const add = () =>
    run(as[0]!, [...as.slice(1), 'add', directory, '--home', home]).then(String, (error) => error)
  expect(await add()).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/cannot be written.*\n$/),
  })
  await chmod(directory, 0o300)
  expect(await add()).toMatchObject({ code: 1, stderr: expect.stringMatching(/cannot be read.*\n$/) })
  expect((await other.askJson('status')).folders).toEqual([])
  await chmod(directory, 0o700)
})

test('a damaged identity stops the daemon and is left as it is', async () => {
  await using place = await makeTempDirectory()
  const first = await startDaemon(place.path)
  await first.end('SIGTERM')
  const file = join(place.path, 'identity.json')
  for (const text of ['', '{', '{"deviceKey":"x"}', 'null', '\0\0\0\0']) {
    await writeFile(file, text)
    const { status, err } = await runBerrysync([
      'daemon',
      '--home',
      place.path,
      '--listen',
      '127.0.0.1:0',
      '--web',
      'off',
    ])
    expect([status, err]).toEqual([
      1,
      expect.stringMatching(/The identity .*identity.json cannot be read.*\n$/),
    ])
    expect(await readFile(file, 'utf8')).toBe(text)
  }
})

test('I11: a damaged or lost database is made anew, and no file is touched', async () => {
  await using place = await makeTempDirectory()
  await using mesh = await startMesh(place.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = mesh.members
  for (let at = 0; at < 30; at++) await writeFile(one!.path(`f${at}`), `content ${at}`)
  await mesh.settle()
  const before = await one!.tree()
  const folders = join(one!.home, 'folders')
  const database = async () => join(folders, (await readdir(folders)).find((name) => name.endsWith('.db'))!)

  const damages: readonly (readonly [string, (file: string) => Promise<void>])[] = [
    ['garbage all over', (file) => writeFile(file, Buffer.alloc(100_000, 'garbage '))],
    [
      'garbage in the middle',
      async (file) => {
        const bytes = await readFile(file)
        bytes.fill('garbage ', 5000, Math.max(6000, bytes.length - 3000))
        await writeFile(file, bytes)
      },
    ],
    ['half of it', async (file) => writeFile(file, (await readFile(file)).subarray(0, 20_000))],
    ['an empty file', (file) => writeFile(file, '')],
    ['no file', (file) => rm(file)],
  ]
  for (const [what, damage] of damages) {
    await one!.end()
    await damage(await database())
    for (const suffix of ['-wal', '-shm'])
      await rm((await database().catch(() => join(folders, 'x'))) + suffix, { force: true })
    await writeFile(one!.path('f1'), `edited while the database was lost: ${what}`)
    await rm(two!.path('f2'), { force: true })
    await one!.restart()
    expect([what, await mesh.differences()]).toEqual([what, []])
    const after = await one!.tree()
    expect(after.get('f1')?.size).toBe(Buffer.byteLength(`edited while the database was lost: ${what}`))
    // Nobody knows that f2 was deleted after it was last agreed: it may live again, but nothing else may change.
    for (const [path, entry] of before)
      if (path !== 'f1' && path !== 'f2') expect(after.get(path)).toEqual(entry)
    expect((await one!.status()).halt).toBeUndefined()
  }
})
