/** A real relay and devices around it, over loopback sockets, for tests. */
import { randomBytes } from 'node:crypto'
import type { Socket } from 'node:net'
import { formatHostPort, type HostPort } from '../net/address.ts'
import { linkOver } from '../net/dial.ts'
import { type Listener, openListener } from '../net/listener.ts'
import type { Membership } from '../net/membership.ts'
import { createRelayClient, type RelayClient } from '../net/relay-client.ts'
import type { RelayMember } from '../net/relay-target.ts'
import type { Topic } from '../net/search.ts'
import type { Clock, Link } from '../ports.ts'
import { defaultRelayLimits, openRelay, type Relay, type RelayLimits } from '../servers/relay.ts'
import { systemChance, systemClock } from '../system.ts'
import { createTestContext, type TestContext } from './loopback.ts'
import { createMemoryLog } from './memory-log.ts'
import { until } from './until.ts'

const loopback: HostPort = { host: '127.0.0.1', port: 0 }

/** A relay on any free port, or on that one. */
export function openTestRelay(
  limits: Partial<RelayLimits> = {},
  clock: Clock = systemClock,
  port = 0,
): Promise<Relay> {
  return openRelay({
    ...{ clock, chance: systemChance, log: createMemoryLog() },
    address: { ...loopback, port },
    limits: { ...defaultRelayLimits, ...limits },
  })
}

/** Relays know nothing of days, so a topic of theirs needs none. */
export function topicOf(membership: Membership): Topic {
  return { membership, rendezvous: () => randomBytes(20) }
}

export interface RelayedDevice extends AsyncDisposable {
  readonly context: TestContext
  readonly client: RelayClient
  readonly listener: Listener
  /** Accepted links. */
  readonly links: readonly Link[]
  /** Connections that came over a relay. */
  readonly called: readonly Socket[]
  /** The only member of a folder, as soon as there is just one. */
  onlyMember(membership: Membership): Promise<RelayMember>
  /** A link to a member over the relay. */
  dial(membership: Membership, member: RelayMember): Promise<Link>
}

/** A device that can be called about these folders over these relays. */
export async function openRelayedDevice(
  relays: readonly HostPort[],
  memberships: readonly Membership[],
  context: TestContext = createTestContext(systemClock),
): Promise<RelayedDevice> {
  const links: Link[] = []
  const called: Socket[] = []
  const listener = await openListener({
    ...context,
    address: loopback,
    memberships: () => memberships,
    onLink: (link) => links.push(link),
  })
  const client = createRelayClient({
    ...{ clock: systemClock, chance: context.chance, log: context.log, device: context.device.id },
    onCalled(socket, relay) {
      called.push(socket)
      listener.take(socket, relay)
    },
    onMembers: () => undefined,
  })
  client.setRelays(relays.map(formatHostPort))
  client.setTopics(memberships.map(topicOf))
  return {
    ...{ context, client, listener, links, called },
    onlyMember: (membership) =>
      until('one other member', () => {
        const members = client.members(membership.folderId)
        return members.length === 1 && members[0]
      }),
    async dial(membership, member) {
      const { signal } = new AbortController()
      const socket = await client.call(member, signal)
      return linkOver(context, membership, socket, { address: member.relay, via: 'relay' }, signal)
    },
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]()
      for (const link of links) link.close('closing')
      await Promise.all(links.map((link) => link.closed))
      await listener[Symbol.asyncDispose]()
    },
  }
}
