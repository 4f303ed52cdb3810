/**
 * Copies of a database from before it was migrated, so that an older release can go on where it stopped. For that the folder's lease
 * has a new epoch begin, as after a backup brought back. The database must be closed, and nobody else may use it.
 */
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** The release before, and the one the package brought. */
const keptCopies = 2
/** What a disk needs besides, so that a copy never is what fills it. */
const reserveBytes = 256 * 1024 ** 2

/** Keeps a copy of a database of this version, where there is room for one. */
export function keepCopy(file: string, version: number): void {
  // A log that could not be taken in belongs to what would be copied.
  if (existsSync(`${file}-wal`) || !hasRoom(file)) return
  const copy = `${file}.before-${version}`
  const draft = `${copy}.new`
  rmSync(draft, { force: true })
  try {
    // No time and no room on file systems that can share blocks.
    copyFileSync(file, draft, constants.COPYFILE_FICLONE)
    syncPath(draft)
    renameSync(draft, copy)
    syncPath(dirname(file))
  } catch (error) {
    rmSync(draft, { force: true })
    // A copy is worth having, not worth standing still for.
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
    throw error
  }
  for (const old of copiesOf(file).slice(keptCopies)) rmSync(nameOf(file, old), { force: true })
}

/** Puts the newest copy of a version not above `most` in the place of a newer database, which is kept beside. False where there is none. */
export function restoreCopy(file: string, version: number, most: number): boolean {
  const copy = copiesOf(file).find((each) => each <= most)
  if (copy === undefined) return false
  for (const suffix of ['-wal', '-shm', ''])
    if (existsSync(file + suffix)) renameSync(file + suffix, `${file}.newer-${version}${suffix}`)
  renameSync(nameOf(file, copy), file)
  syncPath(dirname(file))
  return true
}

/** A power cut between the two renames of `restoreCopy` leaves no database at all. */
export function finishRestoring(file: string, most: number): void {
  if (existsSync(file)) return
  const copy = copiesOf(file).find((each) => each <= most)
  if (copy !== undefined && siblingsOf(file, 'newer').length > 0) renameSync(nameOf(file, copy), file)
}

/** Every file that lies beside a database because of a migration, by suffix. */
export function copySuffixes(file: string): readonly string[] {
  return [...siblingsOf(file, 'before'), ...siblingsOf(file, 'newer')].map((name) =>
    name.slice(basename(file).length),
  )
}

/** Versions there are copies of, the newest first. */
function copiesOf(file: string): readonly number[] {
  return siblingsOf(file, 'before')
    .flatMap((name) => /\.before-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => b - a)
}

function siblingsOf(file: string, kind: 'before' | 'newer'): readonly string[] {
  if (!existsSync(dirname(file))) return []
  return readdirSync(dirname(file)).filter((name) => name.startsWith(`${basename(file)}.${kind}-`))
}

const nameOf = (file: string, version: number): string =>
  join(dirname(file), `${basename(file)}.before-${version}`)

function hasRoom(file: string): boolean {
  const { bavail, bsize } = statfsSync(dirname(file))
  return bavail * bsize >= statSync(file).size + reserveBytes
}

function syncPath(path: string): void {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
