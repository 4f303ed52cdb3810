/** Entries of the weekly schedule in words. */
import { dayRuns, type ScheduledLimits, type ScheduleEntry, type WeekHour } from '../state/schedule.ts'
import { formatMinuteOfDay, weekdayName } from './dates.ts'
import { formatSpeed } from './format.ts'
import { t } from './translate.ts'

/** "Mon–Fri, 08:00–18:00" */
export function whenText({ days, fromMinute, toMinute }: ScheduleEntry): string {
  const times = `${formatMinuteOfDay(fromMinute)}–${formatMinuteOfDay(toMinute)}`
  return `${daysText(days)}, ${times}${toMinute <= fromMinute ? ` ${t('schedule-next-day')}` : ''}`
}

/** "Mon–Fri, Sun" */
function daysText(days: readonly number[]): string {
  if (days.length === 7) return t('schedule-daily')
  return dayRuns(days)
    .flatMap(([first, last]) =>
      last - first > 1
        ? [`${weekdayName(first, 'short')}–${weekdayName(last, 'short')}`]
        : [first, last].slice(0, last - first + 1).map((day) => weekdayName(day, 'short')),
    )
    .join(', ')
}

export function effectText(does: ScheduledLimits): string {
  if (does.kind === 'pause') return t('schedule-pause')
  const rate = (value: number) => (value === 0 ? t('no-limit') : formatSpeed(value))
  const parts = (['down', 'up'] as const).flatMap((key) => {
    const value = does[key]
    return value === undefined ? [] : [t(`schedule-${key}`, { rate: rate(value) })]
  })
  return parts.join(', ')
}

/** What an hour of the grid is for who listens. */
export function hourText({ day, hour }: WeekHour, does: ScheduledLimits | undefined): string {
  const times = `${formatMinuteOfDay(hour * 60)}–${formatMinuteOfDay(hour * 60 + 60)}`
  const effect = does === undefined ? t('schedule-as-usual') : effectText(does)
  return `${weekdayName(day, 'long')}, ${times}: ${effect}`
}
