import { mkdir, rename, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { buildApp } from './api/app.ts'
import type { History } from './api/schemas/history.ts'
import { isSyncError } from './core/errors.ts'
import { generateOneTimeSecret, secretToText } from './core/secret.ts'
import { secretLinkToText } from './core/secret-link.ts'
import type { Folder } from './engine/folder.ts'
import { createOpenDoor } from './testing/open-door.ts'
import { startSteeredDevice } from './testing/steered-device.ts'

type KeptHistoryRow = ReturnType<Folder['history']>[number]
type HistoryQuestion = NonNullable<Parameters<Folder['history']>[1]>

const link = { name: 'my folder', hosts: ['A.example:1'] }
const oneTime = secretToText(generateOneTimeSecret((count) => new Uint8Array(count).fill(7)))

async function startWithFolder() {
  const device = await startSteeredDevice()
  const path = join(device.root, 'a')
  await mkdir(path)
  const { full, readOnly } = await device.json('add', path)
  return { device, path, full: full as string, readOnly: readOnly as string }
}

test('a pasted text is told by its kind, and whether its folder is here', async () => {
  const { device, path, full, readOnly } = await startWithFolder()
  await using _ = device
  const { secretKind } = device.steering
  const plain = { own: false, hosts: [] }
  expect(await secretKind(` ${full}\n`)).toEqual({ kind: 'full', secret: full, ...plain, path })
  const broken = `${readOnly.slice(0, 40)}\r\n ${readOnly.slice(40)}`
  expect(await secretKind(broken)).toEqual({ kind: 'read-only', secret: readOnly, ...plain, path })
  expect(await secretKind(oneTime)).toEqual({ kind: 'one-time', secret: oneTime, ...plain })
  const own = 'my-own-secret-that-is-long-enough-0'
  expect(await secretKind(own)).toEqual({ kind: 'full', secret: own, own: true, hosts: [] })
  expect(await secretKind(secretLinkToText({ secret: oneTime, ...link }))).toEqual({
    ...{ kind: 'one-time', secret: oneTime, own: false, name: 'my folder', hosts: ['a.example:1'] },
  })
})

test.each([
  ['', 'secret-too-short'],
  ['hello', 'secret-too-short'],
  ['this is a sentence that somebody copied', 'secret-malformed'],
  ['this is\na sentence that\nsomebody copied', 'secret-malformed'],
  [oneTime.slice(0, 30), 'secret-cut-off'],
  [oneTime.replace('w', 'v'), 'secret-mistyped'],
  ['berrysync://add?name=x', 'link-malformed'],
  ['berrysync://add?secret=x', 'secret-too-short'],
  [secretLinkToText({ ...link, secret: oneTime, hosts: ['nowhere'] }), 'host-invalid'],
])('%.40s is no secret: %s', async (text, code) => {
  await using device = await startSteeredDevice()
  const error: unknown = await device.steering.secretKind(text).catch((thrown: unknown) => thrown)
  expect(isSyncError(error) && error.code).toBe(code)
})

test('through the web only what lies below a root is added; the control socket adds anything', async () => {
  await using device = await startSteeredDevice()
  const at = (...names: string[]) => join(device.root, ...names)
  for (const name of ['root', 'root/inside', 'root/.hidden', 'outside']) await mkdir(at(name))
  await symlink(at('outside'), at('root', 'link'))
  await device.run('config', `roots=${at('root')}`)
  const throwBug = (bug: unknown) => {
    throw bug
  }
  const app = buildApp(device.steering, throwBug, createOpenDoor('web'))
  const add = async (path: string) => {
    const answer = await app.inject({ method: 'POST', url: '/api/folders', payload: { path } })
    return answer.json().code ?? answer.json().path
  }
  expect(await add(at('outside'))).toBe('directory-not-allowed')
  expect(await add(at('root', '..', 'outside'))).toBe('directory-not-allowed')
  expect(await add(at('root', '.hidden'))).toBe('directory-not-allowed')
  expect(await add(at('root', 'link'))).toBe('directory-missing')
  expect(await add(`${at('root', 'inside')}/`)).toBe(at('root', 'inside'))
  expect(await device.json('add', at('outside'))).toMatchObject({ path: at('outside') })
})

test('a directory that becomes a link while it is added is not followed', async () => {
  await using device = await startSteeredDevice()
  const at = (...names: string[]) => join(device.root, ...names)
  for (const name of ['root', 'root/inside', 'outside']) await mkdir(at(name))
  await device.run('config', `roots=${at('root')}`)
  for (let round = 0; round < 20; round++) {
    const adding = device.steering.addFolder(at('root', 'inside'), undefined, [], 'web')
    const outcome = adding.then(
      ({ path }) => path,
      (error: unknown) => (isSyncError(error) ? error.code : error),
    )
    for (let turn = 0; turn < round % 7; turn++) await Promise.resolve()
    await rename(at('root', 'inside'), at('aside'))
    await symlink(at('outside'), at('root', 'inside'))
    expect(['directory-missing', 'directory-not-allowed', at('root', 'inside')]).toContain(await outcome)
    await rename(at('root', 'inside'), at(`link ${round}`))
    await rename(at('aside'), at('root', 'inside'))
    if ((await outcome) === at('root', 'inside')) await device.run('remove', at('root', 'inside'))
  }
})

test('allowing other directories, and inviting with full access, take the password anew', async () => {
  const { device, path } = await startWithFolder()
  await using _ = device
  const app = buildApp(device.steering, () => undefined, createOpenDoor())
  const needed: unknown[] = []
  app.addHook('preHandler', async (request) => {
    const { needs } = request.routeOptions.config
    needed.push(typeof needs === 'function' ? needs(request.body) : needs)
  })
  const send = (method: 'PATCH' | 'POST', url: string, payload: object) =>
    app.inject({ method, url, payload })
  const invites = `/api/folders/${encodeURIComponent(path)}/invites`
  await send('PATCH', '/api/settings', { texts: { name: 'x' } })
  await send('POST', invites, { role: 'read-only' })
  await send('PATCH', '/api/settings', { texts: { roots: 'none' } })
  await send('PATCH', '/api/settings', { values: { roots: [] } })
  await send('POST', invites, { role: 'full' })
  expect(needed).toEqual(['control', 'control', 'confirmed', 'confirmed', 'confirmed'])
})

test('the history of all folders comes in pages, newest first, each row once, while new ones arrive', async () => {
  await using device = await startSteeredDevice()
  const rowsByPath = new Map<string, KeptHistoryRow[]>()
  for (const name of ['a', 'b', 'c']) {
    const path = join(device.root, name)
    await mkdir(path)
    await device.run('add', path)
    const rows: KeptHistoryRow[] = []
    rowsByPath.set(path, rows)
    for (let number = 1; number <= 9; number++) add(rows, number, Math.floor(number / 3))
    const history = (limit: number, { after }: HistoryQuestion = {}) =>
      rows
        .filter((row) => after === undefined || compare(after, row) < 0)
        .toSorted(compare)
        .slice(0, limit)
    Object.assign(device.opener.opened.get(path)!.answers, { history })
  }
  const seen: string[] = []
  let page: History = { history: [] }
  do {
    const after = page.next === undefined ? {} : { after: page.next }
    page = await device.steering.history({ limit: 4, ...after })
    seen.push(...page.history.map(({ at, folder, path }) => `${at} ${folder} ${path}`))
    for (const rows of rowsByPath.values()) add(rows, rows.length + 1, 100)
  } while (page.next !== undefined)
  expect(new Set(seen).size).toBe(27)
  expect(seen).toHaveLength(27)
  const times = seen.map((row) => row.split(' ')[0]!)
  expect(times).toEqual(times.toSorted().reverse())
  expect((await device.steering.history({ limit: 1000 })).next).toBe(undefined)

  function add(rows: KeptHistoryRow[], number: number, atMs: number): void {
    rows.push({ number, atMs, path: `file ${number}`, action: 'received', device: 'pi', sizeBytes: 0 })
  }
})

test.each(['', 'x', '1-2', '1-2-3', `9-9-${'g'.repeat(64)}`])(
  '%j is no place in the history',
  async (after) => {
    await using device = await startSteeredDevice()
    await expect(device.steering.history({ after })).rejects.toMatchObject({ code: 'request-invalid' })
  },
)

/** Newest first. */
function compare(a: Pick<KeptHistoryRow, 'atMs' | 'number'>, b: typeof a): number {
  return b.atMs - a.atMs || b.number - a.number
}
