/** The password of the web interface: which ones are good enough, and the text that is kept in place of one. */

export const minPasswordCharacters = 10
/** Longer ones are no better, and each takes time to read. */
export const maxPasswordCharacters = 1024

/** Of the lists of passwords that attackers try first, those of ten characters and more that are no word with digits behind it. */
const commonPasswords = new Set([
  ...['1234567890', '12345678910', '0123456789', '0987654321', '9876543210', '1q2w3e4r5t', '1q2w3e4r5t6y'],
  ...[
    'qwertyuiop',
    'qwertyuiop123',
    'qwerty123456',
    'qwertzuiop',
    '1qaz2wsx3edc',
    'q1w2e3r4t5',
    'q1w2e3r4t5y6',
  ],
  ...['asdfghjkl1', 'zxcvbnm123', 'zaq12wsxcde3', 'йцукенгшщз', 'passw0rd123', 'p@ssw0rd123', 'iloveyou123'],
])
/** Words that are no password, whatever digits and signs stand around them. */
const commonWords = new Set([
  ...[
    'password',
    'passwort',
    'пароль',
    'qwerty',
    'letmein',
    'welcome',
    'administrator',
    'admin',
    'adminadmin',
  ],
  ...[
    'raspberry',
    'raspberrypi',
    'berrysync',
    'bittorrent',
    'changeme',
    'changeit',
    'secret',
    'iloveyou',
    'default',
  ],
  ...['passwordpassword', 'trustno', 'football', 'baseball', 'sunshine', 'princess'],
])

/** Why a password is not good enough, in words that end a sentence; undefined when it is. */
export function passwordFault(password: string, deviceName: string): string | undefined {
  const text = password.normalize('NFKC')
  const characters = Array.from(text)
  if (characters.length < minPasswordCharacters)
    return `it has ${characters.length} characters, and ${minPasswordCharacters} are the least`
  if (text.length > maxPasswordCharacters) return `it has more than ${maxPasswordCharacters} characters`
  if (!text.isWellFormed()) return 'it is not valid Unicode'
  const plain = text.toLowerCase().trim()
  if (new Set(plain).size < 4) return 'it repeats the same few characters'
  const word = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')
  const name = deviceName.toLowerCase()
  if (plain === name || (name.length > 2 && plain.replace(/[^\p{L}\p{N}]+/gu, '') === name + name))
    return 'it is the name of this device'
  if (commonPasswords.has(plain) || commonWords.has(word)) return 'it is among the first that anybody tries'
  if (name !== '' && word === name.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, ''))
    return 'it is the name of this device with something around it'
  return undefined
}

/** What is kept of a password: scrypt's answer, and what it was asked with. */
export interface PasswordHash {
  /** scrypt's N is two to the power of this. */
  readonly costExponent: number
  readonly blockSize: number
  readonly parallel: number
  readonly salt: Buffer
  readonly hash: Buffer
}

/** Computing takes no more, or a text that somebody put into the configuration would fill the memory of a small board. */
export const maxScryptBytes = 72 * 1024 ** 2
const minBytes = 16
const maxBytes = 64

/** In the format that other programs use as well (PHC string). */
export function passwordHashToText({ costExponent, blockSize, parallel, salt, hash }: PasswordHash): string {
  const text = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
  return `$scrypt$ln=${costExponent},r=${blockSize},p=${parallel}$${text(salt)}$${text(hash)}`
}

/** Undefined for what is no such text, or takes too much to check. */
export function parsePasswordHash(text: string): PasswordHash | undefined {
  const found =
    /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]{1,100})\$([A-Za-z0-9+/]{1,100})$/.exec(
      text,
    )
  if (found === null) return undefined
  const [costExponent, blockSize, parallel] = found.slice(1, 4).map(Number) as [number, number, number]
  const [salt, hash] = found.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer]
  const isAffordable =
    costExponent >= 1 &&
    blockSize >= 1 &&
    parallel >= 1 &&
    128 * 2 ** costExponent * blockSize <= maxScryptBytes / 2
  const isLongEnough = [salt, hash].every(({ length }) => length >= minBytes && length <= maxBytes)
  return isAffordable && isLongEnough ? { costExponent, blockSize, parallel, salt, hash } : undefined
}
