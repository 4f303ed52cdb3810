/** Waiting for a condition: looked at again and again, up to a limit, and an error that tells what it was. */
import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 50

/** Resolves with the first answer of `check` that is not false or undefined. A throw of `check` counts as "not yet" and is shown at the limit. */
export async function until<T>(
  what: string,
  check: () => Promise<T | false | undefined> | T | false | undefined,
  limitSeconds = 30,
): Promise<T> {
  const endMs = performance.now() + limitSeconds * 1000
  for (;;) {
    let last: unknown
    try {
      const answer = await check()
      if (answer !== false && answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    if (performance.now() > endMs) throw new Error(`not within ${limitSeconds} s: ${what}`, { cause: last })
    await pause(lookEveryMs)
  }
}
