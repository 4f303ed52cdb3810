/**
 * One real engine over a disk and a database in memory, on a clock the test moves: the other side of whatever a test wants to do to an engine.
 * Several of them on one clock make a folder; `connectDevices` joins two of them.
 */
import SqliteDatabase from 'better-sqlite3'
import { type DeviceId, type FolderId, toId } from '../core/ids.ts'
import { type Author, createAuthor } from '../core/record.ts'
import { type FolderKeys, type FullSecret, folderKeys, fullSecretOf, readSecretOf } from '../core/secret.ts'
import { type KeyPair, keyPairOf } from '../core/x25519.ts'
import { createInlineFinder } from '../disk/block-finder.ts'
import { openDisk, type WatchFiles } from '../disk/disk.ts'
import type { Files } from '../disk/files.ts'
import { createInlineHasher } from '../disk/hasher.ts'
import { type Folder, type FolderOptions, openFolder } from '../engine/folder.ts'
import { createDeviceRates, type DeviceRates } from '../engine/rates.ts'
import { defaultFolderSettings, type FolderSettings } from '../engine/settings.ts'
import { createUploadSlots } from '../engine/upload-slots.ts'
import type { Link } from '../ports.ts'
import type { FolderStore } from '../store/folder-store.ts'
import { openFolderStore } from '../store/open-folder-store.ts'
import { decodeMessage, encodeMessage } from '../wire/message-codec.ts'
import { createLinkPair, type LinkPair } from './link-pair.ts'
import type { ManualClock } from './manual-clock.ts'
import { createMemoryDisk, type Gate, type MemoryDisk, type MemoryOptions } from './memory-files.ts'
import { createMemoryLog, type MemoryLog } from './memory-log.ts'
import { createSeededChance, type SeededChance } from './seeded-chance.ts'

export interface MemoryDevice extends AsyncDisposable {
  readonly id: DeviceId
  readonly author: Author
  readonly keys: FolderKeys
  readonly former: readonly FolderKeys[]
  readonly folder: Folder
  readonly store: FolderStore
  readonly own: MemoryDisk
  readonly log: MemoryLog
  /** Its database as it is now. */
  image(): Buffer
}

export interface MemoryDeviceOptions {
  readonly clock: ManualClock
  /** One of `deviceKeys`; gives id, author and name. */
  readonly name: string
  readonly role?: 'full' | 'read-only'
  /** What opens the folder, where it is not the one secret all begin with. */
  readonly keys?: FolderKeys
  /** What it had before. */
  readonly former?: readonly FolderKeys[]
  readonly memory?: MemoryOptions
  readonly settings?: Partial<FolderSettings>
  /** Default: more than a test has devices. */
  readonly maxLinks?: number
  /** Default: no limits. */
  readonly rates?: DeviceRates
  /** Before each operation on the disk in memory. */
  readonly gate?: Gate
  /** A directory elsewhere instead of the disk in memory. */
  readonly files?: Files
  /** A database to go on with: this device's own, or a copy of another one's. */
  readonly image?: Buffer
  /** Called when the database has been set aside; a test that does not expect that fails. */
  readonly onDatabaseDamaged?: () => void
  /** A disk to go on with. */
  readonly own?: MemoryDisk
  /** Default: every change is reported. */
  readonly watch?: WatchFiles
  /** Default: the directory was just added, unless it bears the mark of a folder. */
  readonly isNew?: FolderOptions['isNew']
}

/** The full secret all begin with. */
export const firstSecret: FullSecret = fullSecretOf(Buffer.alloc(21, 'folder under attack'))
/** Keys of the one folder these devices share. */
export const keysByRole: Readonly<Record<'full' | 'read-only', FolderKeys>> = {
  full: folderKeys(firstSecret),
  'read-only': folderKeys(readSecretOf(firstSecret)),
}

/** Identity of the device with this name: the same name is the same device. */
export function identityOf(name: string): {
  readonly id: DeviceId
  readonly deviceKeys: KeyPair
  readonly author: Author
} {
  const deviceKeys = keyPairOf(Buffer.alloc(32, `device ${name}`))
  return {
    id: toId('DeviceId', deviceKeys.publicKey),
    deviceKeys,
    author: createAuthor(Buffer.alloc(32, `author ${name}`)),
  }
}

/** Each opening has chances of its own, also of the same device. */
let opened = 0

export async function openMemoryDevice(options: MemoryDeviceOptions): Promise<MemoryDevice> {
  const { clock, name, role = 'full' } = options
  const { id, deviceKeys, author } = identityOf(name)
  const { keys = keysByRole[role], former = [] } = options
  const chance: SeededChance = createSeededChance(++opened)
  const own =
    options.own ??
    createMemoryDisk({
      device: 7n,
      nowNs: () => BigInt(Math.trunc(clock.now())) * 1_000_000n,
      ...options.memory,
    })
  const log = createMemoryLog()
  const disk = await openDisk({
    files: options.files ?? own.files(options.gate),
    hasher: createInlineHasher(),
    finder: createInlineFinder(),
    clock,
    log,
    watch: options.watch ?? ((hint) => own.watch(hint, () => undefined)),
  })
  const database = new SqliteDatabase(options.image ?? ':memory:')
  const store = openFolderStore(':memory:', {
    random: (count) => chance.bytes(count),
    connect: () => database,
  })
  const folder = openFolder({
    keys,
    former,
    rootPath: `/${name}`,
    isNew: options.isNew ?? own.person.stat('.sync/identity') === undefined,
    device: id,
    deviceKeys,
    deviceName: name,
    author,
    store,
    disk,
    clock,
    chance,
    log,
    settings: { ...defaultFolderSettings, ...options.settings },
    rates: options.rates ?? createDeviceRates(clock, () => false),
    uploads: createUploadSlots(clock),
    maxLinks: () => options.maxLinks ?? 64,
    onDatabaseDamaged() {
      if (options.onDatabaseDamaged === undefined)
        throw new Error('assertion: a database in memory is never damaged')
      options.onDatabaseDamaged()
    },
  })
  return {
    ...{ id, author, keys, former, folder, store, own, log },
    image: () => database.serialize(),
    async [Symbol.asyncDispose]() {
      await folder[Symbol.asyncDispose]()
    },
  }
}

let handshakes = 0

/** A fresh pair of link ends; messages pass through the real codec and arrive a turn of the event loop later. */
export function makeLinks(
  dialler: DeviceId,
  other: DeviceId,
  encode: typeof encodeMessage = encodeMessage,
  folderId: FolderId = keysByRole.full.folderId,
): LinkPair {
  handshakes++
  return createLinkPair({
    folderId,
    devices: [dialler, other],
    handshakeHash: Buffer.alloc(32, `handshake ${handshakes}`),
    codec: { encode, decode: decodeMessage },
    deliver: (_, run) => void setImmediate(run),
  })
}

/** `folderId`: what both call the folder; what the dialler calls it, if left out. */
export function connectDevices(
  dialler: MemoryDevice,
  other: MemoryDevice,
  folderId: FolderId = dialler.keys.folderId,
): readonly [Link, Link] {
  const { ends } = makeLinks(dialler.id, other.id, encodeMessage, folderId)
  dialler.folder.attach(ends[0])
  other.folder.attach(ends[1])
  return ends
}

/** Lets so much time pass, with everything that wants to happen meanwhile. */
export async function pass(clock: ManualClock, durationMs = 6_000, steps = 12): Promise<void> {
  for (let step = 0; step < steps; step++) {
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve))
    await clock.advance(durationMs / steps)
  }
  for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve))
}
