/** The local networks this machine is part of, as its interfaces show them: which there are, and from which of them an address is. Pure. */
import { BlockList } from 'node:net'
import type { NetworkInterfaceInfo } from 'node:os'

/** As the system tells it: only interfaces that are up have an entry. */
export type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>

/** A local network, seen from one address of this machine. */
export interface Segment {
  /** Tells it from all others there are, and from those there were, at the same interface. */
  readonly key: string
  readonly interface: string
  readonly family: 'IPv4' | 'IPv6'
  /** Of this machine; with its zone when it is one of IPv6. */
  readonly address: string
  /** Reaches everybody there; IPv6 has none, nor has a line with one machine at each end. */
  readonly broadcast: string | undefined
  /** Whether an address is one of it. */
  has(address: string): boolean
}

/** So many groups Linux lets a socket join, and a machine with more interfaces has them for containers. */
export const maxSegments = 20

/** Of IPv6 only link-local networks: every interface has one, and no router passes it on. */
export function segmentsOf(interfaces: Interfaces): readonly Segment[] {
  const all = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.flatMap((info) => {
      if (info.family === 'IPv4') return [segmentOfIPv4(name, info)]
      return info.address.startsWith('fe80:') ? [segmentOfIPv6(name, info)] : []
    }),
  )
  return all.slice(0, maxSegments)
}

/**
 * The one an address is on. An address of none of them is not local, even if it is private: it came through a router, or was made up. And
 * where a local network has public addresses, they are local there.
 */
export function segmentOfAddress(segments: Iterable<Segment>, address: string): Segment | undefined {
  for (const segment of segments) if (segment.has(address)) return segment
  return undefined
}

function segmentOfIPv4(name: string, { address, netmask }: NetworkInterfaceInfo): Segment {
  const mask = bitsOf(netmask)
  const hostBits = ~mask >>> 0
  const prefix = Math.clz32(hostBits)
  const network = new BlockList()
  network.addSubnet(address, prefix)
  const broadcast = prefix > 30 ? undefined : textOf((bitsOf(address) | hostBits) >>> 0)
  return {
    key: `${name} ${address}/${prefix}`,
    interface: name,
    family: 'IPv4',
    address,
    broadcast,
    // Nobody speaks from the address of all; an answer to it would go to everybody.
    has: (other) => other !== broadcast && network.check(other),
  }
}

function segmentOfIPv6(name: string, { address, scopeid }: NetworkInterfaceInfo): Segment {
  return {
    // An interface that was taken out and put back has the same name and address, but sockets do not know it any more.
    key: `${name} ${address} ${scopeid}`,
    interface: name,
    family: 'IPv6',
    address: `${address}%${name}`,
    broadcast: undefined,
    has: (other) => other.startsWith('fe80:') && other.endsWith(`%${name}`),
  }
}

function bitsOf(address: string): number {
  return address.split('.').reduce((bits, part) => ((bits << 8) | Number(part)) >>> 0, 0)
}

function textOf(bits: number): string {
  return [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255).join('.')
}
