/**
 * Finds out what a disk can keep, by trying in the hidden directory, and takes away again what it tried with.
 */
import { hiddenDirectory } from '../core/path.ts'
import { settingErrorNs } from '../core/stat.ts'
import type { DiskCapabilities } from '../ports.ts'
import { errnoOf } from './disk-error.ts'
import type { Directory, OpenFile } from './files.ts'
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
  timeGrainNs: 1n,
  exactNames: true,
}

/** Tried one after the other: some disks are set up for plain letters only. */
const probeNames = ['probe-é', 'probe'] as const
const linkName = 'probe-link'
/** A multiple of whatever disks count time in, and long past. */
const wholeTimeNs = 1_600_000_000_000_000_000n
/** That of FAT. What is farther from the time asked for is no answer to it. */
const coarsestGrainNs = 2_000_000_000n

/** Errors as of the file system: `EROFS`, `EACCES` where nothing can be written. */
export async function probeDisk(openRoot: () => Promise<Directory>): Promise<Probed> {
  using hidden = await openBelow(openRoot, [hiddenDirectory])
  await removeLeftovers(hidden)
  try {
    const { file: created, name } = await createProbe(hidden)
    await using file = created
    const caseSensitive = (await hidden.lstat(name.replace('probe', 'PROBE'))) === undefined
    const exactNames = caseSensitive && name === probeNames[0] && (await hidden.list()).includes(name)
    // Disks without permissions either refuse or forget.
    await canDo(() => file.setMode(0o700))
    const executableStat = await file.stat()
    await canDo(() => file.setMode(0o600))
    await canDo(() => file.setTimes(wholeTimeNs - settingErrorNs))
    const stat = await file.stat()
    const executable = executableStat.executable && !stat.executable
    const hardLinks = await canDo(async () => {
      if ((await hidden.linkIf(name, stat, hidden, linkName)) !== undefined) await hidden.unlink(linkName)
    })
    const symbolicLinks = await canDo(async () => {
      await hidden.symlink('nowhere', linkName)
      await hidden.unlink(linkName)
    })
    return {
      caseSensitive,
      executable,
      symbolicLinks,
      hardLinks,
      timeGrainNs: grainOf(stat.mtimeNs),
      exactNames,
    }
  } finally {
    await removeLeftovers(hidden)
  }
}

async function createProbe(hidden: Directory): Promise<{ readonly file: OpenFile; readonly name: string }> {
  const [name, plainName] = probeNames
  try {
    return { file: await hidden.create(name, 0o600), name }
  } catch (thrown) {
    if (!['EINVAL', 'EILSEQ'].includes(errnoOf(thrown) ?? '')) throw thrown
    return { file: await hidden.create(plainName, 0o600), name: plainName }
  }
}

/** It was given the last moment before a multiple, and shows the multiple before that. */
function grainOf(mtimeNs: bigint): bigint {
  const grainNs = wholeTimeNs - mtimeNs
  const isCoarse = grainNs > 2n * settingErrorNs && grainNs <= coarsestGrainNs
  return isCoarse ? grainNs : usualCapabilities.timeGrainNs
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
  // By listing, because a disk may refuse to look for a name it cannot hold.
  for (const name of await hidden.list()) {
    if (/^probe(-é|-link)?$/i.test(name.normalize('NFC'))) await hidden.unlink(name)
  }
}
