/**
 * Says of a series of a soak whether it grows: the last third is compared with the middle one, by their medians, since the first third is for warming up.
 * Pure; the bounds stand here with their reasons.
 */
import type { Burden, Rest, Sample } from './soak-samples.ts'
import { median, quantile } from './statistics.ts'

export interface Bound {
  /** What may come on top between the middle third and the last one: a share of what there was, and so much at any size. */
  readonly share: number
  readonly plus: number
}

export interface Verdict {
  readonly middle: number
  readonly last: number
  /** How far the inner half of the middle third lies apart: growth within it is noise. */
  readonly spread: number
  readonly allowed: number
  readonly grows: boolean
}

const mib = 1024 ** 2

/** What is asked of each device. In all of them whatever grows with the work grows by as much in each third. */
export const bounds: Readonly<Record<keyof Burden, Bound>> = {
  // V8 looks for what is dead when its heap has grown by a third, and a worker thread holds on to its last buffers: some MiB come and go.
  memoryBytes: { share: 0.04, plus: 2 * mib },
  shareOfMemoryBytes: { share: 0.04, plus: 2 * mib },
  // A database that is being read, a file that is being sent.
  handles: { share: 0, plus: 3 },
  threads: { share: 0, plus: 0 },
  // Paths that are used for the first time late, and pages that are half full.
  databaseBytes: { share: 0.05, plus: mib / 4 },
  stateBytes: { share: 0.05, plus: mib / 4 },
  // The archive is trimmed once an hour, so it is a saw of an hour's work; in two hours the middle third sees it full and empty, and its spread allows for that.
  hiddenBytes: { share: 0.1, plus: 4 * mib },
  // Of an action; what is logged depends on what people happen to do.
  logBytes: { share: 0.15, plus: 5 },
}

/** At rest, after the work against before it. */
export const restBounds: Readonly<Record<keyof Rest, Bound>> = {
  // The clock of the kernel counts in hundredths of a second.
  processorMs: { share: 0.25, plus: 1 },
  // A directory that is watched, a link that was made anew.
  handles: { share: 0, plus: 3 },
  threads: { share: 0, plus: 1 },
}

/** A series of less says nothing. */
export const fewestSamples = 9

export function judgeSeries(values: readonly number[], bound: Bound): Verdict {
  if (values.length < fewestSamples)
    throw new Error(`${values.length} samples are too few to judge by, ${fewestSamples} are needed`)
  const third = Math.floor(values.length / 3)
  const middleThird = values.slice(third, 2 * third)
  const [middle, last] = [median(middleThird), median(values.slice(-third))]
  const spread = quantile(middleThird, 0.75) - quantile(middleThird, 0.25)
  // A series that grows steadily has a spread of half its growth, so it is never excused by that.
  const allowed = Math.max(allowedOver(middle, bound), spread)
  return { middle, last, spread, allowed, grows: last - middle > allowed }
}

/** Of two measurements at rest, the one before the work and the one after it. */
export function judgeRest(before: number, after: number, bound: Bound): Verdict {
  const allowed = allowedOver(before, bound)
  return { middle: before, last: after, spread: 0, allowed, grows: after - before > allowed }
}

function allowedOver(before: number, { share, plus }: Bound): number {
  return before * share + plus
}

/** The series of one device; that of the log is in bytes for each action of people. */
export function seriesOf(samples: readonly Sample[], device: number, measure: keyof Burden): number[] {
  if (measure !== 'logBytes') return samples.map(({ burdens }) => burdens[device]![measure])
  return samples.slice(1).map((sample, at) => {
    const before = samples[at]!
    const bytes = sample.burdens[device]!.logBytes - before.burdens[device]!.logBytes
    return bytes / Math.max(1, sample.actions - before.actions)
  })
}
