/** Links that carry what another device needs to join a folder: `berrysync://add?secret=…&name=…&host=…`. Must never print one. */
import { SyncError } from './errors.ts'

const prefix = 'berrysync://add?'
/** Nobody shares more; bounds the work of parsing. */
const maxLinkCharacters = 4096

export interface SecretLink {
  /** Any kind of secret, as text. */
  readonly secret: string
  /** What the folder is called where it comes from; for people. */
  readonly name: string
  /** Where to reach somebody, as `host:port`. */
  readonly hosts: readonly string[]
}

export function isSecretLink(text: string): boolean {
  return withoutBreaks(text).slice(0, prefix.length).toLowerCase() === prefix
}

export function secretLinkToText({ secret, name, hosts }: SecretLink): string {
  const fields = new URLSearchParams({ secret, name })
  for (const host of hosts) fields.append('host', host)
  return prefix + fields
}

/** Reads a link back; what it does not know in it is left out. Throws `link-malformed`. */
export function textToSecretLink(given: string): SecretLink {
  const text = withoutBreaks(given)
  if (text.length > maxLinkCharacters || !isSecretLink(text)) throw new SyncError('link-malformed')
  const fields = new URLSearchParams(text.slice(prefix.length))
  const secret = fields.get('secret') ?? ''
  if (secret === '') throw new SyncError('link-malformed')
  return { secret, name: fields.get('name') ?? '', hosts: fields.getAll('host') }
}

/** Messengers break long words; a link has no white space of its own. */
function withoutBreaks(text: string): string {
  return text.replace(/\s+/g, '')
}
