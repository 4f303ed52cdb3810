/** Waiting for something of the device: asked seldom, because an emulated one is busy with each question. */
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../src/testing/until.ts'

const askEveryMs = 400

/** As `until`. */
export function eventually<T>(
  what: string,
  check: () => Promise<T | false | undefined>,
  limitSeconds?: number,
): Promise<T> {
  const look = async () => {
    await pause(askEveryMs)
    return check()
  }
  return until(what, look, limitSeconds)
}
