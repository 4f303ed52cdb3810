/**
 * Whether peers outside the local network can connect to this device, as far as it can know by itself: nobody is asked to try. What happened
 * counts for more than what ought to work. Pure; what is shown for a person to do about it are the results of `port-mapping`.
 */
import { isIPv4 } from 'node:net'
import { formatHostPort, type HostPort, scopeOf } from './address.ts'
import { type Segment, segmentOfAddress } from './lan-segments.ts'
import type { ExternalAddress } from './port-mapping.ts'

export interface PortFacts {
  /** Where this device listens. */
  readonly listen: HostPort
  /** IP addresses of its interfaces. */
  readonly own: readonly string[]
  /** Its local networks. */
  readonly segments: readonly Segment[]
  /** What a router forwards to it. */
  readonly mapping: ExternalAddress | undefined
  /** IP addresses of peers that connected to it by themselves and proved who they are, not through a relay, since it got its present network. */
  readonly callers: readonly string[]
  /** Relays at which peers reach it now. */
  readonly relays: readonly string[]
}

export interface PortCheck {
  /**
   * `reachable`: a peer outside connected. `likely`: it should work, and nobody has tried. `relayed`: through relays. `unlikely`: nothing
   * shows that it works. `closed`: it cannot work.
   */
  readonly state: 'reachable' | 'likely' | 'relayed' | 'unlikely' | 'closed'
  /** One sentence. */
  readonly message: string
}

export function checkPort(facts: PortFacts): PortCheck {
  const { listen, mapping, relays } = facts
  if (scopeOf(listen.host) === 'loopback')
    return {
      state: 'closed',
      message: `nobody else can connect: it listens at ${formatHostPort(listen)}, where only programs on the device itself can`,
    }
  const caller = facts.callers.find((address) => isOutside(address, facts.segments))
  if (caller !== undefined)
    return { state: 'reachable', message: `peers outside can connect: one did, from ${caller}` }
  if (mapping?.host !== undefined) {
    const at = formatHostPort({ host: mapping.host, port: mapping.port })
    return {
      state: 'likely',
      message: `the router forwards ${at} to this device, and no peer outside has connected yet`,
    }
  }
  const open = facts.own.find((address) => scopeOf(address) === 'public' && listensAt(listen.host, address))
  if (open !== undefined) {
    const at = formatHostPort({ host: open, port: listen.port })
    return {
      state: 'likely',
      message: `this device has the public address ${at}, and no peer outside has connected yet: a firewall may be in the way`,
    }
  }
  if (relays.length > 0)
    return { state: 'relayed', message: `peers outside connect through the relay ${relays[0]}` }
  const why =
    mapping === undefined
      ? 'no router forwards a port to it'
      : `the router that forwards port ${mapping.port} to it is not known to have one`
  return {
    state: 'unlikely',
    message: `peers outside can hardly connect: this device listens at no public address, and ${why}; it can connect to them`,
  }
}

/** Whether somebody came from beyond the local network. Where that has public addresses, they are local. */
function isOutside(address: string, segments: readonly Segment[]): boolean {
  const scope = scopeOf(address)
  return (scope === 'public' || scope === 'shared') && segmentOfAddress(segments, address) === undefined
}

/** Whether a connection to one of its addresses gets to what listens there. */
function listensAt(listenHost: string, address: string): boolean {
  if (listenHost === '::') return true
  return listenHost === '0.0.0.0' ? isIPv4(address) : listenHost === address
}
