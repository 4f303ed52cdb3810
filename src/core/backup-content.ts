/**
 * What is in a backup: everything that makes a device this device. Owns its shape and the names of its files; pure. The configuration and the
 * identity stay texts here, which only the modules that own them read.
 */
import { SyncError } from './errors.ts'

/** What a backup remembers of an attached disk, so that folders are found again where it is called otherwise. */
export interface BackupDisk {
  /** Of the file system. */
  readonly uuid: string
  readonly mountPoint: string
}

export interface BackupContent {
  /** When it was made; ISO 8601, UTC. */
  readonly made: string
  readonly deviceName: string
  readonly deviceId: string
  readonly program: string
  /** As `configToText` and `identityToText` write them. */
  readonly config: string
  readonly identity: string
  /** Of an appliance. */
  readonly hostName?: string
  readonly timeZone?: string
  readonly disks: readonly BackupDisk[]
}

const contentVersion = 1
const maxDisks = 100

export function backupContentToBytes(content: BackupContent): Buffer {
  return Buffer.from(JSON.stringify({ version: contentVersion, ...content }), 'utf8')
}

/** Throws `backup-newer` or `backup-damaged`: whoever knew how to lock it may have been another program. */
export function parseBackupContent(bytes: Uint8Array): BackupContent {
  let json: unknown
  try {
    json = JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    throw damaged('it is not JSON')
  }
  if (typeof json !== 'object' || json === null) throw damaged('it is not an object')
  const fields = json as Readonly<Record<string, unknown>>
  if (typeof fields.version === 'number' && fields.version > contentVersion)
    throw new SyncError('backup-newer')
  if (fields.version !== contentVersion) throw damaged('it has no version')
  const text = (name: string): string => {
    const value = fields[name]
    if (typeof value !== 'string') throw damaged(`${name} is missing`)
    return value
  }
  const optional = (name: string) => (fields[name] === undefined ? {} : { [name]: text(name) })
  return {
    ...{ made: text('made'), deviceName: text('deviceName'), deviceId: text('deviceId') },
    ...{ program: text('program'), config: text('config'), identity: text('identity') },
    ...optional('hostName'),
    ...optional('timeZone'),
    disks: parseDisks(fields.disks),
  }
}

function parseDisks(json: unknown): BackupDisk[] {
  if (!Array.isArray(json) || json.length > maxDisks) throw damaged('the list of disks is none')
  return json.map((each: unknown) => {
    const { uuid, mountPoint } = (each ?? {}) as Readonly<Record<string, unknown>>
    if (typeof uuid !== 'string' || typeof mountPoint !== 'string') throw damaged('a disk has no name')
    return { uuid, mountPoint }
  })
}

function damaged(reason: string): SyncError {
  return new SyncError('backup-damaged', { reason })
}

/** Where a path of the backup lies now: a disk is the same by its file system, whatever it is called here. */
export function pathNow(path: string, before: readonly BackupDisk[], now: readonly BackupDisk[]): string {
  for (const { uuid, mountPoint } of before) {
    if (path !== mountPoint && !path.startsWith(`${mountPoint}/`)) continue
    const same = now.find((disk) => disk.uuid === uuid)
    return same === undefined ? path : same.mountPoint + path.slice(mountPoint.length)
  }
  return path
}

// ---- names of files -----------------------------------------------------------------------------------------------------

const backupExtension = '.berrysync-backup'

/** `attic-pi-20261123T010203Z.berrysync-backup`: names the device for people, and sorts by time. */
export function backupFileName(deviceName: string, made: string): string {
  const stem = deviceName
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  const time = made.replace(/\.\d+/, '').replace(/[-:]/g, '')
  return `${stem === '' ? 'device' : stem}-${time}${backupExtension}`
}

export interface NamedBackup {
  readonly file: string
  readonly deviceName: string
  readonly made: string
}

/** What a file's name says; undefined for one that is no backup's. */
export function readBackupName(file: string): NamedBackup | undefined {
  const found = /^([\p{L}\p{N}-]{1,40})-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.berrysync-backup$/u.exec(
    file,
  )
  if (found === null) return undefined
  const [, deviceName, year, month, day, hour, minute, second] = found as unknown as string[]
  const made = `${year}-${month}-${day}T${hour}:${minute}:${second}Z`
  return Number.isNaN(Date.parse(made)) ? undefined : { file, deviceName: deviceName!, made }
}

/** Backups of one device to be deleted, so that the newest `keep` stay. Those of other devices are none of its business. */
export function backupsToDrop(files: readonly string[], deviceName: string, keep: number): string[] {
  const own = files.flatMap((file) => {
    const named = readBackupName(file)
    return named?.deviceName ===
      readBackupName(backupFileName(deviceName, '2000-01-01T00:00:00Z'))?.deviceName
      ? [named!]
      : []
  })
  return own
    .sort((one, other) => other.made.localeCompare(one.made))
    .slice(keep)
    .map(({ file }) => file)
}
