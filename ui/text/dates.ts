/** Days and times of day as the reader writes them. All of it is the browser's own knowledge of languages. */
import { language } from '../state/preferences.ts'

/** The reader's own kind of the language where the browser knows it: whether a clock has 12 hours is a matter of the country. */
function readerTag(): string {
  const own = globalThis.navigator?.languages?.find((tag) => tag.toLowerCase().startsWith(language.value))
  return own ?? language.value
}

const formats = new Map<string, Intl.DateTimeFormat>()

/** Making a format takes a thousand times as long as using it. */
export function dateFormat(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = language.value + JSON.stringify(options)
  let format = formats.get(key)
  if (format === undefined) {
    format = new Intl.DateTimeFormat(readerTag(), options)
    formats.set(key, format)
  }
  return format
}

/** "14:05" */
export function formatClock(ms: number): string {
  return dateFormat({ timeStyle: 'short' }).format(ms)
}

/** "10 May" */
export function formatShortDay(ms: number): string {
  return dateFormat({ day: 'numeric', month: 'short' }).format(ms)
}

/** "10 May, 14:05" */
export function formatDayAndClock(ms: number): string {
  return dateFormat({ day: 'numeric', month: 'short', hour: 'numeric', minute: '2-digit' }).format(ms)
}

/** To the second, with the year: what hovering shows. */
export function formatExact(iso: string): string {
  return dateFormat({ dateStyle: 'long', timeStyle: 'medium' }).format(new Date(iso))
}

/** "Today", "Yesterday", "Sunday, 10 May", and with the year where it is another. */
export function formatDayHeading(ms: number, nowMs: number): string {
  const days = daysBetween(ms, nowMs)
  if (days === 0 || days === 1) {
    const text = new Intl.RelativeTimeFormat(language.value, { numeric: 'auto' }).format(-days, 'day')
    return text.slice(0, 1).toLocaleUpperCase(language.value) + text.slice(1)
  }
  const isThisYear = new Date(ms).getFullYear() === new Date(nowMs).getFullYear()
  const text = dateFormat({
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(ms)
  return text.slice(0, 1).toLocaleUpperCase(language.value) + text.slice(1)
}

/** Midnights between two moments, of the reader's own clock. */
function daysBetween(ms: number, laterMs: number): number {
  const midnight = (at: number) => new Date(at).setHours(0, 0, 0, 0)
  // A day with a change of the clock has 23 or 25 hours.
  return Math.round((midnight(laterMs) - midnight(ms)) / 86_400_000)
}

/** Any Monday. */
const mondayMs = new Date(2024, 0, 1).getTime()

/** The name of a day of the week; 0 is Monday. */
export function weekdayName(day: number, style: 'short' | 'long'): string {
  return dateFormat({ weekday: style }).format(new Date(mondayMs).setDate(1 + day))
}

/** A time of day by its minutes since midnight; 1440 is the end of the day. */
export function formatMinuteOfDay(minute: number): string {
  const { hourCycle } = dateFormat({ timeStyle: 'short' }).resolvedOptions()
  if (minute === 1440 && hourCycle === 'h23') return '24:00'
  return formatClock(new Date(2024, 0, 1, 0, minute).getTime())
}
