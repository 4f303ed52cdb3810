/**
 * The inodes and names of a disk in memory, and what of them is durable. Shared by the processes that use the disk
 * (`memory-files.ts`) and the person at it (`memory-person.ts`). Everything is synchronous; rules of the file system live here.
 */
import { type FileStat, settableMtime } from '../disk/files.ts'

export interface MemoryOptions {
  /** The time file stamps are taken from; two stamps are never equal whatever it says, unless `mtimeStepNs` makes them. */
  readonly nowNs?: () => bigint
  readonly device?: bigint
  readonly caseSensitive?: boolean
  /** Names come back in NFD, however they were given. */
  readonly decomposes?: boolean
  readonly executable?: boolean
  readonly hardLinks?: boolean
  readonly symbolicLinks?: boolean
  /** Coarseness of stored times: 2 s on FAT. */
  readonly mtimeStepNs?: bigint
  readonly capacityBytes?: number
  /** Names that cannot be stored give `EINVAL`. */
  readonly forbiddenNames?: RegExp
}

export interface MemoryNode {
  readonly kind: FileStat['kind']
  readonly inode: bigint
  mode: number
  links: number
  mtimeNs: bigint
  ctimeNs: bigint
  data: Buffer
  /** What a power cut leaves of the content; undefined: nothing was synced yet. */
  durableData: Buffer | undefined
  /** The disk cannot read it any more; whoever writes to it anew can. */
  isUnreadable: boolean
  target: string
  /** By folded name. */
  entries: Map<string, MemoryEntry>
  durableEntries: Map<string, MemoryEntry>
}

export interface MemoryEntry {
  readonly name: string
  readonly node: MemoryNode
  /** Stands for a name that is not valid UTF-8: it can be listed and nothing else. */
  readonly undecodable: boolean
}

export type MemoryTree = ReturnType<typeof createMemoryTree>

/** An error as the real file system gives it. */
export function errnoError(code: string, path: string): NodeJS.ErrnoException {
  // Where it comes from is plain, and the stack costs more than the rest of the operation.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  const error = Object.assign(new Error(`${code}: '${path}'`), { code })
  Error.stackTraceLimit = stackTraceLimit
  return error
}

export function createMemoryTree(options: MemoryOptions) {
  const stepNs = options.mtimeStepNs ?? 1n
  const keepsExecutable = options.executable ?? true
  const state = {
    readOnly: false,
    present: true,
    capacityBytes: options.capacityBytes ?? 2 ** 40,
    usedBytes: 0,
  }
  const watchers = new Set<(path: string) => void>()
  let lastNs = 0n
  let lastInode = 1n

  function toStep(ns: bigint): bigint {
    return ns - (((ns % stepNs) + stepNs) % stepNs)
  }
  function tick(): bigint {
    const now = options.nowNs?.() ?? 1_700_000_000_000_000_000n
    lastNs = now > lastNs ? now : lastNs + 1n
    return toStep(lastNs)
  }
  function fold(name: string): string {
    if (options.caseSensitive ?? true) return options.decomposes ? name.normalize('NFC') : name
    return name.normalize('NFC').toLowerCase()
  }
  function settableMode(mode: number): number {
    return keepsExecutable ? mode & 0o777 : mode & 0o666
  }
  function make(kind: MemoryNode['kind'], mode: number): MemoryNode {
    const now = tick()
    lastInode += 1n
    return {
      kind,
      inode: lastInode,
      mode: kind === 'file' ? settableMode(mode) : mode,
      links: 0,
      mtimeNs: now,
      ctimeNs: now,
      data: Buffer.alloc(0),
      durableData: undefined,
      isUnreadable: false,
      target: '',
      entries: new Map(),
      durableEntries: new Map(),
    }
  }
  const root = make('directory', 0o755)

  function stat(node: MemoryNode): FileStat {
    return {
      kind: node.kind,
      sizeBytes:
        node.kind === 'file'
          ? node.data.length
          : node.kind === 'link'
            ? Buffer.byteLength(node.target)
            : 4096,
      mtimeNs: node.mtimeNs,
      ctimeNs: node.ctimeNs,
      inode: node.inode,
      device: options.device ?? 1n,
      executable: node.kind === 'file' && (node.mode & 0o111) !== 0,
      mode: node.mode,
      links: node.links,
    }
  }
  function lookup(directory: MemoryNode, name: string): MemoryNode | undefined {
    const entry = directory.entries.get(fold(name))
    return entry === undefined || entry.undecodable ? undefined : entry.node
  }
  function changed(path: string): void {
    if (path === '.sync' || path.startsWith('.sync/')) return
    for (const watcher of watchers) watcher(path)
  }
  function touchDirectory(directory: MemoryNode): void {
    directory.mtimeNs = tick()
    directory.ctimeNs = directory.mtimeNs
  }
  function put(directory: MemoryNode, name: string, node: MemoryNode, path: string): void {
    checkWritable(path)
    checkPermission(directory, 0o200, path)
    // A directory that was removed takes nothing in any more, however long somebody keeps it open.
    if (directory !== root && directory.links === 0) throw errnoError('ENOENT', path)
    const kept = options.decomposes ? name.normalize('NFD') : name
    directory.entries.set(fold(name), { name: kept, node, undecodable: false })
    node.links += 1
    node.ctimeNs = tick()
    touchDirectory(directory)
    changed(path)
  }
  function unlink(node: MemoryNode): void {
    node.links -= 1
    if (node.links === 0) state.usedBytes -= node.data.length
  }
  function checkWritable(path: string): void {
    if (state.readOnly) throw errnoError('EROFS', path)
  }
  function checkPermission(node: MemoryNode, bits: number, path: string): void {
    if ((node.mode & bits) !== bits) throw errnoError('EACCES', path)
  }

  return {
    root,
    state,
    watchers,
    hardLinks: options.hardLinks ?? true,
    symbolicLinks: options.symbolicLinks ?? true,
    failure: errnoError,
    fold,
    tick,
    toStep,
    settableMode,
    settableTime: (ns: bigint) => toStep(settableMtime(ns)),
    make,
    stat,
    lookup,
    changed,
    checkWritable,
    checkPermission,
    checkAlive(path: string): void {
      if (!state.present) throw errnoError('EIO', path)
    },
    checkName(name: string): void {
      if (Buffer.byteLength(name) > 255) throw errnoError('ENAMETOOLONG', name)
      if (options.forbiddenNames?.test(name)) throw errnoError('EINVAL', name)
    },
    /** Gives a node a name that is free. */
    add(directory: MemoryNode, name: string, node: MemoryNode, path: string): void {
      if (directory.entries.has(fold(name))) throw errnoError('EEXIST', path)
      put(directory, name, node, path)
    },
    /** Gives a node a name that another has; a case-blind disk keeps the name as it was spelled. */
    replace(directory: MemoryNode, name: string, node: MemoryNode, path: string): void {
      const old = directory.entries.get(fold(name))!
      put(directory, old.name, node, path)
      unlink(old.node)
    },
    drop(directory: MemoryNode, name: string, path: string): void {
      checkWritable(path)
      checkPermission(directory, 0o200, path)
      const old = directory.entries.get(fold(name))
      if (old === undefined) throw errnoError('ENOENT', path)
      directory.entries.delete(fold(name))
      old.node.ctimeNs = tick()
      unlink(old.node)
      touchDirectory(directory)
      changed(path)
    },
    resize(node: MemoryNode, sizeBytes: number, path: string): void {
      const growth = sizeBytes - node.data.length
      if (growth > 0 && state.usedBytes + growth > state.capacityBytes) throw errnoError('ENOSPC', path)
      state.usedBytes += growth
      // A fresh buffer: durable content may share the old one.
      const data = Buffer.alloc(sizeBytes)
      node.data.copy(data)
      node.data = data
      node.isUnreadable = false
      node.mtimeNs = tick()
      node.ctimeNs = node.mtimeNs
    },
    /** What a disk does of its own accord: other bytes, or none that can be read, under the very same stat. */
    damage(node: MemoryNode, how: 'changed' | 'unreadable', offsetBytes: number): void {
      if (how === 'unreadable') node.isUnreadable = true
      for (const key of ['data', 'durableData'] as const) {
        const data = node[key]
        if (how === 'unreadable' || data === undefined || offsetBytes >= data.length) continue
        const spoilt = Buffer.from(data)
        spoilt[offsetBytes]! ^= 0x55
        node[key] = spoilt
      }
    },
    powerCut(keep: (path: string) => boolean | number): void {
      const settled = new Set<MemoryNode>()
      function settle(node: MemoryNode, path: string): void {
        if (settled.has(node)) return
        settled.add(node)
        if (node.kind === 'file' && (node.durableData === undefined || !node.durableData.equals(node.data))) {
          const kept = keep(path)
          if (typeof kept === 'number') node.data.fill(0, Math.floor(node.data.length * kept))
          else if (!kept) node.data = Buffer.from(node.durableData ?? [])
          node.durableData = Buffer.from(node.data)
        }
        if (node.kind !== 'directory') return
        const isSynced =
          node.entries.size === node.durableEntries.size &&
          [...node.entries].every(([key, entry]) => node.durableEntries.get(key)?.node === entry.node)
        if (!isSynced && keep(path) !== true) node.entries = new Map(node.durableEntries)
        node.durableEntries = new Map(node.entries)
        for (const entry of node.entries.values()) {
          entry.node.links = settled.has(entry.node) ? entry.node.links + 1 : 1
          settle(entry.node, path === '' ? entry.name : `${path}/${entry.name}`)
        }
      }
      settle(root, '')
      const files = [...settled].filter((node) => node.kind === 'file')
      state.usedBytes = files.reduce((sum, node) => sum + node.data.length, 0)
    },
  }
}
