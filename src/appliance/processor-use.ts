/**
 * How busy the processor is: the part of all that its cores could have computed in the last one to two minutes. Notes each minute what the
 * kernel has counted since the start, so that a look costs no waiting and does not mostly see itself. To wait for a disk is not to be busy.
 */
import { cpus } from 'node:os'
import type { Clock } from '../ports.ts'

const noteEveryMs = 60_000

/** Of all cores together, since the start of the machine. */
export interface ProcessorTimes {
  readonly busyMs: number
  readonly cores: number
}

export interface ProcessorUse extends Disposable {
  /** 0 to 1; undefined where there is nothing to tell. */
  busy(): number | undefined
}

interface Note {
  readonly atMs: number
  readonly busyMs: number
}

export function watchProcessor(
  clock: Pick<Clock, 'monotonicMs' | 'after'>,
  readTimes: () => ProcessorTimes = timesOfCores,
): ProcessorUse {
  const noteNow = (): Note => ({ atMs: clock.monotonicMs(), busyMs: readTimes().busyMs })
  let last = noteNow()
  let before = last
  let timer = clock.after(noteEveryMs, note)
  function note(): void {
    before = last
    last = noteNow()
    timer = clock.after(noteEveryMs, note)
  }
  return {
    busy() {
      const { busyMs, cores } = readTimes()
      const possibleMs = (clock.monotonicMs() - before.atMs) * cores
      // A core that was taken away takes its past with it.
      if (possibleMs <= 0 || busyMs < before.busyMs) return undefined
      return Math.min(1, (busyMs - before.busyMs) / possibleMs)
    },
    [Symbol.dispose]: () => timer[Symbol.dispose](),
  }
}

function timesOfCores(): ProcessorTimes {
  const cores = cpus()
  const busyMs = cores.reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0)
  return { busyMs, cores: cores.length }
}
