/**
 * Files being put together in `.sync/stage/`, on the same file system as the folder so that a rename takes them to their place. A
 * stage's file is named after its key and found again after a crash.
 */
import { blockCount, blockHashBytes, zeroBlockHash } from '../core/blocks.ts'
import { SyncError } from '../core/errors.ts'
import { hiddenDirectory } from '../core/path.ts'
import { isSameInode, type Stat } from '../core/stat.ts'
import type { Stage } from '../ports.ts'
import { errnoOf, onPath } from './disk-error.ts'
import type { Directory, FileStat, OpenFile } from './files.ts'
import { type Hasher, readPieceBytes } from './hasher.ts'
import { makeBelow, openBelow } from './places.ts'
import type { Probed } from './probe.ts'

/** Where they lie. */
export const stageDirectory = [hiddenDirectory, 'stage'] as const
/** Begins the names in the stage directory that are not stages; no key makes such a name. */
export const scratchPrefix = '='

/** So much of a stage is written before the disk is asked to write it, too. */
const writtenBehindBytes = 32 * 1024 ** 2

/** A sealed stage as the commit needs it. */
export interface SealedStage {
  /** Where it lies, open as long as the stage is. */
  readonly directory: Directory
  readonly name: string
  readonly file: OpenFile
  readonly stat: FileStat
  readonly executable: boolean
  /** To be called once the file is no stage any more. */
  placed(): Promise<void>
}

export interface StageSurroundings {
  openRoot(): Promise<Directory>
  readonly hasher: Hasher
  capabilities(): Probed
}

export type Stages = ReturnType<typeof createStages>

export function createStages(surroundings: StageSurroundings) {
  const sealedStages = new WeakMap<Stage, SealedStage>()
  const unsealedFiles = new WeakMap<Stage, OpenFile>()
  const openNames = new Set<string>()

  function openDirectory(): Promise<Directory> {
    return makeBelow(surroundings.openRoot, stageDirectory)
  }

  async function openFile(directory: Directory, name: string, fresh: boolean): Promise<OpenFile> {
    try {
      // Most are new.
      return await directory.create(name, 0o666)
    } catch (thrown) {
      if (errnoOf(thrown) !== 'EEXIST') throw thrown
    }
    const old = await directory.lstat(name)
    // With a second name it is a person's file already: a crash came between placing it and taking this name away.
    const isUsable = old?.kind === 'file' && old.links === 1 && !fresh
    if (isUsable) return await directory.open(name, 'write')
    if (old !== undefined) await directory.unlink(name)
    return await directory.create(name, 0o666)
  }

  async function open(key: string, fresh: boolean): Promise<Stage> {
    const name = keyToName(key)
    if (openNames.has(name)) throw new Error(`assertion: the stage ${key} is open already`)
    openNames.add(name)
    using owned = new DisposableStack()
    owned.defer(() => openNames.delete(name))
    return await onPath(`stage ${key}`, 'write', async () => {
      const directory = owned.use(await openDirectory())
      const file = await openFile(directory, name, fresh)
      return stageOf(key, { directory, name, file, owned: owned.move() })
    })
  }

  /** Whoever may not read the original may not read a copy of it. */
  async function hideLike(copy: OpenFile, source: OpenFile): Promise<void> {
    if (!surroundings.capabilities().executable) return
    const [{ mode }, original] = [await copy.stat(), await source.stat()]
    const narrowed = mode & (original.mode | 0o700)
    if (narrowed !== mode) await copy.setMode(narrowed)
  }

  function stageOf(
    key: string,
    {
      directory,
      name,
      file,
      owned,
    }: Pick<SealedStage, 'directory' | 'name' | 'file'> & { readonly owned: DisposableStack },
  ): Stage {
    const path = `stage ${key}`
    let isOpen = true
    /** Bytes written since the disk was last asked to write, and how that is coming on. */
    let unsyncedBytes = 0
    let syncing: Promise<void> | undefined
    /** A disk that could not write says so once, and forgets what it was given: then nothing of the stage counts. */
    let syncFailure: unknown
    const reads = new Set<Promise<unknown>>()
    async function close(): Promise<void> {
      if (!isOpen) return
      isOpen = false
      unsealedFiles.delete(stage)
      // A descriptor that is closed while somebody uses it may be another file's by then.
      await Promise.allSettled([...reads, syncing])
      try {
        await file[Symbol.asyncDispose]()
      } finally {
        owned[Symbol.dispose]()
      }
    }
    async function sync(): Promise<void> {
      unsyncedBytes = 0
      try {
        await file.sync()
      } catch (thrown) {
        syncFailure ??= thrown
      }
    }
    /** A long file goes to the disk while more of it comes, or all of it would be waited for at the end. */
    function syncBehind(): void {
      if (unsyncedBytes < writtenBehindBytes || syncing !== undefined) return
      syncing = sync().finally(() => {
        syncing = undefined
      })
    }
    function checkSynced(): void {
      if (syncFailure !== undefined) throw syncFailure
    }
    function checkOpen(): void {
      if (!isOpen) throw new Error(`assertion: the ${path} is closed`)
    }
    const stage: Stage = {
      key,
      async write(offsetBytes, data) {
        checkOpen()
        if (sealedStages.has(stage)) throw new Error(`assertion: the ${path} is sealed`)
        await onPath(path, 'write', async () => {
          checkSynced()
          await file.write(offsetBytes, data)
        })
        unsyncedBytes += data.length
        syncBehind()
      },
      async read(offsetBytes, lengthBytes) {
        if (!isOpen) throw new SyncError('changed-since-plan', { path })
        const data = Buffer.allocUnsafe(lengthBytes)
        const reading = file.read(data, offsetBytes)
        reads.add(reading)
        const count = await onPath(path, 'read', () => reading).finally(() => reads.delete(reading))
        if (count < lengthBytes) throw new SyncError('changed-since-plan', { path })
        return data
      },
      async hashes(sizeBytes, blockSizeBytes) {
        checkOpen()
        const list = Buffer.alloc(blockCount(sizeBytes, blockSizeBytes) * blockHashBytes)
        const present = await onPath(path, 'read', () => file.stat())
        // No further than the file is to be: its last block is right only at its own length.
        const reach = Math.min(present.sizeBytes, sizeBytes)
        const here = await onPath(path, 'read', () => surroundings.hasher.hash(file, reach, blockSizeBytes))
        if (here === undefined) return list
        list.set(here)
        const hole = zeroBlockHash(blockSizeBytes)
        const wholeBlocks = Math.floor(sizeBytes / blockSizeBytes)
        if (hole !== undefined && wholeBlocks * blockHashBytes > here.length)
          list.fill(hole, here.length, wholeBlocks * blockHashBytes)
        return list
      },
      async seal(sizeBytes, mtimeNs, executable) {
        checkOpen()
        const stat = await onPath(path, 'write', async () => {
          const before = await file.stat()
          if (before.sizeBytes !== sizeBytes) await file.truncate(sizeBytes)
          if (surroundings.capabilities().executable) {
            const mode = withExecutable(before.mode, executable)
            if (before.mode !== mode) await file.setMode(mode)
          }
          await file.setTimes(mtimeNs)
          await syncing
          await sync()
          checkSynced()
          return file.stat()
        })
        unsealedFiles.delete(stage)
        sealedStages.set(stage, { directory, name, file, stat, executable, placed: close })
      },
      async release() {
        if (syncFailure !== undefined) await stage.discard()
        const isKept = isOpen
        await close()
        return isKept
      },
      async discard() {
        if (!isOpen) return
        await close()
        await onPath(path, 'write', async () => {
          using directory = await openDirectory()
          if ((await directory.lstat(name)) !== undefined) await directory.unlink(name)
        })
      },
    }
    unsealedFiles.set(stage, file)
    return stage
  }

  return {
    openDirectory,
    /** The stage of that key, with what an earlier run left in it. */
    open: (key: string) => open(key, false),
    /** A stage holding a copy of an open file, which must still be as expected afterwards. */
    async copy(key: string, source: OpenFile, expect: Stat, path: string): Promise<Stage> {
      const stage = await open(key, true)
      try {
        await onPath(path, 'write', () => hideLike(unsealedFiles.get(stage)!, source))
        const piece = Buffer.allocUnsafe(Math.min(readPieceBytes, expect.sizeBytes))
        for (let offset = 0; offset < expect.sizeBytes; ) {
          const wanted = piece.subarray(0, Math.min(piece.length, expect.sizeBytes - offset))
          const count = await onPath(path, 'read', () => source.read(wanted, offset))
          if (count === 0) throw new SyncError('changed-since-plan', { path })
          await stage.write(offset, wanted.subarray(0, count))
          offset += count
        }
        const after = await onPath(path, 'read', () => source.stat())
        if (!isSameInode(after, expect)) throw new SyncError('changed-since-plan', { path })
        return stage
      } catch (thrown) {
        await stage.discard()
        throw thrown
      }
    },
    /** For who writes verified blocks to it directly. */
    fileOf(stage: Stage): OpenFile {
      const file = unsealedFiles.get(stage)
      if (file === undefined) throw new Error(`assertion: the stage ${stage.key} is sealed or closed`)
      return file
    },
    sealed(stage: Stage): SealedStage {
      const sealed = sealedStages.get(stage)
      if (sealed === undefined) throw new Error(`assertion: the stage ${stage.key} is not sealed`)
      return sealed
    },
    /** Lets their names outlive a power cut. */
    async makeDurable(): Promise<void> {
      using stages = await openDirectory()
      await stages.sync()
      using hidden = await openBelow(surroundings.openRoot, [hiddenDirectory])
      await hidden.sync()
    },
    /** Deletes what no open stage holds and nobody wants. */
    async sweep(isWanted: (key: string) => boolean): Promise<void> {
      let directory: Directory
      try {
        directory = await openBelow(surroundings.openRoot, stageDirectory)
      } catch (thrown) {
        if (errnoOf(thrown) === 'ENOENT') return
        throw thrown
      }
      using here = directory
      for (const name of await here.list()) {
        const key = nameToKey(name)
        if (openNames.has(name) || (key !== undefined && isWanted(key))) continue
        await onPath(`stage ${key ?? name}`, 'write', () => here.unlink(name))
      }
    },
  }
}

/** Permission bits with the execute bit given to whoever may read, or taken from all. */
export function withExecutable(mode: number, executable: boolean): number {
  if (!executable) return mode & 0o666
  return (mode & 0o111) !== 0 ? mode & 0o777 : (mode | ((mode & 0o444) >> 2)) & 0o777
}

/** A key as a file name that every disk can hold and tells apart; the other way round is `nameToKey`. */
export function keyToName(key: string): string {
  const name = [...Buffer.from(key)]
    .map((byte, at) => {
      const character = String.fromCharCode(byte)
      const isPlain = /[a-z0-9-]/.test(character) || (character === '.' && at > 0)
      return isPlain ? character : `_${byte.toString(16).padStart(2, '0')}`
    })
    .join('')
  if (name === '' || name.length > 255) throw new Error(`assertion: not a key for a stage: ${key}`)
  return name
}

/** Undefined when no key has that name. */
export function nameToKey(name: string): string | undefined {
  if (!/^(?:[a-z0-9.-]|_[0-9a-f]{2})+$/.test(name)) return undefined
  const bytes = (name.match(/_..|./g) ?? []).map((part) =>
    part.length === 1 ? part.charCodeAt(0) : Number.parseInt(part.slice(1), 16),
  )
  return Buffer.from(bytes).toString('utf8')
}
