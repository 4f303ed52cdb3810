/**
 * The time by which archived files are old. A wall clock that is wrong for a while must not empty an archive, so this one follows it no faster
 * than six times the time a device has run: after months in a drawer it has caught up in days, and of a clock that jumped ahead for a day it
 * takes six days at most. Pure.
 */
import { isClockSet } from './wall-clock.ts'

/** Whoever runs four hours a day keeps up. */
const maxPace = 6

/** What it is after `ranMs` more; `undefined` as long as no clock was ever set. */
export function archiveTime(beforeMs: number | undefined, nowMs: number, ranMs: number): number | undefined {
  if (!isClockSet(nowMs)) return beforeMs
  return beforeMs === undefined ? nowMs : Math.min(nowMs, beforeMs + ranMs * maxPace)
}
