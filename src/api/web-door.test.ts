import { once } from 'node:events'
import { request } from 'node:http'
import type { FastifyReply } from 'fastify'
import { expect, test } from 'vitest'
import { silentLog } from '../testing/silent-log.ts'
import { createWebApp, goodPassword } from '../testing/web-app.ts'
import { createWebConnections } from './web-connections.ts'
import { openWebServer } from './web-server.ts'

test('every answer tells the browser what it must not do with it', async () => {
  using web = createWebApp()
  const answers = [
    await web.ask('GET', '/api/access'),
    await web.ask('GET', '/api/status'),
    await web.ask('GET', '/none'),
    await web.ask('GET', '/api/access', { headers: { host: 'evil.example' } }),
    await web.ask('POST', '/api/access/log-in', { payload: 'x', headers: { 'content-type': 'text/plain' } }),
  ]
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 401, 404, 421, 400])
  for (const { headers } of answers) {
    const policy = String(headers['content-security-policy'])
    expect(policy).toContain("default-src 'none'; script-src 'self';")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toMatch(/unsafe|\*|http/)
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-resource-policy': 'same-origin',
    })
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control'))).toEqual([])
    expect(headers).not.toHaveProperty('cross-origin-opener-policy')
  }
  expect(answers[0]!.headers['cache-control']).toBe('no-store')
  const disguised = await web.ask('GET', '/%61pi/access')
  expect([disguised.statusCode, disguised.headers['cache-control']]).toEqual([200, 'no-store'])
})

test('every route but those of the log-in needs somebody', async () => {
  using web = createWebApp()
  await web.logIn()
  await web.app.ready()
  const listed = web.app.printRoutes({ commonPrefix: false, includeHooks: false })
  const open = new Set<string>()
  const parents: string[] = []
  for (const line of listed.split('\n')) {
    const found = /^(.*?)(\/\S*|\S+) \(([A-Z, ]+)\)$/.exec(line.replace(/[├└│─]/g, ' '))
    if (found === null) continue
    const [, indent, part, methods] = found as unknown as [string, string, string, string]
    const depth = indent.length / 4
    parents.splice(depth - 1, parents.length, part)
    const path = parents.join('').replace(/:\w+/g, 'x')
    for (const method of methods.split(', ') as 'GET'[]) {
      const { statusCode } = await web.ask(method, path, method === 'GET' ? {} : { payload: {} })
      if (statusCode !== 401) open.add(`${method} ${path} ${statusCode}`)
    }
  }
  expect([...open].sort()).toEqual([
    ...['GET /api/access 200', 'HEAD /api/access 200', 'POST /api/access/log-in 400'],
    ...['POST /api/access/log-out 200', 'POST /api/access/set-up 400'],
  ])
})

test('a person who came under a wrong name gets a page that says what to do, without anything to run in it', async () => {
  using web = createWebApp()
  const accept = { accept: 'text/html' }
  const page = await web.ask('GET', '/', { headers: { ...accept, host: 'pi.example' } })
  expect(page.headers['content-type']).toContain('text/html')
  expect(page.body).toContain('berrysync config webNames=pi.example')
  const nasty = await web.ask('GET', '/', { headers: { ...accept, host: '"><script>alert(1)</script>' } })
  expect(nasty.statusCode).toBe(421)
  expect(nasty.body).not.toContain('<script')
})

test('who is being told of events is cut off when the session or the token ends, and nobody else', async () => {
  using web = createWebApp()
  web.app.get('/api/stream', (_request, reply: FastifyReply) => {
    reply.hijack()
    reply.raw.writeHead(200).write('begun')
  })
  const cookies = [await web.logIn(), await web.logIn()]
  const { text, made } = web.access.makeToken({ name: 'x', scope: 'read', lifeMs: 60_000 })
  const connections = createWebConnections()
  await using server = await openWebServer({
    ...{ app: web.app, address: { host: '127.0.0.1', port: 0 }, certificate: undefined },
    ...{ connections, clock: web.clock, log: silentLog },
  })
  async function listen(headers: Record<string, string>) {
    const asking = request({
      host: '127.0.0.1',
      port: server.address.port,
      path: '/api/stream',
      headers,
      agent: false,
    })
    asking.end()
    const [response] = await once(asking, 'response')
    await once(response, 'data')
    // Being cut off is an error to this side.
    response.on('error', () => undefined)
    const over = new Promise<void>((resolve) => response.on('close', resolve))
    const stream = { isOver: false, over }
    void over.then(() => {
      stream.isOver = true
    })
    return stream
  }
  const [mine, other] = [await listen({ cookie: cookies[0]! }), await listen({ cookie: cookies[1]! })]
  const program = await listen({ authorization: `Bearer ${text}` })
  const browser = web.as(cookies[0]!)
  await browser('DELETE', '/api/access/sessions')
  await other.over
  expect([mine.isOver, program.isOver]).toEqual([false, false])
  await web.clock.advance(60_000)
  await program.over
  expect(made.expiresMs).toBe(web.clock.now())
  const answer = await browser('POST', '/api/access/log-out', { payload: {} })
  expect(answer.statusCode).toBe(200)
  await mine.over
  const cookie = await web.logIn()
  const before = await listen({ cookie })
  await web.as(cookie)('POST', '/api/access/log-in', { payload: { password: goodPassword } })
  await before.over
})
