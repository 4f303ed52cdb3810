/** Trackers that lie, garble, flood, stall and redirect: what they get to cost, and what people are told. */
import { execFileSync } from 'node:child_process'
import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { systemChance } from '../system.ts'
import { makeTempDirectory } from '../testing/temp-directory.ts'
import { createSearchScene, createTestTopic, openHttpTracker } from '../testing/trackers.ts'
import { until } from '../testing/until.ts'
import { encodeBencode } from '../wire/bencode.ts'
import { decodeUdpRequest, encodeUdpAnswer, type UdpRequest } from '../wire/udp-tracker.ts'
import { announceOverUdp } from './udp-announce.ts'

/** Asks such a tracker once. */
async function ask(onRequest: RequestListener) {
  await using tracker = await openHttpTracker(onRequest)
  await using scene = createSearchScene([tracker.url])
  const topic = createTestTopic()
  scene.search.setTopics([topic])
  return { ...(await scene.asked(topic)), found: scene.found }
}

const compact = (count: number) =>
  Buffer.concat(Array.from({ length: count }, (_, at) => Buffer.of(198, 51, at >> 8, at & 255, 17, 92)))

describe('over HTTP', () => {
  test.each([
    ['nothing', ''],
    ['a web page', '<!doctype html><title>Parked</title>'],
    ['a number', 'i1e'],
    ['bytes of a length below zero', 'l-3:'],
    ['lists without an end', 'l'.repeat(60_000)],
    ['half an address', encodeBencode({ peers: Buffer.alloc(7) })],
  ])('garbage is garbage: %s', async (_, body) => {
    const { state, message } = await ask((_, response) => response.end(body))
    expect(state).toBe('failed')
    expect(message).toMatch(/^it answered with garbage; asked again in [2-5] s$/)
  })

  test.each([
    ['peers that are a number', encodeBencode({ peers: 7 })],
    ['peers that are no peers', encodeBencode({ peers: [1, [], { ip: 'x' }, { ip: 7, port: 7 }] })],
    ['an interval that is text', encodeBencode({ interval: 'soon', peers: '' })],
    ['nothing of use', 'de'],
  ])('nonsense tells nothing: %s', async (_, body) => {
    expect(await ask((_, response) => response.end(body))).toMatchObject({ state: 'working', found: [] })
  })

  test('of a hundred megabytes hardly more is taken than what is allowed', async () => {
    const chunk = Buffer.alloc(64 * 1024)
    let sentBytes = 0
    const { message } = await ask((_, response) => {
      const send = () => {
        while (sentBytes < 100 * 1024 ** 2 && !response.destroyed) {
          sentBytes += chunk.length
          if (!response.write(chunk)) return void response.once('drain', send)
        }
        response.end()
      }
      send()
    })
    expect(message).toContain('its answer is longer than 65536 bytes')
    // What fits into the buffers of two sockets.
    expect(sentBytes).toBeLessThan(10 * 1024 ** 2)
  })

  test.each<[string, RequestListener]>([
    ['an answer that never begins', () => undefined],
    ['a body that never ends', (_, response) => void response.write('d8:intervali1')],
    ['a body that drips', (_, response) => void setInterval(() => response.write('d'), 5).unref()],
  ])('%s is waited for so long and no longer', async (_, onRequest) => {
    const asked = Promise.withResolvers<void>()
    await using tracker = await openHttpTracker((request, response) => {
      onRequest(request, response)
      asked.resolve()
    })
    await using scene = createSearchScene([tracker.url])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    await scene.clock.advance(0)
    await asked.promise
    await scene.clock.advance(14_999)
    expect(scene.search.results(topic.membership.folderId)[0]!.state).toBe('waiting')
    await scene.clock.advance(1)
    expect(await scene.asked(topic)).toMatchObject({
      state: 'failed',
      message: expect.stringMatching(/^no answer within 15 seconds; asked again in/),
    })
  })

  test('a connection that breaks in the middle is a failure like any', async () => {
    const { state, message } = await ask((_, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('d', () => response.destroy())
    })
    expect([state, message]).toEqual(['failed', expect.stringContaining('; asked again in')])
  })

  test.each([
    ['to itself', '/announce'],
    ['to the machine', 'http://127.0.0.1:1/'],
    ['to a file', 'file:///etc/passwd'],
    ['into its own words', 'data:,d8:intervali60e5:peers0:e'],
  ])('a redirect %s is not followed', async (_, location) => {
    let requests = 0
    const { state, message } = await ask((_, response) => {
      requests += 1
      response.writeHead(302, { location }).end()
    })
    expect([state, requests]).toEqual(['failed', 1])
    expect(message).toContain('status 302')
    expect(message).not.toContain(location)
  })

  test.each([
    ['a megabyte', 1024 ** 2, /^its answer is longer than/],
    ['fifty kilobytes', 50_000, /^it refused: "[^"\p{C}]{100,130}…"; asked/u],
  ])('a reason of %s is cut, and steers no terminal', async (_, length, expected) => {
    const reason = 'no \u001b[31m"you\u202e\r\n'.repeat(length).slice(0, length)
    const { message } = await ask((_, response) => response.end(encodeBencode({ 'failure reason': reason })))
    expect(message).toMatch(expected)
    expect(message).not.toMatch(/\p{C}/u)
  })

  test('of thousands of peers so many are taken', async () => {
    const body = encodeBencode({ interval: 60, peers: compact(10_000) })
    const { found, message } = await ask((_, response) => response.end(body))
    expect(message).toContain('told 200 addresses')
    expect(found.length).toBe(200)
    expect(found[0]).toMatchObject({ host: '198.51.0.0', port: 4444 })
  })

  test.each([
    ['', ''],
    [' with all that belongs to it', 'Connection: upgrade\r\nUpgrade: x\r\n'],
  ])('another protocol is a failure%s', async (_, headers) => {
    const { message } = await ask(({ socket }) =>
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`),
    )
    expect(message).toContain('it answered with status 101')
  })

  test('another status is a failure, whatever stands below', async () => {
    const { message } = await ask((_, response) => response.writeHead(503).end('de'))
    expect(message).toContain('it answered with status 503')
  })
})

test('an HTTPS tracker has to prove who it is', async () => {
  await using directory = await makeTempDirectory()
  const [keyFile, certFile] = [join(directory.path, 'key'), join(directory.path, 'cert')]
  const wanted = [
    '-newkey',
    'ed25519',
    '-subj',
    '/CN=tracker.test',
    '-addext',
    'subjectAltName=DNS:tracker.test',
  ]
  const files = ['-keyout', keyFile, '-out', certFile]
  execFileSync('openssl', ['req', '-x509', '-nodes', '-days', '2', ...wanted, ...files], { stdio: 'ignore' })
  const cert = readFileSync(certFile, 'utf8')
  const server = createHttpsServer({ key: readFileSync(keyFile), cert }, (_, response) =>
    response.end('d8:intervali60e5:peers0:e'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const askBy = async (name: string) => {
    await using scene = createSearchScene([`https://${name}:${port}`], { resolve: async () => ['127.0.0.1'] })
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    return await scene.asked(topic)
  }
  try {
    expect(await askBy('tracker.test')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('self-signed'),
    })
    setDefaultCACertificates([...getCACertificates(), cert])
    expect(await askBy('tracker.test')).toMatchObject({ state: 'working' })
    expect(await askBy('other.test')).toMatchObject({
      state: 'failed',
      message: expect.stringContaining('ALTNAME'),
    })
  } finally {
    server.close()
    server.closeAllConnections()
  }
})

describe('over UDP', () => {
  const connectionId = Buffer.alloc(8, 7)

  /** An honest answer. */
  function answerTo(request: UdpRequest, peers = Buffer.alloc(0)): Buffer {
    const { transaction } = request
    return encodeUdpAnswer(
      request.kind === 'connect'
        ? { kind: 'connect', transaction, connectionId }
        : { kind: 'announce', transaction, intervalSeconds: 60, counts: { seeders: 0, leechers: 0 }, peers },
    )
  }

  async function openUdpTracker(
    onRequest: (request: UdpRequest, sender: RemoteInfo, socket: Socket) => void,
  ): Promise<AsyncDisposable & { url: string }> {
    const socket = createSocket('udp4')
    socket.on('message', (bytes, sender) => onRequest(decodeUdpRequest(bytes)!, sender, socket))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return {
      url: `udp://127.0.0.1:${socket.address().port}`,
      async [Symbol.asyncDispose]() {
        socket.close()
      },
    }
  }

  async function askUdp(onRequest: Parameters<typeof openUdpTracker>[0]) {
    await using tracker = await openUdpTracker(onRequest)
    await using scene = createSearchScene([tracker.url])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    return { ...(await scene.asked(topic)), found: scene.found }
  }

  test('packets with other numbers, garbled ones and ones from elsewhere count for nothing', async () => {
    const elsewhere = createSocket('udp4')
    const lie = compact(1)
    const { state, found } = await askUdp((request, sender, socket) => {
      const wrong = { ...request, transaction: (request.transaction + 1) >>> 0 }
      const send = (from: Socket, bytes: Buffer) => from.send(bytes, sender.port, sender.address)
      send(elsewhere, answerTo(request, lie))
      send(socket, answerTo(wrong, lie))
      send(socket, Buffer.of(1, 2, 3))
      send(socket, Buffer.alloc(0))
      setTimeout(() => send(socket, answerTo(request)), 100)
    })
    elsewhere.close()
    expect([state, found]).toEqual(['working', []])
  })

  test('packets by the thousand end the question', async () => {
    const { state, message } = await askUdp((_, sender, socket) => {
      for (let count = 0; count < 2_000; count++) socket.send(Buffer.alloc(400), sender.port, sender.address)
    })
    expect([state, message]).toEqual(['failed', expect.stringMatching(/^it answered with garbage/)])
  })

  test.each([
    ['a connection id too short', 'connect', (bytes: Buffer) => bytes.subarray(0, 12)],
    ['an announcement too short', 'announce', (bytes: Buffer) => bytes.subarray(0, 12)],
  ])('%s is no answer, and it is asked again', async (_, kind, cut) => {
    let asked = 0
    await using tracker = await openUdpTracker((request, sender, socket) => {
      const isFirst = request.kind === kind && asked++ === 0
      const honest = answerTo(request)
      socket.send(isFirst ? cut(honest) : honest, sender.port, sender.address)
    })
    await using scene = createSearchScene([tracker.url])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    await scene.clock.advance(0)
    await until('the cut answer was sent', () => asked === 1)
    await scene.clock.advance(3_000)
    expect(await scene.asked(topic)).toMatchObject({ state: 'working' })
  })

  test.each([
    ['half an address', Buffer.alloc(7), { state: 'failed', message: /^it answered with garbage/ }],
    ['thousands', compact(9_000), { state: 'working', message: /^told 200 addresses/ }],
  ])('peers that are %s', async (_, peers, { state, message }) => {
    const result = await askUdp((request, sender, socket) =>
      socket.send(answerTo(request, peers), sender.port, sender.address),
    )
    expect(result).toMatchObject({ state, message: expect.stringMatching(message) })
  })

  test('a refusal is told in its words, made harmless', async () => {
    const { message } = await askUdp(({ transaction }, sender, socket) => {
      const reason = Buffer.from('\u001b]0;gone\u0007"'.repeat(900))
      socket.send(encodeUdpAnswer({ kind: 'error', transaction, reason }), sender.port, sender.address)
    })
    expect(message).toMatch(/^it refused: "\]0;gone [^"\p{C}]{80,130}…"/u)
  })

  test('an address no packet can be sent to is a failure at once', async () => {
    const { clock } = createSearchScene([])
    const { signal } = new AbortController()
    const announce = {
      ...{ infoHash: Buffer.alloc(20), peerId: Buffer.alloc(20), key: 1, left: 1, wanted: 1, port: 1 },
      event: 'none',
    } as const
    const nowhere = { host: '255.255.255.255', port: 1 }
    await expect(announceOverUdp(nowhere, announce, { clock, chance: systemChance, signal })).rejects.toThrow(
      'EACCES',
    )
  })

  test('nobody there is told at once', async () => {
    const tracker = await openUdpTracker(() => undefined)
    await tracker[Symbol.asyncDispose]()
    await using scene = createSearchScene([tracker.url])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    expect((await scene.asked(topic)).message).toContain('ECONNREFUSED')
  })

  test('who never answers does not hold up the end for longer than goodbyes may', async () => {
    let isSilent = false
    let goodbyes = 0
    await using tracker = await openUdpTracker((request, sender, socket) => {
      if (isSilent) goodbyes += 1
      else socket.send(answerTo(request), sender.port, sender.address)
    })
    const scene = createSearchScene([tracker.url])
    const topics = Array.from({ length: 20 }, createTestTopic)
    scene.search.setTopics(topics)
    for (const topic of topics) await scene.asked(topic)
    isSilent = true
    const ended = scene.search[Symbol.asyncDispose]()
    await until('some goodbyes were tried', () => goodbyes >= 4)
    await scene.clock.advance(2_000)
    await ended
  })
})

test('what fails again and again is logged once', async () => {
  await using tracker = await openHttpTracker((_, response) => response.end('garbage'))
  await using scene = createSearchScene([tracker.url])
  const topics = Array.from({ length: 20 }, createTestTopic)
  scene.search.setTopics(topics)
  for (const topic of topics) await scene.asked(topic)
  expect(scene.log.lines).toMatchObject([
    { level: 'info', fields: { tracker: tracker.url, reason: 'it answered with garbage' } },
  ])
})

test('a name that cannot be looked up, or only to nowhere, is a failure', async () => {
  const topic = createTestTopic()
  for (const [resolve, expected] of [
    [async () => Promise.reject(new Error('ENOTFOUND')), /^ENOTFOUND/],
    [async () => ['0.0.0.0', '224.0.0.1', 'ff02::1', '::'], /^its name has no address/],
  ] as const) {
    await using scene = createSearchScene(['udp://tracker.test:1'], { resolve })
    scene.search.setTopics([topic])
    expect((await scene.asked(topic)).message).toMatch(expected)
  }
})

test('a tracker given by its address does not wait for names that nobody knows', async () => {
  await using tracker = await openHttpTracker((_, response) => response.end('d8:intervali900e5:peers0:e'))
  await using scene = createSearchScene([tracker.url], { resolve: () => new Promise(() => undefined) })
  const topic = createTestTopic()
  scene.search.setTopics([topic])
  expect(await scene.asked(topic)).toMatchObject({ state: 'working' })
})

test('a name that is not answered in time is a failure', async () => {
  const resolve = () => new Promise<never>(() => undefined)
  await using scene = createSearchScene(['udp://tracker.test:1'], { resolve })
  const topic = createTestTopic()
  scene.search.setTopics([topic])
  await scene.clock.advance(10_000)
  expect((await scene.asked(topic)).message).toMatch(/^its name was not found within 10 seconds/)
})
