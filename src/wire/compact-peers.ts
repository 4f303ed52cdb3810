/** Compact addresses (BEP 23, BEP 7): an IP address and a port as 6 or 18 bytes, as trackers tell them. Knows nothing of what they are good for. */
import ipaddr from 'ipaddr.js'

export type AddressFamily = 4 | 6

export interface CompactPeer {
  /** An IP address as text, in one form. */
  readonly host: string
  readonly port: number
}

const addressBytes = { 4: 4, 6: 16 } as const
const portBytes = 2

export function familyOf(host: string): AddressFamily {
  return host.includes(':') ? 6 : 4
}

/** Those of the family, one after another. */
export function encodeCompactPeers(peers: readonly CompactPeer[], family: AddressFamily): Buffer {
  const ofFamily = peers.filter(({ host }) => familyOf(host) === family)
  return Buffer.concat(
    ofFamily.map(({ host, port }) =>
      Buffer.from([...ipaddr.parse(host).toByteArray(), port >> 8, port & 0xff]),
    ),
  )
}

/** At most so many of them; undefined when the bytes are not made of whole addresses. An IPv4 address inside an IPv6 one comes out as IPv4. */
export function decodeCompactPeers(
  bytes: Uint8Array,
  family: AddressFamily,
  most: number,
): readonly CompactPeer[] | undefined {
  const width = addressBytes[family] + portBytes
  if (bytes.length % width !== 0) return undefined
  const count = Math.min(most, bytes.length / width)
  return Array.from({ length: count }, (_, index) => {
    const from = index * width
    const address = ipaddr.fromByteArray([...bytes.subarray(from, from + addressBytes[family])])
    const port = (bytes[from + width - 2]! << 8) | bytes[from + width - 1]!
    return { host: ipaddr.process(address.toString()).toString(), port }
  })
}
