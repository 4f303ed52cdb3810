/**
 * The real file system behind `files.ts`. Node has no `openat`, but Linux lets a directory that is already open be addressed as
 * `/proc/self/fd/N`, which amounts to the same: a parent renamed away or swapped for a link cannot lead anywhere else (I8).
 * Look-and-do calls are synchronous from the look to the deed, because that is as close together as Node can bring them (I7).
 */
import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { promisify } from 'node:util'
import { isSameInode, isSameStat } from '../core/stat.ts'
import { errnoOf } from './disk-error.ts'
import { type Directory, type FileStat, type Files, nsToTime, type OpenFile } from './files.ts'
import { createPace } from './pace.ts'

/** Shared by all folders: what is to be kept free is the one main thread. */
const pace = createPace({
  nowMs: () => performance.now(),
  onNextTurn: setImmediate,
  preemptions: () => process.resourceUsage().involuntaryContextSwitches,
})

const close = promisify(fs.close)
const ftruncate = promisify(fs.ftruncate)
const fsync = promisify(fs.fsync)
const readdir = promisify(fs.readdir)
const unlink = promisify(fs.unlink)
const openInThread = promisify(fs.open)
const lstatInThread = promisify(fs.lstat)
const readInThread = promisify(fs.read)
const writeInThread = promisify(fs.write)
const futimesInThread = promisify(fs.futimes)
const fchmodInThread = promisify(fs.fchmod)
const readlinkInThread = promisify(fs.readlink)
const mkdirInThread = promisify(fs.mkdir)
const rmdirInThread = promisify(fs.rmdir)
const symlinkInThread = promisify(fs.symlink)
const linkInThread = promisify(fs.link)
const statfsInThread = promisify(fs.statfs)

/** What is read and written at once; more takes long enough to be worth a thread. */
const smallBytes = 64 * 1024

const { O_RDONLY, O_RDWR, O_CREAT, O_EXCL, O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_NOCTTY } = fs.constants

/** What `link` fails with where file systems have no hard links, or not for this file. */
const noLinkCodes: readonly (string | undefined)[] = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']

/** A folder's place on the real file system. The path itself may lead through links: the person chose it. */
export function realFiles(path: string): Files {
  return {
    path,
    async openRoot() {
      return realDirectory(await open(path, O_RDONLY | O_DIRECTORY))
    },
    isRoot(directory) {
      const there = fs.statSync(path, { bigint: true, throwIfNoEntry: false })
      const { device, inode } = partsOf(directory).identity()
      return there?.dev === device && there.ino === inode
    },
  }
}

function realDirectory(descriptor: number): Directory {
  let isOpen = true
  let identity: FileStat | undefined
  const here = `/proc/self/fd/${descriptor}`

  function at(name: string): string {
    if (!isOpen) throw new Error('assertion: the directory is closed')
    if (name === '' || name === '.' || name === '..' || name.includes('/'))
      throw new Error(`assertion: not a name: ${name}`)
    return `${here}/${name}`
  }

  /** All names in one call, which would follow links: only where the directory turns out to lie exactly there is it the right one. */
  async function openDirectly(names: readonly string[]): Promise<Directory | undefined> {
    const path = [at(names[0]!), ...names.slice(1)].join('/')
    let opened: number
    try {
      opened = await open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    } catch (error) {
      if (codeOf(error) === undefined) throw error
      return undefined
    }
    if (isBelow(opened, descriptor, names)) return realDirectory(opened)
    fs.closeSync(opened)
    return undefined
  }

  async function openOneByOne(names: readonly string[]): Promise<Directory> {
    let current = await directory.directory(names[0]!)
    for (const name of names.slice(1)) {
      using above = current
      current = await above.directory(name)
    }
    return current
  }

  const directory: Directory & RealParts = {
    descriptor,
    identity() {
      identity ??= fstatNow(descriptor)
      return identity
    },
    at,
    async stat() {
      return fstatNow(descriptor)
    },
    async list() {
      return readdir(here)
    },
    async lstat(name) {
      try {
        return await lstat(at(name))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      }
    },
    async readlink(name) {
      const target = await readlink(at(name))
      if (!isUtf8(target)) throw fileError('EILSEQ', 'readlink', name)
      return target.toString('utf8')
    },
    async directory(name) {
      return realDirectory(await open(at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    },
    async below(names) {
      return (await openDirectly(names)) ?? openOneByOne(names)
    },
    liesBelow: (above, names) => isBelow(descriptor, partsOf(above).descriptor, names),
    async open(name, access) {
      // Without O_NONBLOCK a pipe put there just now would hold a thread until somebody writes to it.
      const flags = (access === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
      const opened = await open(at(name), flags)
      if (fstatNow(opened).kind === 'file') return realFile(opened)
      fs.closeSync(opened)
      throw fileError('EINVAL', 'open', name)
    },
    async create(name, mode) {
      return realFile(await open(at(name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode))
    },
    async mkdir(name, mode) {
      await mkdir(at(name), mode)
    },
    async rmdir(name) {
      await rmdir(at(name))
    },
    async symlink(target, name) {
      await symlink(target, at(name))
    },
    async unlink(name) {
      await unlink(at(name))
    },
    async linkIf(name, expect, to, toName) {
      const [from, target] = [at(name), partsOf(to).at(toName)]
      const before = lstatNow(from)
      if (before === undefined || !isSameStat(before, expect)) return undefined
      fs.linkSync(from, target)
      // Of the new name: at the old one another file may lie by now, which nobody has seen.
      const linked = lstatNow(target)
      if (linked !== undefined && isSameInode(linked, expect)) return linked
      if (linked !== undefined) fs.unlinkSync(target)
      return undefined
    },
    async moveNew(name, to, toName) {
      const [from, target] = [at(name), partsOf(to).at(toName)]
      try {
        await link(from, target)
        await unlinkOne(from)
      } catch (error) {
        if (!noLinkCodes.includes(codeOf(error))) throw error
        if (lstatNow(target) !== undefined) throw fileError('EEXIST', 'rename', toName)
        fs.renameSync(from, target)
      }
      return await lstat(target)
    },
    async moveIf(name, isExpected, to, toName) {
      const [from, target] = [at(name), partsOf(to).at(toName)]
      if (lstatNow(target) !== undefined) throw fileError('EEXIST', 'rename', toName)
      const before = lstatNow(from)
      if (before === undefined || !isExpected(before)) return undefined
      fs.renameSync(from, target)
      return lstatNow(target)
    },
    async replaceIf(name, to, toName, expect) {
      const [from, target] = [at(name), partsOf(to).at(toName)]
      const before = lstatNow(target)
      if (before === undefined || !isSameStat(before, expect)) return undefined
      fs.renameSync(from, target)
      return lstatNow(target)
    },
    async sync() {
      try {
        await fsync(descriptor)
      } catch (error) {
        // Some network file systems have no such thing for directories, and keep them durable themselves.
        if (codeOf(error) !== 'EINVAL') throw error
      }
    },
    async space() {
      const { bavail, blocks, bsize } = await statfs(here)
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
    },
    [Symbol.dispose]() {
      if (!isOpen) return
      isOpen = false
      try {
        fs.closeSync(descriptor)
      } catch (thrown) {
        checkClosed(thrown)
      }
    },
  }
  return directory
}

/** What directories of this kind know of each other. */
interface RealParts {
  readonly descriptor: number
  /** What never changes of an open directory. */
  identity(): Pick<FileStat, 'device' | 'inode'>
  /** Where a name in it is addressed. */
  at(name: string): string
}

function partsOf(directory: Directory): RealParts {
  return directory as Directory & RealParts
}

/** Whether an open directory lies there below another, without a link on the way. */
function isBelow(descriptor: number, above: number, names: readonly string[]): boolean {
  return placeOf(descriptor).equals(Buffer.concat([placeOf(above), Buffer.from(`/${names.join('/')}`)]))
}

function realFile(descriptor: number): OpenFile {
  let isOpen = true
  /** Only what was written and not synced since can make closing take time. */
  let isSynced = true
  return {
    descriptor,
    async stat() {
      return fstatNow(descriptor)
    },
    async read(into, offsetBytes) {
      let done = 0
      while (done < into.length) {
        const count = await read(descriptor, into, done, into.length - done, offsetBytes + done)
        if (count === 0) break
        done += count
      }
      return done
    },
    async write(offsetBytes, data) {
      isSynced = false
      let done = 0
      while (done < data.length) {
        done += await write(descriptor, data, done, data.length - done, offsetBytes + done)
      }
    },
    async truncate(sizeBytes) {
      isSynced = false
      await ftruncate(descriptor, sizeBytes)
    },
    async setTimes(mtimeNs) {
      await futimes(descriptor, nsToTime(mtimeNs))
    },
    async setMode(mode) {
      await fchmod(descriptor, mode)
    },
    async setMetadataIf(expect, mtimeNs, mode) {
      const before = fstatNow(descriptor)
      if (!isSameStat(before, expect)) return undefined
      fs.futimesSync(descriptor, nsToTime(mtimeNs), nsToTime(mtimeNs))
      if (before.mode !== mode) fs.fchmodSync(descriptor, mode)
      return fstatNow(descriptor)
    },
    async sync() {
      isSynced = true
      await fsync(descriptor)
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return
      isOpen = false
      try {
        if (isSynced) fs.closeSync(descriptor)
        else await close(descriptor)
      } catch (thrown) {
        checkClosed(thrown)
      }
    },
  }
}

/**
 * It is closed whatever a disk that has gone says to that (ENOTCONN, EIO), and what counts was made durable before. Only a descriptor that
 * was none is a mistake.
 */
function checkClosed(thrown: unknown): void {
  if (errnoOf(thrown) === 'EBADF') throw thrown
}

function open(path: string, flags: number, mode?: number): Promise<number> {
  return pace.run(
    () => fs.openSync(path, flags, mode),
    () => openInThread(path, flags, mode),
  )
}

function lstat(path: string): Promise<FileStat> {
  return pace.run(
    () => toFileStat(fs.lstatSync(path, { bigint: true })),
    async () => toFileStat(await lstatInThread(path, { bigint: true })),
  )
}

function readlink(path: string): Promise<Buffer> {
  return pace.run(
    () => fs.readlinkSync(path, 'buffer'),
    () => readlinkInThread(path, 'buffer'),
  )
}

function mkdir(path: string, mode: number): Promise<unknown> {
  return pace.run(
    () => fs.mkdirSync(path, { mode }),
    () => mkdirInThread(path, { mode }),
  )
}

function rmdir(path: string): Promise<void> {
  return pace.run(
    () => fs.rmdirSync(path),
    () => rmdirInThread(path),
  )
}

function symlink(target: string, path: string): Promise<void> {
  return pace.run(
    () => fs.symlinkSync(target, path),
    () => symlinkInThread(target, path),
  )
}

function link(from: string, to: string): Promise<void> {
  return pace.run(
    () => fs.linkSync(from, to),
    () => linkInThread(from, to),
  )
}

/** Takes one of several names: with the last one the content goes, which takes long where it is large. */
function unlinkOne(path: string): Promise<void> {
  return pace.run(
    () => fs.unlinkSync(path),
    () => unlink(path),
  )
}

async function read(
  descriptor: number,
  into: Uint8Array,
  at: number,
  length: number,
  position: number,
): Promise<number> {
  const inThread = async () => (await readInThread(descriptor, into, at, length, position)).bytesRead
  if (length > smallBytes) return inThread()
  return pace.run(() => fs.readSync(descriptor, into, at, length, position), inThread)
}

async function write(
  descriptor: number,
  data: Uint8Array,
  at: number,
  length: number,
  position: number,
): Promise<number> {
  const inThread = async () => (await writeInThread(descriptor, data, at, length, position)).bytesWritten
  if (length > smallBytes) return inThread()
  return pace.run(() => fs.writeSync(descriptor, data, at, length, position), inThread)
}

function futimes(descriptor: number, time: number | Date): Promise<void> {
  return pace.run(
    () => fs.futimesSync(descriptor, time, time),
    () => futimesInThread(descriptor, time, time),
  )
}

function fchmod(descriptor: number, mode: number): Promise<void> {
  return pace.run(
    () => fs.fchmodSync(descriptor, mode),
    () => fchmodInThread(descriptor, mode),
  )
}

function statfs(path: string): Promise<fs.StatsFs> {
  return pace.run(
    () => fs.statfsSync(path),
    () => statfsInThread(path),
  )
}

/** Synchronous, because what is known of an open file is at hand: asking takes less time than waiting for a thread. */
function fstatNow(descriptor: number): FileStat {
  return toFileStat(fs.fstatSync(descriptor, { bigint: true }))
}

/** Where an open directory lies now, as the kernel knows it. */
function placeOf(descriptor: number): Buffer {
  return fs.readlinkSync(`/proc/self/fd/${descriptor}`, 'buffer')
}

function lstatNow(path: string): FileStat | undefined {
  const stat = fs.lstatSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? undefined : toFileStat(stat)
}

function toFileStat(stat: fs.BigIntStats): FileStat {
  const mode = Number(stat.mode) & 0o777
  const kind = stat.isFile()
    ? 'file'
    : stat.isDirectory()
      ? 'directory'
      : stat.isSymbolicLink()
        ? 'link'
        : 'other'
  return {
    kind,
    sizeBytes: Number(stat.size),
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    inode: stat.ino,
    device: stat.dev,
    executable: kind === 'file' && (mode & 0o111) !== 0,
    mode,
    links: Number(stat.nlink),
  }
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}

function fileError(code: string, call: string, name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${call} '${name}'`), { code, syscall: call })
}
