/** What browsers and programs ask of the web interface: whole requests to the application, and the parts of them that are read by hand. */

import { createSessionCookie } from '../api/session-cookie.ts'
import type { Steering } from '../api/steering.ts'
import { guardRequest, isApi } from '../api/web-guard.ts'
import { hostOfHeader, isOwnName } from '../api/web-names.ts'
import { SyncError } from '../core/errors.ts'
import { type FuzzTarget, hold, holdSame } from './fuzz-target.ts'
import { createWebApp, type WebApp } from './web-app.ts'

const own = {
  hostName: 'attic',
  allowed: () => ['nas.example'],
  addresses: () => ['192.0.2.9', 'fe80::1%eth0'],
}
const cookies = createSessionCookie('d'.repeat(64), false)
const browser =
  'host: localhost:8888\nsec-fetch-site: same-origin\ncookie: SESSION\ncontent-type: application/json\n'

/** Every route with an address in it, and the bodies that are taken. */
const requests = [
  `GET /api/folders\n${browser}\n`,
  `GET /api/folders/abc/files?path=a%2Fb&limit=10\n${browser}\n`,
  `POST /api/folders\n${browser}\n{"path":"/srv/a","secret":"x"}`,
  `PATCH /api/device/settings\n${browser}\n{"uploads":"4"}`,
  `POST /api/folders/abc/invites\n${browser}\n{"role":"full","lifeSeconds":60}`,
  `POST /api/access/log-in\n${browser}\n{"password":"correct horse battery"}`,
  `POST /api/access/tokens\n${browser}\n{"name":"x","scope":"read"}`,
  `POST /api/disks/sdb/erase\n${browser}\n{"typed":"ABCD"}`,
  `GET /api/openapi.json\n${browser}\n`,
  `DELETE /api/folders/abc\nhost: [::1]:8888\norigin: http://[::1]:8888\nauthorization: Bearer abc\n\n`,
]

export const fuzzHttpTargets: readonly FuzzTarget[] = [
  {
    name: 'http-request',
    seeds: () => requests,
    words: [
      '/api/',
      '?',
      '&',
      '%2F',
      '%',
      '%ff',
      '{"',
      '":',
      '"__proto__":',
      '[]',
      'null',
      'content-type: ',
      'x-',
    ],
    // A request makes objects of its own, whatever it asks.
    bytesPerByte: 4096,
    run: ask,
  },
  {
    name: 'http-headers',
    seeds: () => [
      'localhost:8888\nhttp://localhost:8888\n/api/status\nberrysync-dddddddd=abc; a="b"',
      '[fe80::1]:8888\nnull\n/%61pi\n__proto__=x; berrysync-dddddddd=%zz',
      'attic.local.\nhttps://attic.local\n/metrics?x\n',
    ],
    words: [
      '::ffff:',
      '[',
      ']',
      '.local',
      'nas.example',
      '%',
      '__proto__=',
      'berrysync-dddddddd=',
      'http://',
      '@',
    ],
    run(bytes) {
      const [host = '', origin = '', url = '', cookie = ''] = bytes.toString('latin1').split('\n')
      const name = hostOfHeader(host)
      if (name !== undefined) {
        hold(!/[\s/@#?]/.test(name), 'a host is nothing but a host')
        isOwnName(name, own, '192.0.2.9')
      }
      isApi(url)
      const token = cookies.read(cookie)
      if (token !== undefined) holdSame(cookies.read(cookies.set(token).split(';')[0]), token)
      guardRequest(
        {
          ...{ method: 'GET', url, rawHeaders: ['Host', host], isEncrypted: false },
          ...{ headers: { host, origin }, localAddress: '192.0.2.9', hasSession: true },
        },
        own,
      )
      hold(name !== undefined && isOwnName(name, own, '192.0.2.9'), 'nobody asks under another name')
    },
  },
]

/** Knows nothing, whatever it is asked. */
const steering: Steering = new Proxy((() => undefined) as unknown as Steering & (() => void), {
  get: (_, name) => (name === 'then' ? undefined : steering),
  apply() {
    throw new SyncError('folder-unknown', { path: '/none' })
  },
})

let opened: Promise<{ readonly web: WebApp; readonly cookie: string }> | undefined

async function open() {
  const web = createWebApp(undefined, steering)
  return { web, cookie: await web.logIn() }
}

/** First line, headers, an empty line, body: what Node has read of a request. */
async function ask(input: Buffer): Promise<void> {
  opened ??= open()
  const { web, cookie } = await opened
  const [head = '', ...body] = input.toString('latin1').split('\n\n')
  const [first = '', ...lines] = head.split('\n')
  const [method = '', url = '/'] = first.split(' ')
  if (!/^(GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS)$/.test(method) || !/^\/[!-~]*$/.test(url)) return
  const headers = Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, value] = /^([\w-]+): *([ -~]*)$/.exec(line) ?? []
      return name === undefined ? [] : [[name, value!.replace('SESSION', cookie)]]
    }),
  )
  const payload = body.join('\n\n')
  const hasBody = payload !== '' && method !== 'GET' && method !== 'HEAD'
  const answer = await web.app.inject({
    ...{ method: method as 'GET', url, headers },
    ...(hasBody ? { payload: Buffer.from(payload, 'latin1') } : {}),
  })
  if (answer.statusCode === 500) throw new Error(`a bug of ours: ${answer.body}`)
}
