import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { request as askPlain } from 'node:http'
import { request as askTls } from 'node:https'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { systemChance, systemClock } from '../system.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { silentLog } from '../testing/silent-log.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { loadCertificate } from './web-certificate.ts'
import { createWebConnections } from './web-connections.ts'
import { addWebFiles } from './web-files.ts'
import { type Certificate, openWebServer } from './web-server.ts'

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

async function ask(
  ask: typeof askPlain,
  port: number,
  path = '/',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const asking = ask({
    host: '127.0.0.1',
    port,
    path,
    headers,
    rejectUnauthorized: false,
    agent: false,
  } as never)
  asking.end()
  const [response] = await once(asking, 'response')
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() }
}

function plainApp() {
  const app = Fastify()
  app.get('/', async (request) => ({ secure: 'encrypted' in request.raw.socket }))
  return app
}

async function open(certificate?: Certificate, clock: typeof systemClock = systemClock) {
  const connections = createWebConnections()
  const address = { host: '127.0.0.1', port: 0 }
  return openWebServer({ app: plainApp(), address, certificate, connections, clock, log: silentLog })
}

async function makeCertificate() {
  await using home = await makeTempDirectory()
  const needs = { home: home.path, names: ['attic'], clock: systemClock, chance: systemChance }
  return await loadCertificate({ ...needs, log: silentLog })
}

test('a port in use is told with the option that changes it', async () => {
  const other = createServer()
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
  const address = { host: '127.0.0.1', port: (other.address() as { port: number }).port }
  const needs = {
    certificate: undefined,
    connections: createWebConnections(),
    clock: systemClock,
    log: silentLog,
  }
  await expect(openWebServer({ app: plainApp(), address, ...needs })).rejects.toMatchObject({
    code: 'web-port-in-use',
    message: expect.stringContaining('--web'),
  })
  other.close()
})

test('one port speaks TLS, and sends who comes without to the right address', async () => {
  await using server = await open(await makeCertificate())
  const { port } = server.address
  expect(await ask(askTls as never, port)).toMatchObject({ status: 200, body: '{"secure":true}' })
  expect(await ask(askPlain, port, '/folders?x=1', { host: `attic.local:${port}` })).toMatchObject({
    status: 308,
    headers: { location: `https://attic.local:${port}/folders?x=1` },
    body: expect.stringContaining('https://'),
  })
  const odd = await ask(askPlain, port, '/', { host: 'evil@attic' })
  expect([odd.status, odd.headers.location]).toEqual([308, undefined])
})

test('only TLS of today is spoken', async () => {
  await using server = await open(await makeCertificate())
  const old = { maxVersion: 'TLSv1.1', minVersion: 'TLSv1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
  const socket = connectTls({
    host: '127.0.0.1',
    port: server.address.port,
    rejectUnauthorized: false,
    ...old,
  })
  const [error] = await once(socket, 'error')
  expect(error.code).toMatch(/SSL|ECONNRESET/)
  expect(await ask(askTls as never, server.address.port)).toMatchObject({ status: 200 })
})

test('who says nothing, or garbage, before TLS is up is sent away', async () => {
  const clock = createManualClock(0)
  await using server = await open(await makeCertificate(), clock)
  const quiet = connect(server.address.port, '127.0.0.1')
  const stuck = connect(server.address.port, '127.0.0.1')
  const garbage = connect(server.address.port, '127.0.0.1')
  const closed = (socket: Socket) =>
    new Promise<void>((resolve) =>
      socket
        .on('error', () => undefined)
        .resume()
        .on('close', () => resolve()),
    )
  const gone = [closed(quiet), closed(stuck)]
  await Promise.all([quiet, stuck, garbage].map((socket) => once(socket, 'connect')))
  stuck.write(Buffer.from([0x16, 3, 1]))
  garbage.write(Buffer.from([0x16, ...Array<number>(100).fill(0)]))
  await closed(garbage)
  // Each of the two has been noticed once its answer to the third has come.
  expect(await ask(askTls as never, server.address.port)).toMatchObject({ status: 200 })
  expect(clock.waiting).toBe(2)
  await clock.advance(15_000)
  await Promise.all(gone)
})

test('a client that keeps its connection does not hold up the end', async () => {
  const server = await open(await makeCertificate())
  const socket = connectTls({ host: '127.0.0.1', port: server.address.port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(socket, 'data')
  await server[Symbol.asyncDispose]()
  if (!socket.destroyed) await once(socket, 'close')
})

async function filesApp(root: string) {
  const app = Fastify()
  app.get('/api/access', async () => ({}))
  await addWebFiles(app, root)
  return app
}

test('built files are served compressed and kept by browsers, the page is asked for each time', async () => {
  await using root = await makeTempDirectory()
  const files = {
    'index.html': '<!doctype html>',
    'app-0123abcd.js': 'let a',
    'plain.txt': 'x',
    'deep/part-89ABCDEF.js': 'b',
  }
  await mkdir(join(root.path, 'deep'))
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(root.path, name), text)
    await writeFile(join(root.path, `${name}.br`), brotliCompressSync(text))
    await writeFile(join(root.path, `${name}.gz`), gzipSync(text))
  }
  const app = await filesApp(root.path)
  const get = (url: string, headers = {}) => app.inject({ url, headers })
  const script = await get('/app-0123abcd.js', { 'accept-encoding': 'gzip, br' })
  expect(script.headers).toMatchObject({
    'content-encoding': 'br',
    'cache-control': 'public, max-age=31536000, immutable',
    'content-type': expect.stringContaining('javascript'),
  })
  expect((await get('/app-0123abcd.js', { 'accept-encoding': 'gzip' })).headers['content-encoding']).toBe(
    'gzip',
  )
  expect(await get('/deep/part-89ABCDEF.js')).toMatchObject({ statusCode: 200, body: 'b' })
  expect((await get('/plain.txt')).headers['cache-control']).toBe('no-cache')

  const visit = { accept: 'text/html,*/*' }
  for (const url of ['/', '/index.html', '/folders/x?y', '/devices', '/none-0123abcd.js']) {
    const page = await get(url, visit)
    expect([url, page.statusCode, page.body]).toEqual([url, 200, '<!doctype html>'])
    expect(page.headers).toMatchObject({
      'cache-control': 'no-cache',
      'content-type': expect.stringContaining('text/html'),
    })
  }
  const { etag } = (await get('/', visit)).headers
  expect((await get('/', { ...visit, 'if-none-match': String(etag) })).statusCode).toBe(304)
  for (const url of [
    '/none.js',
    '/api',
    '/api/none',
    '/app-0123abcd.js.br',
    '/%2e%2e/secret',
    '/..%2fsecret',
    '/deep',
  ])
    expect([url, (await get(url)).statusCode]).toEqual([url, 404])
  for (const url of ['/api', '/api/none', '/api/']) expect((await get(url, visit)).statusCode).toBe(404)
})

test('without built files the API still works', async () => {
  await using root = await makeTempDirectory()
  const app = await filesApp(join(root.path, 'none'))
  expect((await app.inject('/api/access')).statusCode).toBe(200)
  expect((await app.inject('/')).statusCode).toBe(404)
})
