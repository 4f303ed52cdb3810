/**
 * A weekly schedule of rate limits: entries like `mon-fri 08:00-18:00 up=500K down=2M`, in the local time of a device. Pure: what day and time
 * it is comes in. Where entries overlap the later one in the list holds, alone. An entry belongs to the days on which it begins, so that
 * `fri 22:00-06:00` ends on Saturday.
 */

export interface ScheduleEntry {
  /** Days on which it begins; 0 is Monday. */
  readonly days: readonly number[]
  /** Minutes since midnight; the end is up to 1440, and not after the beginning where it lies in the next day. */
  readonly fromMinute: number
  readonly toMinute: number
  readonly does: ScheduledLimits
}

/** `pause`: nothing passes at all. Else bytes a second, 0 for no limit; what is left out is as at other times. */
export type ScheduledLimits =
  | { readonly kind: 'pause' }
  | { readonly kind: 'limit'; readonly up?: number; readonly down?: number }

/** Milliseconds since Monday 00:00 on the wall clock of the place, up to a week. */
export type WeekMs = number

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const dayMinutes = 24 * 60
const minuteMs = 60_000
export const weekMs = 7 * dayMinutes * minuteMs

/** Reads a rate as it is typed; a fault says what is wrong, in words that end a sentence. */
export type ReadRate = (text: string) => number | { readonly fault: string }

/** One entry as it is typed. */
export function parseScheduleEntry(
  text: string,
  readRate: ReadRate,
): ScheduleEntry | { readonly fault: string } {
  const [days = '', times = '', ...effects] = text.trim().toLowerCase().split(/\s+/)
  const readDays = parseDays(days)
  if (readDays === undefined)
    return { fault: `"${days}" is not days: write them like mon-fri or sat,sun, or daily` }
  const readTimes = parseTimes(times)
  if (typeof readTimes === 'string') return { fault: readTimes }
  const does = parseEffects(effects, readRate)
  if ('fault' in does) return does
  return { days: readDays, ...readTimes, does }
}

function parseDays(text: string): readonly number[] | undefined {
  if (text === 'daily') return dayNames.map((_, day) => day)
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [first, last = first, more] = part.split('-').map((name) => dayNames.indexOf(name as never))
    if (first === undefined || last === undefined || first === -1 || last === -1 || more !== undefined)
      return undefined
    for (let day = first; ; day = (day + 1) % 7) {
      days.add(day)
      if (day === last) break
    }
  }
  return [...days].sort((a, b) => a - b)
}

function parseTimes(text: string): { readonly fromMinute: number; readonly toMinute: number } | string {
  const match = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text)
  const [fromMinute, toMinute] = [minuteOf(match?.[1], match?.[2]), minuteOf(match?.[3], match?.[4])]
  if (fromMinute === undefined || toMinute === undefined || fromMinute === dayMinutes)
    return `"${text}" is not a time of day: write it like 08:00-18:00`
  if (fromMinute === toMinute || (fromMinute === 0 && toMinute === 0))
    return `"${text}" ends when it begins: the whole day is 00:00-24:00`
  return { fromMinute, toMinute }
}

function minuteOf(hours: string | undefined, minutes: string | undefined): number | undefined {
  const minute = Number(hours) * 60 + Number(minutes)
  return minute <= dayMinutes && Number(minutes) < 60 ? minute : undefined
}

function parseEffects(
  effects: readonly string[],
  readRate: ReadRate,
): ScheduledLimits | { readonly fault: string } {
  const usage = 'write what holds then, like up=500K down=2M, or pause'
  if (effects.length === 0) return { fault: usage }
  if (effects.includes('pause'))
    return effects.length === 1 ? { kind: 'pause' } : { fault: 'pause stands alone: nothing passes then' }
  const rates: { up?: number; down?: number } = {}
  for (const effect of effects) {
    const [key, value = ''] = effect.split(/=(.*)/s)
    if (key !== 'up' && key !== 'down') return { fault: `"${effect}" is unknown: ${usage}` }
    if (rates[key] !== undefined) return { fault: `${key} stands there twice` }
    const rate = readRate(value)
    if (typeof rate !== 'number') return { fault: `${effect}: ${rate.fault}` }
    rates[key] = rate
  }
  return { kind: 'limit', ...rates }
}

/** In its one written form, which is read as the same entry. */
export function scheduleEntryToText(entry: ScheduleEntry, rateToText: (rate: number) => string): string {
  const { days, fromMinute, toMinute, does } = entry
  const effects =
    does.kind === 'pause'
      ? ['pause']
      : (['up', 'down'] as const).flatMap((key) => {
          const rate = does[key]
          return rate === undefined ? [] : [`${key}=${rateToText(rate)}`]
        })
  return [daysToText(days), `${minuteToText(fromMinute)}-${minuteToText(toMinute)}`, ...effects].join(' ')
}

/** Runs of three days and more in short. */
function daysToText(days: readonly number[]): string {
  if (days.length === 7) return 'daily'
  const parts: string[] = []
  for (let at = 0; at < days.length; ) {
    let end = at
    while (days[end + 1] === days[end]! + 1) end++
    const names = days.slice(at, end + 1).map((day) => dayNames[day]!)
    if (names.length > 2) parts.push(`${names[0]}-${names.at(-1)}`)
    else parts.push(...names)
    at = end + 1
  }
  return parts.join(',')
}

function minuteToText(minute: number): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

/** What the schedule says at a moment; undefined when no entry covers it. The end of an entry is not part of it. */
export function scheduledAt(entries: readonly ScheduleEntry[], at: WeekMs): ScheduledLimits | undefined {
  return entries.findLast((entry) =>
    spansOf(entry).some(({ fromMs, lengthMs }) => since(fromMs, at) < lengthMs),
  )?.does
}

/** Milliseconds until the next entry begins or ends, more than 0; undefined without entries. */
export function untilNextChangeMs(entries: readonly ScheduleEntry[], at: WeekMs): number | undefined {
  const delays = entries
    .flatMap(spansOf)
    .flatMap(({ fromMs, lengthMs }) => [since(at, fromMs) || weekMs, since(at, fromMs + lengthMs) || weekMs])
  return delays.length === 0 ? undefined : Math.min(...delays)
}

function spansOf({ days, fromMinute, toMinute }: ScheduleEntry) {
  const lengthMinutes = toMinute > fromMinute ? toMinute - fromMinute : toMinute + dayMinutes - fromMinute
  return days.map((day) => ({
    fromMs: (day * dayMinutes + fromMinute) * minuteMs,
    lengthMs: lengthMinutes * minuteMs,
  }))
}

/** From one moment of the week on to another, which may be in the next. */
function since(fromMs: WeekMs, toMs: number): number {
  return (((toMs - fromMs) % weekMs) + weekMs) % weekMs
}
