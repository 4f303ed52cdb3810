/**
 * Under which names and addresses a browser may ask for this device. Any other name may be one that an attacker's DNS server turned to
 * this address (DNS rebinding): to the browser its page and this device would be the same place.
 */
import { isIP, isIPv6 } from 'node:net'
import { plainHost } from '../net/address.ts'

/** Under which routers and the local DNS make a host's name known. */
const localDomains = ['local', 'lan', 'home.arpa', 'fritz.box']

/** What a request was sent to, as `Host` says: without port and brackets, in one spelling; undefined for what is none. */
export function hostOfHeader(header: string | undefined): string | undefined {
  const found = /^(?:\[([0-9a-f:.]{2,45})\]|([a-z0-9_.-]{1,254}))(?::\d{1,5})?$/i.exec(header ?? '')
  if (found === null) return undefined
  const [, bracketed, plain] = found
  if (bracketed !== undefined) return isIPv6(bracketed) ? canonical(bracketed) : undefined
  const name = plain!.toLowerCase().replace(/\.$/, '')
  return name === '' || name.startsWith('.') ? undefined : name
}

function canonical(address: string): string {
  const host = plainHost(address.toLowerCase())
  // The one reader of IPv6 there is in the platform; it gives brackets back.
  return isIPv6(host) ? plainHost(new URL(`http://[${host}]`).hostname.slice(1, -1)) : host
}

export interface OwnNames {
  readonly hostName: string
  /** What a person allowed besides; asked each time. */
  allowed(): readonly string[]
  /** Addresses of this machine, asked when one is named. */
  addresses(): readonly string[]
}

/** `localAddress`: where the connection came in. */
export function isOwnName(host: string, own: OwnNames, localAddress: string | undefined): boolean {
  if (own.allowed().includes(host)) return true
  if (isIP(host) !== 0) {
    const addresses = localAddress === undefined ? own.addresses() : [localAddress, ...own.addresses()]
    return addresses.some((address) => canonical(address.split('%')[0]!) === host)
  }
  const full = own.hostName.toLowerCase()
  const [short] = full.split('.') as [string]
  return (
    host === 'localhost' ||
    host === full ||
    host === short ||
    localDomains.some((domain) => host === `${short}.${domain}`)
  )
}
