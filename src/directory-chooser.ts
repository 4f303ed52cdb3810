/**
 * Choosing a directory through the web: lists and makes directories below the allowed roots, and says whether one lies there. Goes down
 * from a root by handles, one name at a time, and through no link, so that nothing outside is ever listed, made or told of, whatever is
 * renamed or linked meanwhile. Hidden directories and the state directory are as good as outside.
 */
import { realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join, sep } from 'node:path'
import { isSyncError, reasonOf, SyncError } from './core/errors.ts'
import { maxPathDepth, pathFault } from './core/path.ts'
import { diskError, errnoOf, isGone } from './disk/disk-error.ts'
import type { Directory, FileStat } from './disk/files.ts'
import { checkSpelling } from './disk/names.ts'
import { realFiles } from './disk/real-files.ts'
import { isSameOrInside, surveyPlaces } from './folder-place.ts'
import type { DiskSpace } from './ports.ts'

/** Nobody looks through more; whoever has more types the rest of the path. */
const maxListed = 1000
/** Each name costs a look at the disk: of a directory with more in it only so many are looked at. */
const maxLookedAt = 20_000

export interface ListedDirectory extends Partial<DiskSpace> {
  readonly name: string
  readonly path: string
  /** Why it cannot be chosen, as an error code. */
  readonly obstacle?: string
  /** Of a root that a disk of an appliance gives: what the disk is called. */
  readonly disk?: string
}

export interface DirectoryList extends Partial<DiskSpace> {
  readonly path?: string
  readonly parent?: string
  readonly obstacle?: string
  readonly directories: readonly ListedDirectory[]
  readonly more: boolean
}

export interface DirectoryChooser {
  /** What lies in a directory, or the roots. Throws `directory-not-allowed`, `directory-missing` and `directory-unusable`. */
  list(path: string | undefined): Promise<DirectoryList>
  /** Makes a directory, durably, and returns its path. Throws as `list`, and why it cannot be made. */
  make(parent: string, name: string): Promise<string>
  /** The real path of a directory below a root. Throws as `list`. */
  check(path: string): Promise<string>
}

interface Needs {
  /** Real path of the state directory. */
  readonly home: string
  /** Roots that disks of an appliance give, besides. */
  diskRoots?(): readonly { readonly path: string; readonly disk: string }[]
  /** Directories on disks that are Berrysync's own. */
  own?(): readonly string[]
  /** Absolute paths as they were set; one that is not there now has nothing below it. */
  roots(): readonly string[]
  /** Real paths of the synced folders. */
  synced(): readonly string[]
}

/** An open directory below a root. Disposing closes it. */
interface Place extends Disposable {
  /** Real path. */
  readonly path: string
  readonly isRoot: boolean
  readonly directory: Directory
}

export function createDirectoryChooser({
  home,
  roots: setRoots,
  synced,
  diskRoots = () => [],
  own = () => [],
}: Needs): DirectoryChooser {
  /** Those of disks first: that is where folders belong. */
  function roots(): readonly string[] {
    return [...new Set([...diskRoots().map(({ path }) => path), ...setRoots()])]
  }

  function notAllowed(path: string): SyncError {
    return new SyncError('directory-not-allowed', { path, roots: roots().join(', ') || 'none' })
  }

  /** The root a path lies below, as its text says, and the names that lead from there; of several the innermost. */
  async function findRoot(
    path: string,
  ): Promise<{ readonly root: string; readonly names: readonly string[] }> {
    const found: { root: string; names: readonly string[] }[] = []
    for (const set of roots()) {
      const root = await realpath(set).catch(() => undefined)
      if (root === undefined) continue
      for (const spelling of [root, set]) {
        if (!isSameOrInside(path, spelling)) continue
        const names = path.slice(spelling.length).split(sep)
        found.push({ root, names: names.filter((name) => name !== '') })
      }
    }
    const [innermost] = found.sort((a, b) => a.names.length - b.names.length)
    if (innermost === undefined) throw notAllowed(path)
    return innermost
  }

  async function open(path: string): Promise<Place> {
    if (!isAbsolute(path) || path.includes('\0')) throw notAllowed(path)
    const { root, names } = await findRoot(path)
    // Among the hidden ones are `.` and `..`.
    if (names.length > maxPathDepth || names.some(isHidden)) throw notAllowed(path)
    const real = join(root, ...names)
    if (isSameOrInside(real, home)) throw notAllowed(path)
    const directory = await reaching(path, async () => {
      const top = await realFiles(root).openRoot()
      if (names.length === 0) return top
      using above = top
      return await above.below(names)
    })
    const place = { path: real, isRoot: names.length === 0, directory }
    return { ...place, [Symbol.dispose]: () => directory[Symbol.dispose]() }
  }

  async function listRoots(): Promise<DirectoryList> {
    const check = await surveyPlaces(home, synced(), own())
    const disks = new Map(diskRoots().map(({ path, disk }) => [path, { disk }]))
    const directories: ListedDirectory[] = []
    for (const root of roots()) {
      const obstacle = await obstacleOf(() => check(root))
      const space = await spaceOf(root)
      directories.push({ name: root, path: root, ...obstacle, ...space, ...disks.get(root) })
    }
    return { directories, more: false }
  }

  /** Undefined for a root that cannot be listed. */
  async function spaceOf(root: string): Promise<DiskSpace | undefined> {
    try {
      using place = await open(root)
      return await place.directory.space()
    } catch (error) {
      if (isSyncError(error)) return undefined
      throw error
    }
  }

  async function listBelow(path: string): Promise<DirectoryList> {
    using place = await open(path)
    const { names, more } = await reaching(place.path, () => namesIn(place.directory))
    const check = await surveyPlaces(home, synced(), own())
    const directories: ListedDirectory[] = []
    for (const name of names) {
      const below = join(place.path, name)
      if (isSameOrInside(below, home)) continue
      directories.push({ name, path: below, ...(await obstacleOf(() => check(below))) })
    }
    return {
      path: place.path,
      ...(place.isRoot ? {} : { parent: dirname(place.path) }),
      ...(await obstacleOf(() => check(place.path))),
      ...{ directories, more },
      ...(await place.directory.space()),
    }
  }

  return {
    list: (path) => (path === undefined ? listRoots() : listBelow(path)),
    async make(parent, given) {
      const name = given.trim().normalize('NFC')
      using place = await open(parent)
      const path = join(place.path, name)
      const fault = nameFault(name)
      if (fault !== undefined) throw new SyncError('name-unusable', { path, reason: fault })
      const { directory } = place
      try {
        await directory.mkdir(name, 0o755)
        await checkSpelling(directory, name, path, () => directory.rmdir(name))
        await directory.sync()
      } catch (error) {
        if (errnoOf(error) === 'EEXIST')
          throw new SyncError('obstructed', { path, reason: 'there is something of that name already' })
        throw diskError(withoutHandle(error), path, 'write')
      }
      return path
    },
    async check(path) {
      using place = await open(path)
      return place.path
    },
  }
}

function isHidden(name: string): boolean {
  return name.startsWith('.')
}

/** Why a directory cannot be called that, in words; undefined when it can. */
function nameFault(name: string): string | undefined {
  if (name.includes('/')) return 'it contains a slash'
  if (/\p{Cc}/u.test(name)) return 'it contains a control character'
  return pathFault(name) ?? (isHidden(name) ? 'it begins with a dot' : undefined)
}

/** In the order a reader expects. */
async function namesIn(directory: Directory): Promise<{ names: readonly string[]; more: boolean }> {
  const all = (await directory.list()).filter((name) => !isHidden(name))
  const names: string[] = []
  for (const name of all.slice(0, maxLookedAt)) {
    if ((await lookAt(directory, name))?.kind === 'directory') names.push(name)
  }
  // Made here, since it is large and nobody chooses a directory for months.
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
  names.sort((a, b) => collator.compare(a, b) || (a < b ? -1 : 1))
  return { names: names.slice(0, maxListed), more: names.length > maxListed || all.length > maxLookedAt }
}

/** Undefined for what cannot be looked at: it is none that could be chosen. */
async function lookAt(directory: Directory, name: string): Promise<FileStat | undefined> {
  try {
    return await directory.lstat(name)
  } catch {
    return undefined
  }
}

async function obstacleOf(check: () => Promise<unknown>): Promise<{ readonly obstacle?: string }> {
  try {
    await check()
    return {}
  } catch (error) {
    if (!isSyncError(error)) throw error
    return { obstacle: error.code }
  }
}

/** Runs what opens or lists a directory. Failures name the path that was asked for, and not the handle it was reached by. */
async function reaching<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === undefined) throw error
    const isMissing = isGone(error) || errno === 'ENAMETOOLONG'
    if (isMissing) throw new SyncError('directory-missing', { path }, { cause: error })
    const reason = reasonOf(withoutHandle(error))
    throw new SyncError('directory-unusable', { path, what: 'read', reason }, { cause: error })
  }
}

/** A failure of the file system without the path it was reached by, which is that of a handle and says nothing to a person. */
function withoutHandle(error: unknown): unknown {
  const code = errnoOf(error)
  if (code === undefined) return error
  return Object.assign(new Error(reasonOf(error).replace(/, \w+ '.*$/s, ''), { cause: error }), { code })
}
