/**
 * What a tracker answers, however the question came: it notes who asks, at the address that was seen, and tells of others that can be reached
 * from there. Keeps every network to its share.
 */
import { networkOf, scopeOf } from '../net/address.ts'
import type { Chance, Clock } from '../ports.ts'
import { type AddressFamily, familyOf } from '../wire/compact-peers.ts'
import type { Announce, SwarmCounts } from '../wire/udp-tracker.ts'
import { createRequestLimit } from './request-limit.ts'
import { createSwarms, type ToldSwarm } from './swarms.ts'

export interface TrackerDesk extends Disposable {
  /** Counts a question; false when the network of this address has asked enough for now. */
  allow(host: string): boolean
  /** Notes who asks, and tells of at most so many others of these families; undefined when there are too many of its network. */
  announce(
    host: string,
    announce: Omit<Announce, 'peerId' | 'key'>,
    families: readonly AddressFamily[],
  ): ToldSwarm | undefined
  scrape(infoHash: Buffer): SwarmCounts
  readonly swarmCount: number
  readonly peerCount: number
}

export function createTrackerDesk(clock: Clock, chance: Chance): TrackerDesk {
  const swarms = createSwarms(clock, chance)
  const limit = createRequestLimit(clock)
  return {
    allow: (host) => limit.allow(networkOf(host)),
    announce(host, { infoHash, port, left, event, wanted }, families) {
      const isPublic = scopeOf(host) === 'public'
      return swarms.announce({
        ...{ host, network: networkOf(host), isPublic, port, event, wanted },
        swarm: infoHash.toString('latin1'),
        isSeeder: left === 0,
        tell: (peer) => (peer.isPublic || !isPublic) && families.includes(familyOf(peer.host)),
      })
    },
    scrape: (infoHash) => swarms.counts(infoHash.toString('latin1')),
    get swarmCount() {
      return swarms.swarmCount
    },
    get peerCount() {
      return swarms.peerCount
    },
    [Symbol.dispose]: () => swarms[Symbol.dispose](),
  }
}
