/**
 * Takes secrets out of a text that leaves the device: a log that a person sends to somebody who helps. Rather too much than too little; a
 * text stays readable. Pure.
 */

const hidden = '[secret]'

interface Rule {
  readonly pattern: RegExp
  readonly by: string
}

/** A word that a value stands behind: `wifi-password=…`, `"token": "…"`, `psk=…`, `Authorization: Bearer …`. */
const tellingNames =
  'wifi-password|password|passwort|passphrase|passwd|psk|wpa_passphrase|token|secret|folder-secret|authorization|cookie|set-cookie|api-?key|private-?key|webPassword|session'

/** The order counts: what has a clear form goes first, what only looks random last. */
const rules: readonly Rule[] = [
  // Keys in their armour, whole; of one that is cut off, the lines that look like it. The bounds keep hostile texts from costing much.
  {
    pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\s\S]{0,8000}?-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
    by: hidden,
  },
  { pattern: /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(\s+[\w+/=]+){0,200}/g, by: hidden },
  // Links that let somebody in.
  { pattern: /\b(berrysync|btsync):\/\/[^\s"'<>]+/gi, by: `$1://${hidden}` },
  { pattern: /\b(otpauth|WIFI):[^\s"'<>]+/gi, by: `$1:${hidden}` },
  // Who logs in by an address.
  { pattern: /\/\/[^\s/@:"']+:[^\s/@"']+@/g, by: `//${hidden}@` },
  { pattern: /\b(Bearer|Basic)\s+[\w+/.~=-]{6,}/gi, by: `$1 ${hidden}` },
  {
    pattern: new RegExp(
      `((?:^|[^\\p{L}\\d])(?:${tellingNames})["']?\\s*(?:=|:)\\s*)("(?:[^"\\\\\\n]|\\\\.)*"?|'[^'\\n]*'?|[^\\s,;}"']+(?: \\S+(?=$))?)`,
      'giu',
    ),
    by: `$1${hidden}`,
  },
  // Secrets of folders, by their letter and length: full and one-time ones, read-only ones.
  { pattern: /(?<![\w-])[ABCF]([\w-]{32}|[\w-]{75})(?![\w-])/g, by: hidden },
  // Of a person's own making, or anything else that is as long and as mixed. Paths begin with a slash and stay.
  {
    pattern: /(?<![\w+/.-])(?=[\w+/-]*\d)(?=[\w+/-]*[A-Z])(?=[\w+/-]*[a-z])[\w+/-]{28,}={0,2}(?![\w+/-])/g,
    by: hidden,
  },
  // Addresses of people.
  { pattern: /[\p{L}\d._%+-]{1,64}@[\p{L}\d-]{1,63}(\.[\p{L}\d-]{1,63}){1,8}/gu, by: '[e-mail]' },
  // Of a key in hexadecimal: 64 digits are a Wi-Fi key as well as a hash, and nobody needs the hash.
  { pattern: /(?<![\da-f])[\da-f]{64}(?![\da-f])/gi, by: hidden },
]

/** `known`: texts that have to go wherever they stand, like the key of the Wi-Fi; short ones would spoil the rest and are left to the rules. */
export function redact(text: string, known: readonly string[] = []): string {
  let result = text
  for (const secret of known) if (secret.length >= 6) result = result.replaceAll(secret, hidden)
  for (const { pattern, by } of rules) result = result.replace(pattern, by)
  return result
}
