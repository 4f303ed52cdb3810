/** What a plot is drawn from: marks that people count in, and the outline of values with gaps. Pure. */

/** About so many marks of value: enough to read from, few enough not to be in the way. */
const valueMarks = 4
/** Seconds between marks of time, as clocks and calendars have them. */
const timeSteps = [15, 30, 60, 120, 300, 600, 3600, 7200, 21_600, 43_200, 86_400, 172_800, 432_000, 864_000]

/** From 0 up to the first that is no less than `most`, in steps of 1, 2 or 5 and zeros. */
export function marksUpTo(most: number): readonly number[] {
  const rough = most / valueMarks
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, at) => at * step)
}

/** Which of the times are written below, `room` of them at most, and how far apart they are. */
export function marksOfTime(
  times: readonly number[],
  room: number,
): { readonly marks: readonly number[]; readonly stepSeconds: number } {
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0)
  const stepSeconds = timeSteps.find((step) => span / step <= room) ?? span
  const offset = new Date((times[0] ?? 0) * 1000).getTimezoneOffset() * 60
  const marks: number[] = []
  let last: number | undefined
  for (const [at, time] of times.entries()) {
    const step = Math.floor((time - offset) / stepSeconds)
    // Only where a step begins: what is there of the first may be its end.
    if (last !== undefined && step !== last) marks.push(at)
    last = step
  }
  return { marks, stepSeconds }
}

/** The stretches without a gap, each with its first and last step. */
export function stretchesOf(values: readonly (number | null)[]): readonly (readonly [number, number])[] {
  const stretches: [number, number][] = []
  for (const [at, value] of values.entries()) {
    if (value === null) continue
    const open = stretches.at(-1)
    if (open !== undefined && open[1] === at - 1) open[1] = at
    else stretches.push([at, at])
  }
  return stretches
}

/** The line through a stretch, as SVG has it. */
export function pathOf(
  values: readonly (number | null)[],
  from: number,
  to: number,
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  const points = values
    .slice(from, to + 1)
    .map((value, at) => `${round(x(from + at))} ${round(y(value ?? 0))}`)
  return `M${points.join('L')}`
}

function round(px: number): number {
  return Math.round(px * 10) / 10
}
