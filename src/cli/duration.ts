/** Durations as people write them: `90m`, `2h`, `1h30m`, `30d`. */
import type { Command } from 'commander'
import { wrongUsage } from './session.ts'

const secondsByUnit: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 }

const maxSeconds = 100 * 365 * 86_400

/** Seconds. Ends the program as wrong usage. */
export function readDuration(command: Command, text: string): number {
  const parts = [...text.matchAll(/(\d+)([dhms])/g)]
  const seconds = parts.reduce((sum, [, count, unit]) => sum + Number(count) * secondsByUnit[unit!]!, 0)
  if (!/^(\d+[dhms])+$/.test(text) || seconds === 0)
    wrongUsage(command, `'${text}' is not a duration; write one like 90m, 2h or 1h30m`)
  if (seconds > maxSeconds) wrongUsage(command, `'${text}' is too long; a hundred years are the most`)
  return seconds
}
