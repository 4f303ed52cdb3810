/**
 * `berrysync.txt`, which a person writes on the boot partition before the first start: `key = value` lines to settings and mistakes, and
 * to the text that is left there when they have been taken over, without secrets. A mistake costs its own line only. Pure.
 */
import Type from 'typebox'
import { Check } from 'typebox/value'
import type { PresetMistake } from '../appliance/preset-report.ts'
import { SyncError } from '../core/errors.ts'
import { parseSecret, secretToText } from '../core/secret.ts'
import { isSecretLink, textToSecretLink } from '../core/secret-link.ts'
import { HostName } from './verbs.ts'

export interface Wifi {
  readonly ssid: string
  /** Undefined for an open network; 64 hexadecimal digits are a key, anything else a passphrase. */
  readonly password: string | undefined
  readonly country: string
}

export interface PresetFolder {
  /** Of its directory, in what is ours on the disk. */
  readonly name: string
  /** As text; to be printed nowhere. */
  readonly secret: string
}

export interface Presets {
  readonly name?: string
  readonly wifi?: Wifi
  readonly timeZone?: string
  readonly sshKeys: readonly string[]
  readonly language?: 'en' | 'ru'
  readonly folders: readonly PresetFolder[]
}

export interface ParsedPresets {
  readonly presets: Presets
  /** Keys with something good in them. */
  readonly taken: readonly string[]
  readonly mistakes: readonly PresetMistake[]
  /** What the file becomes; undefined when there was nothing in it to take over. */
  readonly scrubbed: string | undefined
}

/** One public key as it stands in `id_ed25519.pub`: no options, one line. */
export const SshKey = Type.String({
  pattern:
    '^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)|sk-ssh-ed25519@openssh\\.com|sk-ecdsa-sha2-nistp256@openssh\\.com) [A-Za-z0-9+/]{16,4096}={0,3}( [ -~]{0,200})?$',
})
/** More than a person has computers. */
const maxSshKeys = 32
/** A page of text; more was not written by hand. */
export const maxPresetBytes = 64 * 1024
const maxFolders = 50
const maxNameCharacters = 64

const heading =
  '# Berrysync has read this file. What it took over stands behind #, secrets are gone.\n# To change something, write new lines and start again.\n'

/** `isTimeZone` looks into the list of the system. */
export function parsePresets(bytes: Uint8Array, isTimeZone: (zone: string) => boolean): ParsedPresets {
  const text = decode(bytes)
  const mistakes: PresetMistake[] = []
  if (text === undefined) {
    mistakes.push({ code: 'unreadable', line: 0, key: null, reason: 'it is not plain text' })
    return { presets: { sshKeys: [], folders: [] }, taken: [], mistakes, scrubbed: undefined }
  }
  const draft = newDraft(isTimeZone)
  const kept: string[] = []
  let hasLines = false
  for (const [at, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) {
      if (!heading.includes(raw) || raw.trim() === '') kept.push(raw)
      continue
    }
    hasLines = true
    const { key, mistake } = takeLine(draft, line, at + 1)
    if (mistake !== undefined) mistakes.push(mistake)
    kept.push(scrubLine(line, key, mistake))
  }
  const wifi = wifiOf(draft, mistakes)
  const { name, timeZone, language, sshKeys, folders, taken } = draft
  const presets = {
    ...(name === undefined ? {} : { name }),
    ...(wifi === undefined ? {} : { wifi }),
    ...(timeZone === undefined ? {} : { timeZone }),
    ...(language === undefined ? {} : { language }),
    sshKeys,
    folders,
  }
  const scrubbed = hasLines ? `${heading}${kept.join('\n').trimEnd()}\n` : undefined
  return { presets, taken: [...taken], mistakes, scrubbed }
}

interface Draft {
  name?: string
  timeZone?: string
  language?: 'en' | 'ru'
  wifi: { ssid?: string; password?: string; country?: string; line: number }
  readonly sshKeys: string[]
  readonly folders: PresetFolder[]
  readonly taken: Set<string>
  readonly isTimeZone: (zone: string) => boolean
}

function newDraft(isTimeZone: Draft['isTimeZone']): Draft {
  return { wifi: { line: 0 }, sshKeys: [], folders: [], taken: new Set(), isTimeZone }
}

interface Taken {
  readonly key: string | null
  readonly mistake: PresetMistake | undefined
}

function takeLine(draft: Draft, text: string, line: number): Taken {
  const [, rawKey, rawValue] = /^([^=]{1,64}?)\s*=\s*(.*)$/u.exec(text) ?? []
  if (rawKey === undefined)
    return { key: null, mistake: { code: 'not-understood', line, key: null, reason: '' } }
  const key = rawKey.toLowerCase().replace(/[\s_]+/g, '-')
  const value = unquote(rawValue!.trim())
  const read = readers[key]
  // The word could be a secret that was written in the wrong place.
  if (read === undefined) return { key: null, mistake: { code: 'key-unknown', line, key: null, reason: '' } }
  if (draft.taken.has(key) && !repeatable.has(key))
    return { key, mistake: { code: 'said-twice', line, key, reason: '' } }
  if (key.startsWith('wifi-')) draft.wifi.line = line
  const reason = /\p{Cc}/u.test(value) ? 'it contains a control character' : read(draft, value)
  if (reason !== undefined) return { key, mistake: { code: 'value-invalid', line, key, reason } }
  draft.taken.add(key)
  return { key, mistake: undefined }
}

const repeatable = new Set(['ssh-key', 'folder-secret'])

/** Takes a value, or gives the reason why it cannot. */
type Read = (draft: Draft, value: string) => string | undefined

const readers: Readonly<Record<string, Read>> = Object.assign(Object.create(null), {
  name: (draft, value) => {
    const name = value.toLowerCase()
    if (!Check(HostName, name)) return 'letters a to z, digits and - only, 63 at most'
    draft.name = name
  },
  'wifi-ssid': (draft, value) => {
    const bytes = Buffer.byteLength(value)
    if (bytes < 1 || bytes > 32) return 'the name of a network has 1 to 32 bytes'
    draft.wifi.ssid = value
  },
  'wifi-password': (draft, value) => {
    if (!/^[ -~]{8,63}$/.test(value) && !/^[0-9a-fA-F]{64}$/.test(value))
      return '8 to 63 plain characters, or a key of 64 hexadecimal digits'
    draft.wifi.password = value
  },
  'wifi-country': (draft, value) => {
    if (!/^[A-Za-z]{2}$/.test(value)) return 'two letters, like DE'
    draft.wifi.country = value.toUpperCase()
  },
  'time-zone': (draft, value) => {
    if (!draft.isTimeZone(value)) return 'there is no such time zone; write it like Europe/Berlin'
    draft.timeZone = value
  },
  'ssh-key': (draft, value) => {
    if (!Check(SshKey, value)) return 'a line as in id_ed25519.pub, beginning with ssh-ed25519'
    if (draft.sshKeys.length >= maxSshKeys) return `there are ${maxSshKeys} already, which is the most`
    draft.sshKeys.push(value)
  },
  language: (draft, value) => {
    const language = value.toLowerCase()
    if (language !== 'en' && language !== 'ru') return 'en or ru'
    draft.language = language
  },
  'folder-secret': (draft, value) => readFolder(draft, value),
} satisfies Record<string, Read>)

/** `SECRET`, or `SECRET NAME`; a link brings a name of its own. */
function readFolder(draft: Draft, value: string): string | undefined {
  if (draft.folders.length >= maxFolders) return `there are ${maxFolders} already, which is the most`
  const [, word = '', wish = ''] = /^(\S+)\s*(.*)$/u.exec(value) ?? []
  try {
    const link = isSecretLink(word) ? textToSecretLink(word) : undefined
    const secret = secretToText(parseSecret(link?.secret ?? word))
    if (draft.folders.some((folder) => folder.secret === secret)) return 'this secret stands here twice'
    draft.folders.push({ name: freeFolderName(draft, wish || link?.name || ''), secret })
    return undefined
  } catch (error) {
    if (error instanceof SyncError) return error.message
    throw error
  }
}

/** A plain name for a directory, whatever was written. */
function freeFolderName({ folders }: Draft, wish: string): string {
  const plain = wish
    // What follows is cut off anyway, and would cost the square of its length.
    .slice(0, 8 * maxNameCharacters)
    .normalize('NFC')
    .replace(/[\p{C}\p{Zl}\p{Zp}/\\<>:"|?*]/gu, '')
    .replace(/^[.\s]+|[.\s]+$/gu, '')
    .slice(0, maxNameCharacters)
    .replace(/[\ud800-\udbff]$/, '')
    .trim()
  const name = plain === '' ? 'Folder' : plain
  // A disk may be blind to case.
  const taken = new Set(folders.map((folder) => folder.name.toLowerCase()))
  if (!taken.has(name.toLowerCase())) return name
  for (let number = 2; ; number++)
    if (!taken.has(`${name} ${number}`.toLowerCase())) return `${name} ${number}`
}

function wifiOf({ wifi }: Draft, mistakes: PresetMistake[]): Wifi | undefined {
  const { ssid, password, country, line } = wifi
  if (ssid === undefined && password === undefined) return undefined
  if (ssid !== undefined && country !== undefined) return { ssid, password, country }
  // Without its country a radio stays silent.
  const [key, reason] =
    ssid === undefined
      ? ['wifi-ssid', 'the name of the network is missing']
      : ['wifi-country', 'write two letters, like DE: without them the radio stays off']
  mistakes.push({ code: 'incomplete', line, key, reason })
  return undefined
}

/** What is left of a line. Of one that was not understood nothing: it may be a secret in the wrong place. */
function scrubLine(line: string, key: string | null, mistake: PresetMistake | undefined): string {
  const because =
    mistake === undefined ? '' : ` (${mistake.code}${mistake.reason === '' ? '' : `: ${mistake.reason}`})`
  if (key === null) return `# [removed]${because}`
  const isSecret = key === 'wifi-password' || key === 'folder-secret'
  const value = isSecret ? '[removed]' : line.slice(line.indexOf('=') + 1).trim()
  return `# ${key} = ${value}${because}`
}

function unquote(text: string): string {
  return /^(["'])(.*)\1$/.exec(text)?.[2] ?? text
}

/** UTF-8, or what Notepad calls Unicode; undefined for anything else. */
function decode(bytes: Uint8Array): string | undefined {
  if (bytes.length > maxPresetBytes) return undefined
  const [first, second] = bytes
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8'
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes)
    return text.replace(/^\0+$/, '').includes('\0') ? undefined : text.replace(/\0/g, '')
  } catch {
    return undefined
  }
}
