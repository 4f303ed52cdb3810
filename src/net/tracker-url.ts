/** Addresses of trackers as people write them, in one written form; and the trackers that are asked when nobody says otherwise. Asks nobody. */
import { SyncError } from '../core/errors.ts'
import { formatHostPort, type HostPort, parseHostPort } from './address.ts'

/**
 * Public trackers anybody may use. Three independent operators, and one of them over HTTP as well, for networks that let no UDP through.
 * Chosen by how long they have held out: of the weekly states of the list "trackers_best" of github.com/ngosang/trackerslist from September
 * 2023 to August 2026 (163), these three are in 148, 159 and 142, and the one over HTTP in 160 of "trackers_all_http".
 */
export const defaultTrackers: readonly string[] = [
  'udp://tracker.opentrackr.org:1337/announce',
  'udp://open.stealth.si:80/announce',
  'udp://tracker.torrent.eu.org:451/announce',
  'http://tracker.opentrackr.org:1337/announce',
]

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
