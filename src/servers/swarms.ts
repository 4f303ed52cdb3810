/**
 * Who is in which swarm, as a tracker remembers it: in memory only, for as long as they keep announcing themselves. Bounded in every direction; when
 * it is full, whoever was not heard of longest makes room. Trusts nobody about an address: the caller gives the one it saw.
 */
import { LRUCache } from 'lru-cache'
import type { Chance, Clock } from '../ports.ts'
import type { AnnounceEvent, SwarmCounts } from '../wire/udp-tracker.ts'

/** How often peers are asked to announce themselves: whoever comes newly is found by the others within this. */
export const intervalSeconds = 300
/** Two announcements may be lost before a peer is forgotten. */
const forgetAfterMs = 2.5 * intervalSeconds * 1000
const sweepEveryMs = 30_000
/** A peer takes some 700 bytes, so this is 70 MB; a swarm is only kept while it has peers, so there are never more of those. */
const maxPeers = 100_000
/** More than a swarm of a folder has, and few enough to choose from at each announcement. */
const maxPeersPerSwarm = 2_000
/** Of one network in all swarms: an office of fifty devices with twenty folders each, under two days. Who makes up more pushes nobody out. */
const maxPeersPerNetwork = 2_000
/** And of one network in one swarm, where another of its own makes room: more behind one address hardly share a folder, and no one fills a swarm. */
const maxPeersPerNetworkInSwarm = 64

export interface SeenPeer {
  /** The IP address it was seen at. */
  readonly host: string
  /** What it is counted under: `networkOf` its address. */
  readonly network: string
  /** Whether everybody may be told of it: not so an address of the tracker's own local network. */
  readonly isPublic: boolean
  readonly port: number
}

export interface SwarmAnnounce extends SeenPeer {
  /** As text; any form that is the same for the same hash. */
  readonly swarm: string
  readonly event: AnnounceEvent
  readonly isSeeder: boolean
  readonly wanted: number
  /** Which of the others may be told. */
  readonly tell: (peer: SeenPeer) => boolean
}

export interface ToldSwarm extends SwarmCounts {
  readonly peers: readonly SeenPeer[]
}

export interface Swarms extends Disposable {
  /** Notes the peer, and chooses others for it by chance; undefined when its network has as many as it may. */
  announce(announce: SwarmAnnounce): ToldSwarm | undefined
  counts(swarm: string): SwarmCounts
  readonly swarmCount: number
  readonly peerCount: number
}

export interface SwarmLimits {
  readonly maxPeers: number
  readonly maxPeersPerSwarm: number
  readonly maxPeersPerNetwork: number
  readonly maxPeersPerNetworkInSwarm: number
}

interface Peer extends SeenPeer {
  readonly swarm: string
  readonly isSeeder: boolean
  readonly heardMs: number
}

/** By the key of the peer; who was not heard of longest comes first. */
type Swarm = Map<string, Peer>

export function createSwarms(
  clock: Clock,
  chance: Chance,
  limits: SwarmLimits = { maxPeers, maxPeersPerSwarm, maxPeersPerNetwork, maxPeersPerNetworkInSwarm },
): Swarms {
  const swarms = new Map<string, Swarm>()
  const countsByNetwork = new Map<string, number>()
  /** Of all swarms, in the order they were heard of; lets go of the first when it is full. */
  const peers = new LRUCache<string, Peer>({ max: limits.maxPeers, dispose: leave })
  let timer: Disposable | undefined

  function leave({ swarm: name, network }: Peer, key: string): void {
    const swarm = swarms.get(name)!
    swarm.delete(key)
    if (swarm.size === 0) swarms.delete(name)
    const left = countsByNetwork.get(network)! - 1
    if (left > 0) countsByNetwork.set(network, left)
    else countsByNetwork.delete(network)
  }

  /** In a swarm: at the cost of the peer's own network when that has its share, else of whoever was not heard of longest. */
  function makeRoom({ swarm, network }: Peer): void {
    const all = [...(swarms.get(swarm) ?? [])]
    const own = all.filter(([, peer]) => peer.network === network)
    if (own.length >= limits.maxPeersPerNetworkInSwarm) peers.delete(own[0]![0])
    else if (all.length >= limits.maxPeersPerSwarm) peers.delete(all[0]![0])
  }

  function join(key: string, peer: Peer): void {
    makeRoom(peer)
    peers.set(key, peer)
    // Only now: making room may have ended the swarm.
    const swarm = swarms.get(peer.swarm) ?? new Map<string, Peer>()
    swarms.set(peer.swarm, swarm.set(key, peer))
    countsByNetwork.set(peer.network, (countsByNetwork.get(peer.network) ?? 0) + 1)
  }

  function sweep(): void {
    const forgottenMs = clock.monotonicMs() - forgetAfterMs
    const gone: string[] = []
    for (const key of peers.rkeys()) {
      if (peers.peek(key)!.heardMs > forgottenMs) break
      gone.push(key)
    }
    for (const key of gone) peers.delete(key)
    timer = clock.after(sweepEveryMs, sweep)
  }

  sweep()

  return {
    announce({ swarm, event, isSeeder, wanted, tell, ...seen }) {
      const { host, network, isPublic, port } = seen
      const key = `${swarm} ${host} ${port}`
      peers.delete(key)
      if (event !== 'stopped') {
        if ((countsByNetwork.get(network) ?? 0) >= limits.maxPeersPerNetwork) return undefined
        join(key, { swarm, host, network, isPublic, port, isSeeder, heardMs: clock.monotonicMs() })
      }
      const all = swarms.get(swarm) ?? new Map<string, Peer>()
      const others = [...all.values()].filter(
        (peer) => (peer.host !== host || peer.port !== port) && tell(peer),
      )
      return { ...countsOf(all), peers: someOf(others, wanted, chance) }
    },
    counts: (name) => countsOf(swarms.get(name)),
    get swarmCount() {
      return swarms.size
    },
    get peerCount() {
      return peers.size
    },
    [Symbol.dispose]() {
      timer?.[Symbol.dispose]()
    },
  }
}

function countsOf(swarm: Swarm | undefined): SwarmCounts {
  let seeders = 0
  for (const { isSeeder } of swarm?.values() ?? []) if (isSeeder) seeders += 1
  return { seeders, leechers: (swarm?.size ?? 0) - seeders }
}

/** So many by chance, each as likely as any other. Draws once for each that is chosen, because chance is dear. */
function someOf<T>(items: readonly T[], count: number, chance: Chance): readonly T[] {
  const rest = [...items]
  const most = Math.min(count, rest.length)
  for (let at = 0; at < most; at++) {
    const other = at + Math.floor(chance.fraction() * (rest.length - at))
    const drawn = rest[other]!
    rest[other] = rest[at]!
    rest[at] = drawn
  }
  return rest.slice(0, most)
}
