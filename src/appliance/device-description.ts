/** What the device says of itself to who found it by SSDP: names, and where its pages are. Pure. */
import { createHash } from 'node:crypto'

/** Where the description is on the web interface; the advertisement says so. */
export const descriptionPath = '/upnp/device.xml'
/** A device without services: what a box with a web page is to UPnP. */
export const deviceType = 'urn:schemas-upnp-org:device:Basic:1'

export interface Described {
  /** The device's own id, which nobody can turn back from what is made of it here. */
  readonly id: string
  readonly name: string
  readonly version: string
}

/** The same for a device as long as it has its identity: others know it by this. */
export function uniqueName(deviceId: string): string {
  const digest = createHash('sha256').update(`berrysync upnp ${deviceId}`).digest()
  // Version 8 of RFC 9562 is for those who make theirs in a way of their own.
  digest[6] = (digest[6]! & 0x0f) | 0x80
  digest[8] = (digest[8]! & 0x3f) | 0x80
  const hex = digest.toString('hex')
  return `uuid:${[hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-')}`
}

/** `origin`: of the web interface as whoever asks reaches it, like `http://192.168.1.20`. The order is what strict readers want. */
export function describeDevice({ id, name, version }: Described, origin: string): string {
  const fields: readonly (readonly [string, string])[] = [
    ['deviceType', deviceType],
    ['friendlyName', name],
    ['manufacturer', 'Berrysync'],
    ['modelDescription', 'Folders that stay in sync between computers under a secret'],
    ['modelName', 'Berrysync'],
    ['modelNumber', version],
    ['UDN', uniqueName(id)],
    ['presentationURL', `${origin}/`],
  ]
  const lines = fields.map(([key, value]) => `    <${key}>${escapeXml(value)}</${key}>`)
  return `<?xml version="1.0" encoding="utf-8"?>
<root xmlns="urn:schemas-upnp-org:device-1-0">
  <specVersion>
    <major>1</major>
    <minor>1</minor>
  </specVersion>
  <device>
${lines.join('\n')}
  </device>
</root>
`
}

function escapeXml(text: string): string {
  const escapes: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;' }
  return text.replace(/[<>&"]/g, (character) => escapes[character]!)
}
