/**
 * What goes wrong in a simulated run: crashes, power cuts, lost databases, disks that are full, failing, gone or swapped, lines that
 * break, clocks that jump. `heal` ends all of it, so that the run can be judged.
 */

import type { RelPath } from '../core/path.ts'
import { isSameStat } from '../core/stat.ts'
import { createMemoryDisk, type MemoryDisk } from './memory-files.ts'
import type { SeededChance } from './seeded-chance.ts'
import type { Content, Contents } from './sim-contents.ts'
import type { SimDevice } from './sim-device.ts'
import type { SimNetwork } from './sim-network.ts'
import { checkNoDeletions } from './sim-oracle.ts'
import { type Scheduler, SimFailure } from './sim-scheduler.ts'
import type { Trouble } from './sim-script.ts'

export interface Faults {
  /** What could go wrong at this device next. */
  draw(device: SimDevice): Trouble
  /** Makes it go wrong; returns what, in words. */
  strike(device: SimDevice, trouble: Trouble): string
  /** Ends a process that froze; call between events. */
  tend(device: SimDevice): void
  /** Whether somebody starts a device that does not run. */
  drawStart(device: SimDevice): boolean
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
  readonly contents: Contents
  /** Whether disks damage files. */
  readonly damages: boolean
  /** Told of a device whose database was lost or rolled back, before it runs again. */
  readonly forgotten: (device: SimDevice) => void
}

/** How likely a device that does not run is started between two events of people. */
const startProbability = 0.3

type Damage = Trouble & { readonly kind: 'damage' }

/** What a disk without room refuses. */
const growing = new Set(['write', 'create', 'mkdir', 'link', 'symlink'])

export function createFaults({
  devices,
  scheduler,
  chance,
  network,
  mayForget,
  contents,
  damages,
  forgotten,
}: FaultOptions): Faults {
  let forgot = false
  /** Devices whose next freeze is a power cut. */
  const losesPower = new Set<SimDevice>()
  /** The last sequence number when a device's disk went away. */
  const awaySince = new Map<SimDevice, number>()
  const foreign = new Map<SimDevice, { readonly disk: MemoryDisk; readonly before: string }>()

  function kill(device: SimDevice, powerLoss: number | undefined): void {
    excuseDamage(device)
    scheduler.note(`${device.name} is killed${powerLoss === undefined ? '' : ' by a power cut'}`)
    device.kill(powerLoss)
    network.cutAll(device)
  }

  /**
   * What a step that is broken off had given a name in the archive bears another ctime by that. What the disk has made of it cannot be told from
   * what a person wrote whose program puts times back, and goes to the others as such.
   */
  function excuseDamage({ own: { person } }: SimDevice): void {
    const inodeOf = (path: string) => person.stat(path)?.inode
    const archived = new Set(person.tree('.sync/archive').map(({ path }) => inodeOf(path)))
    for (const { path, kind, data } of person.tree()) {
      const spoilt = kind === 'file' ? contents.findSpoilt(data) : undefined
      if (spoilt === undefined || !archived.has(inodeOf(path))) continue
      for (const { index } of devices) contents.spoil(index, spoilt.of, data)
    }
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

  function foreignDisk(device: SimDevice, isEmpty: boolean): MemoryDisk {
    const disk = createMemoryDisk({ device: BigInt(500 + device.index) })
    if (!isEmpty) {
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

  /** Only what has been read, and is as it was then: before that, nobody could know it from what a person wrote. One device keeps it whole. */
  function damage(device: SimDevice, { path, how, offsetBytes }: Damage): string {
    const { person } = device.own
    const stat = person.stat(path)
    const here = device.store?.state(path.normalize('NFC') as RelPath)?.here
    const content = stat?.kind === 'file' ? contents.find('file', person.readFile(path)) : undefined
    const isKnown =
      stat !== undefined && here?.verified === true && here.diskPath === path && isSameStat(stat, here)
    if (!isKnown || content === undefined || content === 'empty' || !person.isReadable(path))
      return `keeps ${path} as it is`
    const isElsewhere = devices.some(
      (other) => other !== device && other.role === 'full' && isWholeAt(other, content),
    )
    if (!isElsewhere) return `keeps ${path}, of which there is no other`
    person.damage(path, how, offsetBytes)
    if (how === 'changed') contents.spoil(device.index, content, person.readFile(path))
    return `damages ${path}, ${how}`
  }

  function isWholeAt({ own: { person } }: SimDevice, content: Content): boolean {
    return person
      .tree()
      .some(
        ({ path, kind, data }) =>
          kind === 'file' && contents.find(kind, data) === content && person.isReadable(path),
      )
  }

  function befall(device: SimDevice, trouble: Trouble): string {
    switch (trouble.kind) {
      case 'crash':
        device.freezeAfter(trouble.afterOperations)
        return 'will crash'
      case 'power cut':
        device.freezeAfter(trouble.afterOperations)
        losesPower.add(device)
        return 'will lose power'
      case 'stop':
        device.stop()
        return 'is stopped'
      case 'errors': {
        const { code, probability } = trouble
        const kinds = code === 'ENOSPC' ? growing : undefined
        device.trouble = { code, probability, concerns: (operation) => kinds?.has(operation) ?? true }
        return `gets ${code} at ${probability}`
      }
      case 'forbidden': {
        const { place } = trouble
        const concerns = (_: string, path: string) => path === place || path.startsWith(`${place}/`)
        device.trouble = { code: 'EACCES', probability: 1, concerns }
        return `may not touch ${place}`
      }
      case 'full disk':
        device.refuses = 'growth'
        return 'has a full disk'
      case 'read-only disk':
        device.refuses = 'writing'
        return 'has a read-only disk'
      case 'no disk':
        if (!canLoseDisk(device)) return 'keeps its disk'
        takeDisk(device, undefined)
        return 'loses its disk'
      case 'other disk':
        if (!canLoseDisk(device)) return 'keeps its disk'
        takeDisk(device, foreignDisk(device, trouble.isEmpty))
        return 'has another disk in the place of its own'
      case 'cut off':
        network.cutAll(device)
        return 'is cut off'
      case 'clock':
        device.setWall(trouble.byMs)
        return 'has its clock set'
      case 'damage':
        return damage(device, trouble)
      case 'scrub':
        device.folder?.startScrub()
        return 'is to scrub'
      case 'back up':
        device.backUp()
        return 'has its database backed up'
      case 'forget':
        kill(device, trouble.powerLoss)
        device.loseDatabase(trouble.from)
        forgot = true
        forgotten(device)
        return trouble.from === 'nothing' ? 'loses its database' : 'gets an older database'
    }
  }

  const drawings: readonly (readonly [number, (device: SimDevice) => Trouble])[] = [
    [6, () => ({ kind: 'crash', afterOperations: drawOperations() })],
    [4, () => ({ kind: 'power cut', afterOperations: drawOperations() })],
    [2, () => ({ kind: 'stop' })],
    [
      3,
      () => ({
        kind: 'errors',
        code: chance.pick(['EIO', 'EACCES', 'ENOSPC', 'EIO']),
        probability: chance.pick([0.02, 0.3, 1]),
      }),
    ],
    [2, () => ({ kind: 'forbidden', place: chance.pick(['a', 'c', 'd', 'e', 'd/a']) })],
    [1, () => ({ kind: 'full disk' })],
    [1, () => ({ kind: 'read-only disk' })],
    [2, () => ({ kind: 'no disk' })],
    [2, (device) => ({ kind: 'other disk', isEmpty: canLoseDisk(device) && !chance.happens(0.6) })],
    [3, () => ({ kind: 'cut off' })],
    [
      1,
      () => ({
        kind: 'clock',
        byMs: (chance.fraction() - 0.5) * chance.pick([10_000, 86_400_000, 40 * 365 * 86_400_000]),
      }),
    ],
    [mayForget ? 2 : 0, () => ({ kind: 'back up' })],
    [
      mayForget ? 2 : 0,
      () => ({
        kind: 'forget',
        powerLoss: chance.happens(0.3) ? chance.fraction() : undefined,
        from: chance.pick(['nothing', 'backup'] as const),
      }),
    ],
    [damages ? 12 : 0, drawDamage],
    [damages ? 6 : 0, () => ({ kind: 'scrub' })],
  ]

  function drawDamage(device: SimDevice): Trouble {
    const files = device.own.person.tree().filter(({ kind }) => kind === 'file')
    return {
      kind: 'damage',
      path: files.length === 0 ? 'a' : chance.pick(files).path,
      how: chance.happens(0.7) ? 'changed' : 'unreadable',
      offsetBytes: chance.below(10),
    }
  }

  function drawOperations(): number {
    return 1 + chance.below(chance.pick([5, 40, 200]))
  }

  return {
    draw(device) {
      let dice = chance.below(drawings.reduce((sum, [weight]) => sum + weight, 0))
      for (const [weight, draw] of drawings) {
        if (dice < weight) return draw(device)
        dice -= weight
      }
      throw new Error('assertion: no trouble')
    },
    strike: (device, trouble) => `${device.name} ${befall(device, trouble)}`,
    tend(device) {
      if (device.isFrozen) kill(device, losesPower.delete(device) ? chance.fraction() : undefined)
    },
    drawStart: (device) => !device.isRunning && chance.happens(startProbability),
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
