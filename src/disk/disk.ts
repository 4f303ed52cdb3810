/**
 * One folder's directory on disk, as the engine's `Disk` port: puts the parts of this directory together. Everything is asked of
 * the directory that was last found to be the folder, opened afresh for each call.
 */
import { blockSizeFor, contentRootOf } from '../core/blocks.ts'
import { isSyncError, reasonOf, SyncError } from '../core/errors.ts'
import { sha256 } from '../core/ids.ts'
import { defaultIgnoreText } from '../core/ignore.ts'
import { hiddenDirectory, type RelPath } from '../core/path.ts'
import { isSameStat, type Stat } from '../core/stat.ts'
import type { Clock, Disk, DiskPath, Log, OpenContent } from '../ports.ts'
import { createArchive } from './archive.ts'
import type { BlockFinder } from './block-finder.ts'
import { commitSteps } from './commit.ts'
import { diskError, errnoOf, isGone, isMediumError, onPath } from './disk-error.ts'
import type { Directory, FileStat, Files, OpenFile } from './files.ts'
import type { Hasher } from './hasher.ts'
import { createRootGuard, identityToText } from './identity.ts'
import { readNote, writeNote } from './notes.ts'
import { makeBelow, openBelow, splitDiskPath } from './places.ts'
import { type Probed, probeDisk, usualCapabilities } from './probe.ts'
import { createStages, stageDirectory } from './stage.ts'
import { look, rival, walk } from './walker.ts'

/** Starts watching a folder. `trouble` is told, in words, that from now on changes may go unseen until the next scan. */
export type WatchFiles = (
  hint: (changed: readonly DiskPath[] | 'everything') => void,
  trouble: (reason: string) => void,
) => Promise<AsyncDisposable>

export interface DiskOptions {
  /** `realFiles(path)`, or a memory one. */
  readonly files: Files
  readonly hasher: Hasher
  readonly finder: BlockFinder
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  /** `watchRealFiles(path)`, or a memory one; without it there are no hints. */
  readonly watch?: WatchFiles
}

/**
 * Opens a folder's directory. It need not be there: `rootState` tells, and until that says `present` every other call but `isEmpty` and `claim`
 * throws `root-missing` or `root-unmarked`. A disk changed in between gives `root-foreign`.
 */
export async function openDisk(options: DiskOptions): Promise<Disk> {
  const { files, hasher, finder, clock, log } = options
  const guard = createRootGuard(files)
  const openRoot = () => guard.open()
  let capabilities: Probed | undefined

  const currentCapabilities = () => capabilities ?? usualCapabilities
  function toStat(stat: FileStat): Stat {
    const { kind, sizeBytes, mtimeNs, ctimeNs, inode, device } = stat
    return {
      kind,
      sizeBytes,
      mtimeNs,
      ctimeNs,
      inode,
      device,
      executable: stat.executable && currentCapabilities().executable,
    }
  }
  const stages = createStages({ openRoot, hasher, capabilities: currentCapabilities })
  const archive = createArchive(openRoot, clock)
  const surroundings = {
    openRoot,
    stages,
    archive,
    capabilities: currentCapabilities,
    isCaseSensitive: () => currentCapabilities().caseSensitive,
    isExact: () => currentCapabilities().exactNames,
    toStat,
  }

  async function rootState() {
    const state = await guard.look()
    if (state.state === 'present' && capabilities === undefined) {
      try {
        capabilities = await probeDisk(openRoot)
      } catch (thrown) {
        // It went away while being asked: what is there now counts.
        if (isSyncError(thrown)) return await guard.look()
        // A disk that cannot be written to can still be read and served; it is asked again the next time.
        if (errnoOf(thrown) === undefined) throw thrown
        log.warn({ path: files.path, reason: reasonOf(thrown) }, 'cannot find out what the disk can keep')
      }
    }
    return state
  }

  /**
   * Opens a file for reading that must be the expected one; throws `code` when it is not, or is gone. Its directory stays in use as long
   * as it is open, because the next file is likely to lie beside it.
   */
  async function openExpected(
    path: RelPath,
    diskPath: DiskPath,
    expect: Stat,
    code: 'changing' | 'changed-since-plan',
  ): Promise<OpenFile> {
    try {
      const { parents, name } = splitDiskPath(diskPath)
      await using owned = new AsyncDisposableStack()
      const parent = owned.use(await openBelow(openRoot, parents))
      const file = owned.use(await parent.open(name, 'read'))
      if (isSameStat(await file.stat(), expect)) {
        const kept = owned.move()
        return { ...file, [Symbol.asyncDispose]: () => kept.disposeAsync() }
      }
    } catch (thrown) {
      if (!isGone(thrown) && errnoOf(thrown) !== 'EINVAL') throw diskError(thrown, path, 'read')
    }
    throw new SyncError(code, { path })
  }

  /** The directory these names lead to, or the last on the way that is there. */
  async function openNearest(names: readonly string[]): Promise<Directory> {
    try {
      return await openBelow(openRoot, names)
    } catch (thrown) {
      if (names.length === 0 || !isGone(thrown)) throw thrown
      return openNearest(names.slice(0, -1))
    }
  }

  function contentOf(file: OpenFile, path: RelPath, expect: Stat): OpenContent {
    return {
      sizeBytes: expect.sizeBytes,
      read: (offsetBytes, lengthBytes) =>
        onPath(path, 'read', async () => {
          const data = Buffer.allocUnsafe(Math.max(0, Math.min(lengthBytes, expect.sizeBytes - offsetBytes)))
          const count = await file.read(data, offsetBytes)
          if (count < data.length || !isSameStat(await file.stat(), expect))
            throw new SyncError('changed-since-plan', { path })
          return data
        }),
      giveBlocks: (stage, wanted, signs, signal) =>
        onPath(path, 'write', async () => {
          if (!isSameStat(await file.stat(), expect)) throw new SyncError('changed-since-plan', { path })
          const finding = { wanted, sizeBytes: expect.sizeBytes, signs }
          return await finder.find(file, stages.fileOf(stage), finding, signal)
        }),
      [Symbol.asyncDispose]: () => file[Symbol.asyncDispose](),
    }
  }

  await rootState()

  return {
    get capabilities() {
      return currentCapabilities()
    },
    rootState,
    async isEmpty() {
      try {
        using root = await files.openRoot()
        return (await root.list()).every((name) => name === hiddenDirectory)
      } catch (thrown) {
        if (errnoOf(thrown) === undefined) throw thrown
        return false
      }
    },
    async claim(identity) {
      const openAny = () => files.openRoot()
      try {
        using hidden = await makeBelow(openAny, [hiddenDirectory])
        capabilities = await probeDisk(openAny)
        // Who has taken the patterns away from a folder that was claimed before wants none.
        const isFirst = (await hidden.lstat('identity')) === undefined
        if (isFirst && (await hidden.lstat('ignore')) === undefined)
          await writeNote(openAny, 'ignore', defaultIgnoreText)
        await writeNote(openAny, 'identity', identityToText(identity))
      } catch (thrown) {
        if (errnoOf(thrown) === undefined) throw thrown
        if (errnoOf(thrown) === 'ENOENT')
          throw new SyncError('directory-missing', { path: files.path }, { cause: thrown })
        throw new SyncError(
          'directory-unusable',
          { path: files.path, what: 'written', reason: reasonOf(thrown) },
          { cause: thrown },
        )
      }
      await guard.look()
    },
    readNote: (name) => onPath(`${hiddenDirectory}/${name}`, 'read', () => readNote(openRoot, name)),
    writeNote: (name, text) =>
      onPath(`${hiddenDirectory}/${name}`, 'write', () => writeNote(openRoot, name, text)),
    walk: (from, fromDisk, skip) => walk(surroundings, from, fromDisk, skip),
    look: (path, diskPath) => look(surroundings, path, diskPath),
    rival: (diskPath) => rival(surroundings, diskPath),
    async hash(path, diskPath, expect) {
      await using file = await openExpected(path, diskPath, expect, 'changing')
      const blockSizeBytes = blockSizeFor(expect.sizeBytes)
      return await onPath(path, 'read', async () => {
        const hashes = await hasher.hash(file, expect.sizeBytes, blockSizeBytes)
        const after = await file.stat()
        if (hashes === undefined || !isSameStat(after, expect)) throw new SyncError('changing', { path })
        return { root: contentRootOf(hashes), blockSizeBytes, hashes, stat: toStat(after) }
      })
    },
    async hashBlocks(path, diskPath, expect, first, count) {
      await using file = await openExpected(path, diskPath, expect, 'changing')
      const blockSizeBytes = blockSizeFor(expect.sizeBytes)
      const endBytes = Math.min((first + count) * blockSizeBytes, expect.sizeBytes)
      return await onPath(path, 'read', async () => {
        const hashes = await hasher
          .hash(file, endBytes, blockSizeBytes, first * blockSizeBytes)
          .catch((thrown: unknown) => {
            if (!isMediumError(thrown)) throw thrown
            return 'unreadable' as const
          })
        if (hashes === undefined || !isSameStat(await file.stat(), expect))
          throw new SyncError('changing', { path })
        return hashes
      })
    },
    async open(path, diskPath, expect) {
      return contentOf(await openExpected(path, diskPath, expect, 'changed-since-plan'), path, expect)
    },
    openStage: (key) => stages.open(key),
    async stageCopy(path, diskPath, expect) {
      await using file = await openExpected(path, diskPath, expect, 'changed-since-plan')
      // By its hash, because a path can be longer than the name of a file.
      return await stages.copy(`copy-${sha256(path).toString('hex')}`, file, expect, path)
    },
    makeStagesDurable: () => onPath(stageDirectory.join('/'), 'write', stages.makeDurable),
    sweepStages: (isWanted) => onPath(stageDirectory.join('/'), 'write', () => stages.sweep(isWanted)),
    async makeDurable(diskPath) {
      const { parents } = splitDiskPath(diskPath)
      try {
        using directory = await openNearest(parents)
        await onPath(diskPath, 'write', () => directory.sync())
      } catch (thrown) {
        if (errnoOf(thrown) === undefined) throw thrown
      }
    },
    commit: (steps) => commitSteps(surroundings, steps),
    listArchive: (after) => archive.list(after),
    async openArchiveEntry(id) {
      const { file, path, stat } = await onPath(id, 'read', () => archive.open(id))
      return { path, content: contentOf(file, path, stat) }
    },
    async openArchived(path) {
      const opened = await onPath(path, 'read', () => archive.openNewest(path))
      return opened && contentOf(opened.file, path, opened.stat)
    },
    async stageArchived(id, key = `restore-${sha256(id).toString('hex')}`) {
      const { file, path, stat } = await onPath(id, 'read', () => archive.open(id))
      await using source = file
      const stage = await stages.copy(key, source, stat, path)
      return {
        path,
        stage,
        sizeBytes: stat.sizeBytes,
        mtimeNs: stat.mtimeNs,
        executable: toStat(stat).executable,
      }
    },
    trimArchive: (limits) => onPath(`${hiddenDirectory}/archive`, 'write', () => archive.trim(limits)),
    async space() {
      using root = await openRoot()
      return await onPath(files.path, 'read', () => root.space())
    },
    async watch(hint, unseen) {
      const nothing: AsyncDisposable = { [Symbol.asyncDispose]: async () => undefined }
      if (options.watch === undefined) {
        unseen()
        return nothing
      }
      let isTold = false
      return options.watch(hint, (reason) => {
        if (isTold) return
        isTold = true
        unseen()
        log.warn({ reason }, 'watching does not see everything: changes may be found late')
      })
    },
  }
}
