/**
 * What peers replaced or deleted, kept in `.sync/archive/<time>/<path>` until it is too old or too much (I1). The old file goes there
 * by a second name, so that it is in the archive before it leaves its place; a copy where the disk has no hard links.
 */
import { SyncError } from '../core/errors.ts'
import { hiddenDirectory, joinPath, type RelPath, textToPath } from '../core/path.ts'
import type { Stat } from '../core/stat.ts'
import { isClockSet } from '../core/wall-clock.ts'
import type { ArchiveEntry, Clock } from '../ports.ts'
import { diskError, errnoOf, isGone } from './disk-error.ts'
import type { Directory, FileStat, OpenFile } from './files.ts'
import { keepByLink } from './keep.ts'
import { makeBelow, openBelow, splitDiskPath } from './places.ts'

const archiveDirectory = [hiddenDirectory, 'archive'] as const
/** Times looked at for an earlier version of one path: each costs a few calls, and what is older is less alike. */
const maxStampsLookedAt = 100

/** A time, and the directory of what was archived then. */
interface Time {
  readonly top: string
  readonly archivedMs: number
}

export interface Kept {
  /** What the file is at its place now: its ctime moved where it got a second name. */
  readonly stat: FileStat
  /** Takes it out of the archive again, unless it is nowhere else by now. */
  undo(): Promise<void>
}

export interface Taken {
  readonly stat: FileStat
  /** Moves it back, unless something new lies there already: then the archive is where this one stays. */
  putBack(): Promise<void>
  /** Takes it out of the archive: it is gone then. */
  forget(): Promise<void>
}

/** What one commit puts into the archive. Everything of it lies below the same time. */
export interface ArchiveRun {
  /**
   * Keeps a file or link that still is the expected one, which stays where it is; undefined when it is another. Where it has to be copied,
   * `passOver` puts zeros for what cannot be read.
   */
  keep(
    from: Directory,
    name: string,
    path: RelPath,
    expect: Stat,
    passOver?: boolean,
  ): Promise<Kept | undefined>
  /** Moves a file or link that is an expected one; undefined when it is another. */
  take(
    from: Directory,
    name: string,
    path: RelPath,
    isExpected: (there: Stat) => boolean,
  ): Promise<Taken | undefined>
  /** Makes what was kept and taken so far durable. */
  sync(): Promise<void>
}

/** Does one part of a work that goes on without it. */
type Attempt = (work: () => Promise<void>) => Promise<void>

export type Archive = ReturnType<typeof createArchive>

export function createArchive(openRoot: () => Promise<Directory>, clock: Pick<Clock, 'now'>) {
  function begin(): ArchiveRun {
    const stamp = msToStamp(clock.now())
    let attempt = 0
    let isChosen = false
    let unsynced = new Map<string, readonly string[]>()

    /** The directory of a path in this run's part of the archive, made when missing. */
    async function openFor(
      path: RelPath,
    ): Promise<{ readonly directory: Directory; readonly name: string; readonly top: string }> {
      const { parents, name } = splitDiskPath(path)
      for (;;) {
        const top = attempt === 0 ? stamp : `${stamp}-${attempt}`
        if (!isChosen) {
          using archive = await makeBelow(openRoot, archiveDirectory)
          if ((await archive.lstat(top)) !== undefined) {
            attempt += 1
            continue
          }
          isChosen = true
        }
        const names = [...archiveDirectory, top, ...parents]
        try {
          const directory = await makeBelow(openRoot, names)
          for (let depth = 1; depth <= names.length; depth += 1) {
            const part = names.slice(0, depth)
            unsynced.set(part.join('/'), part)
          }
          if ((await directory.lstat(name)) === undefined) return { directory, name, top }
          directory[Symbol.dispose]()
        } catch (thrown) {
          if (errnoOf(thrown) !== 'ENOTDIR') throw thrown
        }
        // The same path twice in a run, or once as a file and once as a directory: each gets a time of its own.
        attempt += 1
        isChosen = false
      }
    }

    /** Fills a path's place in the archive, and leaves no empty directories when nothing came of it. */
    async function fill(
      path: RelPath,
      work: (directory: Directory, name: string) => Promise<FileStat | undefined>,
    ): Promise<{ readonly stat: FileStat; readonly name: string; readonly top: string } | undefined> {
      const place = await openFor(path)
      let stat: FileStat | undefined
      try {
        using directory = place.directory
        stat = await work(directory, place.name)
      } finally {
        if (stat === undefined)
          await removeEmpty([...archiveDirectory, place.top, ...splitDiskPath(path).parents])
      }
      return stat && { stat, name: place.name, top: place.top }
    }

    return {
      async keep(from, name, path, expect, passOver = false) {
        const kept = await fill(path, (to, toName) => keepByLink(from, name, expect, to, toName, passOver))
        return kept && { stat: kept.stat, undo: () => undo(kept.top, path) }
      },
      async take(from, name, path, isExpected) {
        const taken = await fill(path, (to, toName) => from.moveIf(name, isExpected, to, toName))
        return (
          taken && {
            stat: taken.stat,
            putBack: () => putBack(taken.top, path, taken.name, from, name),
            forget: () => remove(taken.top, path),
          }
        )
      },
      async sync() {
        const pending = [...unsynced.values()]
        unsynced = new Map()
        // The deepest first: a directory is worth finding only with what is in it.
        for (const names of pending.reverse()) {
          try {
            using directory = await openBelow(openRoot, names)
            await directory.sync()
          } catch (thrown) {
            // Taken away again with what was only passing through.
            if (!isGone(thrown)) throw thrown
          }
        }
      },
    }
  }

  /** Takes out of the archive again what was kept, unless it is nowhere else by now. */
  async function undo(top: string, path: RelPath): Promise<void> {
    const { name } = splitDiskPath(path)
    {
      using directory = await openParent(top, path)
      const kept = await directory.lstat(name)
      // A copy has one name, and a link whose file was replaced meanwhile has too: then nothing else holds this content.
      if (kept === undefined || kept.links < 2) return
    }
    await remove(top, path)
  }

  async function putBack(
    top: string,
    path: RelPath,
    entry: string,
    to: Directory,
    toName: string,
  ): Promise<void> {
    try {
      using directory = await openParent(top, path)
      await directory.moveNew(entry, to, toName)
    } catch (thrown) {
      if (errnoOf(thrown) === 'EEXIST') return
      throw thrown
    }
    await removeEmpty([...archiveDirectory, top, ...splitDiskPath(path).parents])
  }

  /** The directory an entry lies in. */
  function openParent(top: string, path: string): Promise<Directory> {
    return openBelow(openRoot, [...archiveDirectory, top, ...splitDiskPath(path).parents])
  }

  /** Every time in the archive, oldest first. */
  async function stamps(): Promise<Time[]> {
    let names: string[]
    try {
      using archive = await openBelow(openRoot, archiveDirectory)
      names = await archive.list()
    } catch (thrown) {
      if (isGone(thrown)) return []
      throw thrown
    }
    return names
      .flatMap((top) => {
        const archivedMs = stampToMs(top)
        return archivedMs === undefined ? [] : [{ top, archivedMs }]
      })
      .sort(compareTimes)
  }

  /** In the order of their names, only what comes behind that path; it is gone through without looking at what comes before. */
  async function* entriesBelow(
    directory: Directory,
    path: string,
    [afterName, ...afterBelow]: readonly string[],
  ): AsyncGenerator<{ readonly path: string; readonly stat: FileStat }> {
    for (const name of (await directory.list()).sort()) {
      if (afterName !== undefined && name < afterName) continue
      const stat = await directory.lstat(name)
      if (stat === undefined) continue
      const below = joinPath(path, name)
      if (stat.kind !== 'directory') {
        if (name !== afterName) yield { path: below, stat }
        continue
      }
      using child = await directory.directory(name)
      yield* entriesBelow(child, below, name === afterName ? afterBelow : [])
    }
  }

  async function* entriesOf(
    top: string,
    after?: string,
  ): AsyncGenerator<{ readonly path: string; readonly stat: FileStat }> {
    using directory = await openBelow(openRoot, [...archiveDirectory, top])
    yield* entriesBelow(directory, '', after?.split('/') ?? [])
  }

  /** Removes one entry, and the directories it leaves empty. */
  async function remove(top: string, path: string): Promise<void> {
    const { parents, name } = splitDiskPath(path)
    {
      using directory = await openParent(top, path)
      await directory.unlink(name)
    }
    await removeEmpty([...archiveDirectory, top, ...parents])
  }

  async function removeEmpty(names: readonly string[]): Promise<void> {
    for (let depth = names.length; depth > archiveDirectory.length; depth -= 1) {
      try {
        using parent = await openBelow(openRoot, names.slice(0, depth - 1))
        await parent.rmdir(names[depth - 1]!)
      } catch (thrown) {
        if (errnoOf(thrown) === 'ENOTEMPTY') return
        if (!isGone(thrown)) throw thrown
      }
    }
  }

  /** Removes a whole time, directories that are empty already included. */
  async function removeTime(directory: Directory, name: string, attempt: Attempt): Promise<void> {
    {
      using below = await directory.directory(name)
      for (const child of await below.list()) {
        await attempt(async () => {
          const stat = await below.lstat(child)
          if (stat?.kind === 'directory') await removeTime(below, child, attempt)
          else await below.unlink(child)
        })
      }
    }
    await directory.rmdir(name)
  }

  return {
    begin,
    /** The newest first, those of one time in path order; only what comes after that entry, be it there or not any more. */
    async *list(after?: string): AsyncGenerator<ArchiveEntry> {
      const last = after === undefined ? undefined : splitId(after)
      for (const time of (await stamps()).reverse()) {
        const { top, archivedMs } = time
        const order = last === undefined ? 1 : compareTimes(last, time)
        if (order < 0) continue
        try {
          for await (const { path, stat } of entriesOf(top, order === 0 ? last?.path : undefined)) {
            const checked = textToPath(path)
            if (checked === undefined) continue
            const { sizeBytes, mtimeNs } = stat
            yield { id: `${top}/${path}`, path: checked, archivedMs, sizeBytes, mtimeNs }
          }
        } catch (thrown) {
          // Trimmed meanwhile.
          if (!isGone(thrown)) throw diskError(thrown, [...archiveDirectory, top].join('/'), 'read')
        }
      }
    },
    /** Opens an entry's file. The caller disposes it. */
    async open(
      id: string,
    ): Promise<{ readonly file: OpenFile; readonly stat: FileStat; readonly path: RelPath }> {
      const { top, path } = splitId(id)
      const { name } = splitDiskPath(path)
      try {
        using directory = await openParent(top, path)
        if ((await directory.lstat(name))?.kind === 'link')
          throw new SyncError('obstructed', {
            path,
            reason: `it is a symbolic link, and only files are put back. It stays in ${archiveDirectory.join('/')}/${id}`,
          })
        await using opening = new AsyncDisposableStack()
        const file = opening.use(await directory.open(name, 'read'))
        const stat = await file.stat()
        opening.move()
        return { file, stat, path }
      } catch (thrown) {
        // Nothing there, or a directory.
        throw isGone(thrown) || errnoOf(thrown) === 'EINVAL' ? unknownEntry(id) : thrown
      }
    },
    /** Opens the file of that path in the newest of the latest times that has one; undefined when none has. The caller disposes it. */
    async openNewest(
      path: RelPath,
    ): Promise<{ readonly file: OpenFile; readonly stat: FileStat } | undefined> {
      const { name } = splitDiskPath(path)
      for (const { top } of (await stamps()).slice(-maxStampsLookedAt).reverse()) {
        try {
          using directory = await openParent(top, path)
          await using opening = new AsyncDisposableStack()
          const file = opening.use(await directory.open(name, 'read'))
          const stat = await file.stat()
          opening.move()
          return { file, stat }
        } catch (thrown) {
          // Nothing there, or a link or directory.
          if (!isGone(thrown) && errnoOf(thrown) !== 'EINVAL') throw thrown
        }
      }
      return undefined
    },
    /** Throws what kept it from taking something away, once all else is gone that has to go. */
    async trim(limits: { readonly beforeMs: number; readonly maxBytes: number }): Promise<void> {
      let failure: unknown
      const attempt: Attempt = async (work) => {
        try {
          await work()
        } catch (thrown) {
          if (errnoOf(thrown) === undefined) throw thrown
          failure ??= thrown
        }
      }
      const sizes: { readonly top: string; readonly bytes: number }[] = []
      for (const { top, archivedMs } of await stamps()) {
        // Of one made while the clock was not set the age says nothing.
        if (isClockSet(archivedMs) && archivedMs < limits.beforeMs) {
          await attempt(async () => {
            using archive = await openBelow(openRoot, archiveDirectory)
            await removeTime(archive, top, attempt)
          })
          continue
        }
        let bytes = 0
        await attempt(async () => {
          for await (const { stat } of entriesOf(top)) bytes += stat.sizeBytes
        })
        sizes.push({ top, bytes })
      }
      let excess = sizes.reduce((sum, { bytes }) => sum + bytes, 0) - limits.maxBytes
      for (const { top } of sizes) {
        if (excess <= 0) break
        await attempt(async () => {
          for await (const { path, stat } of entriesOf(top)) {
            if (excess <= 0) return
            await attempt(async () => {
              await remove(top, path)
              excess -= stat.sizeBytes
            })
          }
        })
      }
      if (failure !== undefined) throw failure
    },
  }
}

function compareTimes(a: Time, b: Time): number {
  if (a.archivedMs !== b.archivedMs) return a.archivedMs - b.archivedMs
  return a.top === b.top ? 0 : a.top < b.top ? -1 : 1
}

/** Throws `not-found` for what names no entry. */
function splitId(id: string): Time & { readonly path: RelPath } {
  const slash = id.indexOf('/')
  const top = id.slice(0, Math.max(0, slash))
  const archivedMs = stampToMs(top)
  const path = textToPath(id.slice(slash + 1))
  if (archivedMs === undefined || path === undefined) throw unknownEntry(id)
  return { top, archivedMs, path }
}

function unknownEntry(id: string): SyncError {
  return new SyncError('not-found', { what: `The archived file ${id}` })
}

/** A time as the name of a directory, in UTC, sorting by time: `2026-01-31T235959.123Z`. */
export function msToStamp(ms: number): string {
  return new Date(ms).toISOString().replaceAll(':', '')
}

/** The other way round, for a name with or without a number behind it; undefined when it is none. */
export function stampToMs(name: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d)(\d\d)(\d\d\.\d{3}Z)(?:-\d+)?$/.exec(name)
  const ms = parts === null ? Number.NaN : Date.parse(`${parts[1]}:${parts[2]}:${parts[3]}`)
  return Number.isNaN(ms) ? undefined : ms
}
