import { describe, expect, test } from 'vitest'
import {
  createSearchScene,
  createTestTopic,
  openHttpTracker,
  openOwnTracker,
  startOpentracker,
} from '../testing/trackers.ts'
import { until } from '../testing/until.ts'
import { formatHostPort } from './address.ts'
import { isPlausible } from './tracker-answer.ts'

const hourMs = 3_600_000
const localhost = { host: '127.0.0.1', port: 0 }
const today = 20_463

/** What an honest tracker that knows nobody says. */
const nobody = (interval: number) => `d8:intervali${interval}e5:peers0:e`

/** Counts the questions of each event it is asked. */
async function openCountingTracker(answer: (turn: number) => string) {
  const queries: URLSearchParams[] = []
  const tracker = await openHttpTracker((request, response) => {
    queries.push(new URL(request.url!, 'http://tracker').searchParams)
    response.end(answer(queries.length))
  })
  return { ...tracker, queries }
}

describe('with our own tracker', () => {
  test.each([
    ['udp', '127.0.0.1'],
    ['udp', '::1'],
    ['http', '127.0.0.1'],
    ['http', '::1'],
  ])('two devices find each other over %s at %s', async (protocol, host) => {
    await using tracker = await openOwnTracker({ host, port: 0 })
    const url = `${protocol}://${formatHostPort(tracker.address)}/announce`
    await using first = createSearchScene([url])
    await using second = createSearchScene([url])
    second.port = 5555
    const topic = createTestTopic()
    first.search.setTopics([topic])
    expect(await first.asked(topic)).toMatchObject({ state: 'working', found: 0 })
    second.search.setTopics([topic])
    expect((await second.asked(topic)).message).toMatch(/^told 1 address; asked again in [56] min$/)
    expect(second.found).toEqual([{ host, port: 4444, folderId: topic.membership.folderId }])

    await first.nextAsk(topic)
    expect(await first.asked(topic)).toMatchObject({ found: 1 })
    expect(first.found[0]).toMatchObject({ host, port: 5555 })
  })

  test('a tracker with both kinds of addresses is told both of this device', async () => {
    await using tracker4 = await openOwnTracker(localhost)
    const { port } = tracker4.address
    await using tracker6 = await openOwnTracker({ host: '::1', port })
    await using scene = createSearchScene([`udp://tracker.test:${port}`], {
      resolve: async () => ['127.0.0.1', '::1', '127.0.0.2'],
    })
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    await scene.asked(topic)
    expect([tracker4.peerCount, tracker6.peerCount]).toEqual([1, 1])
  })

  test('one address that does not answer spoils nothing', async () => {
    await using tracker = await openOwnTracker(localhost)
    await using scene = createSearchScene([`http://tracker.test:${tracker.address.port}`], {
      resolve: async () => ['::1', '127.0.0.1'],
    })
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    expect(await scene.asked(topic)).toMatchObject({ state: 'working' })
  })

  test('addresses nobody outside can have are not passed on', async () => {
    await using tracker = await openOwnTracker(localhost)
    const url = `udp://${formatHostPort(tracker.address)}`
    await using other = createSearchScene([url])
    await using scene = createSearchScene([url], { isPlausible })
    const topic = createTestTopic()
    other.search.setTopics([topic])
    await other.asked(topic)
    scene.port = 5555
    scene.search.setTopics([topic])
    expect((await scene.asked(topic)).message).toContain('told no addresses')
    expect(scene.found).toEqual([])
  })

  test('it says goodbye when a topic goes, and when it ends', async () => {
    await using tracker = await openOwnTracker(localhost)
    await using scene = createSearchScene([`udp://${formatHostPort(tracker.address)}`])
    const [one, two] = [createTestTopic(), createTestTopic()]
    scene.search.setTopics([one, two])
    await scene.asked(one)
    await scene.asked(two)
    expect(tracker.swarmCount).toBe(2)
    scene.search.setTopics([two])
    expect(scene.search.results(one.membership.folderId)).toEqual([])
    await until('the tracker has let it go', () => tracker.swarmCount === 1)
    await scene.search[Symbol.asyncDispose]()
    expect(tracker.swarmCount).toBe(0)
  })

  test('another port is announced soon, and a flapping one not each time', async () => {
    await using tracker = await openOwnTracker(localhost)
    await using scene = createSearchScene([`http://${formatHostPort(tracker.address)}`])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    await scene.asked(topic)
    scene.port = 5555
    expect(await scene.nextAsk(topic)).toBeLessThanOrEqual(30_000)
    await scene.asked(topic)
    expect(tracker.peerCount).toBe(2)
    scene.port = 6666
    await scene.clock.advance(2_000)
    scene.port = 5555
    expect(await scene.nextAsk(topic)).toBeGreaterThan(200_000)
  })

  test('near midnight it is there under both days, and later under the new one', async () => {
    await using tracker = await openOwnTracker(localhost)
    await using scene = createSearchScene([`udp://${formatHostPort(tracker.address)}`])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    await scene.asked(topic)
    expect(tracker.swarmCount).toBe(1)
    scene.clock.jumpWall(11.5 * hourMs)
    // The next thing to do is to look at the clock.
    await scene.clock.runNext()
    await scene.clock.advance(0)
    await until('announced tomorrow as well', () => tracker.swarmCount === 2)
    scene.clock.jumpWall(2 * hourMs)
    await scene.clock.runNext()
    await until('yesterday was left', () => tracker.swarmCount === 1)
  })
})

test("Debian's opentracker tells over UDP and HTTP alike, and refuses in words", async () => {
  const topic = createTestTopic()
  await using tracker = await startOpentracker([topic.rendezvous(today)])
  await using udp = createSearchScene([`udp://127.0.0.1:${tracker.port}`])
  await using http = createSearchScene([`http://127.0.0.1:${tracker.port}`])
  http.port = 5555
  udp.search.setTopics([topic])
  expect(await udp.asked(topic)).toMatchObject({ state: 'working' })
  const unlisted = createTestTopic()
  http.search.setTopics([topic, unlisted])
  expect(await http.asked(topic)).toMatchObject({ state: 'working' })
  // It tells a peer of itself, too.
  expect(http.found.map(({ host, port }) => `${host}:${port}`)).toContain('127.0.0.1:4444')
  expect((await http.asked(unlisted)).message).toMatch(/^it refused: "Requested download is not authorized/)
})

describe('when it asks', () => {
  test.each([
    ['half an hour', 1800, 1800],
    ['nothing', 0, 1800],
    ['less than nothing', -5, 1800],
    ['a second', 1, 60],
    ['a million years', 10 ** 12, 3600],
  ])('a tracker that says %s is asked again when it should be', async (_, said, seconds) => {
    await using tracker = await openCountingTracker(() => nobody(said))
    await using scene = createSearchScene([tracker.url])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    expect(await scene.asked(topic)).toMatchObject({ state: 'working' })
    const waitedMs = await scene.nextAsk(topic)
    expect(waitedMs).toBeGreaterThanOrEqual(seconds * 1000)
    expect(waitedMs).toBeLessThanOrEqual(seconds * 1100)
    await scene.asked(topic)
    expect(tracker.queries.map((query) => query.get('event'))).toEqual(['started', null])
  })

  test('one that fails is left alone longer and longer, up to half an hour', async () => {
    await using tracker = await openCountingTracker(() => 'nonsense')
    await using scene = createSearchScene([tracker.url])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    const waitsMs: number[] = []
    for (let turn = 1; turn <= 14; turn++) {
      expect(await scene.asked(topic)).toMatchObject({ state: 'failed' })
      waitsMs.push(await scene.nextAsk(topic))
    }
    expect(tracker.queries.length).toBeGreaterThanOrEqual(14)
    expect(waitsMs[0]).toBeLessThanOrEqual(5_000)
    for (const [index, waitMs] of waitsMs.entries()) {
      const fullMs = Math.min(1_800_000, 5_000 * 2 ** index)
      expect(waitMs).toBeGreaterThanOrEqual(fullMs / 2)
      expect(waitMs).toBeLessThanOrEqual(fullMs)
    }
    expect(scene.log.lines.length).toBeLessThan(8)
  })

  test('it starts anew after a failure, and not after a success', async () => {
    await using tracker = await openCountingTracker((turn) => (turn === 1 ? 'nonsense' : nobody(60)))
    await using scene = createSearchScene([tracker.url])
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    const states = [(await scene.asked(topic)).state]
    for (const _ of [2, 3]) {
      await scene.nextAsk(topic)
      states.push((await scene.asked(topic)).state)
    }
    expect(states).toEqual(['failed', 'working', 'working'])
    expect(tracker.queries.map((query) => query.get('event'))).toEqual(['started', 'started', null])
  })

  test('a hundred folders ask a few at a time', async () => {
    let open = 0
    let most = 0
    let served = 0
    await using tracker = await openHttpTracker((_, response) => {
      open += 1
      most = Math.max(most, open)
      setImmediate(() => {
        open -= 1
        served += 1
        response.end(nobody(1800))
      })
    })
    await using scene = createSearchScene([tracker.url])
    scene.search.setTopics(Array.from({ length: 100 }, createTestTopic))
    await scene.clock.advance(0)
    await until('all were announced', () => served === 100)
    expect(most).toBeLessThanOrEqual(4)
  })

  test('without a clock that is set it waits, and says so', async () => {
    await using tracker = await openCountingTracker(() => nobody(1800))
    await using scene = createSearchScene([tracker.url])
    scene.clock.jumpWall(-scene.clock.now())
    const topic = createTestTopic()
    scene.search.setTopics([topic])
    await scene.clock.advance(60_000)
    const [result] = scene.search.results(topic.membership.folderId)
    expect(result).toMatchObject({ state: 'waiting', message: expect.stringContaining('clock') })
    expect(tracker.queries).toEqual([])
    scene.clock.jumpWall(Date.UTC(2026, 0, 10, 12))
    // The next thing to do is to look at the clock.
    await scene.clock.runNext()
    expect(await scene.asked(topic)).toMatchObject({ state: 'working' })
  })
})

test('I9: a tracker gets to know neither secret nor folder, and nothing that joins two folders', async () => {
  const urls: string[] = []
  await using tracker = await openHttpTracker((request, response) => {
    urls.push(request.url! + JSON.stringify(request.rawHeaders))
    response.end(nobody(1800))
  })
  await using scene = createSearchScene([tracker.url])
  const topics = [createTestTopic(), createTestTopic()]
  scene.search.setTopics(topics)
  await scene.clock.advance(0)
  await until('both are announced', () => urls.length === 2)
  for (const { membership } of topics) {
    const secrets = [Buffer.from(membership.folderId, 'hex'), membership.psk, membership.tagKey]
    for (const secret of secrets.map((bytes) => Buffer.from(bytes).toString('hex')))
      expect(urls.join().replaceAll('%', '')).not.toContain(secret.slice(0, 16))
  }
  const values = (name: string) => urls.map((url) => new RegExp(`${name}=([^&]*)`).exec(url)![1])
  for (const name of ['info_hash', 'peer_id', 'key']) expect(new Set(values(name)).size).toBe(2)
})

test('addresses of trackers are checked before anything changes', async () => {
  await using scene = createSearchScene(['http://127.0.0.1:9'])
  const topic = createTestTopic()
  scene.search.setTopics([topic])
  expect(() => scene.search.setTrackers(['udp://ok.test:1', 'wss://no.test'])).toThrow('no.test')
  expect(scene.search.results(topic.membership.folderId).map(({ at }) => at)).toEqual([
    'http://127.0.0.1:9/announce',
  ])
})
