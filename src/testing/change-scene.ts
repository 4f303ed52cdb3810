/** Two devices with the same large file, for tests of what a change to it costs. */
import type { RelPath } from '../core/path.ts'
import { createManualClock, type ManualClock } from './manual-clock.ts'
import {
  connectDevices,
  type MemoryDevice,
  type MemoryDeviceOptions,
  openMemoryDevice,
  pass,
} from './memory-device.ts'
import { noise } from './search-run.ts'

export const changedPath = 'large.bin' as RelPath
export const smallestBlock = 128 * 1024

export interface ChangeScene extends AsyncDisposable {
  readonly clock: ManualClock
  readonly from: MemoryDevice
  readonly to: MemoryDevice
  /** What both have at first. */
  readonly old: Buffer
  /** Writes this over the file at one device, and returns the bytes the other got for it until it has settled. */
  costOf(content: Buffer): Promise<number>
  /** The other device dies with whatever it does at its disk, and is not disposed. */
  kill(): void
  /** What lies at the other device. */
  arrived(): Buffer | undefined
}

export async function changeScene(
  blocks: number,
  options: Partial<MemoryDeviceOptions> = {},
): Promise<ChangeScene> {
  const clock = createManualClock(Date.UTC(2026, 0, 1))
  const from = await openMemoryDevice({ clock, name: 'from' })
  let isDead = false
  const to = await openMemoryDevice({
    ...{ clock, name: 'to' },
    ...options,
    gate: (operation, path) =>
      isDead ? new Promise(() => undefined) : (options.gate?.(operation, path) ?? Promise.resolve()),
  })
  const old = noise(blocks * smallestBlock, 'old')
  from.own.person.writeFile(changedPath, old)
  const [, end] = connectDevices(from, to)
  await pass(clock, 12_000)
  return {
    ...{ clock, from, to, old },
    async costOf(content) {
      const before = end.traffic.receivedBytes
      from.own.person.writeFile(changedPath, content)
      await pass(clock, 12_000)
      return end.traffic.receivedBytes - before
    },
    kill() {
      isDead = true
    },
    arrived: () =>
      to.own.person.stat(changedPath) === undefined ? undefined : to.own.person.readFile(changedPath),
    async [Symbol.asyncDispose]() {
      if (!isDead) await to[Symbol.asyncDispose]()
      await from[Symbol.asyncDispose]()
    },
  }
}
