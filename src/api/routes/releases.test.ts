import { describe, expect, test } from 'vitest'
import { createWebApp } from '../../testing/web-app.ts'
import { maxPartBytes } from '../schemas/releases.ts'

const path = '/api/system/releases'
const bytes = (count: number) => ({
  payload: Buffer.alloc(count, 7) as unknown as string,
  headers: { 'content-type': 'application/octet-stream' },
})

describe('releases through the door of the web', () => {
  test('nobody but who is logged in uploads, sees or installs one', async () => {
    using web = createWebApp()
    await web.logIn()
    const answers = [
      await web.ask('GET', path),
      await web.ask('POST', `${path}?offset=0&size=10`, bytes(10)),
      await web.ask('POST', `${path}/install`, { payload: { file: 'uploaded.release' } }),
      await web.ask('POST', `${path}/roll-back`),
    ]
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([401, 401, 401, 401])
    expect(web.steered).toEqual([])
  })

  test('installing and going back take the password typed anew, also where a session lasts', async () => {
    using web = createWebApp()
    const browser = web.as(await web.logIn())
    await web.clock.advance(60 * 60_000)
    for (const [url, payload] of [
      [`${path}/install`, { file: 'uploaded.release' }],
      [`${path}/roll-back`, undefined],
    ] as const) {
      const answer = await browser('POST', url, payload === undefined ? {} : { payload })
      expect([url, answer.statusCode, answer.json().code]).toEqual([url, 403, 'confirmation-needed'])
    }
    expect(web.steered).toEqual([])
  })

  test('a part of a file is taken as it is, and no larger than a part may be', async () => {
    using web = createWebApp()
    const browser = web.as(await web.logIn())
    await browser('POST', `${path}?offset=0&size=${maxPartBytes}`, bytes(maxPartBytes))
    expect(web.steered).toEqual(['uploadRelease'])
    const answer = await browser('POST', `${path}?offset=0&size=10`, bytes(maxPartBytes + 1))
    expect(answer.json()).toMatchObject({ code: 'request-invalid' })
    for (const query of ['', '?offset=-1&size=10', '?offset=0&size=0', '?offset=x&size=1'])
      expect((await browser('POST', path + query, bytes(1))).statusCode, query).toBe(400)
    expect(web.steered).toEqual(['uploadRelease'])
  })

  test('bytes are understood nowhere else', async () => {
    using web = createWebApp()
    const browser = web.as(await web.logIn())
    expect((await browser('PATCH', '/api/settings', bytes(10))).statusCode).toBe(400)
    expect(web.steered).toEqual([])
  })
})
