/**
 * The disks of an appliance as the daemon knows them: what the helper wrote of each, checked against what is mounted, and what was just asked of
 * the helper about it. Tells when any of that changes. Never mounts, and opens nothing on a disk.
 */
import { type FSWatcher, watch } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import Value from 'typebox/value'
import { reasonOf, SyncError } from '../core/errors.ts'
import type { Clock, Log } from '../ports.ts'
import { type DiskFacts, DiskFactsSchema } from './disk-facts.ts'
import { type Mount, readMounts } from './mounts.ts'

/** What no event told of, a disk that went without the helper hearing of it say, is found by then. Until then a folder's own guard (I10) holds. */
const recheckMs = 30_000
/** While events cannot be had. */
const unwatchedRecheckMs = 3_000
/** Facts are a few hundred bytes. */
const maxFactsBytes = 16 * 1024
/** More disks than a hub has ports are a mistake of somebody's. */
const maxDisks = 64

/** A disk whose directories may be used now. */
export interface AttachedDisk {
  readonly facts: DiskFacts
  readonly mountPoint: string
  /** Another one after every time it was attached. */
  readonly attachment: string
}

/** What is being done to a disk at a person's request: nothing of it may be in use meanwhile, in none of its partitions. */
export interface DiskWork {
  readonly verb: string
  /** 0 to 1, where known. */
  readonly progress: number | undefined
}

export interface DiskHold extends Disposable {
  progress(done: number): void
}

export interface Disks extends AsyncDisposable {
  /** Sorted by name. What is mounted nowhere does not count as attached, whatever the facts say. */
  list(): readonly DiskFacts[]
  /** Without those that are being worked on. */
  attached(): readonly AttachedDisk[]
  /** By the kernel's name or by its own. Throws `disk-unknown`. */
  find(named: string): DiskFacts
  workOn(facts: DiskFacts): DiskWork | undefined
  /** From now on nothing of the whole disk counts as attached, until disposed. Throws `disk-in-use` when something is being done to it already. */
  hold(facts: DiskFacts, verb: string): DiskHold
  /** Reads everything anew. */
  recheck(): Promise<void>
  /** Calls back when any of this is other than before. */
  listen(changed: () => void): Disposable
}

interface Needs {
  /** Directory of the facts. */
  readonly facts: string
  /** Directory in which the mount points lie. */
  readonly mounts: string
  readonly clock: Clock
  readonly log: Log
  readonly readMounts?: () => Promise<readonly Mount[]>
}

/** Resolves once what is there has been read. No disk need be there, nor the directory of the facts. */
export async function openDisks(needs: Needs): Promise<Disks> {
  const { facts: directory, clock, log } = needs
  const lookAtMounts = needs.readMounts ?? readMounts
  const listeners = new Set<() => void>()
  /** By the kernel's name of the whole disk. */
  const works = new Map<string, DiskWork>()
  /** Files that were complained of, with what was in them: once is enough. */
  const complained = new Map<string, string>()
  let disks: readonly DiskFacts[] = []
  let attached: readonly AttachedDisk[] = []
  let told = ''
  let isClosed = false
  let watcher: FSWatcher | undefined
  let timer: Disposable | undefined
  let reading: Promise<void> | undefined
  let isStale = false

  function tell(): void {
    for (const changed of listeners) changed()
  }

  function complain(file: string, reason: string): void {
    if (complained.get(file) === reason) return
    complained.set(file, reason)
    log.warn({ file, reason }, 'what is known of a disk cannot be used')
  }

  async function readFacts(name: string): Promise<DiskFacts | undefined> {
    const file = join(directory, name)
    try {
      const text = await readShort(file)
      if (text === undefined) return undefined
      const json: unknown = JSON.parse(text)
      if (!Value.Check(DiskFactsSchema, json)) {
        const [first] = Value.Errors(DiskFactsSchema, json)
        throw new Error(`${first?.instancePath ?? ''} ${first?.message ?? 'is not of the right form'}`)
      }
      if (`${json.device}.json` !== name) throw new Error(`it is about ${json.device}`)
      complained.delete(file)
      return json
    } catch (error) {
      complain(file, reasonOf(error))
      return undefined
    }
  }

  /** The disk as it can be used: A4, only what is mounted, from that device and at its place, counts. */
  function seenThrough(facts: DiskFacts, mounts: readonly Mount[]): DiskFacts | AttachedDisk {
    if (facts.state !== 'attached') return facts
    const { mountPoint } = facts
    const mount = mounts.find(({ point, device }) => point === mountPoint && device === facts.device)
    if (mountPoint !== null && mount !== undefined && dirname(mountPoint) === needs.mounts)
      return { facts, mountPoint, attachment: `${facts.device}:${facts.disk.sequence}:${mount.id}` }
    complain(facts.device, `it is said to be attached at ${mountPoint}, and is not mounted there`)
    return { ...facts, state: 'failed', reason: facts.reason ?? 'mount-failed', mountPoint: null }
  }

  async function read(): Promise<void> {
    isStale = false
    const found: DiskFacts[] = []
    for (const name of await namesOfFacts(directory)) {
      const facts = await readFacts(name)
      if (facts !== undefined) found.push(facts)
    }
    const mounts = found.some(({ state }) => state === 'attached') ? await lookAtMounts() : []
    const seen = found.map((facts) => seenThrough(facts, mounts))
    disks = seen
      .map((disk) => ('attachment' in disk ? disk.facts : disk))
      .sort((a, b) => (a.name < b.name || (a.name === b.name && a.device < b.device) ? -1 : 1))
    attached = seen.filter((disk) => 'attachment' in disk)
    for (const { device } of disks)
      if (attached.some(({ facts }) => facts.device === device)) complained.delete(device)
    const now = JSON.stringify([disks, attached])
    if (now === told) return
    told = now
    tell()
  }

  /** One at a time; what comes during a reading leads to another. */
  function recheck(): Promise<void> {
    isStale = true
    reading ??= (async () => {
      try {
        while (isStale && !isClosed) await read()
      } catch (error) {
        complain(directory, reasonOf(error))
      } finally {
        reading = undefined
      }
    })()
    return reading
  }

  function watchFacts(): void {
    if (watcher !== undefined) return
    try {
      watcher = watch(directory, { persistent: false }, () => void recheck())
      watcher.on('error', unwatch)
    } catch {
      // It is not there yet; the slow look finds it.
      watcher = undefined
    }
  }

  function unwatch(): void {
    watcher?.close()
    watcher = undefined
  }

  function lookSlowly(): void {
    timer = clock.after(watcher === undefined ? unwatchedRecheckMs : recheckMs, () => {
      watchFacts()
      void recheck().then(() => {
        if (!isClosed) lookSlowly()
      })
    })
  }

  watchFacts()
  await recheck()
  lookSlowly()

  return {
    list: () => disks,
    attached: () => attached.filter(({ facts }) => !works.has(facts.disk.device)),
    find(named) {
      const disk = disks.find(({ device }) => device === named) ?? disks.find(({ name }) => name === named)
      if (disk === undefined) throw new SyncError('disk-unknown', { disk: named })
      return disk
    },
    workOn: ({ disk }) => works.get(disk.device),
    hold({ name, disk: { device } }, verb) {
      const present = works.get(device)
      if (present !== undefined)
        throw new SyncError('disk-in-use', { disk: name, users: `"${present.verb}"` })
      works.set(device, { verb, progress: undefined })
      tell()
      return {
        progress(done) {
          works.set(device, { verb, progress: done })
          tell()
        },
        [Symbol.dispose]() {
          if (works.delete(device)) tell()
        },
      }
    },
    recheck,
    listen(changed) {
      listeners.add(changed)
      return { [Symbol.dispose]: () => void listeners.delete(changed) }
    },
    async [Symbol.asyncDispose]() {
      isClosed = true
      listeners.clear()
      timer?.[Symbol.dispose]()
      unwatch()
      await reading
    },
  }
}

/** None where there is no such directory. */
async function namesOfFacts(directory: string): Promise<readonly string[]> {
  try {
    const names = await readdir(directory)
    // Others lie there while they are being written.
    return names.filter((name) => /^[a-z][a-z0-9]*\.json$/.test(name)).slice(0, maxDisks)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

/** Undefined when it has gone meanwhile. */
async function readShort(file: string): Promise<string | undefined> {
  try {
    await using handle = await open(file, 'r')
    const { size } = await handle.stat()
    if (size > maxFactsBytes) throw new Error(`it is larger than ${maxFactsBytes} bytes`)
    return await handle.readFile('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
