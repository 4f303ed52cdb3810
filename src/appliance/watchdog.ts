/**
 * Says to the service manager that the daemon is ready, alive and stopping (A7). Alive means: the event loop comes round in time and the device's
 * database answers. No disk is asked for it: a slow one is not a dead daemon. One short process each hundred seconds at most: for a device that
 * does nothing else these processes would be the larger part of its work.
 */
import { reasonOf } from '../core/errors.ts'
import type { Clock, Log } from '../ports.ts'
import type { Notify } from './service-notice.ts'

/** A third of what the manager waits, so that a notice may fail. */
const share = 3
const mostMs = 100_000
/** How late a timer may be that was due. Nothing the daemon does on its main thread takes nearly as long. */
const latenessMs = 5_000
/** After a look that was late, whether the next one is in time. */
const lookAgainMs = 1_000
/** Opening a large folder after a crash takes a while; as long as the loop goes round, it goes on. */
const startExtensionMs = 120_000
/** The daemon itself gives up sooner. */
const stopExtensionMs = 30_000

export interface WatchdogNeeds {
  readonly clock: Clock
  readonly log: Log
  readonly notify: Notify
  /** How long the manager waits for a sign of life; undefined when it does not. */
  readonly patienceMs: number | undefined
  /** Throws when the device's database does not take a change. */
  checkDatabase(): void
}

export interface Watchdog extends Disposable {
  ready(): void
  /** What `systemctl status` shows; told with the next sign of life. */
  setStatus(text: string): void
  /** To be waited for before anything is closed. */
  stopping(): Promise<void>
}

/** Begins at once, with the start of the daemon. */
export function createWatchdog({ clock, log, notify, patienceMs, checkDatabase }: WatchdogNeeds): Watchdog {
  const everyMs = Math.min(mostMs, (patienceMs ?? Number.POSITIVE_INFINITY) / share)
  let phase: 'starting' | 'ready' | 'stopping' = 'starting'
  let status = ''
  let toldStatus = ''
  let timer: Disposable | undefined
  let hasComplained = false

  async function tell(...pairs: readonly string[]): Promise<void> {
    const words = status === toldStatus ? pairs : [...pairs, `STATUS=${status}`]
    toldStatus = status
    if (words.length === 0) return
    try {
      await notify(...words)
    } catch (error) {
      if (!hasComplained)
        log.warn({ reason: reasonOf(error) }, 'the service manager cannot be told how the daemon does')
      hasComplained = true
    }
  }

  function databaseAnswers(): boolean {
    try {
      checkDatabase()
      return true
    } catch (error) {
      log.error({ error }, 'the database of the device does not answer: the watchdog is not fed')
      return false
    }
  }

  function next(delayMs: number): void {
    const dueMs = clock.monotonicMs() + delayMs
    timer = clock.after(delayMs, () => look(clock.monotonicMs() - dueMs))
  }

  function look(lateMs: number): void {
    if (lateMs > latenessMs) {
      log.warn({ lateMs: Math.round(lateMs) }, 'the event loop was held up')
      next(lookAgainMs)
      return
    }
    if (phase === 'starting') void tell(`EXTEND_TIMEOUT_USEC=${startExtensionMs * 1000}`)
    else if (patienceMs === undefined) void tell()
    else if (databaseAnswers()) void tell('WATCHDOG=1')
    next(everyMs)
  }
  next(everyMs)

  return {
    ready() {
      phase = 'ready'
      void tell('READY=1')
    },
    setStatus(text) {
      status = text.replaceAll('\n', ' ')
    },
    stopping() {
      timer?.[Symbol.dispose]()
      phase = 'stopping'
      status = 'Stopping.'
      return tell('STOPPING=1', `EXTEND_TIMEOUT_USEC=${stopExtensionMs * 1000}`)
    },
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  }
}
