/**
 * How much passed over time, as a plot and a table show it. The device tells the past once; from then on the last minutes grow by what the
 * stream of events tells, second by second. Pure: what time it is comes in.
 */
import type { TrafficHistory } from '../../src/api/schemas/transfers.ts'

export type TrafficSpan = 'minutes' | 'hours' | 'days'
export const trafficSpans = ['minutes', 'hours', 'days'] as const

/** Steps, the oldest first; null where nobody counted. */
export interface TrafficSeries {
  /** When each step begins, in seconds since 1970. */
  readonly times: readonly number[]
  /** Bytes in each step. */
  readonly received: readonly (number | null)[]
  readonly sent: readonly (number | null)[]
}

export function seriesOf({ from, stepSeconds, received, sent }: TrafficHistory): TrafficSeries {
  const begins = Date.parse(from) / 1000
  return { times: received.map((_, step) => begins + step * stepSeconds), received, sent }
}

/** Goes on by some seconds, in each of which so much passed; as many of the oldest are let go. */
export function goOn(
  series: TrafficSeries,
  seconds: number,
  {
    receivedPerSecond,
    sentPerSecond,
  }: { readonly receivedPerSecond: number; readonly sentPerSecond: number },
): TrafficSeries {
  const count = Math.min(seconds, series.times.length)
  const last = series.times.at(-1) ?? 0
  const added = Array.from({ length: count }, (_, at) => last + seconds - count + at + 1)
  return {
    times: [...series.times.slice(count), ...added],
    received: [...series.received.slice(count), ...added.map(() => receivedPerSecond)],
    sent: [...series.sent.slice(count), ...added.map(() => sentPerSecond)],
  }
}

/** Hours put together to the reader's own days. */
export function toDays(hours: TrafficSeries): TrafficSeries {
  return grouped(hours, (time) => {
    const day = new Date(time * 1000)
    return day.setHours(0, 0, 0, 0) / 1000
  })
}

/** Seconds put together to whole minutes. */
export function toMinutes(seconds: TrafficSeries): TrafficSeries {
  return grouped(seconds, (time) => Math.floor(time / 60) * 60)
}

function grouped(series: TrafficSeries, beginOf: (time: number) => number): TrafficSeries {
  const times: number[] = []
  const received: (number | null)[] = []
  const sent: (number | null)[] = []
  for (const [at, time] of series.times.entries()) {
    const begin = beginOf(time)
    if (times.at(-1) !== begin) {
      times.push(begin)
      received.push(null)
      sent.push(null)
    }
    add(received, series.received[at]!)
    add(sent, series.sent[at]!)
  }
  return { times, received, sent }
}

function add(sums: (number | null)[], value: number | null): void {
  if (value !== null) sums[sums.length - 1] = (sums.at(-1) ?? 0) + value
}

export interface TrafficSummary {
  readonly received: number
  readonly sent: number
  /** The most in one step. */
  readonly mostReceived: number
  readonly mostSent: number
}

export function summarize({ received, sent }: TrafficSeries): TrafficSummary {
  const sum = (values: readonly (number | null)[]) =>
    values.reduce<number>((all, each) => all + (each ?? 0), 0)
  const most = (values: readonly (number | null)[]) =>
    values.reduce<number>((all, each) => Math.max(all, each ?? 0), 0)
  return { received: sum(received), sent: sum(sent), mostReceived: most(received), mostSent: most(sent) }
}

export interface TrafficTableRow {
  readonly time: number
  readonly received: number
  readonly sent: number
}

/** Steps that somebody counted, the newest first. */
export function tableRows({ times, received, sent }: TrafficSeries): readonly TrafficTableRow[] {
  return times
    .flatMap((time, at) => {
      const step = { time, received: received[at] ?? null, sent: sent[at] ?? null }
      return step.received === null && step.sent === null
        ? []
        : [{ time, received: step.received ?? 0, sent: step.sent ?? 0 }]
    })
    .reverse()
}
