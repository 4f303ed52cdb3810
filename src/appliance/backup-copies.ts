/**
 * Copies of the backup on attached disks, so that a new SD card, the same disk and the passphrase give the same device back. Owns when one is
 * due (what it would hold has changed, or the disk has none), where it lies, and that only the newest stay. Locks none itself, and never
 * follows a link on a disk, which may come from anywhere.
 */
import { constants } from 'node:fs'
import { lstat, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { backupsToDrop, type NamedBackup, readBackupName } from '../core/backup-content.ts'
import { isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import { type BackupLock, lockSaltBytes, maxBackupBytes } from '../core/sealed-backup.ts'
import { x25519KeyBytes } from '../core/x25519.ts'
import { replaceFile } from '../durable-file.ts'
import type { Clock, Log } from '../ports.ts'

/** Of each device on each disk. */
export const keptCopies = 7
/** A change is on the disks this long after it at the latest; what changed is asked that often, which costs a hash. */
const lookEveryMs = 10 * 60_000
/** A disk on which somebody put more is not listed any further. */
const maxListed = 100

export const copyDirectory = ['Berrysync', '.berrysync', 'backups'] as const

/** An attached disk. */
export interface CopyPlace {
  /** As it is called below the mount root. */
  readonly disk: string
  /** Of the file system. */
  readonly uuid: string
  readonly mountPoint: string
  readonly isReadOnly: boolean
}

export interface CopyNeeds {
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly log: Log
  /** Where the lock is kept; it opens nothing. */
  readonly file: string
  places(): readonly CopyPlace[]
  /** What a backup would hold now, as a text that changes with it. */
  sign(): Promise<string>
  lock(
    lock: BackupLock,
  ): Promise<{ readonly name: string; readonly deviceName: string; readonly bytes: Uint8Array }>
}

export interface FoundCopy extends NamedBackup {
  readonly disk: string
}

export interface BackupCopies extends AsyncDisposable {
  keptSince(): string | undefined
  /** Undefined makes no more. The first copies are there when it resolves. */
  keep(lock: BackupLock | undefined): Promise<void>
  /** Something may be due: a disk came. */
  look(): Promise<void>
  /** The newest first. */
  list(): Promise<readonly FoundCopy[]>
  /** Throws `not-found` or `backup-malformed`. */
  read(disk: string, file: string): Promise<Buffer>
}

interface Kept {
  readonly lock: BackupLock
  readonly since: string
  /** The last copy by the UUID of the disk: what it holds, and where. */
  readonly copies: Readonly<Record<string, { readonly sign: string; readonly file: string }>>
}

/** What was kept and cannot be read is told in the log, and counts as no passphrase chosen: no device stays down for it. */
export async function openBackupCopies(needs: CopyNeeds): Promise<BackupCopies> {
  const { clock, log, file, places } = needs
  let kept = await readKept(file).catch((error) => {
    log.error({ error }, 'no backups are made on disks until somebody chooses a passphrase for them again')
    return undefined
  })
  let working: Promise<void> = Promise.resolve()
  let timer: Disposable | undefined
  let isOver = false

  async function save(next: Kept | undefined): Promise<void> {
    if (next === undefined) await rm(file, { force: true })
    else await replaceFile(file, keptToText(next))
    kept = next
  }

  async function copyTo(place: CopyPlace, now: Kept, sign: string): Promise<void> {
    const directory = await ownDirectory(place.mountPoint, true)
    const { name, deviceName, bytes } = await needs.lock(now.lock)
    await replaceFile(join(directory, name), bytes)
    // Where the clock was set back, the newest by name is not the one just written.
    const others = (await readdir(directory)).filter((other) => other !== name)
    for (const old of backupsToDrop(others, deviceName, keptCopies - 1))
      await rm(join(directory, old), { force: true })
    await save({ ...now, copies: { ...(kept ?? now).copies, [place.uuid]: { sign, file: name } } })
    log.info({ disk: place.disk, file: name }, 'a backup was put on the disk')
  }

  async function work(): Promise<void> {
    if (kept === undefined || isOver) return
    const due = places().filter(({ isReadOnly }) => !isReadOnly)
    if (due.length === 0) return
    const sign = await needs.sign()
    for (const place of due) {
      if (kept === undefined) return
      try {
        const last = kept.copies[place.uuid]
        const isThere = (await namesOn(place)).some((named) => named.file === last?.file)
        if (last?.sign !== sign || !isThere) await copyTo(place, kept, sign)
      } catch (error) {
        log.warn({ disk: place.disk, error }, 'no backup could be put on the disk; that is tried again')
      }
    }
  }

  /** One at a time; a disk that comes in between is not forgotten. */
  function look(): Promise<void> {
    working = working.then(work).catch((error) => log.warn({ error }, 'no backup could be made'))
    return working
  }

  function wait(): void {
    timer = clock.after(lookEveryMs, () => {
      void look().then(() => {
        if (!isOver) wait()
      })
    })
  }

  wait()
  void look()
  return {
    keptSince: () => kept?.since,
    async keep(lock) {
      await working
      await save(
        lock === undefined ? undefined : { lock, since: new Date(clock.now()).toISOString(), copies: {} },
      )
      await look()
    },
    look,
    async list() {
      const found: FoundCopy[] = []
      for (const place of places())
        for (const named of await namesOn(place).catch(() => [])) found.push({ ...named, disk: place.disk })
      return found.sort((one, other) => other.made.localeCompare(one.made)).slice(0, maxListed)
    },
    async read(disk, name) {
      const place = places().find((one) => one.disk === disk)
      const missing = () => new SyncError('not-found', { what: `The backup ${name} on the disk ${disk}` })
      // Only names of ours: none has a slash.
      if (place === undefined || readBackupName(name) === undefined) throw missing()
      try {
        return await readLimited(join(await ownDirectory(place.mountPoint, false), name))
      } catch (error) {
        if (isSyncError(error)) throw error
        throw missing()
      }
    },
    async [Symbol.asyncDispose]() {
      isOver = true
      timer?.[Symbol.dispose]()
      await working
    },
  }
}

async function namesOn({ mountPoint }: CopyPlace): Promise<NamedBackup[]> {
  let directory: string
  try {
    directory = await ownDirectory(mountPoint, false)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
  return (await readdir(directory)).flatMap((file) => readBackupName(file) ?? [])
}

/** Step by step, so that no link leads elsewhere. */
async function ownDirectory(mountPoint: string, isToBeMade: boolean): Promise<string> {
  let path = mountPoint
  for (const name of copyDirectory) {
    path = join(path, name)
    if (isToBeMade)
      await mkdir(path, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'EEXIST') throw error
      })
    if (!(await lstat(path)).isDirectory())
      throw new SyncError('obstructed', { path, reason: 'it is no directory' })
  }
  return path
}

async function readLimited(file: string): Promise<Buffer> {
  await using handle = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  const found = await handle.stat()
  if (!found.isFile() || found.size > maxBackupBytes) throw new SyncError('backup-malformed')
  return await handle.readFile()
}

// ---- what is kept -------------------------------------------------------------------------------------------------------

function keptToText({ lock, since, copies }: Kept): string {
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url')
  const { salt, publicKey, ...cost } = lock
  const fields = { version: 1, since, ...cost, salt: text(salt), publicKey: text(publicKey), copies }
  return `${JSON.stringify(fields, undefined, 2)}\n`
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const { version, since, salt, publicKey, copies, ...cost } = JSON.parse(await readFile(file, 'utf8'))
    const lock: BackupLock = {
      ...{ costExponent: cost.costExponent, blockSize: cost.blockSize, parallel: cost.parallel },
      ...{ salt: Buffer.from(salt, 'base64url'), publicKey: Buffer.from(publicKey, 'base64url') },
    }
    if (version !== 1 || typeof since !== 'string' || typeof copies !== 'object' || copies === null)
      throw new Error('it has another form')
    if (lock.salt.length !== lockSaltBytes || lock.publicKey.length !== x25519KeyBytes)
      throw new Error('its keys have another length')
    return { lock, since, copies }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SyncError('config-damaged', { file, reason: reasonOf(error) }, { cause: error })
  }
}
