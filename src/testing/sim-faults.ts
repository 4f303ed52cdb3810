/**
 * What goes wrong in a simulated run: crashes, power cuts, lost databases, disks that are full, failing, gone or swapped, lines that
 * break, clocks that jump. `heal` ends all of it, so that the run can be judged.
 */
import { createMemoryDisk, type MemoryDisk } from './memory-files.ts'
import type { SeededChance } from './seeded-chance.ts'
import type { SimDevice } from './sim-device.ts'
import type { SimNetwork } from './sim-network.ts'
import { checkNoDeletions } from './sim-oracle.ts'
import { type Scheduler, SimFailure } from './sim-scheduler.ts'

export interface Faults {
  /** Makes something go wrong at this device; returns what, in words. */
  strike(device: SimDevice): string
  /** Sees to processes that froze or do not run; call between events. With `all` every one runs afterwards. */
  tend(all: boolean): void
  /** Ends every trouble. */
  heal(): void
  /** Whether somebody forgot since the last call: then what is old and what is new may be unknown. */
  takeForgot(): boolean
}

export interface FaultOptions {
  readonly devices: readonly SimDevice[]
  readonly scheduler: Scheduler
  readonly chance: SeededChance
  readonly network: SimNetwork
  /** Whether databases may be lost or rolled back. */
  readonly mayForget: boolean
  /** Told of a device whose database was lost or rolled back, before it runs again. */
  readonly forgotten: (device: SimDevice) => void
}

/** How likely a device that does not run is started between two events of people. */
const startProbability = 0.3

export function createFaults({
  devices,
  scheduler,
  chance,
  network,
  mayForget,
  forgotten,
}: FaultOptions): Faults {
  let forgot = false
  /** Devices whose next freeze is a power cut. */
  const losesPower = new Set<SimDevice>()
  /** The last sequence number when a device's disk went away. */
  const awaySince = new Map<SimDevice, number>()
  const foreign = new Map<SimDevice, { readonly disk: MemoryDisk; readonly before: string }>()

  function kill(device: SimDevice, powerLoss: boolean): void {
    scheduler.note(`${device.name} is killed${powerLoss ? ' by a power cut' : ''}`)
    device.kill(powerLoss ? chance.fraction() : undefined)
    network.cutAll(device)
  }

  /** Before a new folder has made its first disk its own, any disk there is right. */
  function canLoseDisk({ mounted, own, store }: SimDevice): boolean {
    if (mounted !== own || own.person.stat('.sync/identity') === undefined) return false
    return store === undefined || store.fact('diskId') !== undefined
  }

  function takeDisk(device: SimDevice, replacement: MemoryDisk | undefined): void {
    if (device.store !== undefined) awaySince.set(device, device.store.lastSequence())
    device.own.setPresent(false)
    device.mounted = replacement
  }

  function returnDisk(device: SimDevice): void {
    if (device.mounted === device.own) return
    device.own.setPresent(true)
    device.mounted = device.own
    const since = awaySince.get(device)
    awaySince.delete(device)
    if (since !== undefined) checkNoDeletions(device, since)
  }

  function foreignDisk(device: SimDevice): MemoryDisk {
    const disk = createMemoryDisk({ device: BigInt(500 + device.index) })
    if (chance.happens(0.6)) {
      disk.person.writeFile('a', 'of another disk')
      disk.person.writeFile('other/file', 'of another disk too')
    }
    foreign.set(device, { disk, before: JSON.stringify(disk.person.tree()) })
    return disk
  }

  /** I8, I10: a disk that is not the folder's is not touched. */
  function checkForeign(device: SimDevice): void {
    const there = foreign.get(device)
    foreign.delete(device)
    if (there === undefined) return
    const isUntouched =
      JSON.stringify(there.disk.person.tree()) === there.before &&
      there.disk.person.stat('.sync') === undefined
    if (!isUntouched) throw new SimFailure('I10', `${device.name} wrote on a disk that is not the folder's`)
  }

  const troubles: readonly (readonly [number, (device: SimDevice) => string])[] = [
    [
      6,
      (device) => {
        device.freezeAfter(1 + chance.below(chance.pick([5, 40, 200])))
        return 'will crash'
      },
    ],
    [
      4,
      (device) => {
        device.freezeAfter(1 + chance.below(chance.pick([5, 40, 200])))
        losesPower.add(device)
        return 'will lose power'
      },
    ],
    [
      2,
      (device) => {
        device.stop()
        return 'is stopped'
      },
    ],
    [
      3,
      (device) => {
        const code = chance.pick(['EIO', 'EACCES', 'ENOSPC', 'EIO'])
        const probability = chance.pick([0.02, 0.3, 1])
        const kinds = code === 'ENOSPC' ? new Set(['write', 'create', 'mkdir', 'link', 'symlink']) : undefined
        device.trouble = { code, probability, concerns: (operation) => kinds?.has(operation) ?? true }
        return `gets ${code} at ${probability}`
      },
    ],
    [
      2,
      (device) => {
        const place = chance.pick(['a', 'c', 'd', 'e', 'd/a'])
        device.trouble = {
          code: 'EACCES',
          probability: 1,
          concerns: (_, path) => path === place || path.startsWith(`${place}/`),
        }
        return `may not touch ${place}`
      },
    ],
    [
      1,
      (device) => {
        device.refuses = 'growth'
        return 'has a full disk'
      },
    ],
    [
      1,
      (device) => {
        device.refuses = 'writing'
        return 'has a read-only disk'
      },
    ],
    [
      2,
      (device) => {
        if (!canLoseDisk(device)) return 'keeps its disk'
        takeDisk(device, undefined)
        return 'loses its disk'
      },
    ],
    [
      2,
      (device) => {
        if (!canLoseDisk(device)) return 'keeps its disk'
        takeDisk(device, foreignDisk(device))
        return 'has another disk in the place of its own'
      },
    ],
    [
      3,
      (device) => {
        network.cutAll(device)
        return 'is cut off'
      },
    ],
    [
      1,
      (device) => {
        device.setWall((chance.fraction() - 0.5) * chance.pick([10_000, 86_400_000, 40 * 365 * 86_400_000]))
        return 'has its clock set'
      },
    ],
    [
      mayForget ? 2 : 0,
      (device) => {
        device.backUp()
        return 'has its database backed up'
      },
    ],
    [
      mayForget ? 2 : 0,
      (device) => {
        kill(device, chance.happens(0.3))
        const from = chance.pick(['nothing', 'backup'] as const)
        device.loseDatabase(from)
        forgot = true
        forgotten(device)
        return from === 'nothing' ? 'loses its database' : 'gets an older database'
      },
    ],
  ]

  return {
    strike(device) {
      let dice = chance.below(troubles.reduce((sum, [weight]) => sum + weight, 0))
      for (const [weight, happen] of troubles) {
        if (dice < weight) return `${device.name} ${happen(device)}`
        dice -= weight
      }
      throw new Error('assertion: no trouble')
    },
    tend(all) {
      for (const device of devices) {
        if (device.isFrozen) kill(device, losesPower.delete(device))
        if (!device.isRunning && (all || chance.happens(startProbability))) device.start()
      }
    },
    heal() {
      for (const device of devices) {
        device.freezeAfter(Number.POSITIVE_INFINITY)
        device.trouble = undefined
        device.refuses = 'nothing'
        checkForeign(device)
        returnDisk(device)
      }
      losesPower.clear()
    },
    takeForgot() {
      const was = forgot
      forgot = false
      return was
    },
  }
}
