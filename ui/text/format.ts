/** Numbers, sizes, speeds and times as the reader writes them. All of it is the browser's own knowledge of languages. */
import { language, speedUnit } from '../state/preferences.ts'
import { dateFormat } from './dates.ts'

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte', 'petabyte'] as const
const bitUnits = ['bit', 'kilobit', 'megabit', 'gigabit', 'terabit'] as const

const numberFormats = new Map<string, Intl.NumberFormat>()

/** Making a format takes a thousand times as long as using it. */
function numberFormat(name: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = name + JSON.stringify(options)
  let format = numberFormats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(name, options)
    numberFormats.set(key, format)
  }
  return format
}

const relativeFormats = new Map<string, Intl.RelativeTimeFormat>()

function relativeFormat(name: string): Intl.RelativeTimeFormat {
  let format = relativeFormats.get(name)
  if (format === undefined) {
    format = new Intl.RelativeTimeFormat(name, { numeric: 'auto' })
    relativeFormats.set(name, format)
  }
  return format
}

function formatUnit(value: number, units: readonly string[], least: number, name: string): string {
  let step = least
  let scaled = value / 1000 ** least
  // What would be rounded to a thousand is one of the next unit.
  while (step < units.length - 1 && scaled >= 999.5) {
    scaled /= 1000
    step += 1
  }
  return numberFormat(name, {
    style: 'unit',
    unit: units[step]!,
    unitDisplay: step === 0 ? 'long' : 'short',
    maximumFractionDigits: step === 0 || scaled >= 100 ? 0 : 1,
  }).format(scaled)
}

const perSecond = (units: readonly string[]) => units.map((unit) => `${unit}-per-second`)
const byteSpeeds = perSecond(byteUnits)
const bitSpeeds = perSecond(bitUnits)

/** 1 kB is 1,000 bytes. */
export function formatBytes(bytes: number, name: string = language.value): string {
  return formatUnit(bytes, byteUnits, 0, name)
}

/** Never in single bytes: nobody watches those. */
export function formatSpeed(bytesPerSecond: number): string {
  return speedUnit.value === 'bits'
    ? formatUnit(bytesPerSecond * 8, bitSpeeds, 1, language.value)
    : formatUnit(bytesPerSecond, byteSpeeds, 1, language.value)
}

export function formatNumber(value: number): string {
  return numberFormat(language.value, {}).format(value)
}

/** A part of one, rounded down, so that 100 % means that nothing is missing. */
export function formatPercent(part: number): string {
  return numberFormat(language.value, { style: 'percent' }).format(Math.floor(part * 100) / 100)
}

export function formatTime(iso: string): string {
  return dateFormat({ dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))
}

const timeSteps = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 30],
  ['month', 12],
  ['year', Number.POSITIVE_INFINITY],
] as const

/** How long ago, or in how long: "2 minutes ago". */
export function formatRelative(iso: string, nowMs: number): string {
  const format = relativeFormat(language.value)
  let amount = (Date.parse(iso) - nowMs) / 1000
  // Nobody counts seconds.
  if (Math.abs(amount) < 45) return format.format(0, 'second')
  for (const [unit, size] of timeSteps) {
    if (Math.abs(Math.round(amount)) < size) return format.format(Math.round(amount), unit)
    amount /= size
  }
  return formatTime(iso)
}

/** In how long: "in 5 minutes". */
export function formatWait(seconds: number): string {
  return formatRelative(new Date(seconds * 1000).toISOString(), 0)
}

const durationSteps = [
  ['minute', 60, 90],
  ['hour', 3600, 36],
  ['day', 86_400, Number.POSITIVE_INFINITY],
] as const

/** How long something takes, in one unit and never less than a minute: it is a guess. */
export function formatDuration(seconds: number): string {
  const [unit, many] = durationSteps.find(([, length, most]) => seconds / length < most) ?? durationSteps[0]
  const value = Math.max(1, Math.round(seconds / many))
  return numberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}
