/** Reads from Chromium's own trace how busy the main thread of a page was, and how long its frames took. Pure. */
import { quantile } from '../src/testing/statistics.ts'

/** Microseconds; what a trace of Chromium has of each event. */
export interface TraceEvent {
  readonly name: string
  readonly ph: string
  readonly pid: number
  readonly tid: number
  readonly ts: number
  readonly dur?: number
  readonly args?: { readonly name?: string }
}

export interface Smoothness {
  readonly seconds: number
  readonly frames: number
  /** Frames that came more than 50 ms after the one before: a person sees them. */
  readonly longFrames: number
  /** Of all frames, those that took the main thread longer than a screen of 60 Hz shows one. */
  readonly lateShare: number
  /** Tasks that kept the main thread from answering for more than 50 ms. */
  readonly longTasks: number
  readonly longestTaskMs: number
  readonly frameWorkMs95: number
  /** Of the whole time, how much the main thread worked. */
  readonly busyShare: number
}

const longMs = 50
const frameMs = 1000 / 60

/** Of the page that fired frames; `events` must have some. */
export function smoothnessOf(events: readonly TraceEvent[]): Smoothness {
  const fired = events.filter(({ name }) => name === 'FireAnimationFrame')
  const { pid, tid } = fired[0]!
  const isOurs = (event: TraceEvent): boolean => event.pid === pid && event.tid === tid
  const begins = fired
    .filter(isOurs)
    .map(({ ts }) => ts / 1000)
    .sort((a, b) => a - b)
  const [first, last] = [begins[0]!, begins.at(-1)!]
  const tasks = events
    .filter((event) => isOurs(event) && event.ph === 'X' && event.name.endsWith('RunTask'))
    .map(({ ts, dur = 0 }) => ({ from: ts / 1000, to: (ts + dur) / 1000 }))
    .filter(({ from, to }) => to > first && from < last)
    .sort((a, b) => a.from - b.from)
  const gaps = begins.slice(1).map((at, index) => at - begins[index]!)
  const work = workBetween(begins, tasks)
  const lengths = tasks.map(({ from, to }) => to - from)
  return {
    seconds: (last - first) / 1000,
    frames: gaps.length,
    longFrames: gaps.filter((ms) => ms > longMs).length,
    lateShare: work.filter((ms) => ms > frameMs).length / work.length,
    longTasks: lengths.filter((ms) => ms > longMs).length,
    longestTaskMs: Math.max(...lengths),
    frameWorkMs95: quantile(work, 0.95),
    busyShare: work.reduce((sum, ms) => sum + ms, 0) / (last - first),
  }
}

interface Task {
  readonly from: number
  readonly to: number
}

/** How long tasks ran between each frame and the next. Both are in order of time. */
function workBetween(begins: readonly number[], tasks: readonly Task[]): number[] {
  const work: number[] = []
  let at = 0
  for (const [index, end] of begins.slice(1).entries()) {
    const begin = begins[index]!
    while (at < tasks.length && tasks[at]!.to <= begin) at += 1
    let sum = 0
    for (let next = at; next < tasks.length && tasks[next]!.from < end; next += 1)
      sum += Math.min(tasks[next]!.to, end) - Math.max(tasks[next]!.from, begin)
    work.push(sum)
  }
  return work
}
