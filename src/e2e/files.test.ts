/** What a person does with the files of a folder, asked of real daemons. */
import { execFile } from 'node:child_process'
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { type Daemon, startDaemon } from '../testing/daemon.ts'
import { startMesh } from '../testing/mesh.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly bytes: Buffer
}

function ask({ home }: Daemon, path: string): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const asking = request({ socketPath: `${home}/control.sock`, path, agent: false }, async (response) => {
    try {
      const pieces: Buffer[] = []
      for await (const piece of response) pieces.push(piece)
      resolve({ status: response.statusCode!, headers: response.headers, bytes: Buffer.concat(pieces) })
    } catch (error) {
      reject(error)
    }
  })
  asking.on('error', reject)
  asking.end()
  return promise
}

test('I8 content of the folder is shown, and no trick with paths, links or pipes shows anything else', async () => {
  await using root = await makeTempDirectory()
  const folder = `${root.path}/folder`
  await mkdir(`${folder}/dir`, { recursive: true })
  await writeFile(`${root.path}/outside`, 'not of the folder')
  const png = Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), Buffer.alloc(1_000_000, 7)])
  await writeFile(`${folder}/dir/picture`, png)
  await writeFile(`${folder}/dir/too large`, Buffer.concat([png, Buffer.alloc(21_000_000)]))
  await writeFile(`${folder}/page.svg`, '<svg onload="alert(1)"/>')
  await writeFile(`${folder}/becomes a link`, 'text')
  await writeFile(`${folder}/becomes a pipe`, 'text')
  await mkdir(`${folder}/becomes elsewhere`)
  await writeFile(`${folder}/becomes elsewhere/outside`, 'text')
  await symlink('../outside', `${folder}/link`)
  await using daemon = await startDaemon(`${root.path}/home`)
  await daemon.ask('add', folder)
  // Rests a long time, so that the index goes on saying what was there.
  await until('all is known', async () => (await daemon.askJson('status')).folders[0].files === 7)
  await daemon.ask('set', folder, 'paused=on')

  const route = `/api/folders/${encodeURIComponent(folder)}/content`
  const show = async (query: string) => {
    const { status, headers, bytes } = await ask(daemon, `${route}?${query}`)
    return status === 200 ? { headers, bytes } : JSON.parse(bytes.toString()).code
  }
  const picture = await show('path=dir%2Fpicture')
  expect(picture.headers).toMatchObject({ 'content-type': 'image/png', 'content-length': '1000008' })
  expect(picture.bytes.equals(png)).toBe(true)
  expect((await show('path=page.svg')).headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
  })
  await rm(`${folder}/becomes a link`)
  await symlink('../outside', `${folder}/becomes a link`)
  await rm(`${folder}/becomes a pipe`)
  await promisify(execFile)('mkfifo', [`${folder}/becomes a pipe`])
  await rm(`${folder}/becomes elsewhere`, { recursive: true })
  await symlink('..', `${folder}/becomes elsewhere`)
  const expected = {
    ...{ 'becomes a link': 'not-showable', 'becomes a pipe': 'not-showable' },
    ...{ 'becomes elsewhere/outside': 'not-found', link: 'not-showable', dir: 'not-showable' },
    ...{ 'dir/too large': 'not-showable', '../outside': 'not-found', '/etc/passwd': 'not-found' },
    ...{ 'dir/../../outside': 'not-found', '.sync/identity': 'not-found', '.SYNC/identity': 'not-found' },
    ...{
      '.sync/../../outside': 'not-found',
      'page.svg\0.png': 'not-found',
      [`${folder}/page.svg`]: 'not-found',
    },
  }
  const shown: Record<string, unknown> = {}
  for (const path of Object.keys(expected)) shown[path] = await show(`path=${encodeURIComponent(path)}`)
  expect(shown).toEqual(expected)
  const stamp = '2026-01-01T000000.000Z'
  await mkdir(`${folder}/.sync/archive/${stamp}`, { recursive: true })
  await symlink('../../../../outside', `${folder}/.sync/archive/${stamp}/link`)
  await symlink('../../..', `${folder}/.sync/archive/${stamp}/up`)
  for (const id of [`${stamp}/../../identity`, '../identity', `${stamp}/up/outside`, `${stamp}/up/page.svg`])
    expect([id, await show(`archived=${encodeURIComponent(id)}`)]).toEqual([id, 'not-found'])
  expect(await show(`archived=${stamp}%2Flink`)).toBe('obstructed')
}, 60_000)

test('a conflict is settled, an old version put back as it was, and what is ignored changed, for all who share', async () => {
  await using root = await makeTempDirectory()
  await using mesh = await startMesh(root.path, [{ name: 'one' }, { name: 'two' }])
  const [one, two] = [mesh.members[0]!, mesh.members[1]!]
  const names = async () => (await readdir(two.directory)).filter((name) => name !== '.sync').sort()
  await writeFile(one.path('note.txt'), 'first')
  await mesh.settle()
  await Promise.all([one.end(), two.end()])
  await writeFile(one.path('note.txt'), 'of one')
  await writeFile(two.path('note.txt'), 'of two')
  await one.restart()
  await two.restart()
  expect(await mesh.differences({ seconds: 90 })).toEqual([])
  const { conflicts } = await two.daemon.askJson('conflicts', two.directory)
  const [{ path: copy, original }] = conflicts
  expect(original).toMatchObject({ sizeBytes: 6 })
  const wanted = await readFile(two.path(copy), 'utf8')
  await two.daemon.ask('conflicts', 'keep', two.directory, copy, 'copy')
  await until('it has arrived', async () => (await readFile(one.path('note.txt'), 'utf8')) === wanted)
  expect(await mesh.differences({ seconds: 60 })).toEqual([])
  expect(await names()).toEqual(['note.txt'])

  const before = new Date()
  await writeFile(one.path('note.txt'), 'a mistake')
  await until(
    'the mistake is here',
    async () => (await readFile(two.path('note.txt'), 'utf8')) === 'a mistake',
  )
  const { files } = await two.daemon.askJson('archive', 'list', two.directory, '--at', before.toISOString())
  expect(files).toEqual([expect.objectContaining({ path: 'note.txt', now: 'changed', sizeBytes: 6 })])
  await two.daemon.ask('archive', 'restore', two.directory, files[0].id, '--replace')
  await until('it is as it was', async () => (await readFile(one.path('note.txt'), 'utf8')) === wanted)

  await writeFile(`${root.path}/patterns`, 'note.*\n')
  const preview = await two.daemon.askJson('ignore', two.directory, '--preview', `${root.path}/patterns`)
  expect(preview.newlyIgnored).toMatchObject({ files: 1, examples: ['note.txt'] })
  await two.daemon.ask('ignore', two.directory, '--set', `${root.path}/patterns`)
  expect(await two.daemon.ask('ignore', two.directory)).toBe('note.*\n')
  await until('it is ignored', async () => {
    const { bytes } = await ask(two.daemon, `/api/folders/${encodeURIComponent(two.directory)}/files`)
    return JSON.parse(bytes.toString()).files[0]?.state === 'ignored'
  })
}, 180_000)
