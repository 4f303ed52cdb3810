/**
 * The power goes in the middle of syncing, again and again. A boot takes a minute here, so the running system is stopped once and written to a
 * file; each cut goes on from there with other traffic and ends at another moment. What was on its disks for good is then mended and checked on
 * this host, and a daemon that finds it just so has to go on with it; now and then the system itself is really started from it.
 */
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type DiskFacts, diskFactsDirectory } from '../../src/appliance/disk-facts.ts'
import { startDaemon } from '../../src/testing/daemon.ts'
import { createSeededChance, type SeededChance } from '../../src/testing/seeded-chance.ts'
import { readTree, type Tree } from '../../src/testing/tree.ts'
import { until } from '../../src/testing/until.ts'
import type { Peer } from '../peer.ts'
import { type Machine, type MachineOptions, startMachine } from '../qemu/machine.ts'
import type { Segment } from '../qemu/segment.ts'
import type { CutFigures, VolatileDisk } from '../qemu/volatile-disk.ts'
import { openCutDisk, type Place } from './cut-disks.ts'
import { createLedger, type Ledger } from './ledger.ts'
import { checkState } from './state-check.ts'
import { startTraffic } from './traffic.ts'

export interface PowerCutsOptions {
  readonly scratch: string
  readonly segment: Segment
  /** Of the machine that runs. Its disks are those of `state` and `store`. */
  readonly machine: MachineOptions
  /** The device's own state, and the disk with the folder. */
  readonly state: Place
  readonly store: Place
  /** Of the daemon, as the device sees it. */
  readonly home: string
  /** What the device's helper says of the disk. */
  readonly facts: DiskFacts
  /** Where the JSON files and databases are that have to be whole. */
  readonly stateDirectories: readonly string[]
  /** Joined to the folder, and settled. */
  readonly peer: Peer
  readonly folderName: string
  readonly deviceDirectory: string
  readonly cuts: number
  /** After so many cuts the system is started for real. */
  readonly bootEvery: number
  readonly seed: number
  /** Waits until a machine that was just started can be used. */
  readonly waitUntilUp: (machine: Machine) => Promise<void>
  readonly tell: (text: string) => void
}

export interface PowerCutsFigures {
  readonly cuts: number
  readonly boots: number
  readonly hostWrites: number
  readonly deviceWrites: number
  /** Writes to a disk that were not flushed when the power went, and those that were lost whole or in part. */
  readonly pendingWrites: number
  readonly lostWrites: number
  /** File systems in which the check at the start had to mend something beyond the journal. */
  readonly mended: number
  readonly secondsPerCut: number
}

/** From when the traffic begins; long enough for several files to be on their way. */
const [shortestMs, longestMs] = [150, 5000]
/** So many of the cuts wait for a moment at which something can be lost. */
const atWriteShare = 0.85
const maxWrites = 8
const writeLimitMs = 4000
const linkSeconds = 60
const settleSeconds = 120

export async function cutPower(running: Machine, options: PowerCutsOptions): Promise<PowerCutsFigures> {
  const { scratch, peer, state, store, tell } = options
  const chance = createSeededChance(options.seed)
  const saved = join(scratch, 'running-state')
  await peer.end('SIGTERM')
  // It notices that its peer is gone, and what it has to write down is written.
  await pause(2000)
  await running.saveTo(saved)
  await running.cut()
  const begin = { state: state.disk.state(), store: store.disk.state() }
  const hostBefore = join(scratch, 'host-before')
  await copyHost(peer, hostBefore)

  const sums = { hostWrites: 0, deviceWrites: 0, pendingWrites: 0, lostWrites: 0, mended: 0 }
  let boots = 0
  const startedMs = performance.now()
  for (let number = 1; number <= options.cuts; number += 1) {
    await restoreHost(peer, hostBefore)
    state.disk.restore(begin.state)
    store.disk.restore(begin.store)
    const cut = await runUntilCut(options, saved, chance, number)
    for (const { pending, lost } of cut.figures) {
      sums.pendingWrites += pending
      sums.lostWrites += lost
    }
    sums.hostWrites += cut.hostWrites
    sums.deviceWrites += cut.deviceWrites
    const isBoot = number % options.bootEvery === 0
    const after = { state: state.disk.state(), store: store.disk.state() }
    sums.mended += await checkOnHost(options, cut.ledger, isBoot)
    if (isBoot) {
      state.disk.restore(after.state)
      store.disk.restore(after.store)
      await bootAndCompare(options, cut.ledger)
      boots += 1
    }
    const { pending, lost } = cut.figures.reduce((sum, each) => ({
      pending: sum.pending + each.pending,
      lost: sum.lost + each.lost,
    }))
    tell(
      `cut ${number}: ${cut.hostWrites} writes here, ${cut.deviceWrites} there, ${lost} of ${pending} unflushed writes lost, ${Math.round(performance.now() - startedMs) / 1000} s${isBoot ? ', started again' : ''}`,
    )
  }
  await rm(saved)
  return {
    cuts: options.cuts,
    boots,
    ...sums,
    secondsPerCut: (performance.now() - startedMs) / 1000 / options.cuts,
  }
}

interface Cut {
  readonly ledger: Ledger
  readonly hostWrites: number
  readonly deviceWrites: number
  readonly figures: readonly CutFigures[]
}

async function runUntilCut(
  options: PowerCutsOptions,
  saved: string,
  chance: SeededChance,
  number: number,
): Promise<Cut> {
  const { peer, folderName, state, store } = options
  const ledger = createLedger()
  await using machine = await startMachine({ ...options.machine, incoming: saved })
  await peer.start()
  await until('both are connected', async () => (await peer.folder(folderName)).peers.length > 0, linkSeconds)
  const traffic = startTraffic({
    ...{ peer, folderName, ledger, chance, shell: machine.shell, deviceDirectory: options.deviceDirectory },
    directory: join(peer.root, folderName),
    tag: `cut-${number}`,
  })
  await pause(shortestMs + chance.below(longestMs - shortestMs))
  const disks = [state.disk, store.disk]
  const cutAll = () => disks.map((disk) => disk.cut(() => chance.fraction()))
  const atWrite = chance.happens(atWriteShare)
    ? await cutAtWrite(disks, 1 + chance.below(maxWrites), cutAll)
    : undefined
  const figures = atWrite ?? cutAll()
  // What writers do after this moment fails, and is meant to.
  const stopped = traffic.stop()
  await machine.cut()
  const writes = await stopped
  // Else the host would wait for a link of which nobody told it that it is dead.
  await peer.end('SIGTERM')
  await peer.start()
  return { ledger, ...writes, figures }
}

/** Cuts while something is at risk: with the so-many-th write that comes. Undefined when so many did not come. */
async function cutAtWrite<T>(
  disks: readonly VolatileDisk[],
  writes: number,
  cutAll: () => T,
): Promise<T | undefined> {
  let left = writes
  const { promise, resolve } = Promise.withResolvers<T>()
  const noticed = () => {
    left -= 1
    if (left === 0) resolve(cutAll())
  }
  for (const disk of disks) disk.watchWrites(noticed)
  const result = await Promise.race([promise, pause(writeLimitMs)])
  for (const disk of disks) disk.watchWrites(undefined)
  return result ?? undefined
}

/** Returns how many file systems had something to mend. With `onlyLook` nothing goes on from there. */
async function checkOnHost(options: PowerCutsOptions, ledger: Ledger, onlyLook: boolean): Promise<number> {
  const { scratch, state, store } = options
  await using stateDisk = await openCutDisk(state, scratch, 'state')
  await using storeDisk = await openCutDisk(store, scratch, 'store')
  await checkState(options.stateDirectories, scratch)
  complain(
    'on the device after the cut',
    ledger.faultsOnDevice(contentsOf(await readTree(options.deviceDirectory))),
  )
  if (!onlyLook) {
    await tellOfDisk(options.facts, storeDisk.device)
    await goOnAndCompare(options, ledger)
  }
  return [stateDisk, storeDisk].filter(({ mended }) => mended.length > 0).length
}

/** A daemon of this host takes the place of the device: it finds its state and its folder as they were left, and has to go on. */
async function goOnAndCompare(options: PowerCutsOptions, ledger: Ledger): Promise<void> {
  const { segment, home, deviceDirectory } = options
  await using _address = await segment.takeAddress()
  const before = await readTree(join(options.peer.root, options.folderName))
  const listen = ['--listen', `${segment.address}:4444`, '--appliance']
  await using _daemon = await startDaemon(home, listen, undefined, false)
  await compare(options, ledger, before)
  complain('on the device in the end', ledger.faultsAfterwards(contentsOf(await readTree(deviceDirectory))))
}

/** As the helper of the device does, with the name that the disk has here. */
async function tellOfDisk(facts: DiskFacts, device: string): Promise<void> {
  await rm(diskFactsDirectory, { recursive: true, force: true })
  await mkdir(diskFactsDirectory, { recursive: true })
  const here = { ...facts, device, disk: { ...facts.disk, device } }
  await writeFile(join(diskFactsDirectory, `${device}.json`), JSON.stringify(here))
}

async function bootAndCompare(options: PowerCutsOptions, ledger: Ledger): Promise<void> {
  const before = await readTree(join(options.peer.root, options.folderName))
  await using machine = await startMachine(options.machine)
  await options.waitUntilUp(machine)
  await compare(options, ledger, before)
}

async function compare({ peer, folderName }: PowerCutsOptions, ledger: Ledger, before: Tree): Promise<void> {
  const directory = join(peer.root, folderName)
  // The second time, because what one of them found may concern the other.
  for (let times = 0; times < 2; times += 1) await peer.settled(folderName, settleSeconds)
  const after = await readTree(directory)
  complain('on the host in the end', ledger.faultsAfterwards(contentsOf(after)))
  const gone = [...before.keys()].filter((path) => !after.has(path))
  complain(
    'on the host',
    gone.map((path) => `${path} was removed because of the power cut`),
  )
  const broken = [...before].filter(([path, { kind, sha256 }]) => {
    const now = after.get(path)
    return (
      kind === 'file' && ledger.knows(path, sha256) && now !== undefined && !ledger.knows(path, now.sha256)
    )
  })
  complain(
    'on the host',
    broken.map(([path]) => `${path} was whole, and is what the power cut left of it now`),
  )
}

function contentsOf(tree: Tree): Map<string, string> {
  return new Map(
    [...tree].filter(([, { kind }]) => kind === 'file').map(([path, { sha256 }]) => [path, sha256]),
  )
}

function complain(where: string, faults: readonly string[]): void {
  if (faults.length > 0) throw new Error(`${where}:\n${faults.slice(0, 20).join('\n')}`)
}

async function copyHost(peer: Peer, target: string): Promise<void> {
  await cp(peer.home, join(target, 'home'), { recursive: true, preserveTimestamps: true })
  await cp(peer.root, join(target, 'folders'), { recursive: true, preserveTimestamps: true })
}

async function restoreHost(peer: Peer, source: string): Promise<void> {
  await peer.end('SIGTERM')
  for (const [path, name] of [
    [peer.home, 'home'],
    [peer.root, 'folders'],
  ] as const) {
    await rm(path, { recursive: true, force: true })
    await cp(join(source, name), path, { recursive: true, preserveTimestamps: true })
  }
}
