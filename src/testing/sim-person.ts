/**
 * The people of a simulated run: each works on their own device's disk, at any moment. Keeps a journal of what they did since everybody last
 * agreed, which is what the oracle judges by.
 */

import type { PersonEntry } from './memory-person.ts'
import type { Contents } from './sim-contents.ts'
import type { SimDevice } from './sim-device.ts'
import type { Deed } from './sim-script.ts'

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
  /** Does something at this device; returns what, in words. Undefined where it cannot be done, or the disk is not there. */
  act(device: SimDevice, deed: Deed): string | undefined
  /** A read-only device's person wants these paths as they are there. */
  keepHere(device: SimDevice, paths: readonly string[]): void
}

export function showPath(device: SimDevice, path: string): Shown {
  const { person } = device.own
  const stat = person.stat(path)
  // What lies there under another spelling is shown there.
  if (stat === undefined || person.spelled(path).normalize('NFC') !== path.normalize('NFC')) return undefined
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

/** Directories that have to be made for a path; undefined where something else is in the way. */
export function freeWay({ own: { person } }: SimDevice, path: string): string[] | undefined {
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

export function createPeople(contents: Contents): People {
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
      const content = contents.find(kind, data) ?? contents.findSpoilt(data)?.of
      // What is done on a read-only device counts there only.
      if (content === undefined || content === 'empty') continue
      if (device.role === 'full' || content.device === device.index) content.isGivenUp = true
    }
  }

  /** Who goes on with what a disk has damaged makes it a work of their own, which no program can tell from an edit. Nobody does so here. */
  function wouldTakeOver({ own: { person } }: SimDevice, deed: Deed): boolean {
    if (deed.kind === 'remove much' || person.stat(deed.path)?.kind !== 'file') return false
    const isKept = deed.kind !== 'write' || deed.content === 'more'
    const replaces = deed.kind === 'remove' || deed.kind === 'switch'
    const isDamaged =
      !person.isReadable(deed.path) || contents.findSpoilt(person.readFile(deed.path)) !== undefined
    return isDamaged && isKept && !replaces
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

  /** Undefined where it cannot be done. */
  function perform(device: SimDevice, deed: Deed): Done | undefined {
    switch (deed.kind) {
      case 'write':
        return write(device, deed)
      case 'copy':
        return copy(device, deed.path, deed.to)
      case 'rename':
        return rename(device, deed.path, deed.to)
      case 'remove':
        return remove(device, deed.path)
      case 'touch':
        return touchTime(device, deed.path, deed.secondsBack)
      case 'flip the mode':
        return flipMode(device, deed.path)
      case 'make a directory':
        return makeDirectory(device, deed.path)
      case 'link':
        return makeLink(device, deed.path)
      case 'switch':
        return switchKind(device, deed.path, deed.inside)
      case 'remove much':
        return removeMuch(device, deed.keep)
    }
  }

  function write(
    device: SimDevice,
    { path, content, how, time }: Deed & { readonly kind: 'write' },
  ): Done | undefined {
    const { person } = device.own
    const made = freeWay(device, path)
    const before = person.stat(path)
    if (made === undefined || (before !== undefined && before.kind !== 'file')) return undefined
    giveUp(device, path)
    const data = contentFor(device, path, content)
    if (before === undefined || how === 'in place') person.writeFile(path, data)
    else person.saveFile(path, data)
    if (before !== undefined && time !== undefined)
      person.touch(path, time === 'before' ? before.mtimeNs : before.mtimeNs - 10_000_000_000n)
    return {
      words: `${before === undefined ? 'creates' : 'overwrites'} ${shown(device, path)}${time === undefined ? '' : ' and sets its time back'}`,
      touches: [...made, path],
    }
  }

  function contentFor(
    device: SimDevice,
    path: string,
    content: (Deed & { readonly kind: 'write' })['content'],
  ): Buffer {
    const where = `${device.name} ${path}`
    const { person } = device.own
    if (content === 'none') return Buffer.alloc(0)
    if (content === 'more' && person.stat(path) !== undefined)
      return contents.append(device.index, where, person.readFile(path))
    return contents.make(device.index, where, content === 'new, large')
  }

  function remove(device: SimDevice, path: string): Done | undefined {
    if (device.own.person.stat(path) === undefined) return undefined
    const touches = below(device, path)
    giveUp(device, path)
    device.own.person.remove(path)
    return { words: `deletes ${path}`, touches }
  }

  function rename(device: SimDevice, from: string, to: string): Done | undefined {
    const { person } = device.own
    const source = person.stat(from)
    if (source === undefined || to === from || to.startsWith(`${from}/`) || from.startsWith(`${to}/`))
      return undefined
    const made = freeWay(device, to)
    if (made === undefined) return undefined
    const isRespelled = person.spelled(to) === from
    if (!isRespelled) {
      const target = person.stat(to)
      if (target !== undefined && (target.kind === 'directory' || source.kind === 'directory'))
        return undefined
      giveUp(device, to)
    }
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

  function copy(device: SimDevice, from: string, to: string): Done | undefined {
    const { person } = device.own
    const made = freeWay(device, to)
    if (person.stat(from)?.kind !== 'file' || made === undefined || person.stat(to) !== undefined)
      return undefined
    person.writeFile(to, person.readFile(from))
    return { words: `copies ${from} to ${to}`, touches: [...made, to] }
  }

  function touchTime(device: SimDevice, path: string, secondsBack: number | undefined): Done | undefined {
    const { person } = device.own
    const stat = person.stat(path)
    if (stat?.kind !== 'file') return undefined
    person.touch(
      path,
      secondsBack === undefined ? undefined : stat.mtimeNs - BigInt(secondsBack) * 1_000_000_000n,
    )
    return { words: `touches ${path}`, touches: [path] }
  }

  function flipMode(device: SimDevice, path: string): Done | undefined {
    const { person } = device.own
    const stat = person.stat(path)
    if (stat?.kind !== 'file') return undefined
    person.chmod(path, stat.executable ? 0o644 : 0o755)
    return { words: `flips the executable bit of ${path}`, touches: [path] }
  }

  function makeDirectory(device: SimDevice, path: string): Done | undefined {
    const made = freeWay(device, path)
    if (made === undefined || device.own.person.stat(path) !== undefined) return undefined
    device.own.person.mkdir(path)
    return { words: `makes the directory ${path}`, touches: [...made, path] }
  }

  function switchKind(device: SimDevice, path: string, name: string | undefined): Done | undefined {
    const { person } = device.own
    const kind = person.stat(path)?.kind
    if (kind === undefined) return undefined
    const touches = below(device, path)
    giveUp(device, path)
    person.remove(path)
    if (kind === 'directory') {
      person.writeFile(path, contents.make(device.index, `${device.name} ${path}`, false))
      return { words: `puts ${shown(device, path)} where a directory was`, touches }
    }
    person.mkdir(path)
    if (name === undefined) return { words: `makes ${path} a directory`, touches }
    const inside = `${path}/${name}`
    person.writeFile(inside, contents.make(device.index, `${device.name} ${inside}`, false))
    return { words: `makes ${path} a directory with ${shown(device, inside)}`, touches: [...touches, inside] }
  }

  function makeLink(device: SimDevice, path: string): Done | undefined {
    const made = freeWay(device, path)
    if (made === undefined || device.own.person.stat(path) !== undefined || !device.disk.symbolicLinks)
      return undefined
    device.own.person.symlink(contents.makeTarget(device.index, `${device.name} ${path}`), path)
    return { words: `makes the link ${path}`, touches: [...made, path] }
  }

  function removeMuch(device: SimDevice, keep: readonly string[]): Done {
    const touches: string[] = []
    for (const name of device.own.person.names('')) {
      if (name === '.sync' || keep.includes(name)) continue
      touches.push(...below(device, name))
      giveUp(device, name)
      device.own.person.remove(name)
    }
    return { words: `deletes much: ${touches.join(', ')}`, touches }
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
    act(device, deed) {
      if (device.mounted !== device.own) return undefined
      const meant = spelledAt(device, deed)
      if (wouldTakeOver(device, meant)) return undefined
      const done = perform(device, meant)
      return done === undefined ? undefined : record(device, done)
    },
  }
}

/** Where a disk finds a name under other spellings too, a person who types one means what is there. */
function spelledAt({ own: { person } }: SimDevice, deed: Deed): Deed {
  if (deed.kind === 'remove much') return deed
  const path = person.spelled(deed.path)
  if (deed.kind !== 'copy' && deed.kind !== 'rename') return { ...deed, path }
  const to = person.spelled(deed.to)
  // Or nobody could give a file another spelling.
  return { ...deed, path, to: deed.kind === 'rename' && to === path ? deed.to : to }
}

function noteIn<K, V>(sets: Map<K, Set<V>>, key: K, value: V): void {
  const set = sets.get(key) ?? new Set()
  sets.set(key, set.add(value))
}
