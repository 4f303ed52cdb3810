/** What whoever reaches the web interface may try, against the real daemon. Each attack is followed by a look whether a good browser still gets through. */
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import SqliteDatabase from 'better-sqlite3'
import { expect, test } from 'vitest'
import { type Daemon, runBerrysync, startDaemon } from '../testing/daemon.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { until } from '../testing/until.ts'
import { askWeb, sendRaw, type WebAnswer, type WebQuestion } from '../testing/web-client.ts'

const password = 'a cat on the warm roof'

interface Browser {
  /** `Cookie` as it has it. */
  readonly cookie: string
  ask(method: string, path: string, question?: WebQuestion): Promise<WebAnswer>
}

async function start(home: string, ...args: string[]): Promise<Daemon> {
  return startDaemon(home, ['--web', '127.0.0.1:0', ...args])
}

function asBrowser(web: string, cookie: string): Browser {
  return {
    cookie,
    ask: (method, path, { headers, ...rest } = {}) =>
      askWeb(web, method, path, { headers: { cookie, origin: web, ...headers }, ...rest }),
  }
}

async function logIn(web: string, kind: 'log-in' | 'set-up'): Promise<Browser> {
  const answer = await askWeb(web, 'POST', `/api/access/${kind}`, { body: { password } })
  if (answer.status !== 200) throw new Error(answer.text)
  return asBrowser(web, String(answer.headers['set-cookie']).split(';')[0]!)
}

/** A good browser is served, and everybody else is asked to log in. */
async function expectSound(daemon: Daemon, browser: Browser): Promise<void> {
  expect((await browser.ask('GET', '/api/status')).json().device.web).toBe(daemon.web)
  expect((await askWeb(daemon.web, 'GET', '/api/status')).json().code).toBe('log-in-needed')
  expect((await daemon.askJson('status')).device.name).toEqual(expect.any(String))
}

test('the first password: by one of many at once, and never again', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  expect(daemon.log.join('\n')).toContain(`open ${web} to choose one`)
  const passwords = Array.from({ length: 6 }, (_, at) => `number ${at} of six words`)
  const answers = await Promise.all(
    passwords.map((chosen) => askWeb(web, 'POST', '/api/access/set-up', { body: { password: chosen } })),
  )
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409, 409])
  const right = passwords[answers.findIndex(({ status }) => status === 200)]!
  expect((await askWeb(web, 'POST', '/api/access/log-in', { body: { password: right } })).status).toBe(200)
  const late = await askWeb(web, 'POST', '/api/access/set-up', { body: { password } })
  expect(late.json().code).toBe('set-up-done')
  const kept = readFileSync(join(root.path, 'config.json'), 'utf8')
  expect(kept).toContain('$scrypt$')
  for (const chosen of passwords) expect(kept).not.toContain(chosen)
  expect(readdirSync(root.path)).toContain('device.db')
})

test('every other name for this machine is refused, however it is written', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const browser = await logIn(web, 'set-up')
  const { port } = new URL(web)
  const names = [
    `evil.example:${port}`,
    'evil.example',
    `evil.example.:${port}`,
    `localhost.evil.example:${port}`,
  ]
  for (const host of [
    ...names,
    '0.0.0.0',
    `[::ffff:8.8.8.8]:${port}`,
    '127.0.0.1.nip.io',
    '2130706433',
    'localhost:1:2',
  ]) {
    for (const path of ['/', '/api/access', '/api/status', '/none']) {
      const answer = await browser.ask('GET', path, { headers: { host, origin: `http://${host}` } })
      expect([host, answer.status]).toEqual([host, 421])
    }
  }
  const page = await askWeb(web, 'GET', '/', { headers: { host: 'evil.example', accept: 'text/html' } })
  expect(page.headers['content-type']).toContain('text/html')
  expect(page.text).toContain('webNames=evil.example')
  const head = (first: string, ...lines: string[]) =>
    [`${first} HTTP/1.1`, ...lines, 'Connection: close', '', ''].join('\r\n')
  const cookie = `Cookie: ${browser.cookie}`
  for (const raw of [
    head('GET http://evil.example/api/status', 'Host: localhost', cookie),
    head('GET http://localhost/api/status', 'Host: localhost', cookie),
    head('GET /api/status', 'Host: localhost', 'Host: evil.example', cookie),
    head('GET /api/status', 'Host: localhost\tevil', cookie),
    head('GET /api/status', 'Host:', cookie),
    head('GET /api/status', cookie),
    head('OPTIONS *', 'Host: localhost', cookie),
  ]) {
    const answer = await sendRaw(web, raw)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).not.toContain('"device"')
  }
  for (const host of ['localhost', `LOCALHOST.:${port}`, `127.0.0.1:${port}`])
    expect((await askWeb(web, 'GET', '/api/access', { headers: { host } })).status).toBe(200)

  expect((await askWeb(web, 'GET', '/api/access', { headers: { host: 'sync.example' } })).status).toBe(421)
  await daemon.ask('config', 'webNames=sync.example')
  expect((await askWeb(web, 'GET', '/api/access', { headers: { host: 'sync.example' } })).status).toBe(200)
  await expectSound(daemon, browser)
})

test('another page changes nothing with the cookie of this one', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const { cookie, ...browser } = await logIn(web, 'set-up')
  const before = await daemon.askJson('config')
  const unsafe = [
    ['POST', '/api/rescan', undefined],
    ['PATCH', '/api/settings', { texts: { name: 'stolen' } }],
    ['PUT', '/api/access/password', { password: 'chosen by a stranger' }],
    ['POST', '/api/access/tokens', { name: 'stolen', scope: 'control' }],
    ['DELETE', '/api/access/sessions', undefined],
    ['POST', '/api/access/log-out', undefined],
    ['POST', '/api/folders', { path: '/tmp' }],
    ['POST', '/api/access/log-in', { password }],
  ] as const
  const origins: Record<string, string>[] = [
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: web.replace(/\d+$/, '1') },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { origin: web, 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' },
    {},
  ]
  for (const [method, path, body] of unsafe) {
    for (const headers of origins) {
      const answer = await askWeb(web, method, path, { headers: { cookie, ...headers }, body })
      expect([method, path, headers, answer.status, answer.json().code]).toEqual([
        method,
        path,
        headers,
        403,
        'cross-site',
      ])
    }
  }
  // A form can send these without asking first; with the own Origin they would still be no JSON.
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    '',
  ]) {
    const headers = { 'content-type': type }
    const answer = await browser.ask('PATCH', '/api/settings', {
      headers,
      body: '{"texts":{"name":"stolen"}}',
    })
    expect([type, answer.status]).toEqual([type, 400])
  }
  for (const method of ['OPTIONS', 'GET']) {
    const headers = { origin: 'http://evil.example', 'access-control-request-method': 'GET' }
    const answer = await askWeb(web, method, '/api/status', { headers: { cookie, ...headers } })
    expect(answer.status).toBe(403)
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([])
  }
  expect(await daemon.askJson('config')).toEqual(before)
  await expectSound(daemon, { cookie, ...browser })
})

test('a session that is missing, forged, stolen after its end or too old opens nothing', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const browser = await logIn(web, 'set-up')
  const [name, value] = browser.cookie.split('=') as [string, string]
  const gone = await logIn(web, 'log-in')
  await gone.ask('POST', '/api/access/log-out')
  const old = await logIn(web, 'log-in')
  const idOf = async ({ ask }: Browser) =>
    (await ask('GET', '/api/access/sessions')).json().sessions.find(({ own }: { own: boolean }) => own).id
  const id = await idOf(old)
  using database = Object.assign(new SqliteDatabase(join(root.path, 'device.db')), {
    [Symbol.dispose]: () => undefined,
  })
  const monthsAgo = Date.now() - 31 * 24 * 3_600_000
  database.prepare('UPDATE sessions SET last_used_ms = ? WHERE id = ?').run(monthsAgo, id)
  // The file tells nobody how to come in.
  const rows = database.prepare('SELECT * FROM sessions').all() as { hash: Buffer; id: string }[]
  database.close()
  const fromFile = rows.flatMap((row) => [row.id, row.hash.toString('base64url'), row.hash.toString('hex')])

  const flipped = `${value.slice(0, -2)}${value.at(-2) === 'A' ? 'B' : 'A'}${value.at(-1)}`
  const forged = ['', 'x', flipped, value.slice(1), `${value}x`, '%00', 'a'.repeat(5000), ...fromFile].map(
    (one) => `${name}=${one}`,
  )
  for (const cookie of [...forged, `other=${value}`, gone.cookie, old.cookie]) {
    const { ask } = asBrowser(web, cookie)
    expect((await ask('GET', '/api/access')).json().state).toBe('locked')
    for (const path of [
      '/api/status',
      '/api/settings',
      '/api/access/sessions',
      '/api/folders/x/secrets',
      '/api/history',
    ])
      expect([cookie, path, (await ask('GET', path)).status]).toEqual([cookie, path, 401])
    expect((await ask('POST', '/api/rescan')).status).toBe(401)
  }
  await expectSound(daemon, browser)

  // A new password, set on the device by whoever owns it, ends what a thief has.
  const changed = await runBerrysync(['password', '--home', root.path], 'the owner came home again\n')
  expect(changed).toMatchObject({ status: 0, out: expect.stringContaining('The password is set'), err: '' })
  expect((await browser.ask('GET', '/api/status')).status).toBe(401)
})

test('what a thief began to send before their session ended is not done', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const browser = await logIn(web, 'set-up')
  const thief = await logIn(web, 'log-in')
  const { port, host } = new URL(web)
  const begun = [
    ['PUT', '/api/access/password', { password: 'chosen by a thief' }],
    ['POST', '/api/access/tokens', { name: 'stolen', scope: 'control' }],
  ] as const
  const rest = begun.map(([method, path, body]) => {
    const text = JSON.stringify(body)
    const socket = connect(Number(port), '127.0.0.1')
    const chunks: Buffer[] = []
    socket.on('error', () => undefined).on('data', (chunk) => chunks.push(chunk))
    const head = [
      ...[`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Origin: ${web}`, `Cookie: ${thief.cookie}`],
      ...['Content-Type: application/json', `Content-Length: ${text.length}`, 'Connection: close'],
      // The answer says that the headers were read.
      'Expect: 100-continue',
    ]
    socket.write(`${head.join('\r\n')}\r\n\r\n`)
    const read = () => Buffer.concat(chunks).toString()
    return { socket, text, read, closed: once(socket, 'close') }
  })
  for (const { read } of rest) await until('the beginning to be read', () => read().includes('100 Continue'))
  expect((await browser.ask('DELETE', '/api/access/sessions')).status).toBe(200)
  for (const { socket, text, read, closed } of rest) {
    socket.write(text)
    await closed
    expect(read()).toContain('log-in-needed')
  }
  expect((await browser.ask('GET', '/api/access/tokens')).json().tokens).toEqual([])
  expect((await askWeb(web, 'POST', '/api/access/log-in', { body: { password } })).status).toBe(200)
  await expectSound(daemon, browser)
})

test('a token does what it may, until it ends', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const read = await daemon.askJson('token', 'create', 'graphs')
  const control = await daemon.askJson('token', 'create', 'scripts', '--scope', 'control', '--expires', '1h')
  const brief = await daemon.askJson('token', 'create', 'brief', '--expires', '1s')
  const ask = (token: string, method: string, path: string, body?: unknown) =>
    askWeb(web, method, path, { headers: { authorization: `Bearer ${token}` }, body })
  expect((await ask(read.token, 'GET', '/api/status')).status).toBe(200)
  expect((await ask(read.token, 'POST', '/api/rescan')).json().code).toBe('scope-too-small')
  expect((await ask(read.token, 'PATCH', '/api/settings', { texts: { name: 'x' } })).json().code).toBe(
    'scope-too-small',
  )
  expect((await ask(control.token, 'POST', '/api/rescan')).status).toBe(200)
  for (const [method, path, body] of [
    ['PUT', '/api/access/password', { password: 'chosen by a token' }],
    ['POST', '/api/access/tokens', { name: 'more', scope: 'control' }],
    ['GET', '/api/folders/x/secrets', undefined],
    ['POST', '/api/folders/x/rotation', undefined],
    ['POST', '/api/access/confirm', { password }],
  ] as const)
    expect([path, (await ask(control.token, method, path, body)).json().code]).toEqual([
      path,
      'confirmation-needed',
    ])
  await until('the end of a token', async () => (await ask(brief.token, 'GET', '/api/status')).status === 401)
  for (const token of ['', 'x', control.id, control.token.slice(3), `${control.token}x`, 'a'.repeat(300)])
    expect((await ask(token, 'GET', '/api/status')).status).toBe(401)
  await daemon.ask('token', 'revoke', control.id)
  expect((await ask(control.token, 'POST', '/api/rescan')).status).toBe(401)
  expect(await daemon.ask('token', 'list')).toContain('graphs')
  expect(daemon.log.join('\n')).not.toContain(read.token.slice(3, 20))
})

test('passwords tried by the hundred are slowed down, and the right person comes in all the same', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const browser = await logIn(web, 'set-up')
  const tries = Array.from({ length: 150 }, (_, at) =>
    askWeb(web, 'POST', '/api/access/log-in', { body: { password: `guess number ${at}` } }),
  )
  const answers = await Promise.all(tries)
  expect(answers.filter(({ status }) => status === 403).length).toBeLessThanOrEqual(8)
  const slowed = answers.filter(({ status }) => status === 429)
  expect(slowed.length).toBeGreaterThanOrEqual(142)
  expect(Number(slowed[0]!.headers['retry-after'])).toBeGreaterThan(0)
  await expectSound(daemon, browser)
  await until('the right password to be taken', async () => {
    const answer = await askWeb(web, 'POST', '/api/access/log-in', { body: { password } })
    return answer.status === 200
  })
  expect(daemon.log.filter((line) => line.includes('many passwords'))).toHaveLength(1)
  expect(daemon.log.join('\n')).not.toContain('guess number')
})

test('what is too large, or no request at all, is refused', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const browser = await logIn(web, 'set-up')
  for (const body of [
    ...['{', '[]', '"x"', 'null', '{"password":{}}', '{"password":"x","more":1}', '\0'],
    ...[`{"password":"${'x'.repeat(300_000)}"}`, '['.repeat(50_000), '{"__proto__":{"x":1},"password":"x"}'],
    '{"constructor":{"prototype":{"x":1}},"password":"x"}',
  ]) {
    const answer = await browser.ask('POST', '/api/access/log-in', { body })
    expect([body.slice(0, 40), answer.json().code]).toEqual([body.slice(0, 40), 'request-invalid'])
  }
  const head = 'Host: localhost\r\nConnection: close\r\n'
  for (const raw of [
    `GET /${'x'.repeat(60_000)} HTTP/1.1\r\n${head}\r\n`,
    `GET / HTTP/1.1\r\n${head}X: ${'y'.repeat(60_000)}\r\n\r\n`,
    `GET / HTTP/1.1\r\n${head}${Array.from({ length: 3000 }, (_, at) => `X${at}: y`).join('\r\n')}\r\n\r\n`,
    `POST /api/access/log-in HTTP/1.1\r\n${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `POST /api/access/log-in HTTP/1.1\r\n${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
    `POST /api/access/log-in HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: -1\r\n\r\n`,
    `POST /api/access/log-in HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n`,
    `GET /\0 HTTP/1.1\r\n${head}\r\n`,
    `GET / HTTP/1.1\r\n${head}X: a\rb\r\n\r\n`,
    `GET / HTTP/9.9\r\n${head}\r\n`,
    `NONSENSE / HTTP/1.1\r\n${head}\r\n`,
    Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3]),
    Buffer.alloc(20_000, 0xff),
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ]) {
    const answer = await sendRaw(web, raw)
    expect(answer).toMatch(/^(HTTP\/1\.1 4\d\d |$)/)
    expect(answer).not.toMatch(/node_modules|\.ts:|\.mjs:/)
  }
  await expectSound(daemon, browser)
})

test('files outside the interface are not served, by no spelling of their path', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const browser = await logIn(web, 'set-up')
  const up = ['..', '%2e%2e', '%2E.', '..%2f..', '%252e%252e', '..%5c..', '..\\..', '%c0%ae%c0%ae', '....//']
  const ends = ['berrysync.mjs', 'config.json', 'identity.json', 'package.json', 'etc/passwd']
  const paths = up.flatMap((step) =>
    ends.flatMap((end) => [1, 3, 8].map((times) => `/${`${step}/`.repeat(times)}${end}`)),
  )
  const others = [
    '//etc/passwd',
    '/%00',
    '/index.html%00.js',
    '/./../berrysync.mjs',
    '/.',
    '/%2f',
    '/berrysync.mjs',
    '/app/../../x',
  ]
  for (const path of [
    ...paths,
    ...others,
    `/${'a/'.repeat(3000)}`,
    `${root.path}/config.json`,
    '/C:/windows/win.ini',
  ]) {
    const raw = `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: ${browser.cookie}\r\n\r\n`
    const answer = await sendRaw(web, raw)
    expect([path, answer.slice(0, 10)]).toEqual([path, expect.stringMatching(/^HTTP\/1\.1 4$/)])
    expect(answer).not.toMatch(/root:|webPassword|scrypt|createRequire/)
  }
  await expectSound(daemon, browser)
})

test('hundreds who open a connection and say little keep nobody else out', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(root.path)
  const { web } = daemon
  const browser = await logIn(web, 'set-up')
  const { port } = new URL(web)
  const sockets: Socket[] = []
  using _ = { [Symbol.dispose]: () => sockets.forEach((socket) => void socket.destroy()) }
  let closed = 0
  function open(first: string): Promise<void> {
    const socket = connect(Number(port), '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => undefined).resume()
    socket.on('close', () => {
      closed += 1
    })
    return new Promise((resolve) => socket.once('connect', () => socket.write(first, () => resolve())))
  }
  const beginnings = [
    'G',
    'GET / HTTP/1.1\r\nHost: localhost\r\nX: ',
    'POST /api/access/log-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n{',
  ]
  for (let at = 0; at < 600; at += 1) {
    await open(beginnings[at % beginnings.length]!)
    if (at % 50 === 0) await expectSound(daemon, browser)
  }
  // The oldest had to go at once, the others when their time was over.
  await until('the oldest to be closed', () => closed >= 350)
  await expectSound(daemon, browser)
  await until('all to be closed', () => closed === 600, 60)
  await expectSound(daemon, browser)
})

test('the control socket asks nothing of whoever may open it, and the web interface can be off', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await startDaemon(root.path)
  expect(daemon.web).toBe('')
  expect(await daemon.ask('status')).not.toContain('web interface')
  expect((await daemon.askJson('token', 'create', 'x')).token).toMatch(/^bs_/)
  const set = (input: string) => runBerrysync(['password', '--home', root.path], input)
  expect((await set('set before anybody looked\nand a second line')).status).toBe(0)
  const weak = await set('too short')
  expect([weak.status, weak.err]).toEqual([1, expect.stringContaining('Choose another password')])
})

test('with HTTPS nothing is said without it', async () => {
  await using root = await makeTempDirectory()
  {
    await using first = await startDaemon(root.path)
    await first.ask('config', 'https=on')
  }
  await using daemon = await start(root.path)
  const { web } = daemon
  expect(web).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/)
  expect(existsSync(join(root.path, 'web-key.pem'))).toBe(true)
  const plain = await askWeb(web.replace('https', 'http'), 'GET', '/folders')
  expect([plain.status, plain.headers.location]).toEqual([308, `${web}/folders`])
  const tried = await askWeb(web.replace('https', 'http'), 'POST', '/api/access/set-up', {
    body: { password },
  })
  expect(tried.status).toBe(403)
  const answer = await askWeb(web, 'POST', '/api/access/set-up', { body: { password } })
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(/^__Host-berrysync-[0-9a-f]{8}=.*; Secure/),
  ])
  expect(answer.headers['cross-origin-opener-policy']).toBe('same-origin')
  await expectSound(daemon, asBrowser(web, String(answer.headers['set-cookie']).split(';')[0]!))
})

test('a port in use is told in one line', async () => {
  await using root = await makeTempDirectory()
  await using daemon = await start(join(root.path, 'first'))
  const address = new URL(daemon.web).host
  const args = ['--home', join(root.path, 'second'), '--listen', '127.0.0.1:0', '--web', address]
  const { status, err } = await runBerrysync(['daemon', ...args])
  expect(status).toBe(1)
  expect(err.trimEnd().split('\n').at(-1)).toBe(
    `berrysync: Port ${address} of the web interface is in use by another program. Choose another with --web HOST:PORT, or none with --web off.`,
  )
})
