/**
 * The real file system behind `files.ts`. Node has no `openat`, but Linux lets a directory that is already open be addressed as
 * `/proc/self/fd/N`, which amounts to the same: a parent renamed away or swapped for a link cannot lead anywhere else (I8).
 * Look-and-do calls are synchronous from the look to the deed, because that is as close together as Node can bring them (I7).
 */
import { isUtf8 } from 'node:buffer'
import fs from 'node:fs'
import { promisify } from 'node:util'
import { isSameStat } from '../core/stat.ts'
import { type Directory, type FileStat, type Files, nsToTime, type OpenFile } from './files.ts'

const open = promisify(fs.open)
const close = promisify(fs.close)
const lstat = promisify(fs.lstat)
const read = promisify(fs.read)
const write = promisify(fs.write)
const ftruncate = promisify(fs.ftruncate)
const futimes = promisify(fs.futimes)
const fchmod = promisify(fs.fchmod)
const fsync = promisify(fs.fsync)
const readdir = promisify(fs.readdir)
const readlink = promisify(fs.readlink)
const mkdir = promisify(fs.mkdir)
const rmdir = promisify(fs.rmdir)
const symlink = promisify(fs.symlink)
const link = promisify(fs.link)
const unlink = promisify(fs.unlink)
const statfs = promisify(fs.statfs)

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
  }
}

function realDirectory(descriptor: number): Directory {
  let isOpen = true
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
    const expected = Buffer.concat([placeOf(descriptor), Buffer.from(`/${names.join('/')}`)])
    if (placeOf(opened).equals(expected)) return realDirectory(opened)
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

  const directory: Directory & { readonly at: typeof at } = {
    at,
    async stat() {
      return fstatNow(descriptor)
    },
    async list() {
      return readdir(here)
    },
    async lstat(name) {
      try {
        return toFileStat(await lstat(at(name), { bigint: true }))
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined
        throw error
      }
    },
    async readlink(name) {
      const target = await readlink(at(name), 'buffer')
      if (!isUtf8(target)) throw fileError('EILSEQ', 'readlink', name)
      return target.toString('utf8')
    },
    async directory(name) {
      return realDirectory(await open(at(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW))
    },
    async below(names) {
      return (await openDirectly(names)) ?? openOneByOne(names)
    },
    async open(name, access) {
      // Without O_NONBLOCK a pipe put there just now would hold a thread until somebody writes to it.
      const flags = (access === 'read' ? O_RDONLY : O_RDWR) | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY
      const opened = await open(at(name), flags)
      if (fstatNow(opened).kind === 'file') return realFile(opened, access)
      fs.closeSync(opened)
      throw fileError('EINVAL', 'open', name)
    },
    async create(name, mode) {
      return realFile(await open(at(name), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode), 'write')
    },
    async mkdir(name, mode) {
      await mkdir(at(name), { mode })
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
      const [from, target] = [at(name), atOf(to, toName)]
      const before = lstatNow(from)
      if (before === undefined || !isSameStat(before, expect)) return undefined
      fs.linkSync(from, target)
      return lstatNow(from)
    },
    async moveNew(name, to, toName) {
      const [from, target] = [at(name), atOf(to, toName)]
      try {
        await link(from, target)
        await unlink(from)
      } catch (error) {
        if (!noLinkCodes.includes(codeOf(error))) throw error
        if (lstatNow(target) !== undefined) throw fileError('EEXIST', 'rename', toName)
        fs.renameSync(from, target)
      }
      return toFileStat(await lstat(target, { bigint: true }))
    },
    async moveIf(name, expect, to, toName) {
      const [from, target] = [at(name), atOf(to, toName)]
      if (lstatNow(target) !== undefined) throw fileError('EEXIST', 'rename', toName)
      const before = lstatNow(from)
      if (before === undefined || !isSameStat(before, expect)) return undefined
      fs.renameSync(from, target)
      return lstatNow(target)
    },
    async replaceIf(name, to, toName, expect) {
      const [from, target] = [at(name), atOf(to, toName)]
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
      fs.closeSync(descriptor)
    },
  }
  return directory
}

/** Where a name of another directory of this kind is addressed. */
function atOf(directory: Directory, name: string): string {
  return (directory as Directory & { at(name: string): string }).at(name)
}

function realFile(descriptor: number, access: 'read' | 'write'): OpenFile {
  let isOpen = true
  return {
    descriptor,
    async stat() {
      return fstatNow(descriptor)
    },
    async read(into, offsetBytes) {
      let done = 0
      while (done < into.length) {
        const { bytesRead } = await read(descriptor, into, done, into.length - done, offsetBytes + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return done
    },
    async write(offsetBytes, data) {
      let done = 0
      while (done < data.length) {
        done += (await write(descriptor, data, done, data.length - done, offsetBytes + done)).bytesWritten
      }
    },
    async truncate(sizeBytes) {
      await ftruncate(descriptor, sizeBytes)
    },
    async setTimes(mtimeNs) {
      await futimes(descriptor, nsToTime(mtimeNs), nsToTime(mtimeNs))
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
      await fsync(descriptor)
    },
    async [Symbol.asyncDispose]() {
      if (!isOpen) return
      isOpen = false
      // Only after writing can closing take time.
      if (access === 'read') fs.closeSync(descriptor)
      else await close(descriptor)
    },
  }
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
