import { expect, test } from 'vitest'
import { isSyncError } from '../core/errors.ts'
import { type Asked, guardRequest, isApi } from './web-guard.ts'

const own = {
  hostName: 'Attic.example',
  allowed: () => ['nas.example', '203.0.113.5'],
  addresses: () => ['192.168.1.5', 'fe80::1%eth0', 'fd00::5'],
}

/** The code of the refusal, or undefined. */
function refusal(headers: Record<string, string>, rest: Partial<Asked> = {}): string | undefined {
  const all = { host: 'localhost:8888', ...headers }
  try {
    guardRequest(
      {
        ...{ method: 'GET', url: '/api/status', headers: all, rawHeaders: Object.entries(all).flat() },
        ...{ isEncrypted: false, localAddress: '127.0.0.1', hasSession: true, ...rest },
      },
      own,
    )
    return undefined
  } catch (error) {
    return isSyncError(error) ? error.code : String(error)
  }
}

test.each([
  ...[
    'localhost',
    'LOCALHOST',
    'localhost.',
    'localhost:80',
    '127.0.0.1',
    '127.0.0.1:65535',
    '[fd00::5]:8888',
  ],
  ...[
    '192.168.1.5:8888',
    '[fe80::1]',
    '[FD00:0:0::0005]',
    'attic',
    'attic.example',
    'ATTIC.LOCAL.',
    'attic.lan:1',
  ],
  ...['attic.home.arpa', 'attic.fritz.box', 'nas.example:443', '203.0.113.5'],
])('Host %s is this device', (host) => {
  expect(refusal({ host })).toBeUndefined()
})

test.each([
  ...['evil.example', 'evil.example.', 'localhost.evil.example', 'evil-localhost', 'attic.evil', 'example'],
  ...[
    '192.168.1.6',
    '0.0.0.0',
    '[::]',
    '[::1]',
    '[fd00::6]',
    '127.1',
    '2130706433',
    '0x7f.0.0.1',
    '127.0.0.01',
  ],
  ...[
    '',
    ' ',
    '.',
    ':8888',
    'localhost:',
    'localhost:x',
    'localhost:8888:1',
    'localhost@evil.example',
    '::1',
  ],
  ...[
    'localhost/evil',
    'localhost#',
    'localhost, evil.example',
    '[fd00::5',
    'fd00::5]',
    '[fd00::5%25eth0]',
    'lоcalhost',
  ],
  ...['nas.example.evil', 'a'.repeat(300), '..', 'localhost..', '[127.0.0.1]', 'undefined'],
])('Host "%s" is not', (host) => {
  expect(refusal({ host })).toBe('host-not-allowed')
})

test('an address counts in any spelling, and where the connection came in is always own', () => {
  expect(refusal({ host: '[::1]:8888' }, { localAddress: '::1' })).toBeUndefined()
  expect(refusal({ host: '[0:0::1]:8888' }, { localAddress: '::1' })).toBeUndefined()
  expect(refusal({ host: '10.1.2.3' }, { localAddress: '::ffff:10.1.2.3' })).toBeUndefined()
  expect(refusal({ host: '10.1.2.3' })).toBe('host-not-allowed')
})

test('a request without Host, with two, or with its host in the first line is refused', () => {
  expect(refusal({}, { headers: {}, rawHeaders: [] })).toBe('host-not-allowed')
  expect(refusal({}, { rawHeaders: ['Host', 'localhost', 'HOST', 'evil.example'] })).toBe('host-not-allowed')
  for (const url of ['http://localhost/api/status', 'http://evil.example/', '*', 'evil.example:80', ''])
    expect(refusal({}, { url })).toBe('host-not-allowed')
})

test('other pages cannot ask for anything, whatever the method', () => {
  for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'])
    for (const url of ['/', '/api/status', '/app.js', '/metrics'])
      for (const site of ['cross-site', 'same-site', 'SAME-ORIGIN', 'nonsense', '', 'same-origin, none'])
        expect(refusal({ 'sec-fetch-site': site }, { method, url })).toBe('cross-site')
  expect(refusal({ 'sec-fetch-site': 'same-origin' }, { method: 'POST' })).toBeUndefined()
  expect(refusal({ 'sec-fetch-site': 'none' })).toBeUndefined()
})

test('a link on another page may lead here, but not to the API, nor into a frame', () => {
  const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
  expect(refusal(visit, { url: '/folders' })).toBeUndefined()
  expect(refusal(visit, { url: '/' })).toBeUndefined()
  for (const url of ['/api', '/api/', '/api/events', '/API/status', '/api?x', '/metrics', '/metrics?x'])
    expect(refusal(visit, { url })).toBe('cross-site')
  expect(refusal(visit, { url: '/', method: 'POST' })).toBe('cross-site')
  for (const dest of ['iframe', 'frame', 'embed', 'object', 'script', 'image'])
    expect(refusal({ ...visit, 'sec-fetch-dest': dest }, { url: '/' })).toBe('cross-site')
})

test('Origin has to be the own one, host and port', () => {
  for (const origin of ['http://localhost:8888', 'https://localhost:8888'])
    expect(refusal({ origin }, { method: 'POST' })).toBeUndefined()
  const others = [
    'null',
    '',
    'http://localhost',
    'http://localhost:8889',
    'http://evil.example',
    'localhost:8888',
  ]
  for (const origin of [...others, 'http://localhost:8888.evil.example', 'http://localhost:8888/', 'file://'])
    for (const method of ['GET', 'POST']) expect(refusal({ origin }, { method })).toBe('cross-site')
  expect(refusal({ host: 'nas.example', origin: 'https://nas.example' })).toBeUndefined()
  const encrypted = { isEncrypted: true, method: 'POST' }
  expect(refusal({ origin: 'https://localhost:8888' }, encrypted)).toBeUndefined()
  expect(refusal({ origin: 'http://localhost:8888' }, encrypted)).toBe('cross-site')
})

test('a cookie alone changes nothing: every browser says where a request comes from', () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    expect(refusal({}, { method })).toBe('cross-site')
    expect(refusal({}, { method, hasSession: false })).toBeUndefined()
  }
  expect(refusal({})).toBeUndefined()
})

test('what belongs to the API is told from what only begins alike', () => {
  for (const url of ['/api', '/api/x', '/api?x', '/metrics', '/%61pi/x', '/ap%69', '/%zz'])
    expect(isApi(url)).toBe(true)
  for (const url of ['/', '/apis', '/api-docs', '/folders/api']) expect(isApi(url)).toBe(false)
})
