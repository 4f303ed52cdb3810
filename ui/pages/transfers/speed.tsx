/** How fast it was: the last ten minutes as they go on, or a month by hours or days; the same in a sentence and as a table. */
import { useSignal } from '@preact/signals'
import { useMemo } from 'preact/hooks'
import { Choice } from '../../parts/field.tsx'
import { Section } from '../../parts/page.tsx'
import { Plot } from '../../parts/plot.tsx'
import { Show } from '../../parts/use-loaded.tsx'
import { speedUnit } from '../../state/preferences.ts'
import {
  summarize,
  type TrafficSeries,
  type TrafficSpan,
  tableRows,
  toDays,
  toMinutes,
  trafficSpans,
} from '../../state/traffic-series.ts'
import { formatClock, formatDayAndClock, formatShortDay } from '../../text/dates.ts'
import { formatBytes, formatSpeed } from '../../text/format.ts'
import { t } from '../../text/translate.ts'
import { useTraffic } from './use-traffic.ts'

const daySeconds = 86_400
/** What the axis reaches at least: a quiet line in a kilobyte's scale would look like a storm. */
const leastBytes = { minutes: 20_000, hours: 1_000_000, days: 1_000_000 } as const

export function SpeedSection() {
  const span = useSignal<TrafficSpan>('minutes')
  const loading = useTraffic(span.value)
  return (
    <Section title={t('speed-title')}>
      <div class="speed-span">
        <Choice
          label={t('speed-span')}
          value={span.value}
          options={trafficSpans.map((value) => ({ value, label: t(`speed-span-${value}`) }))}
          onChange={(value) => {
            span.value = value
          }}
        />
      </div>
      <Show loading={loading}>
        {(series) => <SpeedPlot key={span.value} span={span.value} told={series} />}
      </Show>
    </Section>
  )
}

function SpeedPlot({ span, told }: { readonly span: TrafficSpan; readonly told: TrafficSeries }) {
  const pointed = useSignal<number | undefined>(undefined)
  const isTableOpen = useSignal(false)
  const series = useMemo(() => (span === 'days' ? toDays(told) : told), [span, told])
  // In bits the marks of the axis are to be round in bits.
  const scale = span === 'minutes' && speedUnit.value === 'bits' ? 8 : 1
  const scaled = (values: readonly (number | null)[]) =>
    scale === 1 ? values : values.map((value) => value && value * scale)
  const valueText = (value: number) =>
    span === 'minutes' ? formatSpeed(value / scale) : formatBytes(Math.round(value))
  const at = pointed.value
  const valueAt = (values: readonly (number | null)[]) => {
    const value = at === undefined ? undefined : values[at]
    return typeof value === 'number' ? valueText(value * scale) : undefined
  }
  const summary = summaryText(span, series)
  const pointedTime = at === undefined ? undefined : series.times[at]
  return (
    <>
      <div class="plot-legend">
        <span class="plot-key down">
          {t('folders-speed-down')} <strong class="number">{valueAt(series.received)}</strong>
        </span>
        <span class="plot-key up">
          {t('folders-speed-up')} <strong class="number">{valueAt(series.sent)}</strong>
        </span>
        <span class="muted number">{pointedTime !== undefined && stepText(span, pointedTime)}</span>
      </div>
      <Plot
        label={summary}
        times={series.times}
        lines={[
          { colour: 'ok', isDashed: false, values: scaled(series.received) },
          { colour: 'busy', isDashed: true, values: scaled(series.sent) },
        ]}
        look={span === 'days' ? 'bars' : 'lines'}
        least={leastBytes[span] * scale}
        valueText={valueText}
        timeText={(seconds, step) =>
          step < daySeconds ? formatClock(seconds * 1000) : formatShortDay(seconds * 1000)
        }
        onPoint={(step) => {
          pointed.value = step
        }}
      />
      <p class="about">{summary}</p>
      <details
        class="plot-table"
        onToggle={(event) => {
          isTableOpen.value = event.currentTarget.open
        }}
      >
        <summary>{t('speed-table')}</summary>
        {isTableOpen.value && <TrafficTable span={span} series={series} />}
      </details>
    </>
  )
}

function summaryText(span: TrafficSpan, series: TrafficSeries): string {
  const { received, sent, mostReceived, mostSent } = summarize(series)
  const most = (bytes: number) => (span === 'minutes' ? formatSpeed(bytes) : formatBytes(bytes))
  return t(`speed-summary-${span}`, {
    received: formatBytes(Math.round(received)),
    sent: formatBytes(Math.round(sent)),
    mostReceived: most(mostReceived),
    mostSent: most(mostSent),
  })
}

function stepText(span: TrafficSpan, seconds: number): string {
  const ms = seconds * 1000
  if (span === 'days') return formatShortDay(ms)
  return span === 'hours' ? formatDayAndClock(ms) : formatClock(ms)
}

function TrafficTable({ span, series }: { readonly span: TrafficSpan; readonly series: TrafficSeries }) {
  const rows = tableRows(span === 'minutes' ? toMinutes(series) : series)
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">{t('speed-table-time')}</th>
          <th scope="col">{t('speed-table-received')}</th>
          <th scope="col">{t('speed-table-sent')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ time, received, sent }) => (
          <tr key={time}>
            <th scope="row">{stepText(span, time)}</th>
            <td class="number">{formatBytes(Math.round(received))}</td>
            <td class="number">{formatBytes(Math.round(sent))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
