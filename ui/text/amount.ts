/**
 * Amounts a person types: a number and a unit, and the plain number that a setting holds. What is shown always stands for exactly what is
 * held, so that opening a page and leaving it changes nothing. 1 kB is 1,000 bytes; 1 KiB is 1,024, and shown where a value is so.
 */
import { type Language, language, type SpeedUnit, speedUnit } from '../state/preferences.ts'
import { t } from './translate.ts'

/** Bytes, bytes a second, seconds, days, parts of a hundred, or things that are counted. */
export type AmountKind = 'size' | 'rate' | 'duration' | 'days' | 'percent' | 'count'

/** `name` is the browser's name of the unit, `many` how much of what the setting holds is one of it. */
export interface Unit {
  readonly name: string
  readonly many: number
  /** Shown where a value is in it already, but not offered. */
  readonly isRare?: boolean
}

export interface Amount {
  readonly text: string
  readonly unit: Unit
}

const binarySizes: readonly Unit[] = ['kibibyte', 'mebibyte', 'gibibyte', 'tebibyte'].map((name, at) => {
  return { name, many: 1024 ** (at + 1), isRare: true }
})
const bytes: Unit = { name: 'byte', many: 1, isRare: true }

function decimalUnits(names: readonly string[], one: number): Unit[] {
  return names.map((name, at) => ({ name, many: one * 1000 ** at }))
}

function perSecond(units: readonly Unit[]): Unit[] {
  return units.map((unit) => ({ ...unit, name: `${unit.name}-per-second` }))
}

const decimalSizes = decimalUnits(['megabyte', 'gigabyte', 'terabyte'], 1_000_000)
const rareSizes = [{ name: 'kilobyte', many: 1000, isRare: true }, ...binarySizes, bytes]
const byteRates = perSecond(decimalUnits(['kilobyte', 'megabyte', 'gigabyte'], 1000))
const bitRates = perSecond(decimalUnits(['kilobit', 'megabit', 'gigabit'], 125))
const rareRates = perSecond([...binarySizes, bytes])

/** Units of a kind, those offered first. */
export function unitsOf(kind: AmountKind, speeds: SpeedUnit = speedUnit.value): readonly Unit[] {
  switch (kind) {
    case 'size':
      return [...decimalSizes, ...rareSizes]
    case 'rate':
      return [...(speeds === 'bits' ? bitRates : byteRates), ...rareRates]
    case 'duration':
      return ['second', 'minute', 'hour', 'day'].map((name, at) => ({
        name,
        many: [1, 60, 3600, 86_400][at]!,
      }))
    case 'days':
      return [{ name: 'day', many: 1 }]
    case 'percent':
      return [{ name: 'percent', many: 1 }]
    case 'count':
      return [{ name: '', many: 1 }]
  }
}

/** The most digits after the point that are shown: more are harder to read than the same value in a smaller unit. */
const maxFractionDigits = 2

/** The shortest way to write exactly this value, in the first of the units where several are as short. */
export function splitAmount(value: number, units: readonly Unit[], name: Language = language.value): Amount {
  if (value === 0) return { text: '0', unit: units[Math.min(1, units.length - 1)]! }
  let best: Amount | undefined
  for (const unit of units) {
    if (value < unit.many && unit.many > 1) continue
    const text = textIn(value, unit, name)
    if (text !== undefined && (best === undefined || text.length < best.text.length)) best = { text, unit }
  }
  const least = units.reduce((a, b) => (b.many < a.many ? b : a))
  return best ?? { text: withPoint(String(value / least.many), name), unit: least }
}

function textIn(value: number, unit: Unit, name: Language): string | undefined {
  for (let digits = 0; digits <= maxFractionDigits; digits += 1) {
    const text = withPoint((value / unit.many).toFixed(digits), name)
    if (joinAmount(text, unit) === value) return text
  }
  return undefined
}

function withPoint(text: string, name: Language): string {
  return name === 'ru' ? text.replace('.', ',') : text
}

/** What a typed number stands for; nothing typed is 0. Undefined where it is no number. Sizes and rates are whole bytes. */
export function joinAmount(text: string, unit: Unit): number | undefined {
  const typed = text.replace(/\s/g, '').replace(',', '.')
  if (typed === '') return 0
  if (!/^\d{1,16}(\.\d{1,16})?$/.test(typed)) return undefined
  const value = Number(typed) * unit.many
  return unit.many > 1 || unit.name.startsWith('byte') ? Math.round(value) : value
}

/** What stands behind the number: "GB", "minutes"; in the form that the number asks for. */
export function unitLabel({ name }: Unit, text: string): string {
  if (name === '') return ''
  if (name.includes('bibyte') || name.includes('bebibyte')) return t(`unit-${name}`)
  const isLong = ['second', 'minute', 'hour', 'day', 'byte'].includes(name)
  const format = new Intl.NumberFormat(language.value, {
    style: 'unit',
    unit: name,
    unitDisplay: isLong ? 'long' : 'short',
  })
  const parts = format.formatToParts(joinAmount(text, { name, many: 1 }) ?? 0)
  return parts.find(({ type }) => type === 'unit' || type === 'percentSign')?.value ?? name
}

/** A value as it would be typed, with its unit. */
export function amountText(value: number, kind: AmountKind): string {
  const { text, unit } = splitAmount(value, unitsOf(kind))
  return `${text} ${unitLabel(unit, text)}`.trim()
}
