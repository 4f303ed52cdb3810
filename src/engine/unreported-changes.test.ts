/** How soon a change is found of which the system said nothing. */
import { expect, test } from 'vitest'
import { createManualClock } from '../testing/manual-clock.ts'
import { type MemoryDeviceOptions, openMemoryDevice, pass } from '../testing/memory-device.ts'

type WatchFiles = NonNullable<MemoryDeviceOptions['watch']>

const nothing = { [Symbol.asyncDispose]: async () => undefined }
const silent: WatchFiles = async () => nothing
const complaining: WatchFiles = async (_hint, trouble) => {
  trouble('there are no watches left')
  return nothing
}
const failing: WatchFiles = async () => {
  throw new Error('there are no watches at all')
}

const minuteMs = 60_000

for (const [name, watch, minutes] of [
  ['the system reports changes', silent, 60],
  ['it says that it sees not everything', complaining, 10],
  ['it cannot be asked to', failing, 10],
] as const)
  test(`I14 what was not reported is found within ${minutes} minutes where ${name}`, async () => {
    const clock = createManualClock(Date.UTC(2026, 0, 1))
    await using device = await openMemoryDevice({ clock, name: 'alice', watch })
    await pass(clock)
    device.own.person.writeFile('unreported', 'x')
    await pass(clock, (minutes - 1) * minuteMs)
    expect(device.store.counts().files).toBe(0)
    await pass(clock, 2 * minuteMs)
    expect(device.store.counts().files).toBe(1)
  })
