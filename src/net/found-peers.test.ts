import { afterEach, expect, test } from 'vitest'
import { type ErrorCode, SyncError } from '../core/errors.ts'
import { type DeviceId, toId } from '../core/ids.ts'
import type { Link } from '../ports.ts'
import { createManualClock, type ManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { createFoundPeers, type FoundBy, type FoundPeers, maxWays, type Way } from './found-peers.ts'

const folderId = toId('FolderId', Buffer.alloc(32, 'folder'))

function deviceOf(name: string): DeviceId {
  return toId('DeviceId', Buffer.alloc(32, name))
}

/** A link that only lives and ends. */
function linkTo(name: string, via: Link['via'] = 'direct'): Link {
  const { promise: closed, resolve } = Promise.withResolvers<SyncError>()
  const close = (code: ErrorCode) => resolve(new SyncError(code))
  return { folderId, peer: deviceOf(name), via, closed, close } as unknown as Link
}

interface Scene {
  readonly clock: ManualClock
  readonly peers: FoundPeers
  readonly links: Link[]
  /** Addresses that were tried, in order. */
  readonly tried: string[]
  /** Who is where: nobody where it says nothing. */
  readonly there: Map<string, string>
  limits: { wanted: number; max: number; slots: number }
  way(at: string, by?: FoundBy, isTo?: (device: DeviceId) => boolean): Way
  hold(): void
  release(): void
}

let scene: Scene
afterEach(async () => {
  scene.release()
  await scene.peers[Symbol.asyncDispose]()
  expect(scene.clock.waiting).toBe(0)
})

function open(): Scene {
  const clock = createManualClock(1_000_000)
  const links: Link[] = []
  const tried: string[] = []
  const there = new Map<string, string>()
  let held: PromiseWithResolvers<void> | undefined
  const limits = { wanted: 20, max: 60, slots: 100 }
  const peers = createFoundPeers({
    clock,
    chance: createSeededChance(1),
    log: createMemoryLog(),
    links: () => links,
    wantedLinks: () => limits.wanted,
    maxLinks: () => limits.max,
    takeSlot() {
      if (limits.slots === 0) return undefined
      limits.slots -= 1
      return {
        [Symbol.dispose]() {
          limits.slots += 1
        },
      }
    },
    onLink: keep,
  })
  function keep(link: Link): void {
    links.push(link)
    void link.closed.then(() => {
      links.splice(links.indexOf(link), 1)
      peers.look()
    })
  }
  scene = {
    ...{ clock, peers, links, tried, there, limits },
    way: (at, by = 'tracker', isTo = () => false) => ({
      ...{ at, by, isTo },
      async go(signal) {
        tried.push(at)
        await held?.promise
        if (signal.aborted) throw new SyncError('closing')
        const name = there.get(at)
        if (name === undefined) throw new SyncError('unreachable', { address: at, reason: 'nobody is there' })
        if (name === 'self') throw new SyncError('peer-self')
        return linkTo(name, by === 'relay' ? 'relay' : 'direct')
      },
    }),
    hold() {
      held = Promise.withResolvers()
    },
    release() {
      held?.resolve()
      held = undefined
    },
  }
  return scene
}

const addresses = (count: number, prefix = 'a') => Array.from({ length: count }, (_, at) => `${prefix}${at}`)

test('peers that were found are linked, and one that is lost is sought again', async () => {
  const { peers, links, there, clock, tried, way } = open()
  there.set('a', 'alice')
  peers.offer([way('a'), way('b')])
  await clock.advance(0)
  expect(links.map(({ peer }) => peer)).toEqual([deviceOf('alice')])
  expect(peers.results()).toMatchObject([
    { at: 'a', by: 'tracker', state: 'connected' },
    { at: 'b', state: 'waiting', lastResult: { code: 'unreachable' } },
  ])
  await clock.advance(40_000)
  tried.length = 0
  links[0]!.close('closing')
  await clock.advance(0)
  expect(tried).toEqual(['a'])
  expect(links).toHaveLength(1)
})

test('who was sent away to make room leaves the place to others for a while, and seeks another peer meanwhile', async () => {
  const { peers, links, there, clock, limits, tried, way } = open()
  limits.wanted = 1
  for (const at of ['a', 'b']) there.set(at, at)
  peers.offer([way('a')])
  await clock.advance(60_000)
  peers.offer([way('b')])
  links[0]!.close('peer-full')
  await clock.advance(0)
  expect(tried).toEqual(['a', 'b'])
  links[0]!.close('closing')
  there.delete('b')
  await clock.advance(299_000)
  expect(tried.filter((at) => at === 'a')).toHaveLength(1)
  await clock.advance(301_000)
  expect(links.map(({ peer }) => peer)).toEqual([deviceOf('a')])
})

test('only some are tried at a time, and none beyond what all folders share', async () => {
  const { peers, clock, tried, limits, way, hold, release } = open()
  hold()
  limits.slots = 2
  peers.offer(addresses(20).map((at) => way(at)))
  await clock.advance(0)
  expect(tried).toHaveLength(2)
  limits.slots = 100
  peers.look()
  await clock.advance(0)
  expect(tried).toHaveLength(4)
  release()
  await clock.advance(0)
  expect(tried).toHaveLength(20)
})

test('no more are sought than are wanted, but those nearby up to what there may be', async () => {
  const { peers, links, there, clock, limits, way } = open()
  limits.wanted = 5
  limits.max = 8
  for (const at of [...addresses(20), ...addresses(20, 'near')]) there.set(at, at)
  peers.offer(addresses(20).map((at) => way(at)))
  await clock.advance(600_000)
  expect(links).toHaveLength(5)
  peers.offer(addresses(20, 'near').map((at) => way(at, 'lan')))
  await clock.advance(600_000)
  expect(links).toHaveLength(8)
  links[0]!.close('closing')
  await clock.advance(60_000)
  expect(links).toHaveLength(8)
})

test('the wait grows with each failure, and what never works is forgotten', async () => {
  const { peers, clock, tried, way } = open()
  peers.offer([way('a')])
  await clock.advance(60_000)
  const inTheFirstMinute = tried.length
  expect(inTheFirstMinute).toBeGreaterThanOrEqual(4)
  expect(inTheFirstMinute).toBeLessThanOrEqual(6)
  await clock.advance(24 * 3_600_000)
  expect(tried).toHaveLength(8)
  expect(peers.results()).toEqual([])
  peers.offer([way('a')])
  await clock.advance(0)
  expect(tried).toHaveLength(9)
})

test('whoever says on the local network that it is there is tried soon, and not at each word', async () => {
  const { peers, clock, tried, there, links, way } = open()
  peers.offer([way('a', 'lan')])
  await clock.advance(200_000)
  there.set('a', 'alice')
  tried.length = 0
  for (let second = 0; second < 4; second++) {
    peers.offer([way('a', 'lan')])
    await clock.advance(1_000)
  }
  await clock.advance(1_000)
  expect(tried).toEqual(['a'])
  expect(links).toHaveLength(1)
})

test('this device itself is found only once', async () => {
  const { peers, clock, tried, there, way } = open()
  there.set('me', 'self')
  peers.offer([way('me')])
  await clock.advance(3_600_000)
  peers.offer([way('me')])
  await clock.advance(3_600_000)
  expect(tried).toEqual(['me'])
})

test('a way that a link stalled on is left alone for minutes, so that a relay has its turn', async () => {
  const { peers, links, there, clock, tried, way } = open()
  there.set('a', 'alice')
  there.set('relay/1', 'alice')
  peers.offer([way('a'), way('relay/1', 'relay')])
  await clock.advance(60_000)
  links.find(({ via }) => via === 'direct')!.close('peer-stalled')
  tried.length = 0
  await clock.advance(290_000)
  expect(tried).not.toContain('a')
  expect(links.map(({ via }) => via)).toEqual(['relay'])
})

test('neither near ways nor others take all turns', async () => {
  const { peers, clock, tried, way, hold } = open()
  hold()
  peers.offer([...addresses(9, 'near').map((at) => way(at, 'lan')), ...addresses(9).map((at) => way(at))])
  await clock.advance(0)
  expect(tried.map((at) => at.replace(/\d/, ''))).toEqual(['near', 'near', 'near', 'a'])
})

test('where others told of hundreds that nobody has tried, one nearby is still remembered', async () => {
  const { peers, clock, there, links, limits, way } = open()
  limits.wanted = 0
  there.set('near', 'neighbour')
  peers.offer(addresses(maxWays).map((at) => way(at)))
  peers.offer([way('near', 'lan')])
  await clock.advance(0)
  expect(links.map(({ peer }) => peer)).toEqual([deviceOf('neighbour')])
})

test('what two searches found stays when one of them is switched off', async () => {
  const { peers, way } = open()
  peers.offer([way('a', 'lan'), way('b', 'lan')])
  peers.offer([way('a')])
  peers.keepOnly(new Set(['tracker']))
  expect(peers.results().map(({ at }) => at)).toEqual(['a'])
})

test('a flood of addresses pushes out what failed, and nothing that works', async () => {
  const { peers, clock, there, links, way } = open()
  there.set('a', 'alice')
  peers.offer([way('a'), way('dead')])
  await clock.advance(0)
  peers.offer(addresses(10_000, 'flood').map((at) => way(at)))
  await clock.advance(0)
  const known = peers.results().map(({ at }) => at)
  expect(known).toHaveLength(maxWays)
  expect(known).toContain('a')
  expect(known).not.toContain('dead')
  expect(links).toHaveLength(1)
})

test('a relay is asked only for whom no way led to directly, and the direct way is sought on', async () => {
  const { peers, clock, tried, there, links, way } = open()
  there.set('relay/1', 'alice')
  peers.offer([way('a'), way('relay/1', 'relay', (device) => device === deviceOf('alice'))])
  await clock.advance(9_999)
  expect(tried).not.toContain('relay/1')
  await clock.advance(1)
  expect(links.map(({ via }) => via)).toEqual(['relay'])
  there.set('a', 'alice')
  await clock.advance(120_000)
  expect(links.map(({ via }) => via)).toEqual(['relay', 'direct'])
  links[0]!.close('peer-duplicate')
  tried.length = 0
  await clock.advance(600_000)
  expect(tried).toEqual([])
  expect(links.map(({ via }) => via)).toEqual(['direct'])
})

test('what only a switched-off search found is tried no more, and a link it was just making is not taken', async () => {
  const { peers, clock, tried, there, links, way, hold, release } = open()
  there.set('a', 'alice')
  hold()
  peers.offer([way('a'), way('b', 'dht')])
  await clock.advance(0)
  peers.keepOnly(new Set(['lan']))
  release()
  await clock.advance(600_000)
  expect(tried).toEqual(['a', 'b'])
  expect(links).toEqual([])
})
