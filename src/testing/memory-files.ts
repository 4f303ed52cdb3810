/**
 * A file system in memory behind `disk/files.ts`, for tests and the simulator: inodes, hard links, time that always advances, disks
 * without some ability, full, read-only, pulled out. Every operation of a process first passes its gate, where the simulator delays
 * it, makes it fail, or never lets it return (a crash). `person` is the user at the same disk: synchronous, past any gate.
 *
 * What a power cut loses: content of files that was not synced since it was written (the last synced content comes back, or none),
 * and names made, moved or removed in a directory that was not synced since. Each file and directory is lost or kept by itself,
 * which is harsher than a journalling file system. What the person does counts as synced.
 */

import { isSameStat } from '../core/stat.ts'
import type { WatchFiles } from '../disk/disk.ts'
import { type Directory, type FileStat, type Files, type OpenFile, settableMtime } from '../disk/files.ts'
import { memoryPerson, type Person } from './memory-person.ts'
import { createMemoryTree, type MemoryNode, type MemoryOptions, type MemoryTree } from './memory-tree.ts'

/**
 * Called before each operation of a process with its name (`openRoot`, `directory`, `list`, `lstat`, `readlink`, `open`, `create`,
 * `mkdir`, `rmdir`, `symlink`, `unlink`, `link`, `rename`, `replace`, `stat`, `read`, `write`, `truncate`, `metadata`, `sync`,
 * `space`) and path. Reject with `errnoError` to make it fail; never settle to crash there.
 */
export type Gate = (operation: string, path: string) => Promise<void>

export interface MemoryDisk {
  /** The disk as one process sees it. */
  files(gate?: Gate): Files
  readonly person: Person
  /** Tells, soon after, the path of everything that changes outside the hidden directory, whoever changes it. */
  readonly watch: WatchFiles
  /**
   * Goes back to what was durable, keeping a path's unsynced state where `keep` says so; a fraction keeps so much of a file's content, with
   * zeros for the rest. Processes must be gone by then.
   */
  powerCut(keep?: (path: string) => boolean | number): void
  setReadOnly(readOnly: boolean): void
  setCapacity(bytes: number): void
  /** Pulled out, the directory is missing and open handles give `EIO`. */
  setPresent(present: boolean): void
}

export { errnoError, type MemoryOptions } from './memory-tree.ts'

export function createMemoryDisk(options: MemoryOptions = {}): MemoryDisk {
  const tree = createMemoryTree(options)
  return {
    files: (gate = async () => undefined) => memoryFiles(tree, gate),
    person: memoryPerson(tree),
    async watch(hint) {
      const told = (path: string) => queueMicrotask(() => tree.watchers.has(told) && hint([path]))
      tree.watchers.add(told)
      return {
        async [Symbol.asyncDispose]() {
          tree.watchers.delete(told)
        },
      }
    },
    powerCut: (keep = () => false) => tree.powerCut(keep),
    setReadOnly(readOnly) {
      tree.state.readOnly = readOnly
    },
    setCapacity(bytes) {
      tree.state.capacityBytes = bytes
    },
    setPresent(present) {
      tree.state.present = present
    },
  }
}

function memoryFiles(tree: MemoryTree, gate: Gate): Files {
  return {
    path: '/memory',
    async openRoot() {
      await gate('openRoot', '')
      if (!tree.state.present) throw tree.failure('ENOENT', '/memory')
      return memoryDirectory(tree, gate, tree.root, '')
    },
    isRoot: (directory) => tree.state.present && (directory as MemoryDirectory).node === tree.root,
  }
}

type MemoryDirectory = Directory & { readonly node: MemoryNode; readonly path: string }

function memoryDirectory(tree: MemoryTree, gate: Gate, node: MemoryNode, path: string): Directory {
  let isOpen = true

  function pathOf(name: string): string {
    if (!isOpen) throw new Error('assertion: the directory is closed')
    if (name === '' || name === '.' || name === '..' || name.includes('/'))
      throw new Error(`assertion: not a name: ${name}`)
    return path === '' ? name : `${path}/${name}`
  }
  async function pass(operation: string, name: string): Promise<void> {
    const at = pathOf(name)
    await gate(operation, at)
    tree.checkAlive(at)
    tree.checkName(name)
  }
  function find(name: string): MemoryNode {
    const found = tree.lookup(node, name)
    if (found === undefined) throw tree.failure('ENOENT', pathOf(name))
    return found
  }
  function checkedStat(
    name: string,
    expect: FileStat | Parameters<typeof isSameStat>[1],
  ): FileStat | undefined {
    const found = tree.lookup(node, name)
    const stat = found && tree.stat(found)
    return stat !== undefined && isSameStat(stat, expect) ? stat : undefined
  }

  const directory: MemoryDirectory = {
    node,
    path,
    async stat() {
      await gate('stat', path)
      tree.checkAlive(path)
      return tree.stat(node)
    },
    async list() {
      await gate('list', path)
      tree.checkAlive(path)
      return [...node.entries.values()].map((entry) => entry.name)
    },
    async lstat(name) {
      await pass('lstat', name)
      tree.checkPermission(node, 0o100, pathOf(name))
      const found = tree.lookup(node, name)
      return found && tree.stat(found)
    },
    async readlink(name) {
      await pass('readlink', name)
      const found = find(name)
      if (found.kind !== 'link') throw tree.failure('EINVAL', pathOf(name))
      return found.target
    },
    async directory(name) {
      await pass('directory', name)
      const found = find(name)
      if (found.kind !== 'directory') throw tree.failure('ENOTDIR', pathOf(name))
      tree.checkPermission(found, 0o400, pathOf(name))
      return memoryDirectory(tree, gate, found, pathOf(name))
    },
    async below(names) {
      let current: Directory = directory
      for (const name of names) current = await current.directory(name)
      return current
    },
    liesBelow(above, names) {
      let current: MemoryNode | undefined = (above as MemoryDirectory).node
      for (const name of names) current = current && tree.lookup(current, name)
      return current === node
    },
    async open(name, access) {
      await pass('open', name)
      const found = find(name)
      if (found.kind === 'link') throw tree.failure('ELOOP', pathOf(name))
      if (found.kind !== 'file') throw tree.failure('EINVAL', pathOf(name))
      tree.checkPermission(found, access === 'read' ? 0o400 : 0o600, pathOf(name))
      if (access === 'write') tree.checkWritable(pathOf(name))
      return memoryFile(tree, gate, found, pathOf(name))
    },
    async create(name, mode) {
      await pass('create', name)
      const made = tree.make('file', mode & ~0o022)
      tree.add(node, name, made, pathOf(name))
      return memoryFile(tree, gate, made, pathOf(name))
    },
    async mkdir(name, mode) {
      await pass('mkdir', name)
      tree.add(node, name, tree.make('directory', mode & ~0o022), pathOf(name))
    },
    async rmdir(name) {
      await pass('rmdir', name)
      const found = find(name)
      if (found.kind !== 'directory') throw tree.failure('ENOTDIR', pathOf(name))
      if (found.entries.size > 0) throw tree.failure('ENOTEMPTY', pathOf(name))
      tree.drop(node, name, pathOf(name))
    },
    async symlink(target, name) {
      await pass('symlink', name)
      if (!tree.symbolicLinks) throw tree.failure('EPERM', pathOf(name))
      const made = tree.make('link', 0o777)
      made.target = target
      tree.add(node, name, made, pathOf(name))
    },
    async unlink(name) {
      await pass('unlink', name)
      if (find(name).kind === 'directory') throw tree.failure('EISDIR', pathOf(name))
      tree.drop(node, name, pathOf(name))
    },
    async linkIf(name, expect, to, toName) {
      const target = to as MemoryDirectory
      await pass('link', name)
      tree.checkName(toName)
      const found = tree.lookup(node, name)
      if (found === undefined || checkedStat(name, expect) === undefined) return undefined
      if (!tree.hardLinks || found.kind === 'directory') throw tree.failure('EPERM', pathOf(name))
      tree.add(target.node, toName, found, `${target.path}/${toName}`)
      return tree.stat(found)
    },
    async moveNew(name, to, toName) {
      const target = to as MemoryDirectory
      const targetPath = target.path === '' ? toName : `${target.path}/${toName}`
      await pass(tree.hardLinks ? 'link' : 'rename', name)
      tree.checkName(toName)
      const found = find(name)
      tree.add(target.node, toName, found, targetPath)
      if (tree.hardLinks) await gate('unlink', pathOf(name))
      tree.drop(node, name, pathOf(name))
      return tree.stat(found)
    },
    async moveIf(name, isExpected, to, toName) {
      const target = to as MemoryDirectory
      await pass('rename', name)
      tree.checkName(toName)
      const found = tree.lookup(node, name)
      if (tree.lookup(target.node, toName) !== undefined) throw tree.failure('EEXIST', pathOf(name))
      if (found === undefined || !isExpected(tree.stat(found))) return undefined
      tree.add(target.node, toName, found, target.path === '' ? toName : `${target.path}/${toName}`)
      tree.drop(node, name, pathOf(name))
      return tree.stat(found)
    },
    async replaceIf(name, to, toName, expect) {
      const target = to as MemoryDirectory
      const targetPath = target.path === '' ? toName : `${target.path}/${toName}`
      await pass('replace', name)
      tree.checkName(toName)
      const found = find(name)
      const old = tree.lookup(target.node, toName)
      if (old === undefined || !isSameStat(tree.stat(old), expect)) return undefined
      if (old.kind === 'directory') throw tree.failure('EISDIR', targetPath)
      tree.replace(target.node, toName, found, targetPath)
      tree.drop(node, name, pathOf(name))
      return tree.stat(found)
    },
    async sync() {
      await gate('sync', path)
      tree.checkAlive(path)
      node.durableEntries = new Map(node.entries)
    },
    async space() {
      await gate('space', path)
      tree.checkAlive(path)
      const { capacityBytes, usedBytes } = tree.state
      return { freeBytes: Math.max(0, capacityBytes - usedBytes), totalBytes: capacityBytes }
    },
    [Symbol.dispose]() {
      isOpen = false
    },
  }
  return directory
}

function memoryFile(tree: MemoryTree, gate: Gate, node: MemoryNode, path: string): OpenFile {
  let isOpen = true
  async function pass(operation: string): Promise<void> {
    if (!isOpen) throw new Error('assertion: the file is closed')
    await gate(operation, path)
    tree.checkAlive(path)
    if (operation === 'write' || operation === 'truncate' || operation === 'metadata')
      tree.checkWritable(path)
  }
  function setMetadata(mtimeNs: bigint, mode: number): void {
    node.mtimeNs = tree.toStep(settableMtime(mtimeNs))
    node.mode = tree.settableMode(mode)
    node.ctimeNs = tree.tick()
    tree.changed(path)
  }
  return {
    descriptor: undefined,
    async stat() {
      await pass('stat')
      return tree.stat(node)
    },
    async read(into, offsetBytes) {
      await pass('read')
      if (node.isUnreadable) throw tree.failure('EIO', path)
      const part = node.data.subarray(offsetBytes, offsetBytes + into.length)
      into.set(part)
      return part.length
    },
    async write(offsetBytes, data) {
      await pass('write')
      tree.resize(node, Math.max(node.data.length, offsetBytes + data.length), path)
      node.data.set(data, offsetBytes)
      tree.changed(path)
    },
    async truncate(sizeBytes) {
      await pass('truncate')
      tree.resize(node, sizeBytes, path)
      tree.changed(path)
    },
    async setTimes(mtimeNs) {
      await pass('metadata')
      setMetadata(mtimeNs, node.mode)
    },
    async setMode(mode) {
      await pass('metadata')
      node.mode = tree.settableMode(mode)
      node.ctimeNs = tree.tick()
    },
    async setMetadataIf(expect, mtimeNs, mode) {
      await pass('metadata')
      if (!isSameStat(tree.stat(node), expect)) return undefined
      setMetadata(mtimeNs, mode)
      return tree.stat(node)
    },
    async sync() {
      await pass('sync')
      node.durableData = Buffer.from(node.data)
    },
    async [Symbol.asyncDispose]() {
      isOpen = false
    },
  }
}
