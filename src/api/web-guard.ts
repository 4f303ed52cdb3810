/**
 * What a browser must not be made to ask by another page, decided by headers alone, before anything else is looked at. Pure, so that
 * every case can be tried.
 */
import { SyncError } from '../core/errors.ts'
import { hostOfHeader, isOwnName, type OwnNames } from './web-names.ts'

export interface Asked {
  readonly method: string
  /** As it stands in the first line. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[]
  readonly isEncrypted: boolean
  readonly localAddress: string | undefined
  readonly hasSession: boolean
}

const safeMethods: ReadonlySet<string> = new Set(['GET', 'HEAD'])

/** As the router reads it: `/%61pi` is `/api`. What cannot be read counts as the stricter of the two. */
export function isApi(url: string): boolean {
  const path = url.split(/[?#]/)[0]!
  try {
    return /^\/(api|metrics)(?![\w-])/i.test(decodeURIComponent(path))
  } catch {
    return true
  }
}

/** Throws `host-not-allowed`, `cross-site` or `request-invalid`. */
export function guardRequest(asked: Asked, own: OwnNames): void {
  const { method, url, headers, rawHeaders } = asked
  // A form for proxies, whose host would count in place of the header's.
  if (!url.startsWith('/')) throw new SyncError('host-not-allowed', { name: nameToShow(url) })
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length
  const host = hosts > 1 ? undefined : hostOfHeader(text(headers.host))
  if (host === undefined || !isOwnName(host, own, asked.localAddress))
    throw new SyncError('host-not-allowed', { name: host ?? nameToShow(text(headers.host) ?? '') })

  const site = text(headers['sec-fetch-site'])
  const origin = text(headers.origin)
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !isVisit(asked))
    throw new SyncError('cross-site')
  if (origin !== undefined && !isOwnOrigin(origin, text(headers.host)!, asked.isEncrypted))
    throw new SyncError('cross-site')
  // Every browser sends one of the two with these. What does not is no browser of today, and has no business with a cookie.
  if (!safeMethods.has(method) && asked.hasSession && site === undefined && origin === undefined)
    throw new SyncError('cross-site')
}

/** A link on another page leads to one of this device: the person sees where they are. */
function isVisit({ method, url, headers }: Asked): boolean {
  return (
    method === 'GET' &&
    !isApi(url) &&
    text(headers['sec-fetch-mode']) === 'navigate' &&
    text(headers['sec-fetch-dest']) === 'document'
  )
}

/** A proxy in front may speak TLS where this device does not. */
function isOwnOrigin(origin: string, host: string, isEncrypted: boolean): boolean {
  const schemes = isEncrypted ? ['https'] : ['http', 'https']
  return schemes.some((scheme) => {
    const own = URL.parse(`${scheme}://${host}`)
    return own !== null && own.origin === origin
  })
}

/** Whatever somebody sent, as far as it may stand in a sentence. */
function nameToShow(given: string): string {
  const shown = given.replace(/[^\w.:[\]/-]/g, '').slice(0, 100)
  return shown === '' ? '(none)' : shown
}

function text(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'object' ? value.join(', ') : value
}
