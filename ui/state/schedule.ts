/**
 * The weekly schedule of limits as a page edits it. Entries travel as texts, `mon-fri 08:00-18:00 up=500K down=2M`; the daemon's own reader
 * (core/rate-schedule) is the rule, and reads everything that is written here.
 */

export interface ScheduleEntry {
  /** Days on which it begins, in order; 0 is Monday. */
  readonly days: readonly number[]
  /** Minutes since midnight; an end that is not after the beginning lies in the next day. */
  readonly fromMinute: number
  readonly toMinute: number
  readonly does: ScheduledLimits
}

/** Bytes a second, 0 for no limit; what is left out is as at other times. */
export type ScheduledLimits =
  | { readonly kind: 'pause' }
  | { readonly kind: 'limit'; readonly up?: number; readonly down?: number }

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
export const weekDays: readonly number[] = dayNames.map((_, day) => day)
export const dayMinutes = 1440
const weekMinutes = 7 * dayMinutes

/** Undefined for what this page does not know: it is kept as it is. */
export function readEntry(text: string): ScheduleEntry | undefined {
  const found = /^(\S+) (\d\d):(\d\d)-(\d\d):(\d\d) (.+)$/.exec(text)
  if (found === null) return undefined
  const [, dayText, fromHour, fromRest, toHour, toRest, effects] = found
  const days = readDays(dayText!)
  const does = readEffects(effects!.split(' '))
  if (days === undefined || does === undefined) return undefined
  return {
    days,
    fromMinute: Number(fromHour) * 60 + Number(fromRest),
    toMinute: Number(toHour) * 60 + Number(toRest),
    does,
  }
}

function readDays(text: string): readonly number[] | undefined {
  if (text === 'daily') return weekDays
  const days = new Set<number>()
  for (const part of text.split(',')) {
    const [first, last = first] = part.split('-').map((name) => dayNames.indexOf(name as never))
    if (first === undefined || last === undefined || first < 0 || last < first) return undefined
    for (let day = first; day <= last; day += 1) days.add(day)
  }
  return [...days].sort((a, b) => a - b)
}

function readEffects(effects: readonly string[]): ScheduledLimits | undefined {
  if (effects.length === 1 && effects[0] === 'pause') return { kind: 'pause' }
  const rates: { up?: number; down?: number } = {}
  for (const effect of effects) {
    const found = /^(up|down)=(\d+(?:\.\d+)?)([KMGT]?)$/.exec(effect)
    if (found === null) return undefined
    const [, key, number, unit] = found
    rates[key as 'up' | 'down'] = Number(number) * 1024 ** ['', 'K', 'M', 'G', 'T'].indexOf(unit!)
  }
  return { kind: 'limit', ...rates }
}

export function writeEntry({ days, fromMinute, toMinute, does }: ScheduleEntry): string {
  const rates = (['up', 'down'] as const).flatMap((key) =>
    does.kind === 'pause' || does[key] === undefined ? [] : [`${key}=${does[key]}`],
  )
  return [
    days.map((day) => dayNames[day]).join(','),
    `${writeMinute(fromMinute)}-${writeMinute(toMinute)}`,
    ...(does.kind === 'pause' ? ['pause'] : rates),
  ].join(' ')
}

/** As a time field has it, too; the end of a day is 24:00. */
export function writeMinute(minute: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(minute / 60))}:${two(minute % 60)}`
}

/** What a time field says; undefined where it is empty. */
export function readMinute(text: string): number | undefined {
  const found = /^(\d\d):(\d\d)/.exec(text)
  return found === null ? undefined : Number(found[1]) * 60 + Number(found[2])
}

/** The slowest limit the device takes: peers would take a slower one for a device that has stopped. */
export const leastRate = 1024

export type EntryFault = 'days' | 'time' | 'effect' | 'rate'

/** What keeps an entry from being one. */
export function entryFault({ days, fromMinute, toMinute, does }: ScheduleEntry): EntryFault | undefined {
  if (days.length === 0) return 'days'
  if (fromMinute === toMinute) return 'time'
  if (does.kind === 'pause') return undefined
  if (does.up === undefined && does.down === undefined) return 'effect'
  const isTooSlow = (rate = 0) => rate > 0 && rate < leastRate
  return isTooSlow(does.up) || isTooSlow(does.down) ? 'rate' : undefined
}

/** Runs of days that follow each other, as first and last. */
export function dayRuns(days: readonly number[]): readonly (readonly [first: number, last: number])[] {
  const runs: [number, number][] = []
  for (const day of days) {
    const run = runs.at(-1)
    if (run !== undefined && run[1] === day - 1) run[1] = day
    else runs.push([day, day])
  }
  return runs
}

/** Which of the entries holds in this hour of the week, at least in a part of it: the last that does. */
export function entryIn(
  entries: readonly (ScheduleEntry | undefined)[],
  { day, hour }: WeekHour,
): number | undefined {
  const begin = day * dayMinutes + hour * 60
  const at = entries.findLastIndex((entry) => entry?.days.some((first) => touches(entry, first, begin)))
  return at < 0 ? undefined : at
}

function touches({ fromMinute, toMinute }: ScheduleEntry, day: number, begin: number): boolean {
  const from = day * dayMinutes + fromMinute
  const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute + dayMinutes - fromMinute
  const since = (begin - from + weekMinutes) % weekMinutes
  return since < length || since > weekMinutes - 60
}

export interface WeekHour {
  readonly day: number
  readonly hour: number
}

/** The same hours on each of the days between two hours of the grid, whichever is first. */
export function hoursBetween(
  one: WeekHour,
  other: WeekHour,
): Pick<ScheduleEntry, 'days' | 'fromMinute' | 'toMinute'> {
  const [firstDay, lastDay] = [Math.min(one.day, other.day), Math.max(one.day, other.day)]
  return {
    days: weekDays.filter((day) => day >= firstDay && day <= lastDay),
    fromMinute: Math.min(one.hour, other.hour) * 60,
    toMinute: (Math.max(one.hour, other.hour) + 1) * 60,
  }
}

/** Where an arrow key leads; undefined for other keys. Stays within the week. */
export function stepInWeek({ day, hour }: WeekHour, key: string): WeekHour | undefined {
  const clamp = (value: number, most: number) => Math.max(0, Math.min(most, value))
  switch (key) {
    case 'ArrowUp':
      return { day, hour: clamp(hour - 1, 23) }
    case 'ArrowDown':
      return { day, hour: clamp(hour + 1, 23) }
    case 'ArrowLeft':
      return { day: clamp(day - 1, 6), hour }
    case 'ArrowRight':
      return { day: clamp(day + 1, 6), hour }
    case 'Home':
      return { day: 0, hour }
    case 'End':
      return { day: 6, hour }
    case 'PageUp':
      return { day, hour: 0 }
    case 'PageDown':
      return { day, hour: 23 }
    default:
      return undefined
  }
}
