/** Addresses of trackers as people write them, in one written form. Asks nobody. */
import { SyncError } from '../core/errors.ts'
import { formatHostPort, type HostPort, parseHostPort } from './address.ts'

export interface TrackerUrl extends HostPort {
  readonly protocol: 'http' | 'https' | 'udp'
  /** Path and query to ask at; over UDP nobody is told. */
  readonly path: string
  /** The written form: always with port and path, the same for the same tracker. */
  readonly text: string
}

/** Trackers that know their users by a key in the address make it some 100 characters long. */
const maxUrlLength = 500
const usualPorts = { http: ':80', https: ':443', udp: '' } as const
const usualPath = '/announce'

/** Throws `tracker-invalid` with the reason. */
export function parseTrackerUrl(text: string): TrackerUrl {
  const typed = text.trim()
  const invalid = (reason: string) =>
    new SyncError('tracker-invalid', { value: typed.slice(0, maxUrlLength), reason })
  if (typed.length > maxUrlLength) throw invalid(`it is longer than ${maxUrlLength} characters`)
  if (/[\s\p{C}\\]/u.test(typed)) throw invalid('it contains a character no address has')
  const [, scheme, authority, rest] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(typed) ?? []
  if (scheme === undefined || authority === undefined || rest === undefined)
    throw invalid('it does not begin with udp://, http:// or https://')
  const protocol = scheme.toLowerCase()
  if (protocol !== 'http' && protocol !== 'https' && protocol !== 'udp')
    throw invalid('only udp, http and https trackers are asked')
  if (authority.includes('@')) throw invalid('it contains a user name or password')
  if (rest.includes('#')) throw invalid('it contains a #')
  const { host, port } = parseAuthority(authority, usualPorts[protocol], invalid)
  const at = formatHostPort({ host, port })
  // Escapes what has to be, and resolves `..`.
  const { pathname, search } = new URL(`http://${at}${rest}`)
  const path = protocol === 'udp' || pathname === '/' ? `${usualPath}${search}` : `${pathname}${search}`
  return { protocol, host, port, path, text: `${protocol}://${at}${path}` }
}

function parseAuthority(authority: string, usualPort: string, invalid: (reason: string) => Error): HostPort {
  const hasPort = /:\d+$/.test(authority) && !authority.endsWith(']')
  if (!hasPort && usualPort === '') throw invalid('a udp tracker needs a port')
  try {
    return parseHostPort(hasPort ? authority : `${authority}${usualPort}`)
  } catch {
    throw invalid(`"${authority}" is not a host, or not a host and port`)
  }
}
