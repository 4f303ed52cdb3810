/**
 * Looks at what lies in the folder, directory by directory and parents first, without opening a single file and without following
 * a link (I8). Keeps in memory only the way down to where it is. What it cannot read it says so: that is not the same as empty.
 */

import { reasonOf, SyncError } from '../core/errors.ts'
import {
  childPath,
  type DirPath,
  hiddenDirectory,
  isHiddenName,
  joinPath,
  pathFault,
  type RelPath,
} from '../core/path.ts'
import { type Problem, problemOf } from '../core/problem.ts'
import type { Stat } from '../core/stat.ts'
import type { DiskPath, Found, Listing, Look } from '../ports.ts'
import { errnoOf, isGone } from './disk-error.ts'
import { type Directory, type FileStat, hasOtherNames } from './files.ts'
import { findRival, isSpelled } from './names.ts'
import { openBelow, splitDiskPath } from './places.ts'

/** Looks under way at once: enough to keep Node's four file threads busy, few enough to stay polite. */
const looksAtOnce = 32

export interface Surroundings {
  openRoot(): Promise<Directory>
  /** Whether names that differ only in case are the same here. */
  isCaseSensitive(): boolean
  /** Whether a name finds only what has exactly that name. */
  isExact(): boolean
  /** A stat as the engine is to see it. */
  toStat(stat: FileStat): Stat
}

/** Lists a directory and those below it; nothing at all when it is not there. */
export async function* walk(
  surroundings: Surroundings,
  from: DirPath,
  fromDisk: DiskPath,
  skip: (path: RelPath, kind: Stat['kind']) => boolean,
): AsyncGenerator<Listing> {
  let directory: Directory
  let listing: Listing
  try {
    directory = await openBelow(surroundings.openRoot, fromDisk === '' ? [] : fromDisk.split('/'))
  } catch (thrown) {
    if (isGone(thrown)) return
    yield unreadable(from, thrown)
    return
  }
  using here = directory
  try {
    listing = await listDirectory(surroundings, here, from, fromDisk)
  } catch (thrown) {
    yield unreadable(from, thrown)
    return
  }
  yield listing
  const below = listing.found.filter(
    (found) => found.stat.kind === 'directory' && !skip(found.path, 'directory'),
  )
  for (const found of below) yield* walk(surroundings, found.path, found.diskPath, skip)
}

function unreadable(directory: DirPath, thrown: unknown): Listing {
  if (errnoOf(thrown) === undefined) throw thrown
  const error = new SyncError(
    'unreadable',
    { path: directory || '.', reason: reasonOf(thrown) },
    { cause: thrown },
  )
  return { directory, found: [], problems: [problemOf(directory, error)], unreadable: true }
}

async function listDirectory(
  surroundings: Surroundings,
  directory: Directory,
  path: DirPath,
  diskPath: DiskPath,
): Promise<Listing> {
  const problems: Problem[] = []
  const report = (
    code: 'name-not-utf8' | 'name-unusable' | 'name-collides' | 'kind-unsupported' | 'unreadable',
    shown: string,
    data: Record<string, string>,
  ) => problems.push(problemOf(shown, new SyncError(code, { path: shown, ...data })))

  const namesByPath = new Map<RelPath, string>()
  // Sorted, so that of two names neither of which is the NFC one the same one wins each time.
  for (const name of (await directory.list()).sort()) {
    if (path === '' && (name === hiddenDirectory || (isHiddenName(name) && !surroundings.isCaseSensitive())))
      continue
    const shown = joinPath(path, name)
    const child = childPath(path, name)
    if (child === undefined) {
      report('name-unusable', shown, { reason: pathFault(shown.normalize('NFC')) ?? 'it is not a path' })
      continue
    }
    const rival = namesByPath.get(child)
    const isExact = shown === child
    if (rival !== undefined)
      report('name-collides', isExact ? joinPath(path, rival) : shown, { other: child })
    if (rival === undefined || isExact) namesByPath.set(child, name)
  }

  const looked: {
    readonly path: RelPath
    readonly name: string
    readonly stat: FileStat
    readonly linkTarget: string
  }[] = []
  const pending = [...namesByPath]
  for (let first = 0; first < pending.length; first += looksAtOnce) {
    const looks = pending.slice(first, first + looksAtOnce).map(async ([child, name]) => {
      try {
        const stat = await directory.lstat(name)
        if (stat !== undefined)
          return {
            path: child,
            name,
            stat,
            linkTarget: stat.kind === 'link' ? await directory.readlink(name) : '',
          }
        // A name Node could not decode cannot be looked at; one that is gone by now is simply not there.
        if (name.includes('\ufffd')) report('name-not-utf8', child, {})
      } catch (thrown) {
        if (errnoOf(thrown) === undefined) throw thrown
        if (!isGone(thrown)) report('unreadable', child, { reason: reasonOf(thrown) })
      }
      return undefined
    })
    for (const look of await Promise.all(looks)) if (look !== undefined) looked.push(look)
  }

  const found: Found[] = []
  for (const { path: child, name, stat, linkTarget } of looked) {
    if (stat.kind === 'other') report('kind-unsupported', child, { kind: 'special file' })
    else
      found.push({
        path: child,
        diskPath: joinPath(diskPath, name),
        stat: surroundings.toStat(stat),
        isShared: hasOtherNames(stat),
        linkTarget,
      })
  }
  return { directory: path, found, problems, unreadable: false }
}

/**
 * Looks at one path. A directory of it that is missing, or is none, makes it absent; one that cannot be read does not. What lies there under
 * another spelling is another path's, also where the disk finds it by this one.
 */
export async function look(surroundings: Surroundings, path: RelPath, diskPath: DiskPath): Promise<Look> {
  const { openRoot, isExact } = surroundings
  const { parents, name } = splitDiskPath(diskPath)
  try {
    using parent = await openBelow(openRoot, parents)
    const stat = await parent.lstat(name)
    if (stat === undefined || !(isExact() || (await isSpelled(openRoot, [...parents, name]))))
      return { state: 'absent' }
    const linkTarget = stat.kind === 'link' ? await parent.readlink(name) : ''
    const isShared = hasOtherNames(stat)
    return {
      state: 'present',
      found: { path, diskPath, stat: surroundings.toStat(stat), isShared, linkTarget },
    }
  } catch (thrown) {
    if (isGone(thrown)) return { state: 'absent' }
    if (errnoOf(thrown) === undefined) throw thrown
    const error = new SyncError('unreadable', { path, reason: reasonOf(thrown) }, { cause: thrown })
    return { state: 'unreadable', problem: problemOf(path, error) }
  }
}

/** What lies at a path under another spelling. Undefined also where that cannot be told. */
export async function rival(surroundings: Surroundings, diskPath: DiskPath): Promise<DiskPath | undefined> {
  if (surroundings.isExact()) return undefined
  const { parents, name } = splitDiskPath(diskPath)
  try {
    using parent = await openBelow(surroundings.openRoot, parents)
    if ((await parent.lstat(name)) === undefined) return undefined
    const other = await findRival(parent, name)
    return other === undefined ? undefined : joinPath(parents.join('/'), other)
  } catch (thrown) {
    if (errnoOf(thrown) === undefined) throw thrown
    return undefined
  }
}
