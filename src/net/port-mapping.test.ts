import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { describeRouter, type FakeRouter, interfacesAt, startFakeRouter } from '../testing/fake-router.ts'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { until } from '../testing/until.ts'
import { exchangeLimitMs, maxAnswerBytes } from './lan-http.ts'
import type { Interfaces } from './lan-segments.ts'
import { createPortMapping, type ExternalAddress, endLimitMs, renewAfterMs } from './port-mapping.ts'

const dayMs = 86_400_000
const listenPort = 4_444

interface Setup extends AsyncDisposable {
  readonly router: FakeRouter
  readonly mapping: ReturnType<typeof createPortMapping>
  readonly clock: ReturnType<typeof createManualClock>
  readonly log: ReturnType<typeof createMemoryLog>
  /** What was told of changes. */
  readonly changes: (ExternalAddress | undefined)[]
  interfaces: Interfaces
  port: number
  /** Lets time pass, slowly enough for answers to arrive in it. */
  pass(what: string, check: () => unknown): Promise<void>
  /** The only row, as soon as there is one of this kind. */
  message(state: 'working' | 'failed'): Promise<string>
}

async function setUp(): Promise<Setup> {
  const router = await startFakeRouter()
  const clock = createManualClock(0)
  const log = createMemoryLog()
  const changes: (ExternalAddress | undefined)[] = []
  const mapping = createPortMapping({
    ...{ clock, log, chance: createSeededChance(1), group: router.group },
    port: () => setup.port,
    interfaces: () => setup.interfaces,
    onChange: (external) => changes.push(external),
  })
  const setup: Setup = {
    ...{ router, mapping, clock, log, changes, interfaces: interfacesAt('127.0.0.2'), port: listenPort },
    async pass(what, check) {
      await until(what, async () => {
        await clock.advance(200)
        return check() !== false && check() !== undefined
      })
    },
    async message(state) {
      await setup.pass(state, () => mapping.results().some((row) => row.state === state))
      expect(mapping.results()).toHaveLength(1)
      return mapping.results()[0]!.message
    },
    async [Symbol.asyncDispose]() {
      const ended = mapping[Symbol.asyncDispose]().then(() => true)
      let isOver = false
      void ended.then(() => {
        isOver = true
      })
      await setup.pass('the end', () => isOver)
      await router[Symbol.asyncDispose]()
    },
  }
  return setup
}

const askAddress = 'GetExternalIPAddress'
const added = (router: FakeRouter) => router.asked.filter((text) => text.startsWith('AddPortMapping'))

describe.concurrent('a router that does as asked', () => {
  test('is asked for nothing as long as it is not wanted', async () => {
    await using setup = await setUp()
    await setup.clock.advance(dayMs)
    expect(setup.router.asked).toEqual([])
    expect([setup.mapping.external(), setup.mapping.results()]).toEqual([undefined, []])
    expect(setup.clock.waiting).toBe(0)
  })

  test('forwards the port, is asked again in time, and forgets it at the end', async () => {
    await using setup = await setUp()
    const { router, mapping, clock, changes } = setup
    mapping.setWanted(true)
    expect(await setup.message('working')).toBe(
      'the router (127.0.0.1, UPnP) forwards port 4444 to this device',
    )
    expect(mapping.external()).toEqual({ host: '203.0.113.9', port: 4444 })
    expect(router.mappings).toEqual(new Map([[4444, { client: '127.0.0.2', port: 4444, lease: 1200 }]]))
    for (const times of [2, 3]) {
      await clock.advance(renewAfterMs)
      await setup.pass('renewed', () => added(router).length === times && router.asked.at(-1) === askAddress)
    }
    const searches = router.asked.filter((text) => text === 'search').length
    expect(searches).toBe(4)
    mapping.setWanted(false)
    await setup.pass('taken back', () => router.mappings.size === 0)
    expect(router.asked.at(-1)).toBe('DeletePortMapping  4444 TCP')
    expect([mapping.external(), mapping.results()]).toEqual([undefined, []])
    expect(changes).toEqual([{ host: '203.0.113.9', port: 4444 }, undefined])
    const { length } = router.asked
    await clock.advance(dayMs)
    expect(router.asked).toHaveLength(length)
  })

  test('forgets it when the daemon ends', async () => {
    const setup = await setUp()
    setup.mapping.setWanted(true)
    await setup.message('working')
    const { mappings } = setup.router
    await setup[Symbol.asyncDispose]()
    expect(mappings.size).toBe(0)
  })

  test('knows mappings without an end only', async () => {
    await using setup = await setUp()
    setup.router.refuse = ({ action, values }) =>
      action === 'AddPortMapping' && values[7] !== '0' ? 725 : undefined
    setup.mapping.setWanted(true)
    await setup.message('working')
    expect(setup.router.mappings.get(4444)?.lease).toBe(0)
  })

  test('has given the port to somebody else: another one is taken, and kept', async () => {
    await using setup = await setUp()
    const { router, mapping, clock } = setup
    router.refuse = ({ action, values }) =>
      action === 'AddPortMapping' && values[1] === '4444' ? 718 : undefined
    mapping.setWanted(true)
    await setup.message('working')
    const { port } = mapping.external()!
    expect(port).not.toBe(4444)
    expect(router.mappings).toEqual(new Map([[port, { client: '127.0.0.2', port: 4444, lease: 1200 }]]))
    await clock.advance(renewAfterMs)
    await setup.pass('renewed', () => added(router).length === 3)
    expect(added(router)[2]).toBe(added(router)[1])
  })

  test('is asked anew when this device has another address or another port', async () => {
    await using setup = await setUp()
    const { router, mapping } = setup
    mapping.setWanted(true)
    await setup.message('working')
    setup.interfaces = interfacesAt('127.0.0.3')
    await setup.pass('the new address', () => router.mappings.get(4444)?.client === '127.0.0.3')
    setup.port = 5_555
    await setup.pass('the new port', () => router.mappings.has(5555))
    expect([...router.mappings.keys()]).toEqual([5555])
    expect(mapping.external()?.port).toBe(5555)
  })

  test('was restarted: what it forgot is asked for again, under the same port', async () => {
    await using setup = await setUp()
    const { router, mapping, clock, changes } = setup
    mapping.setWanted(true)
    await setup.message('working')
    router.mappings.clear()
    router.takeOver = (_, response) => {
      response.destroy()
      return true
    }
    router.searchAnswer = () => undefined
    await clock.advance(renewAfterMs)
    expect(await setup.message('failed')).toContain('no router answered')
    expect(mapping.external()).toBeUndefined()
    router.takeOver = () => false
    router.searchAnswer = (usual) => usual
    await setup.message('working')
    expect(changes.map((external) => external?.port)).toEqual([4444, undefined, 4444])
  })

  test('takes back what was, before it is asked again', async () => {
    await using setup = await setUp()
    const { router, mapping } = setup
    const searches = () => router.asked.filter((text) => text === 'search').length
    mapping.setWanted(true)
    await setup.message('working')
    const before = searches()
    let finish: (() => void) | undefined
    router.takeOver = (request, response) => {
      if (!String(request.headers.soapaction).includes('Delete')) return false
      finish = () => response.end('DeletePortMappingResponse')
      return true
    }
    mapping.setWanted(false)
    mapping.setWanted(true)
    await setup.pass('it is asked to', () => finish !== undefined)
    await setup.clock.advance(1_000)
    expect(searches()).toBe(before)
    finish!()
    await setup.message('working')
    expect(added(router)).toHaveLength(2)
  })

  test('holds nobody up who ends while it is silent', async () => {
    const setup = await setUp()
    const { router, mapping, clock } = setup
    mapping.setWanted(true)
    await setup.message('working')
    router.takeOver = () => true
    const sinceMs = clock.monotonicMs()
    await setup[Symbol.asyncDispose]()
    expect(router.asked.at(-1)).toBe('DeletePortMapping  4444 TCP')
    expect(clock.monotonicMs() - sinceMs).toBeLessThanOrEqual(endLimitMs)
  })
})

describe.concurrent('a router that does not help', () => {
  test('does not answer: it is asked ever less often', async () => {
    await using setup = await setUp()
    const { router, mapping, clock } = setup
    router.searchAnswer = () => undefined
    mapping.setWanted(true)
    expect(await setup.message('failed')).toBe(
      'no router answered: it cannot forward ports, or is set not to',
    )
    await clock.advance(dayMs)
    const { length } = router.asked
    expect(length).toBeGreaterThan(100)
    // Twice two packets, no more often than every quarter of an hour in the end.
    expect(length).toBeLessThan(4 * (24 * 4 + 20))
    // A network that is new is asked at once.
    setup.interfaces = interfacesAt('127.0.0.4')
    router.searchAnswer = (usual) => usual
    await setup.message('working')
    expect(router.mappings.get(4444)?.client).toBe('127.0.0.4')
  })

  test.each([
    ['203.0.113.9', ''],
    ['10.0.0.5', "; the router's own address 10.0.0.5 is not public: there is another NAT in front of it"],
    ['', '; it has no public address, or is offline: there may be another NAT in front of it'],
  ])('refuses, with %s as its own address', async (externalAddress, why) => {
    await using setup = await setUp()
    setup.router.externalAddress = externalAddress
    setup.router.refuse = ({ action }) => (action === 'AddPortMapping' ? 606 : undefined)
    setup.mapping.setWanted(true)
    expect(await setup.message('failed')).toBe(`the router (127.0.0.1, UPnP) refused: NotToday${why}`)
    expect(setup.mapping.external()).toBeUndefined()
  })

  test('is itself behind a NAT', async () => {
    await using setup = await setUp()
    setup.router.externalAddress = '100.64.0.7'
    setup.mapping.setWanted(true)
    expect(await setup.message('failed')).toBe(
      "the router (127.0.0.1, UPnP) forwards port 4444 to this device, but the router's own address 100.64.0.7 is not public: there is another NAT in front of it",
    )
    expect(setup.mapping.external()).toEqual({ port: 4444 })
  })

  test('is not asked from an address that is gone', async () => {
    await using setup = await setUp()
    // An address for documentation, which no machine has.
    setup.interfaces = interfacesAt('192.0.2.1')
    setup.mapping.setWanted(true)
    expect(await setup.message('failed')).toContain('no router answered')
    expect(setup.router.asked).toEqual([])
  })

  test('has all ports taken', async () => {
    await using setup = await setUp()
    setup.router.refuse = ({ action }) => (action === 'AddPortMapping' ? 718 : undefined)
    setup.mapping.setWanted(true)
    expect(await setup.message('failed')).toContain('refused')
    expect(added(setup.router)).toHaveLength(9)
  })
})

test('port mapping that is switched off while routers are asked goes to none of the others', async () => {
  const asked: string[] = []
  const group = createSocket('udp4').bind(0, '127.0.0.1')
  await once(group, 'listening')
  const addresses = ['127.0.0.11', '127.0.0.12', '127.0.0.13']
  const routers = await Promise.all(
    addresses.map(async (address) => {
      // None of them ever answers.
      const server = createServer(({ url }) => void asked.push(`${address} ${url}`)).listen(0, address)
      const voice = createSocket('udp4').bind(0, address)
      await Promise.all([once(server, 'listening'), once(voice, 'listening')])
      const { port } = server.address() as AddressInfo
      const answer = `HTTP/1.1 200 OK\r\nST: InternetGatewayDevice\r\nLOCATION: http://${address}:${port}/\r\n\r\n`
      group.on('message', (_, from) => voice.send(answer, from.port, from.address))
      return { server, voice }
    }),
  )
  const clock = createManualClock(0)
  const mapping = createPortMapping({
    ...{ clock, log: createMemoryLog(), chance: createSeededChance(1) },
    group: { host: '127.0.0.1', port: group.address().port },
    port: () => listenPort,
    interfaces: () => interfacesAt('127.0.0.2'),
    onChange: () => undefined,
  })
  const pass = (what: string, check: () => boolean) =>
    until(what, async () => {
      await clock.advance(200)
      return check()
    })
  mapping.setWanted(true)
  await pass('the first is asked', () => asked.length === 1)
  let isOver = false
  void mapping[Symbol.asyncDispose]().then(() => {
    isOver = true
  })
  await pass('the end', () => isOver)
  expect(asked).toHaveLength(1)
  for (const { server, voice } of routers) {
    server.closeAllConnections()
    server.close()
    voice.close()
  }
  group.close()
})

describe.concurrent('somebody who pretends to be a router', () => {
  /** A server that must not be visited. */
  async function startElsewhere() {
    const visits: string[] = []
    const server = createServer((request, response) => {
      visits.push(request.url!)
      response.end(describeRouter('/control'))
    })
    server.listen(0, '127.0.0.9')
    await once(server, 'listening')
    const url = `http://127.0.0.9:${(server.address() as AddressInfo).port}`
    return { url, visits, [Symbol.dispose]: () => void server.close() }
  }

  test.each<[string, (router: FakeRouter, elsewhere: string) => void]>([
    [
      'names another machine',
      (router, elsewhere) => {
        router.searchAnswer = (usual) => usual.replace(router.url, elsewhere)
      },
    ],
    [
      'sends on to another machine',
      (router, elsewhere) => {
        router.takeOver = (_, response) => {
          response.writeHead(302, { location: `${elsewhere}/root.xml` }).end()
          return true
        }
      },
    ],
    [
      'wants actions to go to another machine',
      (router, elsewhere) => {
        router.takeOver = (request, response) => {
          if (request.method === 'GET') response.end(describeRouter(`${elsewhere}/control`))
          return request.method === 'GET'
        }
      },
    ],
  ])('%s: nobody goes there', async (_, pretend) => {
    await using setup = await setUp()
    using elsewhere = await startElsewhere()
    pretend(setup.router, elsewhere.url)
    setup.mapping.setWanted(true)
    await setup.message('failed')
    expect(elsewhere.visits).toEqual([])
  })

  test.each([
    ['nothing', ''],
    ['junk', '\0\xff'.repeat(100)],
    ['no address', 'HTTP/1.1 200 OK\r\nST: InternetGatewayDevice\r\n\r\n'],
    [
      'another scheme',
      'HTTP/1.1 200 OK\r\nST: InternetGatewayDevice\r\nLOCATION: file:///etc/passwd\r\n\r\n',
    ],
    ['a name', 'HTTP/1.1 200 OK\r\nST: InternetGatewayDevice\r\nLOCATION: http://localhost/\r\n\r\n'],
    ['too much', 'HTTP/1.1 200 OK\r\nST: InternetGatewayDevice\r\n'.padEnd(4_000, 'x')],
  ])('answers with %s: that is no answer', async (_, answer) => {
    await using setup = await setUp()
    setup.router.searchAnswer = () => answer
    setup.mapping.setWanted(true)
    expect(await setup.message('failed')).toContain('no router answered')
  })

  test.each([
    ['this very device', interfacesAt('127.0.0.1')],
    ['another network', interfacesAt('127.0.5.2', '255.255.255.0')],
  ])('answers from an address of %s', async (_, interfaces) => {
    await using setup = await setUp()
    setup.interfaces = interfaces
    setup.mapping.setWanted(true)
    expect(await setup.message('failed')).toContain('no router answered')
    expect(new Set(setup.router.asked)).toEqual(new Set(['search']))
  })

  test.each<[string, string, FakeRouter['takeOver']]>([
    [
      'a description without an end',
      'its answer is too long',
      (_, response) => {
        const fill = () => {
          while (response.write('x'.repeat(maxAnswerBytes)));
          response.once('drain', fill)
        }
        fill()
        return true
      },
    ],
    [
      'another protocol',
      'it answered with status 101',
      ({ socket }) =>
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n'),
    ],
    ['nothing at all', `it did not answer within ${exchangeLimitMs / 1000} seconds`, () => true],
    [
      'one letter and no more',
      `it did not answer within ${exchangeLimitMs / 1000} seconds`,
      (_, response) => response.write('<'),
    ],
    [
      'half an answer',
      'ECONNRESET',
      (_, response) => {
        response.writeHead(200, { 'content-length': '1000' }).write('<root>', () => response.destroy())
        return true
      },
    ],
    [
      'garbage',
      'it does not say how ports are forwarded',
      (_, response) => !!response.end('<<&#xffffffff; \0'),
    ],
    [
      'something else than an answer',
      'its answer makes no sense',
      (request, response) => request.method === 'POST' && !!response.end('<html>Welcome</html>'),
    ],
  ])('answers with %s: that is told, and does no harm', async (_, reason, takeOver) => {
    await using setup = await setUp()
    setup.router.takeOver = takeOver
    setup.mapping.setWanted(true)
    expect(await setup.message('failed')).toContain(reason)
    expect(setup.mapping.external()).toBeUndefined()
  })

  test('gives reasons that are short and plain', async () => {
    await using setup = await setUp()
    setup.router.takeOver = (request, response) => {
      if (request.method !== 'POST') return false
      response.statusCode = 500
      response.end(
        `<e><errorCode>501</errorCode><errorDescription>\x1b[31m${'x'.repeat(5_000)}</errorDescription></e>`,
      )
      return true
    }
    setup.mapping.setWanted(true)
    const message = await setup.message('failed')
    expect(message).toContain('refused: [31mxxx')
    expect(message.length).toBeLessThan(200)
  })
})
