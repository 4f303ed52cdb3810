/**
 * One device of a simulated run: its person's disk, its database, and the process that syncs, which is the real engine over the real
 * disk code and the real store. A crash freezes the process at whatever it waits for: nothing it started ever goes on, and a new one
 * opens over the same disk and database.
 */
import SqliteDatabase, { type Database } from 'better-sqlite3'
import { type DeviceId, toId } from '../core/ids.ts'
import { type Author, createAuthor } from '../core/record.ts'
import { type FolderKeys, folderKeys, parseSecret, readSecretOf } from '../core/secret.ts'
import { keyPairOf } from '../core/x25519.ts'
import { createInlineFinder } from '../disk/block-finder.ts'
import { openDisk } from '../disk/disk.ts'
import { createInlineHasher } from '../disk/hasher.ts'
import { type Folder, openFolder } from '../engine/folder.ts'
import { createDeviceRates } from '../engine/rates.ts'
import type { FolderSettings } from '../engine/settings.ts'
import { createUploadSlots } from '../engine/upload-slots.ts'
import type { Clock, Disk, DiskPath, Link, Log } from '../ports.ts'
import type { FolderStore } from '../store/folder-store.ts'
import { openFolderStore } from '../store/open-folder-store.ts'
import { createMemoryDisk, errnoError, type MemoryDisk, type MemoryOptions } from './memory-files.ts'
import type { SeededChance } from './seeded-chance.ts'
import { type Scheduler, SimFailure } from './sim-scheduler.ts'
import { type DiskKind, diskKinds } from './sim-setting.ts'

export interface DeviceOptions {
  readonly index: number
  readonly role: 'full' | 'read-only'
  readonly scheduler: Scheduler
  readonly chance: SeededChance
  readonly settings: FolderSettings
  readonly disk: DiskKind
  /** Whether any disk of this run knows hard links. */
  readonly hardLinks: boolean
  /** Whether what was being written may be there in part after a power cut. */
  readonly tears: boolean
  /** How often a disk operation waits for chance instead of being done at once. */
  readonly delays: number
  /** How often the watcher says nothing. */
  readonly deafness: number
  /** Told of everything that changes outside the hidden directory of the device's own disk, right after. */
  readonly changed: (device: SimDevice, path: DiskPath) => void
  /** Gives a process other parts than it should have: shows that the oracle notices. */
  readonly sabotage: Sabotage | undefined
}

export type Sabotage = (
  parts: { readonly disk: Disk; readonly store: FolderStore },
  device: SimDevice,
) => { readonly disk: Disk; readonly store: FolderStore }

/** Operations of a process that fail for a while. */
export interface DiskTrouble {
  readonly code: string
  readonly probability: number
  readonly concerns: (operation: string, path: string) => boolean
}

export interface SimDevice {
  readonly index: number
  readonly name: string
  readonly role: 'full' | 'read-only'
  readonly id: DeviceId
  /** The disk that belongs here, mounted or not. */
  readonly own: MemoryDisk
  /** What it can keep. */
  readonly disk: Required<
    Pick<MemoryOptions, 'caseSensitive' | 'executable' | 'symbolicLinks' | 'mtimeStepNs'>
  >
  /** What is mounted at the folder's place; undefined: nothing. */
  mounted: MemoryDisk | undefined
  trouble: DiskTrouble | undefined
  /** What the disk refuses to processes. People's own programs are taken to wait until it does not. */
  refuses: 'nothing' | 'growth' | 'writing'
  /** Lets the person do something at the device's own disk. */
  byPerson<T>(act: () => T): T
  /** Sets the device's wall clock forward or back. */
  setWall(byMs: number): void
  /** The process, while one runs. */
  readonly folder: Folder | undefined
  readonly store: FolderStore | undefined
  /** Disk operations that change something, messages sent: what must stand still in the end (I3). */
  readonly activity: { changes: number; messages: number }
  /** Starts a process, which opens what is there. */
  start(): void
  /** The process stops where it is. With `powerLoss` the disk loses what was not durable, each path with that probability. */
  kill(powerLoss: number | undefined): void
  /** After so many disk operations the process freezes at one, and `isFrozen` says so. */
  freezeAfter(operations: number): void
  readonly isFrozen: boolean
  /** Whether there is a process, be it opening or ending. */
  readonly isRunning: boolean
  /** Ends the process in order. */
  stop(): void
  /** Keeps a copy of the database for `loseDatabase`. */
  backUp(): void
  /** While no process runs: the database is gone, or an older copy of it is back. */
  loseDatabase(from: 'nothing' | 'backup'): void
  /** A link as this device's present process may see it: dead when the process is. */
  guard(link: Link): Link
}

const changing: ReadonlySet<string> = new Set(
  'create mkdir rmdir symlink unlink link rename replace write truncate metadata'.split(' '),
)

/** What is taken away from the hidden directory was of use to nobody: that may come later than everything else. What is made there counts. */
function isTidying(operation: string, path: string): boolean {
  return (operation === 'unlink' || operation === 'rmdir') && path.startsWith('.sync/')
}

const fullSecret = parseSecret(Buffer.alloc(21, 'simulated folder').toString('base64url'))
let cachedKeys: Record<'full' | 'read-only', FolderKeys> | undefined
const cachedAuthors: Author[] = []
let emptyDatabase: Buffer | undefined

/** Keys cost more than everything else at the start of a run, and none of it depends on which they are. */
function keysOf(role: 'full' | 'read-only'): FolderKeys {
  if (fullSecret.kind !== 'full') throw new Error('assertion: not a full secret')
  cachedKeys ??= { full: folderKeys(fullSecret), 'read-only': folderKeys(readSecretOf(fullSecret)) }
  return cachedKeys[role]
}

function authorOf(index: number): Author {
  cachedAuthors[index] ??= createAuthor(Buffer.alloc(32, index + 1))
  return cachedAuthors[index]
}

/** The folder all simulated devices share. */
export function simFolderId() {
  return keysOf('full').folderId
}

interface Process {
  isAlive: boolean
  isStopping: boolean
  /** Set when it is to freeze at one of its next disk operations. */
  operationsLeft: number
  readonly timers: Set<Disposable>
  folder: Folder | undefined
  store: FolderStore | undefined
  database: Database | undefined
  watching: AsyncDisposable | undefined
}

const roomyBytes = 2 ** 40
/** A new one each time: what waits for a promise stays as long as the promise does. */
function never(): Promise<never> {
  return new Promise(() => undefined)
}

export function createSimDevice(options: DeviceOptions): SimDevice {
  const { index, role, scheduler, chance, settings } = options
  const { clock } = scheduler
  const name = 'ABCDEFGH'[index]!
  const id = toId('DeviceId', Buffer.alloc(32, index + 0xa0))
  const deviceKeys = keyPairOf(Buffer.alloc(32, index + 0xa0))
  const activity = { changes: 0, messages: 0 }
  const backups: Buffer[] = []
  let database: Buffer | undefined
  let wallOffsetMs = 0
  let refuses: SimDevice['refuses'] = 'nothing'
  let process: Process | undefined

  const kind: MemoryOptions = diskKinds[options.disk]
  const own = createMemoryDisk({
    ...kind,
    hardLinks: options.hardLinks && (kind.hardLinks ?? true),
    device: BigInt(100 + index),
    nowNs: () => BigInt(Math.trunc(clock.now() + wallOffsetMs)) * 1_000_000n,
  })
  void own.watch(
    (paths) => {
      if (paths !== 'everything') for (const path of paths) options.changed(device, path)
    },
    () => undefined,
  )

  async function gate(from: Process, operation: string, path: string): Promise<void> {
    if (!from.isAlive || scheduler.isSpinning) return never()
    const label = `${name} ${operation} ${path}`
    scheduler.note(label)
    if (changing.has(operation) && !isTidying(operation, path)) activity.changes++
    from.operationsLeft--
    if (from.operationsLeft <= 0) {
      from.isAlive = false
      return never()
    }
    const { trouble } = device
    const fails = trouble?.concerns(operation, path) && chance.happens(trouble.probability)
    if (chance.happens(options.delays)) {
      const { promise, resolve } = Promise.withResolvers<void>()
      scheduler.later(`  ${label}`, () => from.isAlive && resolve())
      await promise
    }
    if (fails) {
      scheduler.note(`${name} ${operation} ${path} fails: ${trouble!.code}`)
      throw errnoError(trouble!.code, path)
    }
  }

  function clockOf(from: Process): Clock {
    return {
      now: () => Math.floor(clock.now()) + wallOffsetMs,
      monotonicMs: () => clock.monotonicMs(),
      after(delayMs, callback) {
        const timer = clock.after(delayMs, () => {
          from.timers.delete(timer)
          if (from.isAlive) callback()
        })
        from.timers.add(timer)
        return {
          [Symbol.dispose]() {
            from.timers.delete(timer)
            timer[Symbol.dispose]()
          },
        }
      },
    }
  }

  function createLog(from: Process): Log {
    const write = (level: string) => (fields: object, message: string) => {
      if (!from.isAlive) return
      const shown = JSON.stringify(fields, (_, value) => (typeof value === 'bigint' ? String(value) : value))
      scheduler.note(`${name} ${level} ${message} ${shown}`)
      if (level === 'error') scheduler.fail(new SimFailure('fault', `${name}: ${message} ${shown}`))
    }
    const log: Log = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      child: () => log,
    }
    return log
  }

  function connect(): Database {
    emptyDatabase ??= makeEmptyDatabase()
    return new SqliteDatabase(database ?? emptyDatabase)
  }

  async function open(from: Process): Promise<void> {
    const log = createLog(from)
    const ownClock = clockOf(from)
    const random = chance.fork()
    const disk = await openDisk({
      files: {
        path: `/${name}`,
        async openRoot() {
          if (device.mounted === undefined) throw errnoError('ENOENT', `/${name}`)
          return device.mounted.files((operation, path) => gate(from, operation, path)).openRoot()
        },
        isRoot: (directory) => device.mounted?.files().isRoot(directory) ?? false,
      },
      hasher: createInlineHasher(),
      finder: createInlineFinder(),
      clock: ownClock,
      log,
      watch: async (hint) => {
        let told: DiskPath[] = []
        from.watching = await own.watch(
          (paths) => {
            if (paths === 'everything' || device.mounted !== own || chance.happens(options.deafness)) return
            if (told.length === 0) {
              scheduler.later(`${name} hint`, () => {
                const given = told
                told = []
                if (from.isAlive) hint(given)
              })
            }
            told.push(...paths)
          },
          () => undefined,
        )
        return from.watching
      },
    })
    from.store = openFolderStore(':memory:', {
      random: (count) => random.bytes(count),
      connect: () => {
        from.database = connect()
        return from.database
      },
    })
    const parts = options.sabotage?.({ disk, store: from.store }, device) ?? { disk, store: from.store }
    from.folder = openFolder({
      keys: keysOf(role),
      rootPath: `/${name}`,
      isNew: own.person.stat('.sync/identity') === undefined,
      device: id,
      deviceKeys,
      deviceName: name,
      author: authorOf(index),
      store: parts.store,
      disk: parts.disk,
      clock: ownClock,
      chance: random,
      log,
      settings,
      rates: createDeviceRates(ownClock, () => false),
      uploads: createUploadSlots(ownClock),
      maxLinks: () => 64,
      onDatabaseDamaged() {
        throw new Error('assertion: a database in memory is never damaged')
      },
    })
  }

  function end(from: Process): void {
    from.isAlive = false
    for (const timer of from.timers) timer[Symbol.dispose]()
    void from.watching?.[Symbol.asyncDispose]()
    if (from.database !== undefined) {
      database = from.database.serialize()
      from.database.close()
    }
    if (process === from) process = undefined
  }

  /** How much is left of what is lost. */
  function tear(): number | false {
    return options.tears && chance.happens(0.5) && chance.fraction()
  }

  const device: SimDevice = {
    index,
    name,
    role,
    id,
    own,
    disk: { caseSensitive: true, executable: true, symbolicLinks: true, mtimeStepNs: 1n, ...kind },
    mounted: own,
    trouble: undefined,
    get refuses() {
      return refuses
    },
    set refuses(refused) {
      refuses = refused
      own.setReadOnly(refused === 'writing')
      own.setCapacity(refused === 'growth' ? 0 : roomyBytes)
    },
    byPerson(act) {
      const before = refuses
      device.refuses = 'nothing'
      const result = act()
      device.refuses = before
      return result
    },
    setWall(byMs) {
      wallOffsetMs += Math.trunc(byMs)
    },
    activity,
    get folder() {
      return process?.isAlive && !process.isStopping ? process.folder : undefined
    },
    get store() {
      return process?.isAlive ? process.store : undefined
    },
    get isFrozen() {
      return process !== undefined && !process.isAlive
    },
    get isRunning() {
      return process !== undefined
    },
    start() {
      if (process !== undefined) throw new Error('assertion: a process runs already')
      const started: Process = {
        isAlive: true,
        isStopping: false,
        operationsLeft: Number.POSITIVE_INFINITY,
        timers: new Set(),
        folder: undefined,
        store: undefined,
        database: undefined,
        watching: undefined,
      }
      process = started
      scheduler.note(`${name} starts`)
      void open(started).catch((thrown) =>
        scheduler.fail(new SimFailure('fault', `${name} cannot open: ${thrown.stack}`)),
      )
    },
    kill(powerLoss) {
      if (process !== undefined) end(process)
      if (powerLoss !== undefined) own.powerCut(() => !chance.happens(powerLoss) || tear())
    },
    freezeAfter(operations) {
      if (process !== undefined) process.operationsLeft = operations
    },
    stop() {
      const stopping = process
      if (stopping?.folder === undefined || stopping.isStopping) return
      stopping.isStopping = true
      void stopping.folder[Symbol.asyncDispose]().then(() => {
        // It may have been killed while it was stopping.
        if (!stopping.isAlive) return
        scheduler.note(`${name} has stopped`)
        end(stopping)
      })
    },
    backUp() {
      if (process?.database !== undefined) backups.push(process.database.serialize())
    },
    loseDatabase(from) {
      database = from === 'nothing' || backups.length === 0 ? undefined : chance.pick(backups)
    },
    guard(link) {
      const owner = process!
      const whileAlive = <T>(promise: Promise<T>): Promise<T> =>
        new Promise((resolve) => void promise.then((value) => owner.isAlive && resolve(value)))
      const closed = whileAlive(link.closed)
      return {
        ...link,
        send(message) {
          activity.messages++
          scheduler.note(`${name} sends ${message.kind} to ${link.peer.slice(0, 2)}`)
          link.send(message)
        },
        writable: () => whileAlive(link.writable()),
        listen: (handler) => link.listen((message) => (owner.isAlive ? handler(message) : never())),
        closed,
      }
    },
  }
  return device
}

function makeEmptyDatabase(): Buffer {
  let database: Database | undefined
  openFolderStore(':memory:', {
    random: (count) => Buffer.alloc(count),
    connect: () => {
      database = new SqliteDatabase(':memory:')
      return database
    },
  })
  database!.exec("DELETE FROM facts WHERE name = 'indexId'")
  const image = database!.serialize()
  database!.close()
  return image
}
