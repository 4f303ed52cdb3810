/**
 * The kinds of values that settings have: how each is read as it is typed and as it stands in JSON, what is wrong with it in words, and how it is
 * written. Knows no setting. Pure.
 */
import { isIPv6 } from 'node:net'
import { isAbsolute, normalize } from 'node:path'
import { deviceNameFault } from './core/device-name.ts'
import { isSyncError } from './core/errors.ts'
import { parseScheduleEntry, scheduleEntryToText } from './core/rate-schedule.ts'
import { smallestRate } from './core/token-bucket.ts'
import { formatHostPort, type HostPort, parseHostPort, parseListenAddress } from './net/address.ts'
import { parseTrackerUrl } from './net/tracker-url.ts'

export type Pin = number | 'off'

/** Why a value is not right, in words that end a sentence. */
export interface Fault {
  readonly fault: string
}

export function isFault(value: unknown): value is Fault {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'fault')
}

/** One type of value: as it is typed after `key=`, and as it stands in JSON. */
export interface Kind<T> {
  readonly fromText: (text: string) => T | Fault
  readonly fromJson: (json: unknown) => T | Fault
  readonly toText: (value: T) => string
}

/** More hosts than this in one folder is a mistake, and each costs dialling. */
const maxHosts = 256
/** More than a week of hours is a mistake. */
const maxScheduleEntries = 100
const maxBytes = 2 ** 50

export const flag: Kind<boolean> = {
  fromText: (text) => {
    if (/^(on|true|yes)$/i.test(text)) return true
    if (/^(off|false|no)$/i.test(text)) return false
    return { fault: 'write on or off' }
  },
  fromJson: (json) => (typeof json === 'boolean' ? json : { fault: 'write true or false' }),
  toText: (value) => (value ? 'on' : 'off'),
}

export function numberKind(from: number, to: number, whole: boolean): Kind<number> {
  const check = (value: number): number | Fault =>
    value >= from && value <= to && (!whole || Number.isInteger(value))
      ? value
      : { fault: `write a ${whole ? 'whole ' : ''}number from ${from} to ${to}` }
  return {
    fromText: (text) => check(/^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN),
    fromJson: (json) => check(typeof json === 'number' ? json : Number.NaN),
    toText: String,
  }
}

export const bytes: Kind<number> = {
  fromText: (text) => {
    const match = /^(\d+(?:\.\d+)?)\s*([KMGT]?)(i?B)?$/i.exec(text)
    const unit = ['', 'K', 'M', 'G', 'T'].indexOf((match?.[2] ?? '').toUpperCase())
    return bytes.fromJson(match === null ? undefined : Math.round(Number(match[1]) * 1024 ** unit))
  },
  fromJson: (json) =>
    typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= maxBytes
      ? json
      : { fault: 'write a number of bytes, or one with K, M, G or T behind it' },
  toText: (value) => {
    const units = ['T', 'G', 'M', 'K']
    const unit = units.findIndex((_, at) => value > 0 && value % 1024 ** (units.length - at) === 0)
    return unit === -1 ? String(value) : `${value / 1024 ** (units.length - unit)}${units[unit]}`
  },
}

/** Bytes a second. */
export const rate: Kind<number> = {
  fromText: (text) => rateOf(bytes.fromText(text.replace(/\s*\/\s*s$/i, ''))),
  fromJson: (json) => rateOf(bytes.fromJson(json)),
  toText: bytes.toText,
}

function rateOf(read: number | Fault): number | Fault {
  if (isFault(read)) return { fault: 'write bytes a second, like 500K or 2M, or 0 for no limit' }
  if (read === 0 || read >= smallestRate) return read
  return {
    fault: `the smallest limit is ${bytes.toText(smallestRate)} a second, because peers take a slower device for one that has stopped; 0 is no limit`,
  }
}

/** An empty list, as it is shown and may be typed. */
const none = 'none'

function listOf(text: string, separator: string): string[] {
  if (text.trim().toLowerCase() === none) return []
  return text
    .split(separator)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}

export const schedule: Kind<readonly string[]> = {
  fromText: (text) => schedule.fromJson(listOf(text, ';')),
  fromJson: (json) => {
    if (!Array.isArray(json)) return { fault: 'write a list of entries' }
    if (json.length > maxScheduleEntries)
      return { fault: `no more than ${maxScheduleEntries} entries are possible` }
    const texts: string[] = []
    for (const entry of json) {
      const read =
        typeof entry === 'string' ? parseScheduleEntry(entry, rate.fromText) : { fault: 'write texts' }
      if (isFault(read)) return read
      texts.push(scheduleEntryToText(read, rate.toText))
    }
    return texts
  },
  toText: (value) => (value.length === 0 ? none : value.join('; ')),
}

/** An entry of a list that should be a text: whatever stands in JSON, an object may have words of its own for how it is to be shown. */
function shown(entry: unknown): string {
  return typeof entry === 'string' ? entry : JSON.stringify(entry)
}

/** More than this is a mistake, and each costs a look at its disk when they are listed. */
const maxRoots = 32
const maxRootCharacters = 4096

export const directories: Kind<readonly string[]> = {
  fromText: (text) => directories.fromJson(listOf(text, ':')),
  fromJson: (json) => {
    if (!Array.isArray(json)) return { fault: 'write a list of directories' }
    if (json.length > maxRoots) return { fault: `no more than ${maxRoots} directories are possible` }
    const read = new Set<string>()
    for (const entry of json) {
      const isPath = typeof entry === 'string' && isAbsolute(entry) && !entry.includes('\0')
      if (!isPath || entry.length > maxRootCharacters)
        return { fault: `"${shown(entry)}" is not an absolute path` }
      read.add(normalize(entry).replace(/(?<=.)\/$/, ''))
    }
    return [...read]
  },
  toText: (value) => (value.length === 0 ? none : value.join(':')),
}

/** More trackers than this only tell the same again, and each is asked for every folder. */
const maxTrackers = 20

export const trackers: Kind<readonly string[]> = {
  fromText: (text) => trackers.fromJson(listOf(text, ',')),
  fromJson: (json) => {
    if (!Array.isArray(json)) return { fault: 'write a list of addresses' }
    if (json.length > maxTrackers) return { fault: `no more than ${maxTrackers} trackers are possible` }
    try {
      return [...new Set(json.map((entry) => parseTrackerUrl(shown(entry)).text))]
    } catch (error) {
      if (isSyncError(error, 'tracker-invalid')) return { fault: error.message.replace(/\.$/, '') }
      throw error
    }
  },
  toText: (value) => (value.length === 0 ? none : value.join(',')),
}

export const hosts: Kind<readonly string[]> = {
  fromText: (text) => hosts.fromJson(listOf(text, ',')),
  fromJson: (json) => {
    if (!Array.isArray(json)) return { fault: 'write a list of hosts' }
    if (json.length > maxHosts) return { fault: `no more than ${maxHosts} hosts are possible` }
    const read: string[] = []
    for (const entry of json) {
      const host = typeof entry === 'string' ? written(parseHostPort, entry) : undefined
      if (host === undefined)
        return { fault: `"${shown(entry)}" is not a host and port like name.example:4444` }
      if (!read.includes(host)) read.push(host)
    }
    return read
  },
  toText: (value) => (value.length === 0 ? none : value.join(',')),
}

/** An address in its one written form; undefined when the text is none. */
function written(parse: (text: string) => HostPort, text: string): string | undefined {
  try {
    return formatHostPort(parse(text))
  } catch (error) {
    if (isSyncError(error, 'host-invalid')) return undefined
    throw error
  }
}

function textKind(read: (text: string) => string | Fault): Kind<string> {
  return {
    fromText: read,
    fromJson: (json) => (typeof json === 'string' ? read(json) : { fault: 'write a text' }),
    toText: (value) => value,
  }
}

export function choice<C extends string>(of: readonly C[]): Kind<C> {
  const read = (text: unknown): C | Fault =>
    of.find((one) => one === text) ?? { fault: `write ${of.slice(0, -1).join(', ')} or ${of.at(-1)}` }
  return { fromText: (text) => read(text.toLowerCase()), fromJson: read, toText: (value) => value }
}

export const listenAddress = textKind(
  (text) => written(parseListenAddress, text) ?? { fault: 'write it like 0.0.0.0:4444' },
)

export const webAddress = textKind((text) =>
  text === 'off'
    ? text
    : (written(parseListenAddress, text) ?? { fault: 'write it like 127.0.0.1:8888, or off' }),
)

/** More names than this no device has. */
const maxWebNames = 20

export const webNames: Kind<readonly string[]> = {
  fromText: (text) => webNames.fromJson(listOf(text, ',')),
  fromJson: (json) => {
    if (!Array.isArray(json)) return { fault: 'write a list of names' }
    if (json.length > maxWebNames) return { fault: `no more than ${maxWebNames} names are possible` }
    const read: string[] = []
    for (const entry of json) {
      const name = typeof entry === 'string' ? webNameOf(entry) : undefined
      if (name === undefined)
        return { fault: `"${shown(entry)}" is not a name or address; write it without http:// and port` }
      if (!read.includes(name)) read.push(name)
    }
    return read
  },
  toText: (value) => (value.length === 0 ? none : value.join(',')),
}

/** In the spelling browsers use. */
function webNameOf(text: string): string | undefined {
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^\[(.*)\]$/, '$1')
  const bracketed = isIPv6(bare) ? `[${bare}]` : bare
  const host = written(parseHostPort, `${bracketed}:1`)?.replace(/:1$/, '')
  return host === undefined
    ? undefined
    : isIPv6(bare)
      ? new URL(`http://${bracketed}`).hostname.slice(1, -1)
      : host
}

/** Those of the 40-pin header; what lies beyond belongs to the board itself. */
const lastPin = 27

export const pin: Kind<Pin> = {
  fromText: (text) => pin.fromJson(/^\d{1,2}$/.test(text) ? Number(text) : text.toLowerCase()),
  fromJson: (json) => {
    const isPin = typeof json === 'number' && Number.isInteger(json) && json >= 0 && json <= lastPin
    return json === 'off' || isPin
      ? (json as Pin)
      : { fault: `write a GPIO number from 0 to ${lastPin}, or off` }
  },
  toText: String,
}

export const deviceName = textKind((given) => {
  const name = given.trim()
  const fault = name === '' ? 'it is empty' : deviceNameFault(name)
  return fault === undefined ? name : { fault: fault }
})
