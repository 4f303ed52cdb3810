/**
 * Which limits hold on this device now: those that are set, or what the weekly schedule says instead. Sets the device's rates and uploads, and
 * tells when everything is to pause. One timer, and none without a schedule.
 */
import { scheduledAt, untilNextChangeMs, type WeekMs } from './core/rate-schedule.ts'
import type { DeviceRates } from './engine/rates.ts'
import type { UploadSlots } from './engine/upload-slots.ts'
import type { Clock } from './ports.ts'
import type { DeviceSettings } from './setting-table.ts'
import { readSchedule } from './setting-values.ts'

/** Nobody tells when the wall clock is set, as it is on a device without a battery soon after its start: so it is looked at this often. */
const lookAgainMs = 60_000

type LimitSettings = Pick<
  DeviceSettings,
  'uploadLimit' | 'downloadLimit' | 'limitLan' | 'limitSchedule' | 'uploads'
>

export interface LimitsInForce {
  /** Bytes a second; 0 for no limit. */
  readonly upload: number
  readonly download: number
  /** Whether they hold within the local network as well. */
  readonly lan: boolean
  /** Nothing passes at all. */
  readonly paused: boolean
  readonly by: 'settings' | 'schedule'
  /** When the schedule may change something, on the wall clock; undefined without one. */
  readonly untilMs: number | undefined
}

export interface DeviceLimits extends Disposable {
  set(settings: LimitSettings): void
  current(): LimitsInForce
}

interface Needs {
  readonly clock: Clock
  /** The local time at a moment of the wall clock. */
  readonly weekMsAt: (nowMs: number) => WeekMs
  readonly rates: DeviceRates
  readonly uploads: UploadSlots
  /** Called when a pause begins and when it ends. */
  readonly onPause: (paused: boolean) => void
}

export function createDeviceLimits(
  { clock, weekMsAt, rates, uploads, onPause }: Needs,
  first: LimitSettings,
): DeviceLimits {
  let settings = first
  let entries = readSchedule(first.limitSchedule)
  let timer: Disposable | undefined
  let isPaused = false

  function current(): LimitsInForce {
    const nowMs = clock.now()
    const at = weekMsAt(nowMs)
    const scheduled = scheduledAt(entries, at)
    const nextMs = untilNextChangeMs(entries, at)
    const given = scheduled?.kind === 'limit' ? scheduled : undefined
    return {
      upload: given?.up ?? settings.uploadLimit,
      download: given?.down ?? settings.downloadLimit,
      lan: settings.limitLan,
      paused: scheduled?.kind === 'pause',
      by: scheduled === undefined ? 'settings' : 'schedule',
      untilMs: nextMs && nowMs + nextMs,
    }
  }

  function apply(): void {
    timer?.[Symbol.dispose]()
    const { upload, download, lan, paused, untilMs } = current()
    rates.set({ up: upload, down: download })
    rates.limitLan(lan)
    uploads.setCount(settings.uploads)
    if (paused !== isPaused) {
      isPaused = paused
      onPause(paused)
    }
    timer =
      untilMs === undefined ? undefined : clock.after(Math.min(untilMs - clock.now(), lookAgainMs), apply)
  }

  apply()
  return {
    set(changed) {
      settings = changed
      entries = readSchedule(changed.limitSchedule)
      apply()
    },
    current,
    [Symbol.dispose]: () => timer?.[Symbol.dispose](),
  }
}
