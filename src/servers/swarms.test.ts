import { describe, expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createSeededChance } from '../testing/seeded-chance.ts'
import { createSwarms, intervalSeconds, type SwarmAnnounce, type SwarmLimits } from './swarms.ts'

function createScene(limits: Partial<SwarmLimits> = {}) {
  const clock = createManualClock(0)
  const swarms = createSwarms(clock, createSeededChance(1), {
    ...{ maxPeers: 1000, maxPeersPerSwarm: 100, maxPeersPerNetwork: 100, maxPeersPerNetworkInSwarm: 100 },
    ...limits,
  })
  return {
    clock,
    swarms,
    announce: (given: Partial<SwarmAnnounce> = {}) => swarms.announce(announced(given)),
  }
}

/** Somebody at an address, told of everybody. */
function announced(given: Partial<SwarmAnnounce>): SwarmAnnounce {
  const { host = '198.51.100.1' } = given
  return {
    ...{
      swarm: 'a',
      host,
      network: host,
      isPublic: true,
      port: 1,
      event: 'none',
      isSeeder: false,
      wanted: 50,
    },
    ...{ tell: () => true, ...given },
  }
}

const portsOf = (told: ReturnType<ReturnType<typeof createScene>['announce']>) =>
  told?.peers.map(({ port }) => port).sort((one, other) => one - other)

describe('a swarm', () => {
  test('tells of the others and not of who asks, until they leave', () => {
    const { announce, swarms } = createScene()
    expect(portsOf(announce({ port: 1 }))).toEqual([])
    expect(portsOf(announce({ port: 2, isSeeder: true }))).toEqual([1])
    expect(announce({ port: 1 })).toMatchObject({ seeders: 1, leechers: 1, peers: [{ port: 2 }] })
    expect(portsOf(announce({ port: 1, swarm: 'b' }))).toEqual([])
    announce({ port: 2, event: 'stopped' })
    expect(portsOf(announce({ port: 1 }))).toEqual([])
    announce({ port: 1, event: 'stopped' })
    announce({ port: 1, swarm: 'b', event: 'stopped' })
    expect([swarms.swarmCount, swarms.peerCount]).toEqual([0, 0])
  })

  test('a goodbye of somebody unknown leaves nothing behind', () => {
    const { announce, swarms } = createScene()
    announce({ event: 'stopped' })
    expect(swarms.swarmCount).toBe(0)
  })

  test('chooses as many as are wanted, and not always the same', () => {
    const { announce } = createScene()
    for (let port = 1; port <= 50; port++) announce({ port, host: `198.51.100.${port}` })
    const choices = Array.from({ length: 20 }, () => portsOf(announce({ port: 99, wanted: 10 }))!)
    for (const chosen of choices) expect(new Set(chosen).size).toBe(10)
    expect(new Set(choices.flat()).size).toBe(50)
  })

  test('forgets whoever is not heard of any more', async () => {
    const { announce, clock, swarms } = createScene()
    announce({ port: 1 })
    announce({ port: 2 })
    await clock.advance(intervalSeconds * 2000)
    announce({ port: 2 })
    await clock.advance(intervalSeconds * 1000)
    expect(swarms.peerCount).toBe(1)
    expect(portsOf(announce({ port: 3 }))).toEqual([2])
    await clock.advance(intervalSeconds * 3000)
    expect([swarms.swarmCount, swarms.peerCount]).toEqual([0, 0])
  })
})

describe('I14: limits', () => {
  test('in a full swarm the one not heard of longest makes room', () => {
    const { announce } = createScene({ maxPeersPerSwarm: 3 })
    for (const port of [1, 2, 3, 1, 4]) announce({ port })
    expect(portsOf(announce({ port: 9, event: 'stopped' }))).toEqual([1, 3, 4])
  })

  test('one network pushes nobody else out of a swarm, but its own', () => {
    const { announce } = createScene({ maxPeersPerSwarm: 10, maxPeersPerNetworkInSwarm: 3 })
    for (let port = 1; port <= 5; port++) announce({ host: `203.0.113.${port}`, port })
    for (let port = 101; port <= 150; port++) announce({ port })
    expect(portsOf(announce({ port: 9, event: 'stopped' }))).toEqual([1, 2, 3, 4, 5, 148, 149, 150])
    // What it has in one counts for nothing in another.
    announce({ swarm: 'b', port: 1 })
    expect(portsOf(announce({ swarm: 'b', port: 9, event: 'stopped' }))).toEqual([1])
  })

  test('in a full tracker whoever was not heard of longest makes room, in whatever swarm', () => {
    const { announce, swarms } = createScene({ maxPeers: 3 })
    announce({ swarm: 'a' })
    announce({ swarm: 'b' })
    announce({ swarm: 'b', port: 2 })
    announce({ swarm: 'a' })
    announce({ swarm: 'c' })
    expect(swarms.peerCount).toBe(3)
    expect(['a', 'b', 'c'].map((name) => swarms.counts(name).leechers)).toEqual([1, 1, 1])
    announce({ swarm: 'd' })
    expect(['a', 'b', 'c', 'd'].map((name) => swarms.counts(name).leechers)).toEqual([1, 0, 1, 1])
    expect(swarms.swarmCount).toBe(3)
  })

  test('a tracker with room for one changes its mind', () => {
    const { announce, swarms } = createScene({ maxPeers: 1 })
    for (const port of [1, 2, 3]) announce({ port })
    expect([swarms.swarmCount, swarms.peerCount]).toEqual([1, 1])
    expect(portsOf(announce({ port: 9, event: 'stopped' }))).toEqual([3])
  })

  test('who comes again and again takes no more room', () => {
    const { announce, swarms } = createScene()
    for (let turn = 0; turn < 500; turn++) announce()
    expect(swarms.peerCount).toBe(1)
  })

  test('a network has its share and pushes nobody out', () => {
    const { announce, swarms } = createScene({ maxPeersPerNetwork: 5 })
    announce({ host: '203.0.113.1' })
    for (let port = 1; port <= 50; port++) announce({ swarm: `s${port}`, port })
    expect(swarms.peerCount).toBe(6)
    expect(announce({ swarm: 's9', port: 9 })).toBeUndefined()
    // What it has it keeps, and what it lets go of it may use again.
    expect(announce({ swarm: 's1', port: 1 })).toBeDefined()
    announce({ swarm: 's1', port: 1, event: 'stopped' })
    expect(announce({ swarm: 's9', port: 9 })).toBeDefined()
  })
})
