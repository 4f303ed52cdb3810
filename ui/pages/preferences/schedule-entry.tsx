/** One entry of the schedule while it is written: days, times, and what holds then. */

import { useSignal } from '@preact/signals'
import { AmountField } from '../../parts/amount-field.tsx'
import { Button } from '../../parts/button.tsx'
import { Fault } from '../../parts/fault.tsx'
import { Choice, SelectField, TextField } from '../../parts/field.tsx'
import {
  dayMinutes,
  entryFault,
  leastRate,
  readMinute,
  type ScheduledLimits,
  type ScheduleEntry,
  weekDays,
  writeMinute,
} from '../../state/schedule.ts'
import { weekdayName } from '../../text/dates.ts'
import { effectText, whenText } from '../../text/schedule-text.ts'
import { t } from '../../text/translate.ts'

interface Props {
  readonly isNew: boolean
  readonly entry: ScheduleEntry
  readonly onEdit: (entry: ScheduleEntry) => void
  readonly onSave: (entry: ScheduleEntry) => Promise<void>
  readonly onCancel: () => void
}

/** What it begins with when limits are chosen: a tenth of a common line. */
const firstLimit = 1_000_000

export function EntryForm({ isNew, entry, onEdit, onSave, onCancel }: Props) {
  const isTried = useSignal(false)
  const { days, fromMinute, toMinute, does } = entry
  const fault = entryFault(entry)
  const told = isTried.value ? fault : undefined
  return (
    <form
      class="schedule-form"
      aria-label={t(isNew ? 'schedule-add' : 'schedule-edit-title')}
      onSubmit={(event) => {
        event.preventDefault()
        isTried.value = true
        if (fault === undefined) onSave(entry)
      }}
    >
      <h3>{t(isNew ? 'schedule-add' : 'schedule-edit-title')}</h3>
      <Days days={days} onChange={(next) => onEdit({ ...entry, days: next })} />
      <Fault text={told === 'days' ? t('schedule-fault-days') : undefined} />
      <div class="setting-columns">
        <TextField
          label={t('schedule-from')}
          type="time"
          value={writeMinute(fromMinute)}
          onInput={(text) => onEdit({ ...entry, fromMinute: readMinute(text) ?? fromMinute })}
        />
        <TextField
          label={t('schedule-to')}
          type="time"
          // A field of this kind ends a day at 00:00.
          value={writeMinute(toMinute % dayMinutes)}
          fault={told === 'time' ? t('schedule-fault-time') : undefined}
          onInput={(text) => onEdit({ ...entry, toMinute: (readMinute(text) ?? toMinute) || dayMinutes })}
        />
      </div>
      <Choice
        label={t('schedule-does')}
        value={does.kind}
        options={(['pause', 'limit'] as const).map((value) => ({
          value,
          label: t(`schedule-kind-${value}`),
        }))}
        onChange={(kind) =>
          onEdit({
            ...entry,
            does: kind === 'pause' ? { kind } : { kind, up: firstLimit, down: firstLimit },
          })
        }
      />
      {does.kind === 'limit' &&
        (['down', 'up'] as const).map((key) => (
          <Rate
            key={key}
            label={t(key === 'down' ? 'folders-speed-down' : 'folders-speed-up')}
            rate={does[key]}
            fault={
              told === 'rate' && (does[key] ?? 0) > 0 && (does[key] ?? 0) < leastRate
                ? t('schedule-fault-rate')
                : undefined
            }
            onChange={(rate) => onEdit({ ...entry, does: withRate(does, key, rate) })}
          />
        ))}
      <Fault text={told === 'effect' ? t('schedule-fault-effect') : undefined} />
      <p class="schedule-words" role="status">
        {days.length > 0 && `${whenText(entry)}: ${effectText(does)}`}
      </p>
      <div class="form-actions">
        <Button onClick={onCancel}>{t('cancel')}</Button>
        <Button type="submit" look="primary" icon="check">
          {t(isNew ? 'schedule-add-action' : 'schedule-edit-action')}
        </Button>
      </div>
    </form>
  )
}

function withRate(
  does: Extract<ScheduledLimits, { kind: 'limit' }>,
  direction: 'up' | 'down',
  rate: number | undefined,
): ScheduledLimits {
  const { [direction]: _, ...others } = does
  return rate === undefined ? others : { ...others, [direction]: rate }
}

function Days({
  days,
  onChange,
}: {
  readonly days: readonly number[]
  readonly onChange: (days: readonly number[]) => void
}) {
  return (
    <fieldset class="days">
      <legend>{t('schedule-days')}</legend>
      <div>
        {weekDays.map((day) => (
          <label key={day}>
            <input
              type="checkbox"
              checked={days.includes(day)}
              aria-label={weekdayName(day, 'long')}
              onChange={(event) => {
                const isOn = event.currentTarget.checked
                onChange(weekDays.filter((one) => (one === day ? isOn : days.includes(one))))
              }}
            />
            <span>{weekdayName(day, 'short')}</span>
          </label>
        ))}
      </div>
    </fieldset>
  )
}

type RateKind = 'usual' | 'free' | 'limit'

/** As at other times, without a limit, or with one. */
function Rate({
  label,
  rate,
  fault,
  onChange,
}: {
  readonly label: string
  readonly rate: number | undefined
  readonly fault: string | undefined
  readonly onChange: (rate: number | undefined) => void
}) {
  const kind: RateKind = rate === undefined ? 'usual' : rate === 0 ? 'free' : 'limit'
  const rates: Readonly<Record<RateKind, number | undefined>> = {
    usual: undefined,
    free: 0,
    limit: firstLimit,
  }
  return (
    <div class="setting-columns">
      <SelectField
        label={label}
        value={kind}
        options={(['limit', 'free', 'usual'] as const).map((value) => ({
          value,
          label: t(`schedule-rate-${value}`),
        }))}
        onChange={(value) => onChange(rates[value])}
      />
      {rate !== undefined && rate > 0 && (
        <AmountField label={t('schedule-rate')} kind="rate" value={rate} fault={fault} onChange={onChange} />
      )}
    </div>
  )
}
