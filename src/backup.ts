/**
 * Backups of this device: puts together what makes it this device, locks it, and makes another device of it again. Knows no disks: copies on
 * them are asked for by `copies`. A backup holds identity and secrets, so two devices must never live with one at a time.
 */
import { createHash } from 'node:crypto'
import type { BackupSteering } from './api/backup-steering.ts'
import { type ConfigKeeper, configToText, parseConfigText } from './config.ts'
import {
  type BackupContent,
  type BackupDisk,
  backupContentToBytes,
  backupFileName,
  parseBackupContent,
  pathNow,
} from './core/backup-content.ts'
import { isSyncError, SyncError } from './core/errors.ts'
import { passwordFault } from './core/password.ts'
import {
  type BackupLock,
  costOfNewLock,
  lockSaltBytes,
  openBackup,
  passphraseToPair,
  readLockCost,
  sealBackup,
} from './core/sealed-backup.ts'
import { msToText } from './core/time-text.ts'
import { keyPairOf, x25519KeyBytes } from './core/x25519.ts'
import { type Identity, identityToText, parseIdentity } from './net/identity.ts'
import type { Chance, Clock, Log } from './ports.ts'
import { stageRestore } from './restored-home.ts'
import { createSerial } from './serial.ts'
import type { DeviceSettings, SettingTable } from './setting-table.ts'

/** Each passphrase takes memory and a second or more. */
const maxWaiting = 3
const busySeconds = 5
/** The answer has to leave before the device does. */
const restartAfterMs = 500

/** What only an appliance knows of itself. */
export interface ApplianceState {
  readonly hostName?: string
  readonly timeZone?: string
  readonly disks: readonly BackupDisk[]
}

/** A backup ready to be written somewhere. */
export interface LockedBackup {
  readonly name: string
  readonly deviceName: string
  readonly bytes: Buffer
}

/** Backups that lie on disks. */
export interface DiskBackups {
  /** When the passphrase was chosen; undefined while there is none. */
  keptSince(): string | undefined
  keep(lock: BackupLock | undefined): Promise<void>
  list(): Promise<
    readonly {
      readonly disk: string
      readonly file: string
      readonly deviceName: string
      readonly made: string
    }[]
  >
  /** Throws `not-found`. */
  read(disk: string, file: string): Promise<Buffer>
}

export interface BackupNeeds {
  readonly home: string
  readonly config: ConfigKeeper
  readonly deviceTable: SettingTable<DeviceSettings>
  readonly identity: Identity
  deviceName(): string
  readonly version: string
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly chance: Pick<Chance, 'bytes'>
  readonly log: Log
  /** Of an appliance. */
  applianceState?(): Promise<ApplianceState>
  /** Undefined where there are no disks to keep copies on. */
  copies(): DiskBackups | undefined
  /** Gives the machine its name and time zone again. */
  applyAppliance?(state: Pick<ApplianceState, 'hostName' | 'timeZone'>): Promise<void>
  /** Ends this run of the device and begins another. */
  restart(): void
}

export interface DeviceBackups extends BackupSteering {
  /** What a backup would hold now, as a number that changes with it. */
  sign(): Promise<string>
  lock(lock: BackupLock): Promise<LockedBackup>
}

export function createBackups(needs: BackupNeeds): DeviceBackups {
  const { home, config, deviceTable, identity, clock, chance, log } = needs
  const serially = createSerial()
  let waiting = 0

  async function oneAtATime<T>(compute: () => Promise<T>): Promise<T> {
    if (waiting >= maxWaiting) throw new SyncError('too-many-attempts', { seconds: busySeconds })
    waiting += 1
    try {
      return await serially(compute)
    } finally {
      waiting -= 1
    }
  }

  async function content(): Promise<BackupContent> {
    return {
      made: msToText(clock.now()),
      ...{ deviceName: needs.deviceName(), deviceId: identity.device.id, program: needs.version },
      ...{ config: configToText(config.current()), identity: identityToText(identity) },
      ...((await needs.applianceState?.()) ?? { disks: [] }),
    }
  }

  async function newLock(passphrase: string): Promise<BackupLock> {
    const reason = passwordFault(passphrase, needs.deviceName())
    if (reason !== undefined) throw new SyncError('passphrase-weak', { reason })
    const cost = costOfNewLock(chance.bytes(lockSaltBytes))
    const { publicKey } = await oneAtATime(() => passphraseToPair(passphrase, cost))
    return { ...cost, publicKey }
  }

  async function lock(with_: BackupLock): Promise<LockedBackup> {
    const { deviceName, made, ...rest } = await content()
    const bytes = backupContentToBytes({ deviceName, made, ...rest })
    const sealed = sealBackup(with_, bytes, keyPairOf(chance.bytes(x25519KeyBytes)))
    return { name: backupFileName(deviceName, made), deviceName, bytes: sealed }
  }

  function copiesOrThrow(): DiskBackups {
    const copies = needs.copies()
    if (copies === undefined) throw new SyncError('appliance-only')
    return copies
  }

  async function open(file: Buffer, passphrase: string): Promise<BackupContent> {
    const cost = readLockCost(file)
    return parseBackupContent(openBackup(await oneAtATime(() => passphraseToPair(passphrase, cost)), file))
  }

  /** Whatever this device could not start with is refused here. */
  async function stage(found: BackupContent): Promise<number> {
    const restored = damagedUnless(() => parseConfigText('the backup', found.config, deviceTable))
    const its = damagedUnless(() => parseIdentity('the backup', found.identity))
    const disksNow = (await needs.applianceState?.())?.disks ?? []
    const folders = restored.folders.map((entry) => ({
      ...entry,
      path: pathNow(entry.path, found.disks, disksNow),
      // When it was wanted that its directory is taken nobody knows.
      ...(entry.isNew === true ? { isRestored: true } : {}),
    }))
    // The password typed here last is the one the person knows.
    const password = config.current().password ?? restored.password
    const files = {
      config: configToText({
        device: restored.device,
        folders,
        ...(password === undefined ? {} : { password }),
      }),
      identity: identityToText(its),
    }
    await stageRestore(home, files, msToText(clock.now()).replace(/\.\d+|[-:]/g, ''))
    return folders.length
  }

  return {
    lock,
    async sign() {
      // Which disks are attached is worth knowing, but no news.
      const { made: _, disks: __, ...lasting } = await content()
      return createHash('sha256').update(JSON.stringify(lasting)).digest('hex')
    },
    async backups() {
      const copies = needs.copies()
      const keptSince = copies?.keptSince()
      return {
        canKeep: copies !== undefined,
        ...(keptSince === undefined ? {} : { keptSince }),
        found: [...((await copies?.list()) ?? [])],
      }
    },
    async makeBackup(passphrase) {
      const { name, bytes } = await lock(await newLock(passphrase))
      log.info({}, 'a backup of this device was made')
      return { name, data: bytes.toString('base64') }
    },
    async keepBackups(passphrase) {
      const copies = copiesOrThrow()
      await copies.keep(passphrase === undefined ? undefined : await newLock(passphrase))
    },
    async restoreBackup({ passphrase, data, disk, file, replace = false }) {
      const count = config.current().folders.length
      if (count > 0 && !replace) throw new SyncError('backup-over-folders', { count })
      if ((data === undefined) === (disk === undefined || file === undefined))
        throw new SyncError('request-invalid', { reason: 'Name either a file or what it holds.' })
      const bytes =
        data === undefined ? await copiesOrThrow().read(disk!, file!) : Buffer.from(data, 'base64')
      const found = await open(bytes, passphrase)
      const folders = await stage(found)
      log.info({ device: found.deviceName, made: found.made, folders }, 'starting again from a backup')
      await needs.applyAppliance?.(found).catch((error) => {
        log.warn({ error }, 'name and time zone of the machine could not be set as in the backup')
      })
      clock.after(restartAfterMs, () => needs.restart())
      return { deviceName: found.deviceName, made: found.made, folders }
    },
  }
}

function damagedUnless<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!isSyncError(error)) throw error
    throw new SyncError('backup-damaged', { reason: error.message.replace(/\.$/, '') }, { cause: error })
  }
}
