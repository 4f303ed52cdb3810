/** Clock, time zone and chance of the real world: the only place where the daemon's own parts take them from. */
import { randomBytes } from 'node:crypto'
import type { Chance, Clock } from './ports.ts'

/** Longer delays overflow Node's timers and would fire at once. */
const maxDelayMs = 2 ** 31 - 1

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(delayMs, 0), maxDelayMs))
    timer.unref()
    return { [Symbol.dispose]: () => clearTimeout(timer) }
  },
}

export const systemChance: Chance = {
  bytes: (count) => randomBytes(count),
  fraction: () => randomBytes(6).readUIntBE(0, 6) / 2 ** 48,
}

/** Milliseconds since Monday 00:00 in the time zone of this device. */
export function localWeekMs(nowMs: number): number {
  const date = new Date(nowMs)
  const days = (date.getDay() + 6) % 7
  const minutes = (days * 24 + date.getHours()) * 60 + date.getMinutes()
  return minutes * 60_000 + date.getSeconds() * 1000 + date.getMilliseconds()
}
