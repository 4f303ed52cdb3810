/** The cookie that carries a browser's session. Cookies ignore ports, so its name tells the devices of one host apart. */
import { parseCookie, stringifySetCookie } from 'cookie'

/** As long as browsers keep any; the daemon decides when a session is over. */
const maxAgeSeconds = 400 * 24 * 3600
/** Of a device's id, in the name: enough to tell apart the few devices of one address. */
const idCharacters = 8

export interface SessionCookie {
  read(header: string | undefined): string | undefined
  /** The `Set-Cookie` header that hands it out. */
  set(token: string): string
  /** The one that takes it back. */
  clear(): string
}

export function createSessionCookie(deviceId: string, isSecure: boolean): SessionCookie {
  // With this prefix browsers refuse one that came without TLS or from another host name.
  const name = `${isSecure ? '__Host-' : ''}berrysync-${deviceId.slice(0, idCharacters)}`
  const write = (value: string, maxAge: number): string =>
    stringifySetCookie({
      ...{ name, value, maxAge, path: '/', httpOnly: true, sameSite: 'strict', secure: isSecure },
    })
  return {
    read: (header) => (header === undefined ? undefined : parseCookie(header)[name]),
    set: (token) => write(token, maxAgeSeconds),
    clear: () => write('', 0),
  }
}
