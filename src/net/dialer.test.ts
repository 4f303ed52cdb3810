import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Link } from '../ports.ts'
import { createTestContext, createTestMembership, type TestContext } from '../testing/loopback.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { formatHostPort } from './address.ts'
import { type DialResult, lastRetryMs, steadyAfterMs } from './dial-target.ts'
import { createDialer, type Dialer } from './dialer.ts'
import { type Listener, openListener } from './listener.ts'
import type { Membership } from './membership.ts'

/** Of no use where no relay is set. */
const noRelays = { isMember: () => false, call: () => Promise.reject(new Error('there is no relay')) }

/** Links as they come, in order, on either side. */
interface Arrivals {
  readonly links: Link[]
  take(link: Link): void
  until(count: number): Promise<Link>
}

function createArrivals(): Arrivals {
  const links: Link[] = []
  const wakes = new Set<() => void>()
  return {
    links,
    take(link) {
      links.push(link)
      for (const wake of wakes) wake()
    },
    async until(count) {
      while (links.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>()
        wakes.add(resolve)
        await promise
      }
      return links[count - 1]!
    },
  }
}

interface Scene extends AsyncDisposable {
  readonly clock: ManualClock
  readonly here: TestContext
  readonly there: TestContext
  readonly membership: Membership
  readonly dialled: Arrivals
  readonly accepted: Arrivals
  readonly listener: Listener
  readonly host: string
  readonly dialer: Dialer
  result(at?: number): DialResult
  /** Lets time pass in small steps until it holds. */
  passUntil(condition: () => boolean): Promise<void>
}

async function openScene(resolve?: (name: string) => Promise<readonly string[]>): Promise<Scene> {
  const clock = createManualClock(1_000_000)
  const here = createTestContext(clock)
  const there = createTestContext(clock)
  const membership = createTestMembership()
  const dialled = createArrivals()
  const accepted = createArrivals()
  const listener = await openListener({
    ...there,
    address: { host: '127.0.0.1', port: 0 },
    memberships: () => [membership],
    onLink: accepted.take,
  })
  const dialer = createDialer({
    ...here,
    maxLinks: () => 60,
    relays: noRelays,
    onLink: dialled.take,
    ...(resolve ? { resolve } : {}),
  })
  return {
    clock,
    here,
    there,
    membership,
    dialled,
    accepted,
    listener,
    host: formatHostPort(listener.address),
    dialer,
    result: (at = 0) => dialer.results(membership.folderId)[at]!,
    async passUntil(condition) {
      while (!condition()) await clock.advance(10)
    },
    async [Symbol.asyncDispose]() {
      await dialer[Symbol.asyncDispose]()
      await listener[Symbol.asyncDispose]()
      const links = [...dialled.links, ...accepted.links]
      for (const link of links) link.close('closing')
      await Promise.all(links.map((link) => link.closed))
      expect(clock.waiting).toBe(0)
    },
  }
}

/** An address of loopback where nobody listens. */
async function openNobody(): Promise<string> {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return `127.0.0.1:${port}`
}

test('a host is reached, and one whose good link is lost is tried again at once', async () => {
  await using scene = await openScene()
  scene.dialer.setTargets(scene.membership, [scene.host])
  await scene.clock.advance(0)
  await scene.dialled.until(1)
  const first = await scene.accepted.until(1)
  expect(scene.result()).toMatchObject({ host: scene.host, state: 'connected', lastResult: undefined })
  await scene.clock.advance(steadyAfterMs)
  expect(scene.dialled.links.length).toBe(1)
  first.close('closing')
  await scene.dialled.links[0]!.closed
  await scene.clock.advance(0)
  await scene.dialled.until(2)
  expect(scene.result()).toMatchObject({ state: 'connected', lastResult: { code: 'closing' } })
})

test('the wait doubles with each failure up to its limit, and a host that comes up is found', async () => {
  await using scene = await openScene()
  const nobody = await openNobody()
  scene.dialer.setTargets(scene.membership, [nobody])
  const waits: number[] = []
  for (let round = 0; round < 9; round++) {
    const before = scene.clock.monotonicMs()
    await scene.clock.runNext()
    waits.push(scene.clock.monotonicMs() - before)
    while (scene.result().state !== 'waiting') await new Promise((resolve) => setImmediate(resolve))
  }
  expect(waits).toEqual([0, 750, 1500, 3000, 6000, 12000, 24000, 45000, 45000])
  expect(scene.result()).toMatchObject({ state: 'waiting', lastResult: { code: 'unreachable' } })
  expect(scene.result().lastResult).toMatchObject({
    message: expect.stringContaining('ECONNREFUSED'),
    data: { reason: expect.stringContaining('ECONNREFUSED') },
  })
  await scene.clock.advance(5000)
  expect(scene.result().nextInMs).toBe(40_000)
})

test('a link that ends soon after it began counts as a failure', async () => {
  await using scene = await openScene()
  scene.dialer.setTargets(scene.membership, [scene.host])
  await scene.clock.advance(0)
  const link = await scene.dialled.until(1)
  link.close('folder-closed')
  await link.closed
  await scene.clock.advance(700)
  expect(scene.dialled.links.length).toBe(1)
  expect(scene.result()).toMatchObject({ state: 'waiting', lastResult: { code: 'folder-closed' } })
  await scene.clock.advance(50)
  await scene.dialled.until(2)
})

test('a host that is a peer already linked is left alone until that link ends', async () => {
  await using scene = await openScene()
  const back = createArrivals()
  await using ours = await openListener({
    ...scene.here,
    address: { host: '127.0.0.1', port: 0 },
    memberships: () => [scene.membership],
    onLink: back.take,
  })
  await using theirs = createDialer({
    ...scene.there,
    maxLinks: () => 60,
    relays: noRelays,
    onLink: scene.accepted.take,
  })
  theirs.setTargets(scene.membership, [formatHostPort(ours.address)])
  await scene.clock.advance(0)
  const inbound = await back.until(1)
  await scene.accepted.until(1)
  scene.dialer.noteLink(inbound)
  theirs.setTargets(scene.membership, [])

  scene.dialer.setTargets(scene.membership, [scene.host])
  await scene.clock.advance(0)
  const second = await scene.dialled.until(1)
  second.close('peer-duplicate')
  await second.closed
  expect(scene.result().state).toBe('connected')
  // Longer than any wait of a target, shorter than what idle links bear on a clock that outruns their sockets.
  await scene.clock.advance(lastRetryMs + 5000)
  expect(scene.dialled.links.length).toBe(1)
  expect(scene.result()).toMatchObject({ state: 'connected', lastResult: { code: 'peer-duplicate' } })

  inbound.close('closing')
  await inbound.closed
  await scene.clock.advance(1000)
  await scene.dialled.until(2)
})

test('a duplicate of a link nobody told us of is tried again late', async () => {
  await using scene = await openScene()
  scene.dialer.setTargets(scene.membership, [scene.host])
  await scene.clock.advance(0)
  const accepted = await scene.accepted.until(1)
  const dialled = await scene.dialled.until(1)
  accepted.close('peer-duplicate')
  await dialled.closed
  await scene.clock.advance(lastRetryMs - 1)
  expect(scene.dialled.links.length).toBe(1)
  await scene.clock.advance(1)
  await scene.dialled.until(2)
})

test('a host that is this device itself is not tried again until the hosts change', async () => {
  await using scene = await openScene()
  await using self = await openListener({
    ...scene.here,
    address: { host: '127.0.0.1', port: 0 },
    memberships: () => [scene.membership],
    onLink: () => expect.fail('linked to itself'),
  })
  const own = formatHostPort(self.address)
  scene.dialer.setTargets(scene.membership, [own])
  await scene.clock.advance(0)
  await scene.passUntil(() => scene.result().lastResult !== undefined)
  expect(scene.result()).toMatchObject({
    ...{ state: 'given-up', lastResult: { code: 'peer-self' }, nextInMs: undefined },
  })
  const atMs = scene.result().at
  await scene.clock.advance(10 * lastRetryMs)
  scene.dialer.setTargets(scene.membership, [own])
  await scene.clock.advance(10)
  expect(scene.result().at).toBe(atMs)
  scene.dialer.setTargets(scene.membership, [own, scene.host])
  await scene.clock.advance(0)
  await scene.dialled.until(1)
  await scene.passUntil(() => scene.result(0).at > atMs && scene.result(0).state === 'given-up')
  expect(scene.result(0).lastResult).toMatchObject({ code: 'peer-self' })
})

test('a name is looked up anew at each try, and all its addresses are tried in turn', async () => {
  const asked: string[] = []
  const nobody = ['127.0.0.2', '127.0.0.3']
  const answers: string[][] = [[], nobody, ['127.0.0.2', '127.0.0.1']]
  await using scene = await openScene(async (name) => {
    asked.push(name)
    return answers.shift()!
  })
  scene.dialer.setTargets(scene.membership, [`pi.example:${scene.listener.address.port}`])
  await scene.clock.advance(0)
  expect(scene.result()).toMatchObject({ tried: [], nextInMs: 750 })
  expect(scene.result().lastResult?.message).toContain('no address')
  await scene.clock.advance(750)
  await scene.passUntil(() => scene.result().tried.length === 2 && scene.result().state === 'waiting')
  const { port } = scene.listener.address
  expect(scene.result().tried).toMatchObject(
    nobody.map((address) => ({ address: `${address}:${port}`, code: 'unreachable' })),
  )
  await scene.clock.advance(1500)
  const link = await scene.dialled.until(1)
  expect(asked).toEqual(['pi.example', 'pi.example', 'pi.example'])
  expect(scene.result()).toMatchObject({ state: 'connected', tried: [], nextInMs: undefined })
  expect(link.address).toBe(scene.host)
})

test('a look-up that never ends does not hold a host for ever', async () => {
  await using scene = await openScene(() => new Promise(() => undefined))
  scene.dialer.setTargets(scene.membership, ['slow.example:4444'])
  await scene.clock.advance(10_000)
  expect(scene.result()).toMatchObject({ state: 'waiting', lastResult: { code: 'unreachable' } })
})

test('hosts taken off the list are not dialled any more, their links stay', async () => {
  await using scene = await openScene()
  const nobody = await openNobody()
  scene.dialer.setTargets(scene.membership, [scene.host, nobody, 'not a host'])
  await scene.clock.advance(0)
  const link = await scene.dialled.until(1)
  await scene.passUntil(() => scene.result(1).lastResult !== undefined)
  expect(scene.result(2).lastResult?.code).toBe('host-invalid')
  scene.dialer.setTargets(scene.membership, [])
  expect(scene.dialer.results(scene.membership.folderId)).toEqual([])
  await scene.clock.advance(steadyAfterMs)
  expect(await Promise.race([link.closed, 'open'])).toBe('open')
  link.close('closing')
  await link.closed
  await scene.clock.advance(lastRetryMs)
  expect(scene.dialled.links.length).toBe(1)
})

test('disposing in the middle of a try ends it', async () => {
  await using scene = await openScene()
  const silent = createServer()
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  scene.dialer.setTargets(scene.membership, [`127.0.0.1:${port}`])
  const connection = once(silent, 'connection') as Promise<[Socket]>
  await scene.clock.advance(0)
  const [accepted] = await connection
  accepted.resume()
  expect(scene.result().state).toBe('trying')
  await scene.dialer[Symbol.asyncDispose]()
  silent.close()
  await once(silent, 'close')
})

test('where there is no search any more, only links to predefined hosts stay', async () => {
  await using scene = await openScene()
  const { membership, dialer, dialled, clock } = scene
  const { folderId } = membership
  dialer.setSearches(membership, new Set(['lan']))
  dialer.found(folderId, 'lan', [scene.listener.address])
  await clock.advance(0)
  const found = await dialled.until(1)
  dialer.setSearches(membership, new Set())
  expect((await found.closed).code).toBe('folder-closed')

  dialer.setSearches(membership, new Set(['lan']))
  dialer.setTargets(membership, [scene.host])
  await clock.advance(0)
  const sought = await dialled.until(2)
  dialer.setSearches(membership, new Set())
  await clock.advance(10_000)
  expect(await Promise.race([sought.closed, 'still there'])).toBe('still there')
})
