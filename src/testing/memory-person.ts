/**
 * The person at a disk in memory: does at once, and durably, what programs of theirs would do. Paths are relative to the folder and
 * never go through links.
 */
import type { FileStat } from '../disk/files.ts'
import { errnoError, type MemoryEntry, type MemoryNode, type MemoryTree } from './memory-tree.ts'

export interface PersonEntry {
  readonly path: string
  readonly kind: FileStat['kind']
  /** Content of a file, target of a link, empty otherwise. */
  readonly data: Buffer
  readonly executable: boolean
}

export interface Person {
  /** Writes a file in place, as most programs do, or makes it; missing parents are made. */
  writeFile(path: string, data: Uint8Array | string, mode?: number): void
  /** Writes a file beside it and renames it over, as careful editors do. */
  saveFile(path: string, data: Uint8Array | string): void
  readFile(path: string): Buffer
  mkdir(path: string): void
  symlink(target: string, path: string): void
  hardLink(from: string, path: string): void
  mkfifo(path: string): void
  /** Makes an entry whose name is not valid UTF-8; it lists as this path. */
  makeUndecodable(path: string): void
  rename(from: string, to: string): void
  /** Removes whatever is there, with all below it. */
  remove(path: string): void
  /** Sets the modification time; now when none is given. */
  touch(path: string, mtimeNs?: bigint): void
  chmod(path: string, mode: number): void
  /** No person does this, but the disk: a byte is another one, or nothing can be read, and the stat says nothing of it. */
  damage(path: string, how?: 'changed' | 'unreadable', offsetBytes?: number): void
  /** Whether the disk can read what lies there. */
  isReadable(path: string): boolean
  /** Undefined when nothing is there. */
  stat(path: string): FileStat | undefined
  names(path: string): string[]
  /** A path as what lies there is spelled, as far as something does: the disk may find it under other spellings, too. */
  spelled(path: string): string
  /** Everything at or below a path, if it is there; the hidden directory only when asked for by its path. Parents first, sorted. */
  tree(path?: string): PersonEntry[]
}

export function memoryPerson(tree: MemoryTree): Person {
  function split(path: string): { directory: MemoryNode; name: string } {
    const names = path.split('/')
    const name = names.pop()!
    return { directory: walkTo(names.join('/')), name }
  }
  function walkTo(path: string): MemoryNode {
    let node = tree.root
    for (const name of path === '' ? [] : path.split('/')) {
      const next = tree.lookup(node, name)
      if (next === undefined) throw errnoError('ENOENT', path)
      node = next
    }
    return node
  }
  function find(path: string): MemoryNode | undefined {
    try {
      return walkTo(path)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }
  /** Makes a path as it is now survive power cuts. */
  function pin(path: string): void {
    let node = tree.root
    for (const name of path.split('/')) {
      const key = tree.fold(name)
      const entry = node.entries.get(key)
      if (entry === undefined) {
        node.durableEntries.delete(key)
        return
      }
      node.durableEntries.set(key, entry)
      node = entry.node
    }
    pinBelow(node)
  }
  function pinBelow(node: MemoryNode): void {
    if (node.kind === 'file') node.durableData = Buffer.from(node.data)
    if (node.kind !== 'directory') return
    node.durableEntries = new Map(node.entries)
    for (const entry of node.entries.values()) pinBelow(entry.node)
  }
  function mkdir(path: string): void {
    let at = ''
    for (const name of path === '' ? [] : path.split('/')) {
      const parent = walkTo(at)
      at = at === '' ? name : `${at}/${name}`
      if (tree.lookup(parent, name) === undefined) tree.add(parent, name, tree.make('directory', 0o755), at)
    }
    if (path !== '') pin(path)
  }
  function add(path: string, node: MemoryNode): void {
    const parent = path.split('/').slice(0, -1).join('/')
    mkdir(parent)
    const { directory, name } = split(path)
    tree.add(directory, name, node, path)
  }
  function fill(node: MemoryNode, path: string, data: Uint8Array | string): void {
    const bytes = Buffer.from(data)
    tree.resize(node, bytes.length, path)
    bytes.copy(node.data)
    tree.changed(path)
  }
  function collect(node: MemoryNode, path: string, into: PersonEntry[]): void {
    if (path !== '') {
      const data = node.kind === 'link' ? Buffer.from(node.target) : Buffer.from(node.data)
      into.push({ path, kind: node.kind, data, executable: tree.stat(node).executable })
    }
    const entries: MemoryEntry[] = [...node.entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const entry of entries) {
      if (path === '' && entry.name === '.sync') continue
      collect(entry.node, path === '' ? entry.name : `${path}/${entry.name}`, into)
    }
  }

  return {
    writeFile(path, data, mode) {
      const existing = find(path)
      if (existing !== undefined && existing.kind !== 'file') throw errnoError('EISDIR', path)
      const node = existing ?? tree.make('file', mode ?? 0o644)
      if (existing === undefined) add(path, node)
      else if (mode !== undefined) node.mode = tree.settableMode(mode)
      fill(node, path, data)
      pin(path)
    },
    saveFile(path, data) {
      const { directory, name } = split(path)
      const old = tree.lookup(directory, name)
      if (old === undefined) throw errnoError('ENOENT', path)
      const node = tree.make('file', old.mode)
      fill(node, path, data)
      tree.replace(directory, name, node, path)
      pin(path)
    },
    readFile: (path) => Buffer.from(walkTo(path).data),
    mkdir,
    symlink(target, path) {
      const node = tree.make('link', 0o777)
      node.target = target
      add(path, node)
      pin(path)
    },
    hardLink(from, path) {
      add(path, walkTo(from))
      pin(path)
    },
    mkfifo(path) {
      add(path, tree.make('other', 0o644))
      pin(path)
    },
    makeUndecodable(path) {
      const { directory, name } = split(path)
      directory.entries.set(tree.fold(name), { name, node: tree.make('file', 0o644), undecodable: true })
      pin(path)
    },
    rename(from, to) {
      const source = split(from)
      const target = split(to)
      const node = walkTo(from)
      const isOtherCase =
        source.directory === target.directory && tree.fold(source.name) === tree.fold(target.name)
      // Another name of the very same file is given up too, as `mv` does.
      const replaced = tree.lookup(target.directory, target.name)
      if (replaced !== undefined && !isOtherCase) tree.drop(target.directory, target.name, to)
      tree.drop(source.directory, source.name, from)
      tree.add(target.directory, target.name, node, to)
      pin(from)
      pin(to)
    },
    remove(path) {
      const { directory, name } = split(path)
      const node = walkTo(path)
      for (const entry of [...node.entries.values()]) this.remove(`${path}/${entry.name}`)
      tree.drop(directory, name, path)
      pin(path)
    },
    touch(path, mtimeNs) {
      const node = walkTo(path)
      node.ctimeNs = tree.tick()
      node.mtimeNs = mtimeNs === undefined ? node.ctimeNs : tree.settableTime(mtimeNs)
      tree.changed(path)
    },
    chmod(path, mode) {
      const node = walkTo(path)
      node.mode = node.kind === 'file' ? tree.settableMode(mode) : mode
      node.ctimeNs = tree.tick()
      tree.changed(path)
    },
    damage: (path, how = 'changed', offsetBytes = 0) => tree.damage(walkTo(path), how, offsetBytes),
    isReadable: (path) => !walkTo(path).isUnreadable,
    stat(path) {
      const node = find(path)
      return node && tree.stat(node)
    },
    spelled(path) {
      let node: MemoryNode | undefined = tree.root
      const names = path.split('/').map((name) => {
        const entry: MemoryEntry | undefined = node?.entries.get(tree.fold(name))
        node = entry?.node
        return entry?.name ?? name
      })
      return names.join('/')
    },
    names: (path) => [...walkTo(path).entries.values()].map((entry) => entry.name),
    tree(path = '') {
      const entries: PersonEntry[] = []
      const node = find(path)
      if (node !== undefined) collect(node, path, entries)
      return entries
    },
  }
}
