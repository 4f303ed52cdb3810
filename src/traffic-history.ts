/**
 * How much passed when: each second of the last ten minutes from memory, each hour of the last thirty days from the device database. That is
 * written once an hour and at the end, since each write wears out a card. Lives from what the meter notes, so nothing runs without links.
 */
import { reasonOf } from './core/errors.ts'
import type { Clock, Log } from './ports.ts'
import type { DeviceTraffic, TrafficHour } from './store/device-traffic.ts'
import type { Passed, TrafficMeter } from './traffic.ts'

const secondMs = 1000
const shownSeconds = 600
const hourMs = 3_600_000
const shownHours = 30 * 24

/** Equally long steps, the oldest first. */
export interface TrafficSteps {
  /** When the first step begins, wall clock. */
  readonly fromMs: number
  readonly stepSeconds: number
  /** Bytes in each; null where nobody counted. */
  readonly received: readonly (number | null)[]
  readonly sent: readonly (number | null)[]
}

export interface TrafficHistory extends Disposable {
  minutes(): TrafficSteps
  /** Throws what the store throws. */
  days(): TrafficSteps
}

/** Begins to count. Disposing writes what is not kept yet. */
export function openTrafficHistory(
  clock: Clock,
  log: Log,
  meter: TrafficMeter,
  store: DeviceTraffic,
): TrafficHistory {
  const beganMs = clock.monotonicMs()
  const beganHour = hourNow()
  /** Of the last minutes, the oldest first. */
  const passed: Passed[] = []
  /** Not kept yet. */
  let hour: TrafficHour | undefined
  const listening = meter.listen(note)

  function hourNow(): number {
    return Math.floor(clock.now() / hourMs)
  }

  function note(now: Passed): void {
    passed.push(now)
    while (passed[0]!.toMs < now.toMs - (shownSeconds + 1) * secondMs) passed.shift()
    const present = hourNow()
    if (hour !== undefined && hour.hour !== present) keep()
    hour = {
      hour: present,
      received: (hour?.received ?? 0) + now.received,
      sent: (hour?.sent ?? 0) + now.sent,
    }
  }

  function keep(): void {
    if (hour === undefined) return
    const { hour: which, received, sent } = hour
    hour = undefined
    try {
      store.addTraffic(which, received, sent)
    } catch (error) {
      // Numbers for a plot are not worth an end of anything else.
      log.warn({ reason: reasonOf(error) }, 'the traffic of an hour could not be kept')
    }
  }

  return {
    minutes() {
      const nowMs = clock.monotonicMs()
      const firstMs = nowMs - shownSeconds * secondMs
      const received = new Array<number>(shownSeconds).fill(0)
      const sent = new Array<number>(shownSeconds).fill(0)
      for (const each of passed) spread(each, firstMs, received, sent)
      const counted = (bytes: number, step: number): number | null =>
        firstMs + (step + 1) * secondMs <= beganMs ? null : Math.round(bytes)
      return {
        ...{ fromMs: clock.now() - shownSeconds * secondMs, stepSeconds: 1 },
        ...{ received: received.map(counted), sent: sent.map(counted) },
      }
    },
    days() {
      const last = hourNow()
      const first = last - shownHours + 1
      const sums = new Map(store.trafficSince(first).map((each) => [each.hour, each]))
      const bytesOf = (which: 'received' | 'sent') =>
        Array.from({ length: shownHours }, (_, step) => {
          const at = first + step
          const isCounted = sums.has(at) || at >= beganHour
          const unkept = hour?.hour === at ? hour[which] : 0
          return isCounted ? (sums.get(at)?.[which] ?? 0) + unkept : null
        })
      return {
        ...{ fromMs: first * hourMs, stepSeconds: hourMs / secondMs },
        ...{ received: bytesOf('received'), sent: bytesOf('sent') },
      }
    },
    [Symbol.dispose]() {
      listening[Symbol.dispose]()
      keep()
    },
  }
}

/** Seconds and looks do not begin together, so what passed is shared out among the seconds it may have passed in. */
function spread(
  { fromMs, toMs, ...bytes }: Passed,
  firstMs: number,
  received: number[],
  sent: number[],
): void {
  if (toMs <= fromMs) return
  const first = Math.max(0, Math.floor((fromMs - firstMs) / secondMs))
  for (let step = first; step < received.length; step++) {
    const beginMs = firstMs + step * secondMs
    const share = (Math.min(toMs, beginMs + secondMs) - Math.max(fromMs, beginMs)) / (toMs - fromMs)
    if (share <= 0) break
    received[step]! += bytes.received * share
    sent[step]! += bytes.sent * share
  }
}
