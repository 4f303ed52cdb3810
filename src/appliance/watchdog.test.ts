import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { createMemoryLog } from '../testing/memory-log.ts'
import { createWatchdog } from './watchdog.ts'

/** `watched`: how long the manager waits. */
function start(watched: number | 'not at all' = 90_000) {
  const patienceMs = watched === 'not at all' ? undefined : watched
  const manual = createManualClock(0)
  const log = createMemoryLog()
  const told: string[] = []
  /** The loop is held up for so long after the next timer is due. */
  const lag = { ms: 0, isDatabaseAway: false, failure: undefined as string | undefined }
  let heldUpMs = 0
  const clock = {
    ...manual,
    monotonicMs: () => manual.monotonicMs() + heldUpMs,
    after: (delayMs: number, callback: () => void) =>
      manual.after(delayMs, () => {
        heldUpMs += lag.ms
        lag.ms = 0
        callback()
      }),
  }
  const watchdog = createWatchdog({
    ...{ clock, log, patienceMs },
    async notify(...pairs) {
      told.push(`${manual.monotonicMs()} ${pairs.join(' ')}`)
      if (lag.failure !== undefined) throw new Error(lag.failure)
    },
    checkDatabase() {
      if (lag.isDatabaseAway) throw new Error('the disk is full')
    },
  })
  return { clock: manual, log, told, lag, watchdog }
}

test('A7: a daemon that is well says so at a third of the time the manager waits', async () => {
  const { clock, told, watchdog } = start(60_000)
  watchdog.ready()
  await clock.advance(45_000)
  expect(told).toEqual(['0 READY=1', '20000 WATCHDOG=1', '40000 WATCHDOG=1'])
})

test('never more than one process each hundred seconds, however long the manager waits', async () => {
  const { clock, told, watchdog } = start(3_600_000)
  watchdog.ready()
  await clock.advance(300_000)
  expect(told).toHaveLength(4)
})

test('A7: a database that does not answer is not passed off as well', async () => {
  const { clock, told, lag, log, watchdog } = start()
  watchdog.ready()
  lag.isDatabaseAway = true
  await clock.advance(95_000)
  expect(told).toEqual(['0 READY=1'])
  expect(log.lines.at(-1)!.message).toMatch(/not fed/)
  lag.isDatabaseAway = false
  await clock.advance(30_000)
  expect(told.at(-1)).toBe('120000 WATCHDOG=1')
})

test('A7: a loop that was held up has to come round in time again first', async () => {
  const { clock, told, lag, watchdog } = start()
  watchdog.ready()
  lag.ms = 20_000
  await clock.advance(30_500)
  expect(told).toEqual(['0 READY=1'])
  lag.ms = 7_000
  await clock.advance(1_000)
  expect(told).toEqual(['0 READY=1'])
  await clock.advance(1_000)
  expect(told.at(-1)).toMatch(/WATCHDOG=1/)
})

test('a start that takes long is given time as long as it goes on, and no sign of life before it is done', async () => {
  const { clock, told, watchdog } = start()
  await clock.advance(65_000)
  expect(told).toEqual(['30000 EXTEND_TIMEOUT_USEC=120000000', '60000 EXTEND_TIMEOUT_USEC=120000000'])
  watchdog.ready()
  await clock.advance(30_000)
  expect(told.slice(2)).toEqual(['65000 READY=1', '90000 WATCHDOG=1'])
})

test('the status goes with the next sign of life, once', async () => {
  const { clock, told, watchdog } = start()
  watchdog.ready()
  watchdog.setStatus('Everything is up to date.')
  watchdog.setStatus('A disk is safe to pull.')
  await clock.advance(60_000)
  expect(told.slice(1)).toEqual(['30000 WATCHDOG=1 STATUS=A disk is safe to pull.', '60000 WATCHDOG=1'])
})

test('a manager that does not watch is told of the status alone', async () => {
  const { clock, told, watchdog } = start('not at all')
  watchdog.ready()
  await clock.advance(60_000)
  watchdog.setStatus('The device is starting.')
  await clock.advance(60_000)
  expect(told.slice(1)).toEqual(['100000 STATUS=The device is starting.'])
})

test('stopping is said once, with the time it may take, and nothing afterwards', async () => {
  const { clock, told, watchdog } = start()
  watchdog.ready()
  await watchdog.stopping()
  await clock.advance(120_000)
  expect(told.slice(1)).toEqual(['0 STOPPING=1 EXTEND_TIMEOUT_USEC=30000000 STATUS=Stopping.'])
})

test('a manager that cannot be told is said once', async () => {
  const { clock, lag, log, watchdog } = start()
  lag.failure = 'spawn systemd-notify ENOENT'
  watchdog.ready()
  await clock.advance(120_000)
  expect(log.lines.map(({ fields }) => fields.reason)).toEqual(['spawn systemd-notify ENOENT'])
})
