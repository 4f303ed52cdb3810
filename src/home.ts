/**
 * The state directory of a device: makes it, keeps it private, and sees to it that one daemon at a time uses it. Knows where
 * the control socket lies, also when the path is longer than a socket address can be.
 */
import { closeSync, constants, openSync } from 'node:fs'
import { chmod, mkdir, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { reasonOf, SyncError } from './core/errors.ts'
import { tryExclusiveLock } from './store/exclusive-lock.ts'

/** `sun_path` of Linux has 108 bytes, the last of them a NUL. */
const maxSocketPathBytes = 107
const socketName = 'control.sock'
const lockName = 'daemon.lock'
const processIdName = 'daemon.pid'

export interface Home extends AsyncDisposable {
  /** Without symbolic links. */
  readonly path: string
}

/**
 * Makes the directory if need be, and takes it for this process until disposed or dead. Throws `home-in-use` when another
 * daemon has it, `home-unusable` when it cannot be made or written.
 */
export async function openHome(path: string): Promise<Home> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 })
    const home = await realpath(path)
    await makePrivate(home)
    const lock = tryExclusiveLock(join(home, lockName))
    if (lock === undefined) {
      throw new SyncError('home-in-use', { home: path, pid: await readProcessId(home) })
    }
    // Only for the message above; the lock is what counts.
    await writeFile(join(home, processIdName), `${process.pid}\n`, { mode: 0o600 })
    return {
      path: home,
      async [Symbol.asyncDispose]() {
        await rm(join(home, processIdName), { force: true })
        lock[Symbol.dispose]()
      },
    }
  } catch (error) {
    if (error instanceof SyncError) throw error
    throw new SyncError('home-unusable', { home: path, reason: reasonOf(error) }, { cause: error })
  }
}

/**
 * Takes away what others may do with a directory that is ours: new, or used before. Any other that somebody names by mistake
 * (`/tmp`, say) keeps its mode; every file in it is private by itself.
 */
async function makePrivate(home: string): Promise<void> {
  const names = await readdir(home)
  const isOurs = names.length === 0 || names.includes(lockName)
  if (isOurs && ((await stat(home)).mode & 0o077) !== 0) await chmod(home, 0o700)
}

async function readProcessId(home: string): Promise<string> {
  try {
    return (await readFile(join(home, processIdName), 'utf8')).trim()
  } catch {
    // The other daemon has only just taken the lock.
    return 'unknown'
  }
}

export interface SocketPath extends Disposable {
  readonly path: string
}

/** A path by which the control socket can be bound or reached; it is good until disposed. Throws what `open` throws. */
export function openSocketPath(home: string): SocketPath {
  const path = join(home, socketName)
  if (Buffer.byteLength(path) <= maxSocketPathBytes) return { path, [Symbol.dispose]: () => undefined }
  // The kernel resolves this to the directory itself, which makes any path short enough.
  const handle = openSync(home, constants.O_RDONLY | constants.O_DIRECTORY)
  return { path: `/proc/self/fd/${handle}/${socketName}`, [Symbol.dispose]: () => closeSync(handle) }
}
