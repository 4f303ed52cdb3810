/**
 * Finds out what a disk can keep, by trying in the hidden directory, and takes away again what it tried with.
 */
import { hiddenDirectory } from '../core/path.ts'
import type { DiskCapabilities } from '../ports.ts'
import { errnoOf } from './disk-error.ts'
import type { Directory } from './files.ts'
import { openBelow } from './places.ts'

export interface Probed extends DiskCapabilities {
  /** Names come back exactly as they were given; false where some are folded, trimmed or put into another normal form. */
  readonly exactNames: boolean
}

/** What is taken for granted of a disk that is not there yet. */
export const usualCapabilities: Probed = {
  caseSensitive: true,
  executable: true,
  symbolicLinks: true,
  hardLinks: true,
  exactNames: true,
}

const probeName = 'probe-é'
const otherCase = 'PROBE-é'
const linkName = 'probe-link'

/** Errors as of the file system: `EROFS`, `EACCES` where nothing can be written. */
export async function probeDisk(openRoot: () => Promise<Directory>): Promise<Probed> {
  using hidden = await openBelow(openRoot, [hiddenDirectory])
  await removeLeftovers(hidden)
  try {
    await using file = await hidden.create(probeName, 0o600)
    const caseSensitive = (await hidden.lstat(otherCase)) === undefined
    const exactNames = caseSensitive && (await hidden.list()).includes(probeName)
    const executable = await keepsExecutable(hidden, file)
    const hardLinks = await canDo(async () => {
      const stat = await file.stat()
      if ((await hidden.linkIf(probeName, stat, hidden, linkName)) !== undefined)
        await hidden.unlink(linkName)
    })
    const symbolicLinks = await canDo(async () => {
      await hidden.symlink('nowhere', linkName)
      await hidden.unlink(linkName)
    })
    return { caseSensitive, executable, symbolicLinks, hardLinks, exactNames }
  } finally {
    await removeLeftovers(hidden)
  }
}

async function keepsExecutable(
  hidden: Directory,
  file: { setMode(mode: number): Promise<void> },
): Promise<boolean> {
  const seen: (boolean | undefined)[] = []
  for (const mode of [0o700, 0o600]) {
    // Disks without permissions either refuse or forget.
    await canDo(() => file.setMode(mode))
    seen.push((await hidden.lstat(probeName))?.executable)
  }
  return seen[0] === true && seen[1] === false
}

async function canDo(work: () => Promise<void>): Promise<boolean> {
  try {
    await work()
    return true
  } catch (thrown) {
    const errno = errnoOf(thrown)
    if (errno === undefined || ['EROFS', 'ENOSPC', 'EIO', 'EACCES'].includes(errno)) throw thrown
    return false
  }
}

async function removeLeftovers(hidden: Directory): Promise<void> {
  for (const name of [probeName, linkName]) {
    if ((await hidden.lstat(name)) !== undefined) await hidden.unlink(name)
  }
}
