import { mkdir, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import encodeQR from 'qr'
import { expect, test } from 'vitest'
import { SyncError } from '../core/errors.ts'
import { maxQrBytes, qrToPath } from '../core/qr-code.ts'
import { createOpenDoor } from '../testing/open-door.ts'
import { photoOf } from '../testing/qr-photo.ts'
import { startSteeredDevice } from '../testing/steered-device.ts'
import { buildApp } from './app.ts'
import { openControlSocket } from './control-socket.ts'
import type { Steering } from './steering.ts'

/** An API whose steering fails at everything with the same error. */
function failingApp(error: unknown) {
  const bugs: unknown[] = []
  const steering = new Proxy({} as Steering, { get: () => () => Promise.reject(error) })
  return { bugs, app: buildApp(steering, (bug) => bugs.push(bug), createOpenDoor()) }
}

test('only the owner can open the control socket, and it takes the place of a dead one', async () => {
  await using device = await startSteeredDevice()
  const file = join(device.home, 'control.sock')
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  const { app } = failingApp(new Error('unused'))
  await using _ = await openControlSocket(app, file)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
})

test('a client that keeps its connection does not hold up the end', async () => {
  const device = await startSteeredDevice()
  const { promise: answered, resolve } = Promise.withResolvers<void>()
  const asking = request(
    {
      socketPath: join(device.home, 'control.sock'),
      path: '/api/status',
      headers: { connection: 'keep-alive' },
    },
    (response) => response.resume().on('end', () => resolve()),
  )
  asking.on('error', () => undefined)
  asking.end()
  await answered
  await device[Symbol.asyncDispose]()
})

test.each([
  ['GET', '/api/nothing', undefined, 404, 'not-found'],
  ['POST', '/api/folders', { path: '/a', secrets: 'x' }, 400, 'request-invalid'],
  ['POST', '/api/folders', {}, 400, 'request-invalid'],
  ['GET', '/api/history?limit=0', undefined, 400, 'request-invalid'],
  ['GET', '/api/history?limits=1', undefined, 400, 'request-invalid'],
  ['PATCH', '/api/settings', { values: {}, texts: {} }, 400, 'request-invalid'],
  ['GET', `/api/folders/${encodeURIComponent(`/${'ü'.repeat(1300)}`)}/secrets`, undefined, 500, 'internal'],
] as const)('%s %s fails in one shape', async (method, url, payload, status, code) => {
  const { app } = failingApp(new Error('assertion: unused'))
  const response = await app.inject({ method, url, ...(payload === undefined ? {} : { payload }) })
  expect(response.statusCode).toBe(status)
  expect(response.json()).toEqual({ code, message: expect.any(String), data: expect.any(Object) })
})

test.each([
  ['PATCH', '/api/settings', { texts: { roots: null } }],
  ['PATCH', '/api/settings', { texts: { links: 5 } }],
  ['POST', '/api/folders', { path: 7 }],
  ['POST', '/api/folders', { path: '/a', hosts: 'host:1' }],
  ['POST', '/api/folders/x/fetch', { path: 'a', release: 'true' }],
] as const)('a value of a body is not turned into another: %s %s %j', async (method, url, payload) => {
  const { app } = failingApp(new Error('assertion: unused'))
  const response = await app.inject({ method, url, payload })
  expect([response.statusCode, response.json().code]).toEqual([400, 'request-invalid'])
})

test('a number and a switch in an address are what they say', async () => {
  const { app } = failingApp(new SyncError('cancelled'))
  for (const [url, code] of [
    ['/api/history?limit=5', 'cancelled'],
    ['/api/history?limit=five', 'request-invalid'],
    ['/api/folders/x/content?path=a&ifShowable=true', 'cancelled'],
    ['/api/folders/x/content?path=a&ifShowable=perhaps', 'request-invalid'],
  ] as const)
    expect([url, (await app.inject({ url })).json().code]).toEqual([url, code])
})

test('a body that is no JSON, and one too large, are refused', async () => {
  const { app, bugs } = failingApp(new Error('assertion: unused'))
  const headers = { 'content-type': 'application/json' }
  for (const payload of ['{', `{"path": "${'x'.repeat(300_000)}"}`]) {
    const response = await app.inject({ method: 'POST', url: '/api/folders', headers, payload })
    expect(response.json().code).toBe('request-invalid')
  }
  expect(bugs).toEqual([])
})

test('a bug is told to the log, and the client gets no stack', async () => {
  const bug = new Error('assertion: something')
  const { app, bugs } = failingApp(bug)
  const response = await app.inject({ url: '/api/status' })
  expect(response.statusCode).toBe(500)
  expect(response.body).not.toContain('app.test.ts')
  expect(bugs).toEqual([bug])
})

test('a folder can be named by any path', async () => {
  await using device = await startSteeredDevice()
  const path = join(device.root, 'ä %2F?#& \n"')
  await mkdir(path)
  const { id } = await device.json('add', path)
  expect((await device.json('status', path)).folders).toMatchObject([{ id, path }])
  expect(await device.run('remove', path)).toMatchObject({ status: 0 })
})

test('a QR code is drawn of a text as long as a code may be, and of nothing else', async () => {
  await using device = await startSteeredDevice()
  const app = buildApp(
    device.steering,
    (bug) => {
      throw bug
    },
    createOpenDoor('web'),
  )
  const draw = (payload: object) => app.inject({ method: 'POST', url: '/api/qr-code/drawing', payload })
  for (const text of ['berrysync://add?secret=x', 'x'.repeat(maxQrBytes), 'ж'.repeat(maxQrBytes / 2)])
    expect((await draw({ text })).json()).toEqual(qrToPath(text))

  const refused = [
    await draw({ text: '' }),
    await draw({ text: 'x'.repeat(maxQrBytes + 1) }),
    await draw({ text: 'ж'.repeat(maxQrBytes / 2 + 1) }),
    await draw({ text: 'x', ecc: 'high' }),
    await draw({}),
  ]
  expect(refused.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
    refused.map(() => [400, 'request-invalid']),
  )
})

test('a picture with a QR code is read; nothing else but its pixels is taken, and not more of them', async () => {
  await using device = await startSteeredDevice()
  const app = buildApp(
    device.steering,
    (bug) => {
      throw bug
    },
    createOpenDoor('web'),
  )
  const code = encodeQR('berrysync://add?secret=x', 'raw', { border: 4 })
  const { pixels } = photoOf(code, { side: 200, codePx: 180, turned: 0, noise: 0 })
  const send = (query: string, payload: Uint8Array, type = 'application/octet-stream') =>
    app.inject({
      method: 'POST',
      url: `/api/qr-code?${query}`,
      headers: { 'content-type': type },
      payload: Buffer.from(payload),
    })
  const found = await send('width=200&height=200', pixels)
  expect(found.json()).toEqual({ text: 'berrysync://add?secret=x' })
  expect((await send('width=200&height=200', pixels.fill(200))).json()).toEqual({})

  const tooWide = new Uint8Array(641)
  const refused = [
    await send('width=200&height=199', pixels),
    await send('width=200', pixels),
    await send('width=0&height=0', new Uint8Array(0)),
    await send('width=641&height=1', tooWide),
    await send('width=640&height=640', new Uint8Array(640 * 640 + 1)),
    await send('width=2&height=1', Buffer.from('{}'), 'application/json'),
    await send('width=2&height=1', Buffer.from('xx'), 'text/plain'),
  ]
  expect(refused.map((answer) => [answer.statusCode, answer.json().code])).toEqual(
    refused.map(() => [400, 'request-invalid']),
  )
  // Everywhere else JSON is the only thing taken.
  const elsewhere = await app.inject({
    method: 'POST',
    url: '/api/secret-kind',
    headers: { 'content-type': 'application/octet-stream' },
    payload: Buffer.from('{"text":"x"}'),
  })
  expect(elsewhere.json().code).toBe('request-invalid')
})
