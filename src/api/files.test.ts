import { mkdir } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import type { ShownContent } from '../engine/show-content.ts'
import { type SteeredDevice, startSteeredDevice } from '../testing/steered-device.ts'
import { until } from '../testing/until.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, unknown>>
  readonly text: string
}

function ask(device: SteeredDevice, method: string, path: string, body?: object): Promise<Answer> {
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  const headers = body === undefined ? {} : { 'content-type': 'application/json' }
  const asking = request(
    { socketPath: join(device.home, 'control.sock'), method, path, headers },
    async (response) => {
      const pieces: Buffer[] = []
      try {
        for await (const piece of response) pieces.push(piece)
      } catch (error) {
        return reject(error)
      }
      const text = Buffer.concat(pieces).toString()
      resolve({ status: response.statusCode!, headers: response.headers, text })
    },
  )
  asking.on('error', reject)
  asking.end(body === undefined ? undefined : JSON.stringify(body))
  return promise
}

async function startWithFolder(): Promise<{ device: SteeredDevice; path: string; route: string }> {
  const device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  await device.run('add', path)
  return { device, path, route: `/api/folders/${encodeURIComponent(path)}` }
}

function answer(device: SteeredDevice, path: string, answers: object): void {
  Object.assign(device.opener.opened.get(path)!.answers, answers)
}

test('lists of files, changes, the archive and a day of it come in pages', async () => {
  const { device, path, route } = await startWithFolder()
  await using _ = device
  const asked: unknown[] = []
  const take = (row: object) => async (query: object, more?: unknown) => {
    asked.push([query, more])
    return { rows: [row], next: 'next' }
  }
  const entry = { id: 't/p', path: 'p', archivedMs: 0, sizeBytes: 3, mtimeNs: 1n }
  answer(device, path, {
    listFiles: take({
      ...{ path: 'p', kind: 'file', sizeBytes: 3, mtimeNs: 10n ** 30n, state: 'here', asked: false },
      problem: { code: 'unreadable', message: 'why' },
    }),
    localChanges: take({ path: 'p', change: 'added', sizeBytes: 3 }),
    listArchive: take(entry),
    listHeldAt: (atMs: number, query: object) => take({ ...entry, now: 'changed' })(query, atMs),
  })
  const get = async (resource: string) => JSON.parse((await ask(device, 'GET', route + resource)).text)
  expect(await get('/files?only=needed&after=a%2Fb&limit=7&search=x')).toEqual({
    files: [
      {
        ...{ path: 'p', kind: 'file', sizeBytes: 3, modified: '9999-12-31T23:59:59.999Z', state: 'here' },
        ...{ asked: false, problem: { code: 'unreadable', message: 'why' } },
      },
    ],
    next: 'next',
  })
  const archived = '1970-01-01T00:00:00.000Z'
  expect(await get('/local-changes')).toEqual({
    changes: [{ path: 'p', change: 'added', sizeBytes: 3 }],
    next: 'next',
  })
  expect(await get('/archive?search=x')).toEqual({
    archive: [{ folder: path, id: 't/p', path: 'p', archived, sizeBytes: 3 }],
    next: 'next',
  })
  expect(await get('/archive/as-of?at=2026-01-01T00:00:00Z&limit=2')).toEqual({
    files: [{ id: 't/p', path: 'p', archived, sizeBytes: 3, now: 'changed' }],
    next: 'next',
  })
  expect(asked).toEqual([
    [{ after: 'a/b', limit: 7, search: 'x' }, 'needed'],
    [{ limit: 10_000 }, undefined],
    [{ limit: 100, search: 'x' }, undefined],
    [{ limit: 2 }, Date.UTC(2026, 0, 1)],
  ])
  for (const bad of [
    ...['/files?only=all', '/files?limit=0', '/archive/as-of', '/archive/as-of?at=yesterday'],
    '/archive/as-of?at=2026-99-01T00:00:00Z',
  ])
    expect([bad, (await get(bad)).code]).toEqual([bad, 'request-invalid'])
})

test('content is sent for being shown only, and closed when it was sent or nobody listens any more', async () => {
  const { device, path, route } = await startWithFolder()
  await using _ = device
  let closed = 0
  const shown = (pieces: ShownContent['pieces'], cutFromBytes?: number): ShownContent => ({
    ...{ name: `ü'"\n\u202e).html`, type: 'text/plain; charset=utf-8', sizeBytes: 5, cutFromBytes, pieces },
    async [Symbol.asyncDispose]() {
      closed += 1
    },
  })
  const asked: unknown[] = []
  let reads = 0
  answer(device, path, {
    async showContent(place: object) {
      asked.push(place)
      return shown(async function* () {
        yield Buffer.from('<b>')
        yield Buffer.from('hi')
      }, 9)
    },
  })
  const { status, headers, text } = await ask(device, 'GET', `${route}/content?path=x%2Fy`)
  expect([status, text]).toEqual([200, '<b>hi'])
  expect(headers).toMatchObject({
    'content-type': 'text/plain; charset=utf-8',
    'content-length': '5',
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'content-disposition': "inline; filename*=UTF-8''%C3%BC%27%22__%29.html",
    'cache-control': 'no-store',
    'x-cut-from-bytes': '9',
  })
  answer(device, path, {
    async showContent(place: object) {
      asked.push(place)
      // biome-ignore lint/correctness/useYield: it fails the test where it is read
      return shown(async function* () {
        reads += 1
      }, 9)
    },
  })
  const head = await ask(device, 'HEAD', `${route}/content?archived=t%2Fy`)
  expect([head.status, head.text, head.headers['content-length'], reads]).toEqual([200, '', '5', 0])
  expect(asked).toEqual([{ path: 'x/y' }, { archived: 't/y' }])
  await until('it is closed', () => closed === 2)

  answer(device, path, {
    showContent: async () =>
      shown(async function* () {
        yield Buffer.from('<b>')
        throw new SyncError('changed-since-plan', { path: 'x' })
      }),
  })
  await expect(ask(device, 'GET', `${route}/content?path=x`)).rejects.toMatchObject({ code: 'ECONNRESET' })
  await until('it is closed', () => closed === 3)
  for (const query of ['', '?path=a&archived=b', '?path=', '?other=a'])
    expect(JSON.parse((await ask(device, 'GET', `${route}/content${query}`)).text).code).toBe(
      'request-invalid',
    )
})

test('conflicts, the archive and ignore patterns reach the folder from the command line', async () => {
  const { device, path } = await startWithFolder()
  await using _ = device
  const { calls } = device.opener.opened.get(path)!
  const copy = 'note (conflict bob 2026-01-01 000000)'
  answer(device, path, {
    conflicts: () => [
      {
        ...{ path: copy, beside: 'note', sizeBytes: 3, mtimeNs: 0n, device: 'bob' },
        original: { sizeBytes: 4, mtimeNs: 0n },
      },
    ],
  })
  expect(await device.json('conflicts')).toEqual({
    conflicts: [
      {
        ...{ folder: path, path: copy, beside: 'note', sizeBytes: 3, modified: '1970-01-01T00:00:00.000Z' },
        ...{ device: 'bob', original: { sizeBytes: 4, modified: '1970-01-01T00:00:00.000Z' } },
      },
    ],
  })
  expect((await device.run('conflicts', path)).out).toMatch(/KEPT COPY.*BY.*\n.*bob/)
  expect((await device.run('conflicts', 'keep', path, join(path, copy), 'copy')).out).toBe('Kept as a.txt.\n')
  expect(await device.run('conflicts', 'keep', path, copy, 'neither')).toMatchObject({ status: 2 })
  expect((await device.run('archive', 'restore', path, 't/x', '--replace')).out).toBe('Put back as a.txt.\n')
  expect(calls.slice(1)).toEqual([`keep copy of ${copy}`, 'restore t/x in place'])

  device.input = '*.tmp\n'
  expect((await device.run('ignore', path, '--set', '-')).out).toBe('These patterns hold now.\n')
  expect((await device.run('ignore', path)).out).toBe('*.tmp\n')
  answer(device, path, {
    previewIgnore: async (text: string) => ({
      ignored: { files: 12, bytes: 12_000, examples: ['a'] },
      newlyIgnored: {
        files: 11,
        bytes: 1,
        examples: Array.from({ length: 11 }, () => `${text.trim()}\u001b`),
      },
      newlySynced: { files: 0, bytes: 0, examples: [] },
      partial: true,
    }),
  })
  const { out } = await device.run('ignore', path, '--preview', '-')
  expect(out.split('\n')).toEqual([
    'Ignored: 12 files, 12.0 kB',
    'Not synced any more: 11 files, 1 B',
    ...Array.from({ length: 10 }, () => '  *.tmp\\u{1b}'),
    '  and 1 more',
    'Synced from then on: 0 files',
    'There are more: not everything could be looked at in time.',
    '',
  ])
  expect(await device.run('ignore', path, '--set', '-', '--preview', '-')).toMatchObject({ status: 2 })

  const asked: unknown[] = []
  answer(device, path, {
    async listHeldAt(atMs: number, { after, limit }: { after?: string; limit: number }) {
      asked.push([new Date(atMs).getHours(), after, limit])
      const entry = { id: 't/p', path: 'p', archivedMs: 0, sizeBytes: 3, mtimeNs: 1n, now: 'deleted' }
      return { rows: after === undefined ? [] : [entry], next: after === undefined ? 'a' : undefined }
    },
  })
  expect((await device.run('archive', 'list', path, '--at', '2026-01-31')).out).toMatch(/PATH.*\np .*deleted/)
  expect(asked).toEqual([
    [0, undefined, 100],
    [0, 'a', 100],
  ])
  expect(await device.run('archive', 'list', path, '--at', 'some day')).toMatchObject({ status: 2 })
  expect(await device.run('archive', 'list', '--at', '2026-01-31')).toMatchObject({ status: 2 })
})
