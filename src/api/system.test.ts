import { expect, test } from 'vitest'
import { confirmedMs } from '../core/access.ts'
import { createWebApp } from '../testing/web-app.ts'

const passphrase = { passphrase: 'three blue mice' }

const confirmed = [
  ['POST', '/api/backups', passphrase],
  ['PUT', '/api/backups/passphrase', passphrase],
  ['DELETE', '/api/backups/passphrase', undefined],
  ['POST', '/api/backups/restore', { ...passphrase, data: 'AAAA' }],
  ['PUT', '/api/system/ssh', { enabled: true }],
  ['POST', '/api/system/factory-reset', { typed: 'reset' }],
  ['POST', '/api/disks/sdb1/repair', undefined],
  ['POST', '/api/disks/sdb1/prepare', { sizeBytes: 1, sequence: 1 }],
  ['POST', '/api/disks/sdb1/erase', { sizeBytes: 1, sequence: 1, typed: 'AAAA' }],
] as const
const controlled = [
  ['GET', '/api/backups', undefined],
  ['GET', '/api/system/logs', undefined],
  ['PUT', '/api/system/host-name', { hostName: 'pi' }],
  ['PUT', '/api/system/time-zone', { timeZone: 'UTC' }],
  ['POST', '/api/system/restart', undefined],
  ['POST', '/api/system/reboot', undefined],
  ['POST', '/api/system/power-off', undefined],
  ['POST', '/api/system/identify', undefined],
] as const

test('what holds secrets, lets somebody in or may cost files takes the password typed anew, and no token will do', async () => {
  using web = createWebApp()
  const browser = web.as(await web.logIn())
  const { text } = web.access.makeToken({ name: 'script', scope: 'control', lifeMs: undefined })
  await web.clock.advance(confirmedMs)
  for (const [method, url, payload] of confirmed) {
    const body = payload === undefined ? {} : { payload }
    expect((await web.ask(method, url, body)).json().code, url).toBe('log-in-needed')
    expect((await web.as(text)(method, url, body)).json().code, url).toBe('confirmation-needed')
    expect((await browser(method, url, body)).json().code, url).toBe('confirmation-needed')
  }
  expect(web.steered).toEqual([])
})

test('what changes the machine, and its log, is for who may change things', async () => {
  using web = createWebApp()
  await web.logIn()
  const token = (scope: 'read' | 'control') =>
    web.as(web.access.makeToken({ name: scope, scope, lifeMs: undefined }).text)
  const [reader, writer] = [token('read'), token('control')]
  for (const [method, url, payload] of controlled) {
    const body = payload === undefined ? {} : { payload }
    expect((await reader(method, url, body)).json().code, url).toBe('scope-too-small')
    await writer(method, url, body)
  }
  expect(web.steered).toHaveLength(controlled.length)
})

test('only a backup may be longer than other requests, and that has an end, too', async () => {
  using web = createWebApp()
  const browser = web.as(await web.logIn())
  const data = 'A'.repeat(1024 ** 2)
  await browser('POST', '/api/backups/restore', { payload: { ...passphrase, data } })
  expect(web.steered).toEqual(['restoreBackup'])
  const other = await browser('POST', '/api/backups', { payload: { passphrase: data } })
  expect(other.statusCode).toBe(400)
  const endless = await browser('POST', '/api/backups/restore', {
    payload: { ...passphrase, data: data.repeat(9) },
  })
  expect(endless.statusCode).toBe(400)
  expect(web.steered).toEqual(['restoreBackup'])
})
