/** `HOST:PORT` as people write it: an IPv4 address, an IPv6 address in brackets, or a name; and back to text. Looks nothing up. */
import { BlockList, isIPv4, isIPv6 } from 'node:net'
import { domainToASCII } from 'node:url'
import { SyncError } from '../core/errors.ts'

export interface HostPort {
  /** Without brackets; in lower case but for a zone, a name in its ASCII form. */
  readonly host: string
  readonly port: number
}

/** A longer text is no address: names have at most 253 characters. */
const maxAddressLength = 300
const namePattern =
  /^(?=.{1,253}$)([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.?$/

function parse(text: string, lowestPort: number): HostPort {
  const invalid = () => new SyncError('host-invalid', { value: text.slice(0, maxAddressLength) })
  const found =
    text.length > maxAddressLength ? null : /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(text.trim())
  if (found === null) throw invalid()
  const [, bracketed, plain, digits] = found
  const port = Number(digits)
  if (port < lowestPort || port > 65_535) throw invalid()
  if (bracketed !== undefined) {
    if (!isIPv6(bracketed)) throw invalid()
    // Not the zone, in which case counts: it is the name of a network interface.
    return { host: bracketed.replace(/^[^%]*/, (address) => address.toLowerCase()), port }
  }
  if (isIPv4(plain!)) return { host: plain!, port }
  // Only digits and dots, but no address: a mistyped one, which a resolver might read as something else.
  const name = domainToASCII(plain!)
  if (/^[\d.]+$/.test(plain!) || isIPv4(name) || !namePattern.test(name)) throw invalid()
  return { host: name, port }
}

/** Where to connect to. Throws `host-invalid`. */
export function parseHostPort(text: string): HostPort {
  return parse(text, 1)
}

/** Where to listen: as `parseHostPort`, and port 0 lets the system choose one. Throws `host-invalid`. */
export function parseListenAddress(text: string): HostPort {
  return parse(text, 0)
}

export function formatHostPort({ host, port }: HostPort): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`
}

/** The address of a socket's other end as people know it: an IPv4 address that came in over IPv6 is shown as the IPv4 address it is. */
export function plainHost(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  return mapped?.[1] ?? address
}

/** What one party can hardly have many of: an IPv4 address, or the /64 network of an IPv6 address. For limits per address. */
export function networkOf(address: string): string {
  const host = plainHost(address)
  if (!isIPv6(host)) return host
  const [head = '', tail] = host.split('%')[0]!.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0')
  return [...first, ...zeros, ...last]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')
}

/** How far an address reaches; `shared` is a provider's network behind its own translation, `none` what is no address of a single machine, or no address at all. */
export type AddressScope = 'loopback' | 'link' | 'private' | 'shared' | 'public' | 'none'

/** From the special-purpose registries of IANA; whatever stands in none of them is public. */
const networksByScope: readonly (readonly [Exclude<AddressScope, 'public'>, readonly string[]])[] = [
  ['loopback', ['127.0.0.0/8', '::1/128']],
  ['link', ['169.254.0.0/16', 'fe80::/10']],
  ['private', ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', 'fc00::/7']],
  ['shared', ['100.64.0.0/10']],
  // Unspecified, multicast, reserved and broadcast.
  ['none', ['0.0.0.0/8', '224.0.0.0/4', '240.0.0.0/4', '::/128', 'ff00::/8']],
]

const blocksByScope = networksByScope.map(([scope, networks]) => {
  const block = new BlockList()
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string]
    block.addSubnet(address, Number(prefix), isIPv6(address) ? 'ipv6' : 'ipv4')
  }
  return { scope, block }
})

/** Of an IP address, with or without a zone, also one of IPv4 written as IPv6. */
export function scopeOf(address: string): AddressScope {
  const [host] = plainHost(address).split('%') as [string]
  const family = isIPv4(host) ? 'ipv4' : isIPv6(host) ? 'ipv6' : undefined
  if (family === undefined) return 'none'
  return blocksByScope.find(({ block }) => block.check(host, family))?.scope ?? 'public'
}

/** The host of a link's address, whatever its form; never throws, because a socket that is gone has none. */
export function hostOfAddress(address: string): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1')
}

/** Whether an address can only be one of this machine or of its local network. A name, or anything else that is no address, is not. */
export function isLanAddress(address: string): boolean {
  const scope = scopeOf(address)
  return scope === 'loopback' || scope === 'link' || scope === 'private'
}
