import { expect, test } from 'vitest'
import { confirmedMs, maxSessions, maxTokens, sessionIdleMs } from '../core/access.ts'
import { SyncError } from '../core/errors.ts'
import { cookieOf, createWebApp, goodPassword } from '../testing/web-app.ts'

const hourMs = 3_600_000
const otherPassword = 'another long sentence'
const body = (password: string) => ({ payload: { password } })

test('until there is a password nothing is told, and whoever is near may choose one', async () => {
  using web = createWebApp()
  expect((await web.ask('GET', '/api/access')).json()).toEqual({
    ...{ state: 'set-up', name: 'attic pi', version: '1.2.3' },
  })
  expect((await web.ask('GET', '/api/status')).json().code).toBe('set-up-needed')
  expect((await web.ask('POST', '/api/access/log-in', body(goodPassword))).json().code).toBe('set-up-needed')

  for (const remoteAddress of ['203.0.113.7', '100.64.0.1', '2001:db8::1', '::ffff:203.0.113.7']) {
    const answer = await web.ask('POST', '/api/access/set-up', { ...body(goodPassword), remoteAddress })
    expect([answer.statusCode, answer.json().code]).toEqual([403, 'set-up-from-afar'])
  }
  expect((await web.ask('POST', '/api/access/set-up', body('short'))).json().code).toBe('password-weak')
  const wrongName = { payload: { password: goodPassword, name: 'a\nb' } }
  expect((await web.ask('POST', '/api/access/set-up', wrongName)).json().code).toBe('setting-invalid')
  expect(web.access.isSetUp()).toBe(false)

  const answer = await web.ask('POST', '/api/access/set-up', {
    ...{ payload: { password: goodPassword, name: 'attic' }, remoteAddress: 'fe80::1' },
  })
  expect(answer.json()).toMatchObject({ state: 'open', scope: 'control', confirmedUntil: expect.any(String) })
  expect(answer.headers['set-cookie']).toMatch(
    /^berrysync-dddddddd=[\w-]{43}; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/,
  )
  expect(web.steered).toEqual(['setDevice'])
  expect((await web.ask('POST', '/api/access/set-up', body(otherPassword))).json().code).toBe('set-up-done')
  expect((await web.ask('GET', '/api/access')).json().state).toBe('locked')
  expect((await web.as(cookieOf(answer))('GET', '/api/settings')).statusCode).toBe(200)
})

test('of two who choose the first password at once one wins', async () => {
  using web = createWebApp()
  const answers = await Promise.all(
    [goodPassword, otherPassword].map((password) => web.ask('POST', '/api/access/set-up', body(password))),
  )
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409])
  const won = answers[0]!.statusCode === 200 ? goodPassword : otherPassword
  expect((await web.ask('POST', '/api/access/log-in', body(won))).statusCode).toBe(200)
})

const tenMinutesMs = 600_000

test('A8: the button ends every session and lets whoever is near choose a new password, once', async () => {
  using web = createWebApp()
  const before = web.as(await web.logIn())
  web.access.openSetUp(tenMinutesMs)
  expect((await before('GET', '/api/access')).json().state).toBe('set-up')
  expect((await before('GET', '/api/settings')).json().code).toBe('set-up-needed')
  const afar = { ...body(otherPassword), remoteAddress: '203.0.113.7' }
  expect((await web.ask('POST', '/api/access/set-up', afar)).json().code).toBe('set-up-from-afar')
  expect((await web.ask('POST', '/api/access/set-up', body('short'))).json().code).toBe('password-weak')

  // The old one is good until there is a new one, and who came in with it goes then.
  const old = await web.ask('POST', '/api/access/log-in', body(goodPassword))
  expect(old.statusCode).toBe(200)
  const chosen = await web.ask('POST', '/api/access/set-up', body(otherPassword))
  expect(chosen.json().state).toBe('open')
  expect((await web.as(cookieOf(old))('GET', '/api/settings')).json().code).toBe('log-in-needed')
  expect((await web.as(cookieOf(chosen))('GET', '/api/settings')).statusCode).toBe(200)
  expect((await web.ask('POST', '/api/access/set-up', body(goodPassword))).json().code).toBe('set-up-done')
  expect((await web.ask('POST', '/api/access/log-in', body(goodPassword))).json().code).toBe('password-wrong')
  expect((await web.ask('POST', '/api/access/log-in', body(otherPassword))).statusCode).toBe(200)
})

test('A8: after ten minutes without a new password the old one is the only way in again', async () => {
  using web = createWebApp()
  await web.logIn()
  web.access.openSetUp(tenMinutesMs)
  await web.clock.advance(tenMinutesMs - 1)
  expect(web.access.isSetUp()).toBe(false)
  await web.clock.advance(1)
  expect(web.access.isSetUp()).toBe(true)
  expect((await web.ask('POST', '/api/access/set-up', body(otherPassword))).json().code).toBe('set-up-done')
  expect((await web.ask('POST', '/api/access/log-in', body(goodPassword))).statusCode).toBe(200)
})

test('A8: of two who choose a new password at once one wins', async () => {
  using web = createWebApp()
  await web.logIn()
  web.access.openSetUp(tenMinutesMs)
  const chosen = ['the first of two sentences', otherPassword]
  const answers = await Promise.all(chosen.map((one) => web.ask('POST', '/api/access/set-up', body(one))))
  expect(answers.map(({ statusCode }) => statusCode).sort()).toEqual([200, 409])
  const won = chosen[answers.findIndex(({ statusCode }) => statusCode === 200)]!
  expect((await web.ask('POST', '/api/access/log-in', body(won))).statusCode).toBe(200)
})

test('A8: whoever changes the password meanwhile closes the door', async () => {
  using web = createWebApp()
  await web.logIn()
  web.access.openSetUp(tenMinutesMs)
  await web.access.changePassword({ kind: 'owner' }, otherPassword)
  expect(web.access.isSetUp()).toBe(true)
  expect((await web.ask('POST', '/api/access/set-up', body(goodPassword))).json().code).toBe('set-up-done')
})

test('a session ends with the log-out, and the cookie is taken back', async () => {
  using web = createWebApp()
  const browser = web.as(await web.logIn())
  expect((await browser('GET', '/api/access')).json().state).toBe('open')
  const answer = await browser('POST', '/api/access/log-out')
  expect(answer.headers['set-cookie']).toMatch(/^berrysync-dddddddd=; Max-Age=0;/)
  expect((await browser('GET', '/api/access')).json().state).toBe('locked')
  expect((await browser('POST', '/api/rescan')).json().code).toBe('log-in-needed')
})

test('a browser forgets its session also when the device cannot', async () => {
  using web = createWebApp()
  const browser = web.as(await web.logIn())
  web.store.removeSession = () => {
    throw new SyncError('database-unusable', { path: '/device.db', reason: 'SQLITE_FULL' })
  }
  const answer = await browser('POST', '/api/access/log-out')
  expect([answer.statusCode, answer.headers['set-cookie']]).toEqual([
    503,
    expect.stringMatching(/=; Max-Age=0;/),
  ])
})

test('a session that is used goes on, one that is not ends; when it was used is written down once an hour', async () => {
  using web = createWebApp()
  const [used, unused] = [web.as(await web.logIn()), web.as(await web.logIn())]
  const startedMs = web.clock.now()
  await web.clock.advance(hourMs / 2)
  await used('GET', '/api/access')
  expect(web.store.sessions().map(({ lastUsedMs }) => lastUsedMs)).toEqual([startedMs, startedMs])
  for (let day = 0; day < 40; day += 1) {
    await web.clock.advance(24 * hourMs)
    expect((await used('GET', '/api/access')).json().state).toBe('open')
  }
  expect((await unused('GET', '/api/access')).json().state).toBe('locked')
  await web.clock.advance(sessionIdleMs + 1)
  expect((await used('GET', '/api/access')).json().state).toBe('locked')
})

test('there are only so many sessions: the longest unused goes', async () => {
  using web = createWebApp()
  const first = web.as(await web.logIn())
  for (let at = 0; at < maxSessions; at += 1) {
    const hash = Buffer.alloc(32, at + 1)
    web.store.addSession(hash, {
      ...{ id: `other ${at}`, createdMs: 0, address: '', agent: '', confirmedUntilMs: 0 },
      lastUsedMs: web.clock.now() - 1 - at,
    })
  }
  await web.clock.advance(hourMs)
  await web.logIn()
  expect(web.store.sessions()).toHaveLength(maxSessions)
  expect((await first('GET', '/api/access')).json().state).toBe('open')
  expect(web.store.sessions().some(({ id }) => id === `other ${maxSessions - 1}`)).toBe(false)
})

test('logging in again ends the session before', async () => {
  using web = createWebApp()
  const browser = web.as(await web.logIn())
  expect((await browser('POST', '/api/access/log-in', body(goodPassword))).statusCode).toBe(200)
  expect(web.store.sessions()).toHaveLength(1)
  expect((await browser('GET', '/api/access')).json().state).toBe('locked')
})

test('what cannot be undone takes the password again after some minutes', async () => {
  using web = createWebApp()
  const browser = web.as(await web.logIn())
  const secrets = () => browser('GET', '/api/folders/x/secrets')
  await secrets()
  expect(web.steered).toEqual(['secrets'])
  await web.clock.advance(confirmedMs)
  expect((await secrets()).json().code).toBe('confirmation-needed')
  expect((await browser('POST', '/api/folders/x/rotation')).json().code).toBe('confirmation-needed')
  const full = { payload: { role: 'full' } }
  expect((await browser('POST', '/api/folders/x/invites', full)).json().code).toBe('confirmation-needed')
  expect((await browser('PUT', '/api/access/password', body(otherPassword))).json().code).toBe(
    'confirmation-needed',
  )
  expect(web.steered).toEqual(['secrets'])
  await browser('POST', '/api/folders/x/invites', { payload: { role: 'read-only' } })
  expect(web.steered).toEqual(['secrets', 'invite'])

  const wrong = await browser('POST', '/api/access/confirm', body(otherPassword))
  expect([wrong.statusCode, wrong.json().code]).toEqual([403, 'password-wrong'])
  expect((await secrets()).json().code).toBe('confirmation-needed')
  const confirmed = await browser('POST', '/api/access/confirm', body(goodPassword))
  expect(Date.parse(confirmed.json().confirmedUntil)).toBe(web.clock.now() + confirmedMs)
  await secrets()
  expect(web.steered).toEqual(['secrets', 'invite', 'secrets'])
})

test('a new password ends every other session, and those of who knew the old one', async () => {
  using web = createWebApp()
  const [mine, other] = [web.as(await web.logIn()), web.as(await web.logIn())]
  expect((await mine('PUT', '/api/access/password', body('short'))).json().code).toBe('password-weak')
  expect((await mine('PUT', '/api/access/password', body(otherPassword))).statusCode).toBe(200)
  expect((await mine('GET', '/api/access')).json().state).toBe('open')
  expect((await other('GET', '/api/access')).json().state).toBe('locked')
  expect((await web.ask('POST', '/api/access/log-in', body(goodPassword))).json().code).toBe('password-wrong')
  expect((await web.ask('POST', '/api/access/log-in', body(otherPassword))).statusCode).toBe(200)
})

test('who comes in while the password is changed does not come in with the old one', async () => {
  using web = createWebApp()
  const mine = web.as(await web.logIn())
  const [changed, late] = await Promise.all([
    mine('PUT', '/api/access/password', body(otherPassword)),
    web.ask('POST', '/api/access/log-in', body(goodPassword)),
  ])
  expect([changed.statusCode, late.statusCode]).toEqual([200, 403])
  expect(web.store.sessions()).toHaveLength(1)
})

test('sessions are listed, and all others can be ended', async () => {
  using web = createWebApp()
  const first = web.as(await web.logIn())
  await web.logIn()
  const { sessions } = (await first('GET', '/api/access/sessions')).json()
  expect(sessions).toHaveLength(2)
  expect(sessions.filter(({ own }: { own: boolean }) => own)).toMatchObject([
    { address: '127.0.0.1', agent: 'lightMyRequest' },
  ])
  expect(JSON.stringify(sessions)).not.toMatch(/[\w-]{43}/)
  await first('DELETE', '/api/access/sessions')
  expect(web.store.sessions()).toHaveLength(1)
  expect((await first('GET', '/api/access')).json().state).toBe('open')
})

test('a token does what its scope says, until it ends or is revoked, and is never confirmed', async () => {
  using web = createWebApp()
  const browser = web.as(await web.logIn())
  const make = async (scope: string, lifeSeconds?: number) =>
    (await browser('POST', '/api/access/tokens', { payload: { name: 'script', scope, lifeSeconds } })).json()
  const [reading, steering, brief] = [await make('read'), await make('control'), await make('control', 60)]
  expect(reading.token).toMatch(/^bs_[\w-]{43}$/)
  expect((await web.as(reading.token)('GET', '/api/access')).json()).toMatchObject({
    state: 'open',
    scope: 'read',
  })
  const listed = await web.as(steering.token)('GET', '/api/access/tokens')
  expect(listed.body).not.toContain(reading.token.slice(5))
  expect(listed.json().tokens).toHaveLength(3)

  // A program is no browser: it sends neither header.
  const bare = { headers: { 'sec-fetch-site': 'none' } }
  const read = web.as(reading.token)
  await read('GET', '/api/settings', bare)
  expect(web.steered).toEqual(['deviceSettings'])
  for (const [method, url] of [
    ['POST', '/api/rescan'],
    ['DELETE', '/api/folders/x'],
    ['GET', '/api/access/tokens'],
    ['GET', '/api/access/sessions'],
    ['DELETE', `/api/access/tokens/${steering.id}`],
  ] as const) {
    const answer = await read(method, url, bare)
    expect([url, answer.statusCode, answer.json().code]).toEqual([url, 403, 'scope-too-small'])
  }
  const control = web.as(steering.token)
  expect((await control('POST', '/api/rescan', bare)).statusCode).toBe(200)
  const forbidden = [
    control('GET', '/api/folders/x/secrets'),
    control('POST', '/api/access/tokens', { payload: { name: 'more', scope: 'control' } }),
    control('PUT', '/api/access/password', body(otherPassword)),
    control('POST', '/api/access/confirm', body(goodPassword)),
    control('POST', '/api/folders/x/invites', { payload: { role: 'full' } }),
  ]
  for (const answer of await Promise.all(forbidden)) expect(answer.json().code).toBe('confirmation-needed')

  expect((await web.as(brief.token)('GET', '/api/access')).json().state).toBe('open')
  await web.clock.advance(60_000)
  expect((await web.as(brief.token)('POST', '/api/rescan')).json().code).toBe('log-in-needed')
  expect((await control('DELETE', `/api/access/tokens/${reading.id}`)).statusCode).toBe(200)
  expect((await read('GET', '/api/status')).json().code).toBe('log-in-needed')
  expect((await control('DELETE', `/api/access/tokens/${reading.id}`)).json().code).toBe('token-unknown')
  expect((await web.as(`${steering.token.slice(0, -1)}!`)('GET', '/api/status')).statusCode).toBe(401)
})

test('there are only so many tokens', async () => {
  using web = createWebApp()
  for (let at = 0; at < maxTokens; at += 1)
    web.access.makeToken({ name: String(at), scope: 'read', lifeMs: undefined })
  expect(() => web.access.makeToken({ name: 'one more', scope: 'read', lifeMs: undefined })).toThrow(
    expect.objectContaining({ code: 'too-many-tokens' }),
  )
})

test('passwords tried at once are slowed like those tried one after another', async () => {
  using web = createWebApp()
  await web.logIn()
  const tries = Array.from({ length: 60 }, () => web.ask('POST', '/api/access/log-in', body(otherPassword)))
  const answers = await Promise.all(tries)
  expect(answers.filter(({ statusCode }) => statusCode === 403)).toHaveLength(5)
  const slowed = answers.filter(({ statusCode }) => statusCode === 429)
  expect(slowed).toHaveLength(55)
  expect(slowed[0]!.headers['retry-after']).toBe('1')
  // Also for a password that is right, and for confirming with a stolen session: but not for ever.
  expect((await web.ask('POST', '/api/access/log-in', body(goodPassword))).statusCode).toBe(429)
  await web.clock.advance(1000)
  expect((await web.ask('POST', '/api/access/log-in', body(goodPassword))).statusCode).toBe(200)
  expect(web.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1)
})

test('one network of IPv6 counts as one, and a place with a session is known however many try from elsewhere', async () => {
  using web = createWebApp()
  const tryFrom = async (remoteAddress: string, password: string) =>
    (await web.ask('POST', '/api/access/log-in', { ...body(password), remoteAddress })).statusCode
  const tryAll = (addresses: readonly string[]) =>
    Promise.all(addresses.map((address) => tryFrom(address, otherPassword)))
  await web.logIn()
  const near = await tryAll(Array.from({ length: 6 }, (_, at) => `2001:db8::${at}`))
  expect(near).toEqual([403, 403, 403, 403, 403, 429])
  await tryAll(Array.from({ length: 25 }, (_, at) => `198.51.100.${at}`))
  expect(await tryFrom('198.51.100.99', goodPassword)).toBe(429)
  expect(await tryFrom('127.0.0.1', goodPassword)).toBe(200)
})

test('strangers at the same address do not hold up who types the password again, and a stolen session is slowed alone', async () => {
  using web = createWebApp()
  const [mine, stolen] = [web.as(await web.logIn()), web.as(await web.logIn())]
  for (let at = 0; at < 5; at += 1) await web.ask('POST', '/api/access/log-in', body(otherPassword))
  expect((await web.ask('POST', '/api/access/log-in', body(goodPassword))).statusCode).toBe(429)
  const guesses: number[] = []
  for (let at = 0; at < 7; at += 1)
    guesses.push((await stolen('POST', '/api/access/confirm', body(otherPassword))).statusCode)
  expect(guesses).toEqual([403, 403, 403, 403, 403, 429, 429])
  expect((await mine('POST', '/api/access/confirm', body(goodPassword))).statusCode).toBe(200)
})

test('of two sessions that choose a new password at once, the first to be done has ended the other', async () => {
  using web = createWebApp()
  const [mine, stolen] = [web.as(await web.logIn()), web.as(await web.logIn())]
  const answers = await Promise.all([
    mine('PUT', '/api/access/password', body(otherPassword)),
    stolen('PUT', '/api/access/password', body('chosen by a stranger')),
  ])
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 401])
  expect((await web.ask('POST', '/api/access/log-in', body(otherPassword))).statusCode).toBe(200)
})

test('I9: neither passwords nor what opens the door are in the log', async () => {
  using web = createWebApp()
  const cookie = await web.logIn()
  const browser = web.as(cookie)
  const made = await browser('POST', '/api/access/tokens', { payload: { name: 'x', scope: 'read' } })
  await web.ask('POST', '/api/access/log-in', body(otherPassword))
  await browser('PUT', '/api/access/password', body(otherPassword))
  const log = JSON.stringify(web.log.lines)
  for (const secret of [goodPassword, otherPassword, cookie.split('=')[1]!, made.json().token])
    expect(log).not.toContain(secret)
})
