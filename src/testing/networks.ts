/**
 * Networks for tests with real programs: segments on which hosts hear each other, and routers between them that may translate addresses
 * as those of homes do. Each host is a namespace of its own; one more holds the bridges. See `namespaces` for what is left of killed runs.
 */
import { makeNamespace, type Namespace, removeLeftovers } from './namespaces.ts'

export interface SegmentOptions {
  /** A /64 network; without one there is no IPv6 on the segment. */
  readonly ipv6?: string
}

export interface Segment {
  /** IPv4, as `198.51.100.0/24`. */
  readonly network: string
  readonly ipv6: string | undefined
}

/** Where a program can run, seen at one of its interfaces. */
export interface Host {
  readonly address: string
  /** Where the segment has IPv6. */
  readonly address6: string | undefined
  /** The name of the interface. */
  readonly device: string
  /** A command in front of another, which then runs here. The process keeps its id. */
  readonly prefix: readonly string[]
  /** Runs a command here to its end and returns what it printed. */
  run(...command: string[]): Promise<string>
}

export interface RouterOptions {
  readonly inside: Segment
  readonly outside: Segment
  /** Default: off. */
  readonly nat?: boolean
}

/** Hosts inside have it as their way to everywhere else. Without NAT, hosts outside have it as their way in. */
export interface Router {
  readonly inside: Host
  readonly outside: Host
  /**
   * With NAT hosts inside go out under the router's IPv4 address, and nobody outside begins to talk to them, over IPv6 neither. What is
   * under way when NAT is switched goes on.
   */
  setNat(on: boolean): Promise<void>
  /** With NAT: who comes from outside to this port, TCP or UDP, gets to this host. */
  openPort(port: number, host: Host): Promise<void>
  /** What is under way goes on. */
  closePort(port: number): Promise<void>
}

export interface Networks extends AsyncDisposable {
  segment(network: string, options?: SegmentOptions): Promise<Segment>
  host(name: string, segment: Segment): Promise<Host>
  router(name: string, options: RouterOptions): Promise<Router>
  /** Neither hears the other until this is disposed. */
  block(one: Host, other: Host): Promise<AsyncDisposable>
}

/** What stands behind a segment: its bridge, who is on it, and the ways that all of them know. */
interface Wire {
  readonly bridge: string
  readonly members: Member[]
  /** Addresses given out so far. */
  taken: number
  /** Inside networks and the member through which they are reached, and `default`. */
  readonly routes: Map<string, Member>
}

interface Member extends Host {
  readonly namespace: Namespace
}

export async function makeNetworks(): Promise<Networks> {
  await removeLeftovers()
  const made = new AsyncDisposableStack()
  const hub = made.use(await makeNamespace('hub'))
  await hub.setKernel({ 'ipv6/conf/default/disable_ipv6': 1 })
  const wires = new Map<Segment, Wire>()
  const blocked = new Map<Host, Host[]>()
  let ports = 0

  async function join(namespace: Namespace, device: string, segment: Segment): Promise<Member> {
    const wire = wires.get(segment)!
    wire.taken += 1
    const number = wire.taken
    const [address, address6] = [nth(segment.network, number), nth(segment.ipv6, number)]
    ports += 1
    const port = `port${ports}`
    const { ip, setKernel } = namespace
    await ip('link', 'add', device, 'type', 'veth', 'peer', 'name', port, 'netns', hub.name)
    await hub.ip('link', 'set', port, 'master', wire.bridge, 'up')
    await setKernel({ [`ipv6/conf/${device}/accept_ra`]: 0 })
    if (address6 !== undefined) await setKernel({ [`ipv6/conf/${device}/disable_ipv6`]: 0 })
    await ip('address', 'add', `${address}/${lengthOf(segment.network)}`, 'brd', '+', 'dev', device)
    if (address6 !== undefined) await ip('address', 'add', `${address6}/64`, 'dev', device, 'nodad')
    await ip('link', 'set', device, 'up')
    const { prefix, run } = namespace
    const member: Member = { namespace, address: address!, address6, device, prefix, run }
    wire.members.push(member)
    for (const [network, via] of wire.routes) await setRoute(member, network, via)
    return member
  }

  async function announce(segment: Segment, networks: readonly string[], via: Member): Promise<void> {
    const wire = wires.get(segment)!
    for (const network of networks) {
      wire.routes.set(network, via)
      for (const member of wire.members) if (member !== via) await setRoute(member, network, via)
    }
  }

  async function withdraw(segment: Segment, networks: readonly string[], via: Member): Promise<void> {
    const wire = wires.get(segment)!
    for (const network of networks.filter((known) => wire.routes.get(known) === via)) {
      wire.routes.delete(network)
      for (const { namespace } of wire.members)
        if (namespace !== via.namespace) await namespace.ip(family(network), 'route', 'del', network)
    }
  }

  async function setBlocked(host: Host, others: readonly Host[]): Promise<void> {
    blocked.set(host, [...others])
    const rules = others.flatMap(({ address, address6 }) => [
      `ip saddr ${address} drop`,
      ...(address6 === undefined ? [] : [`ip6 saddr ${address6} drop`]),
    ])
    const chain = `chain input { type filter hook input priority filter; ${rules.join('; ')}; }`
    await setTable(host, 'blocked', others.length === 0 ? undefined : chain)
  }

  const networks: Omit<Networks, typeof Symbol.asyncDispose> = {
    async segment(network, { ipv6 } = {}) {
      const bridge = `bridge${wires.size + 1}`
      // Without snooping multicast reaches everybody, as on the simplest switch.
      await hub.ip('link', 'add', bridge, 'type', 'bridge', 'mcast_snooping', '0')
      await hub.ip('link', 'set', bridge, 'up')
      const segment: Segment = { network, ipv6 }
      wires.set(segment, { bridge, members: [], taken: 0, routes: new Map() })
      return segment
    },

    async host(name, segment) {
      const namespace = made.use(await makeNamespace(name))
      await namespace.setKernel({ 'ipv6/conf/default/disable_ipv6': 1 })
      const host = await join(namespace, 'eth0', segment)
      // Where no router is, what is meant for elsewhere is at least asked for on the segment, so that a capture shows it.
      for (const kind of segment.ipv6 === undefined ? ['-4'] : ['-4', '-6'])
        await namespace.ip(kind, 'route', 'append', 'default', 'dev', host.device, 'metric', '9999')
      return host
    },

    async router(name, { inside, outside, nat = false }) {
      const namespace = made.use(await makeNamespace(name))
      await namespace.setKernel({
        'ipv4/ip_forward': 1,
        'ipv6/conf/all/forwarding': 1,
        'ipv6/conf/default/disable_ipv6': 1,
      })
      const outer = await join(namespace, 'outside', outside)
      const inner = await join(namespace, 'inside', inside)
      await announce(inside, ['default', ...(inside.ipv6 === undefined ? [] : ['::/0'])], inner)
      if (inside.ipv6 !== undefined && outside.ipv6 !== undefined)
        await announce(outside, [inside.ipv6], outer)

      const hostsByPort = new Map<number, Host>()
      let isNat = nat
      async function apply(): Promise<void> {
        await setTable(inner, 'translation', isNat ? translation(hostsByPort) : undefined)
        if (isNat) await withdraw(outside, [inside.network], outer)
        else await announce(outside, [inside.network], outer)
      }
      await apply()
      return {
        inside: inner,
        outside: outer,
        async setNat(on) {
          isNat = on
          await apply()
        },
        async openPort(port, host) {
          hostsByPort.set(port, host)
          await apply()
        },
        async closePort(port) {
          hostsByPort.delete(port)
          await apply()
        },
      }
    },

    async block(one, other) {
      await setBlocked(one, [...(blocked.get(one) ?? []), other])
      await setBlocked(other, [...(blocked.get(other) ?? []), one])
      return {
        async [Symbol.asyncDispose]() {
          await setBlocked(
            one,
            blocked.get(one)!.filter((host) => host !== other),
          )
          await setBlocked(
            other,
            blocked.get(other)!.filter((host) => host !== one),
          )
        },
      }
    },
  }
  return { ...networks, [Symbol.asyncDispose]: () => made.disposeAsync() }
}

/** What a home's router does: everybody inside goes out as the router itself, and in comes only what belongs to that, or to an open port. */
function translation(hostsByPort: ReadonlyMap<number, Host>): string {
  const open = [...hostsByPort].map(
    ([port, { address }]) =>
      `iifname outside meta nfproto ipv4 meta l4proto { tcp, udp } th dport ${port} dnat ip to ${address}:${port}`,
  )
  return `
    chain forward {
      type filter hook forward priority filter; policy drop
      iifname inside accept
      ct state established,related accept
      ct status dnat accept
    }
    chain prerouting {
      type nat hook prerouting priority dstnat
      ${open.join('\n')}
    }
    chain postrouting {
      type nat hook postrouting priority srcnat
      oifname outside meta nfproto ipv4 masquerade
    }`
}

/** Puts this into a table of the packet filter, in place of what was there; undefined removes it. */
async function setTable(host: Host, name: string, content: string | undefined): Promise<void> {
  const table = `table inet ${name}`
  const fill = content === undefined ? '' : `${table} {\n${content}\n}`
  await host.run('nft', `add ${table}; delete ${table}\n${fill}`)
}

async function setRoute({ namespace, device }: Member, network: string, via: Member): Promise<void> {
  const kind = family(network)
  const gateway = kind === '-6' ? via.address6! : via.address
  await namespace.ip(kind, 'route', 'replace', network, 'via', gateway, 'dev', device)
}

function family(network: string): '-4' | '-6' {
  return network.includes(':') ? '-6' : '-4'
}

/** The address with this number, counted from 1. */
function nth(network: string | undefined, number: number): string | undefined {
  if (network?.includes(':')) return network.replace(/\/64$/, number.toString(16))
  return network?.replace(/\d+\/\d+$/, String(number))
}

function lengthOf(network: string): string {
  return network.split('/')[1]!
}
