/**
 * The people of a simulated run: each works on their own device's disk, at any moment, with a tiny set of names so that they often
 * meet. Keeps a journal of what they did since everybody last agreed, which is what the oracle judges by.
 */

import type { PersonEntry } from './memory-person.ts'
import type { SeededChance } from './seeded-chance.ts'
import type { Contents } from './sim-contents.ts'
import type { SimDevice } from './sim-device.ts'

/** What a look at a path shows; undefined: nothing. */
export type Shown =
  | undefined
  | { readonly kind: 'directory' }
  | { readonly kind: 'link'; readonly data: string }
  | { readonly kind: 'file'; readonly data: string; readonly executable: boolean; readonly mtimeNs: bigint }

export interface Journal {
  /** Paths (NFC) people touched since the last agreement, and the devices where. */
  readonly touched: ReadonlyMap<string, ReadonlySet<number>>
  /** What each person left at a path they touched. */
  leftBy(device: number, path: string): Shown
  /** Whether a rename connects the path to one that satisfies `test`, itself included. */
  someConnected(path: string, test: (path: string) => boolean): boolean
  /** Forgets everything: all devices agree. */
  clear(): void
}

export interface People {
  readonly journal: Journal
  /** Paths a read-only device's person ever touched. */
  readonly touchedReadOnly: ReadonlyMap<number, ReadonlySet<string>>
  /** Does something at this device; returns what, in words. Undefined when the disk is not there. */
  act(device: SimDevice): string | undefined
  /** A read-only device's person wants these paths as they are there. */
  keepHere(device: SimDevice, paths: readonly string[]): void
  /** Deletes most of what is there. */
  deleteMuch(device: SimDevice): string | undefined
}

const names = ['a', 'b.txt', 'c', 'd', 'e']
const rareNames = ['A', 'B.txt', 'caf\u00e9', 'a (conflict B 2026-01-01 000000)', 'x y', '.hidden']
const decomposed = 'cafe\u0301'
const maxDepth = 3

export function showPath(device: SimDevice, path: string): Shown {
  const { person } = device.own
  const stat = person.stat(path)
  if (stat === undefined) return undefined
  return showEntry(device, { path, kind: stat.kind, executable: stat.executable, data: Buffer.alloc(0) })
}

/** What is there, with contents as comparable text. */
export function showEntry(device: SimDevice, entry: PersonEntry): Shown {
  const { person } = device.own
  const { path, kind } = entry
  if (kind === 'directory') return { kind }
  if (kind === 'link') return { kind, data: readLink(device, path) }
  const stat = person.stat(path)!
  return {
    kind: 'file',
    data: person.readFile(path).toString('latin1'),
    executable: stat.executable,
    mtimeNs: stat.mtimeNs,
  }
}

function readLink(device: SimDevice, path: string): string {
  return device.own.person.tree(path)[0]!.data.toString()
}

export function createPeople(chance: SeededChance, contents: Contents, mayMeetOddNames: boolean): People {
  let touched = new Map<string, Set<number>>()
  let left = new Map<string, Shown>()
  let renamed: (readonly [string, string])[] = []
  const touchedReadOnly = new Map<number, Set<string>>()

  function touch(device: SimDevice, path: string): void {
    const nfc = path.normalize('NFC')
    if (device.role === 'full') return noteIn(touched, nfc, device.index)
    noteIn(touchedReadOnly, device.index, nfc)
    for (const name of otherNames(device, path)) noteIn(touchedReadOnly, device.index, name.normalize('NFC'))
  }

  /** A file that is on its way from one path to another has both names for a moment, and what is written into it goes along. */
  function otherNames(device: SimDevice, path: string): string[] {
    const { person } = device.own
    const stat = person.stat(path)
    if (stat?.kind !== 'file' || stat.links < 2) return []
    return person
      .tree()
      .map((entry) => entry.path)
      .filter((other) => person.stat(other)?.inode === stat.inode)
  }

  /** Every path at or below, as it is now. */
  function below(device: SimDevice, path: string): string[] {
    return device.own.person.tree(path).map((entry) => entry.path)
  }

  /** The person wants nothing more of what lies at or below a path. */
  function giveUp(device: SimDevice, path: string): void {
    if (device.own.person.stat(path) === undefined) return
    for (const { kind, data } of device.own.person.tree(path)) {
      if (kind !== 'file' && kind !== 'link') continue
      const content = contents.find(kind, data)
      // What is done on a read-only device counts there only.
      if (content === undefined || content === 'empty') continue
      if (device.role === 'full' || content.device === device.index) content.isGivenUp = true
    }
  }

  function act(device: SimDevice): string | undefined {
    if (device.mounted !== device.own) return undefined
    const done = choose(device)
    return done === undefined ? undefined : record(device, done)
  }

  interface Done {
    readonly words: string
    readonly touches: readonly string[]
    readonly renames?: readonly (readonly [string, string])[]
  }

  function record(device: SimDevice, { words, touches, renames = [] }: Done): string {
    for (const path of touches) touch(device, path)
    if (device.role === 'full') {
      renamed.push(...renames.map(([from, to]) => [from.normalize('NFC'), to.normalize('NFC')] as const))
      for (const path of touches) left.set(`${device.index} ${path.normalize('NFC')}`, showPath(device, path))
    }
    return `${device.name}: ${words}`
  }

  function choose(device: SimDevice): Done | undefined {
    const { person } = device.own
    const entries = person.tree()
    const files = entries.filter(({ kind }) => kind === 'file').map(({ path }) => path)
    const directories = entries.filter(({ kind }) => kind === 'directory').map(({ path }) => path)
    const anything = entries.map(({ path }) => path)
    const dice = chance.below(100)
    if (files.length === 0 || dice < 24) return create(device, directories)
    if (dice < 42) return edit(device, chance.pick(files))
    if (dice < 52) return remove(device, chance.pick(anything))
    if (dice < 70) return rename(device, chance.pick(anything), directories)
    if (dice < 75) return copy(device, chance.pick(files), directories)
    if (dice < 80) return touchTime(device, chance.pick(files))
    if (dice < 84) return changeMode(device, chance.pick(files))
    if (dice < 90) return makeDirectory(device, directories)
    if (dice < 95) return switchKind(device, chance.pick(anything))
    return makeLink(device, directories)
  }

  /** A path that may or may not be taken, in a directory that is there or in a new one. */
  function somePath(directories: readonly string[]): string {
    const parents = ['', '', ...directories.filter((path) => path.split('/').length < maxDepth)]
    let parent = chance.pick(parents)
    if (chance.happens(0.15)) parent = join(parent, chance.pick(names))
    return join(parent, someName())
  }

  function someName(): string {
    if (!chance.happens(0.12)) return chance.pick(names)
    return mayMeetOddNames && chance.happens(0.3) ? decomposed : chance.pick(rareNames)
  }

  /** A path that can be written: what is above it is a directory or can be made. */
  function freeWay(device: SimDevice, path: string): string[] | undefined {
    const { person } = device.own
    const made: string[] = []
    const parts = path.split('/')
    for (let depth = 1; depth < parts.length; depth++) {
      const above = parts.slice(0, depth).join('/')
      const stat = person.stat(above)
      if (stat === undefined) made.push(above)
      else if (stat.kind !== 'directory') return undefined
    }
    return made
  }

  function create(device: SimDevice, directories: readonly string[]): Done | undefined {
    const { person } = device.own
    const path = somePath(directories)
    const made = freeWay(device, path)
    const kind = person.stat(path)?.kind
    if (made === undefined || kind === 'directory') return undefined
    if (kind === 'link') return undefined
    giveUp(device, path)
    if (chance.happens(0.05)) person.writeFile(path, '')
    else person.writeFile(path, contents.make(device.index, `${device.name} ${path}`, chance.happens(0.02)))
    return {
      words: `${kind === undefined ? 'creates' : 'overwrites'} ${shown(device, path)}`,
      touches: [...made, path],
    }
  }

  function edit(device: SimDevice, path: string): Done {
    const { person } = device.own
    const before = person.stat(path)!
    giveUp(device, path)
    const where = `${device.name} ${path}`
    const dice = chance.below(10)
    const data =
      dice < 3
        ? contents.append(device.index, where, person.readFile(path))
        : contents.make(device.index, where, before.sizeBytes > 1000 && chance.happens(0.3))
    if (dice < 6) person.writeFile(path, data)
    else person.saveFile(path, data)
    const isSetBack = chance.happens(0.15)
    if (isSetBack) person.touch(path, chance.pick([before.mtimeNs, before.mtimeNs - 10_000_000_000n]))
    return {
      words: `edits ${shown(device, path)}${isSetBack ? ' and sets its time back' : ''}`,
      touches: [path],
    }
  }

  function remove(device: SimDevice, path: string): Done {
    const touches = below(device, path)
    giveUp(device, path)
    device.own.person.remove(path)
    return { words: `deletes ${path}`, touches }
  }

  function rename(device: SimDevice, from: string, directories: readonly string[]): Done | undefined {
    const { person } = device.own
    const to = chance.happens(0.1) ? otherCase(from) : somePath(directories)
    if (to === from || to.startsWith(`${from}/`) || from.startsWith(`${to}/`)) return undefined
    const made = freeWay(device, to)
    if (made === undefined) return undefined
    const target = person.stat(to)
    const isDirectory = person.stat(from)!.kind === 'directory'
    if (target !== undefined && (target.kind === 'directory' || isDirectory)) return undefined
    giveUp(device, to)
    const sources = below(device, from)
    for (const path of made) person.mkdir(path)
    person.rename(from, to)
    const renames = sources.map((path) => [path, to + path.slice(from.length)] as const)
    return {
      words: `renames ${from} to ${to}`,
      touches: [...made, ...renames.flat()],
      renames,
    }
  }

  function copy(device: SimDevice, from: string, directories: readonly string[]): Done | undefined {
    const { person } = device.own
    const to = somePath(directories)
    const made = freeWay(device, to)
    if (made === undefined || to === from || person.stat(to) !== undefined) return undefined
    person.writeFile(to, person.readFile(from))
    return { words: `copies ${from} to ${to}`, touches: [...made, to] }
  }

  function touchTime(device: SimDevice, path: string): Done {
    const { mtimeNs } = device.own.person.stat(path)!
    device.own.person.touch(
      path,
      chance.happens(0.5) ? undefined : mtimeNs - BigInt(chance.below(100)) * 1_000_000_000n,
    )
    return { words: `touches ${path}`, touches: [path] }
  }

  function changeMode(device: SimDevice, path: string): Done {
    const { person } = device.own
    person.chmod(path, person.stat(path)!.executable ? 0o644 : 0o755)
    return { words: `flips the executable bit of ${path}`, touches: [path] }
  }

  function makeDirectory(device: SimDevice, directories: readonly string[]): Done | undefined {
    const path = somePath(directories)
    const made = freeWay(device, path)
    if (made === undefined || device.own.person.stat(path) !== undefined) return undefined
    device.own.person.mkdir(path)
    return { words: `makes the directory ${path}`, touches: [...made, path] }
  }

  function switchKind(device: SimDevice, path: string): Done {
    const { person } = device.own
    const { kind } = person.stat(path)!
    const touches = below(device, path)
    giveUp(device, path)
    person.remove(path)
    if (kind === 'directory') {
      person.writeFile(path, contents.make(device.index, `${device.name} ${path}`, false))
      return { words: `puts ${shown(device, path)} where a directory was`, touches }
    }
    person.mkdir(path)
    if (chance.happens(0.5)) return { words: `makes ${path} a directory`, touches }
    const inside = `${path}/${chance.pick(names)}`
    person.writeFile(inside, contents.make(device.index, `${device.name} ${inside}`, false))
    return { words: `makes ${path} a directory with ${shown(device, inside)}`, touches: [...touches, inside] }
  }

  function makeLink(device: SimDevice, directories: readonly string[]): Done | undefined {
    const path = somePath(directories)
    const made = freeWay(device, path)
    if (made === undefined || device.own.person.stat(path) !== undefined) return undefined
    device.own.person.symlink(contents.makeTarget(device.index, `${device.name} ${path}`), path)
    return { words: `makes the link ${path}`, touches: [...made, path] }
  }

  function deleteMuch(device: SimDevice): string | undefined {
    if (device.mounted !== device.own) return undefined
    const touches: string[] = []
    for (const name of device.own.person.names('')) {
      if (name === '.sync' || chance.happens(0.15)) continue
      touches.push(...below(device, name))
      giveUp(device, name)
      device.own.person.remove(name)
    }
    return record(device, { words: `deletes much: ${touches.join(', ')}`, touches })
  }

  function shown(device: SimDevice, path: string): string {
    const content = contents.find('file', device.own.person.readFile(path))
    return `${path} (${content === undefined || content === 'empty' ? 'empty' : `#${content.id}`})`
  }

  return {
    journal: {
      get touched() {
        return touched
      },
      leftBy: (device, path) => left.get(`${device} ${path}`),
      someConnected(path, test) {
        const reached = new Set([path])
        for (const at of reached) {
          if (test(at)) return true
          for (const [from, to] of renamed) {
            if (from === at) reached.add(to)
            if (to === at) reached.add(from)
          }
        }
        return false
      },
      clear() {
        touched = new Map()
        left = new Map()
        renamed = []
      },
    },
    touchedReadOnly,
    keepHere(device, paths) {
      for (const path of paths) touch(device, path)
    },
    act,
    deleteMuch,
  }
}

function noteIn<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key) ?? new Set()
  sets.set(key, set.add(value))
}

function join(parent: string, name: string): string {
  return parent === '' ? name : `${parent}/${name}`
}

function otherCase(path: string): string {
  const slash = path.lastIndexOf('/') + 1
  const name = path.slice(slash)
  return path.slice(0, slash) + (name === name.toUpperCase() ? name.toLowerCase() : name.toUpperCase())
}
