/**
 * Keeps what lies at one place at another too: by a second name, which costs nothing and cannot be half done, or by a copy where
 * the disk has no hard links. A copy is durable when it is done, and not there when it is not whole.
 */
import { isSameInode, isSameStat, type Stat } from '../core/stat.ts'
import { errnoOf, isMediumError } from './disk-error.ts'
import type { Directory, FileStat } from './files.ts'
import { readPieceBytes } from './hasher.ts'

/** What a disk loses at least when it loses something. */
const sectorBytes = 4096

/**
 * Gives a file or link that still is the expected one a second name, or makes a copy; the original stays as it is. Returns what the
 * original is now (a second name moves its ctime), or undefined, with nothing made, when it is another one.
 */
export async function keepByLink(
  from: Directory,
  name: string,
  expect: Stat,
  to: Directory,
  toName: string,
  passOver: boolean,
): Promise<FileStat | undefined> {
  try {
    return await from.linkIf(name, expect, to, toName)
  } catch (thrown) {
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(thrown) ?? '')) throw thrown
  }
  return expect.kind === 'link'
    ? keepLinkByCopy(from, name, expect, to, toName)
    : keepFileByCopy(from, name, expect, to, toName, passOver)
}

async function keepLinkByCopy(
  from: Directory,
  name: string,
  expect: Stat,
  to: Directory,
  toName: string,
): Promise<FileStat | undefined> {
  const before = await from.lstat(name)
  if (before === undefined || !isSameStat(before, expect)) return undefined
  await to.symlink(await from.readlink(name), toName)
  return before
}

async function keepFileByCopy(
  from: Directory,
  name: string,
  expect: Stat,
  to: Directory,
  toName: string,
  passOver: boolean,
): Promise<FileStat | undefined> {
  await using source = await from.open(name, 'read')
  const before = await source.stat()
  if (!isSameStat(before, expect)) return undefined
  let isWhole = false
  try {
    await using copy = await to.create(toName, before.mode)
    const piece = Buffer.allocUnsafe(Math.min(passOver ? sectorBytes : readPieceBytes, before.sizeBytes))
    for (let offset = 0; offset < before.sizeBytes; ) {
      const part = piece.subarray(0, Math.min(piece.length, before.sizeBytes - offset))
      const count = await source.read(part, offset).catch((thrown: unknown) => {
        if (!passOver || !isMediumError(thrown)) throw thrown
        return part.fill(0).length
      })
      if (count === 0) return undefined
      await copy.write(offset, part.subarray(0, count))
      offset += count
    }
    await copy.setTimes(before.mtimeNs)
    await copy.sync()
    isWhole = isSameInode(await source.stat(), before)
    return isWhole ? before : undefined
  } finally {
    if (!isWhole && (await to.lstat(toName)) !== undefined) await to.unlink(toName)
  }
}
