/**
 * Tells whether this release is well: it answers where people and programs ask it, for a while. Then the helper keeps it (A9). A release on trial
 * that does not get well in time gives up its start, and `launch` counts how many it has left.
 */
import { reasonOf } from '../core/errors.ts'
import { type ReleasePlaces, readReleases } from '../helper/release-state.ts'
import type { Clock, Log } from '../ports.ts'

/** A start that is well is so for that long; one that crashes does it sooner, mostly. */
const steadyMs = 60_000
const lookEveryMs = 10_000
/** The slowest board reads its databases and listens well within that. */
export const trialMs = 15 * 60_000

export interface HealthNeeds {
  readonly places: ReleasePlaces
  /** Of the program itself. */
  readonly version: string
  /** Throws when the device does not answer as it should. */
  look(): Promise<void>
  /** Has the helper keep this release. */
  keep(): Promise<unknown>
  /** This start did not get well. */
  giveUp(): void
  readonly clock: Pick<Clock, 'monotonicMs' | 'after'>
  readonly log: Log
}

/** Does nothing for the packaged release, which there is no other for. */
export async function watchHealth(needs: HealthNeeds): Promise<Disposable> {
  const { places, version, clock, log } = needs
  const state = await readReleases(places)
  const isWatched = state !== undefined && state.chosen === version && state.packaged !== version
  const isOnTrial = isWatched && state.trial !== undefined
  const startedMs = clock.monotonicMs()
  let wellSinceMs: number | undefined
  let timer: Disposable | undefined
  let isDisposed = false

  async function look(): Promise<void> {
    const reason = await judge()
    if (isDisposed || reason === 'kept') return
    if (reason !== undefined) log.warn({ version, reason }, 'this release is not well yet')
    if (isOnTrial && clock.monotonicMs() - startedMs >= trialMs) {
      log.error({ version }, 'this release did not get well in time: it gives up its start')
      needs.giveUp()
      return
    }
    timer = clock.after(lookEveryMs, () => void look())
  }

  /** Why it is not well; `kept` when all is done. */
  async function judge(): Promise<string | undefined> {
    try {
      await needs.look()
      wellSinceMs ??= clock.monotonicMs()
      if (clock.monotonicMs() - wellSinceMs < steadyMs) return undefined
      await needs.keep()
      if (isOnTrial) log.info({ version }, 'this release is well and is kept')
      return 'kept'
    } catch (error) {
      wellSinceMs = undefined
      return reasonOf(error)
    }
  }

  if (isWatched) timer = clock.after(0, () => void look())
  return {
    [Symbol.dispose]() {
      isDisposed = true
      timer?.[Symbol.dispose]()
    },
  }
}
