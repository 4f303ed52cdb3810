/**
 * What was written to a folder, by whom and in which order, and from when on it must not get lost any more. Pure: it writes nothing itself. Each path
 * has one side that writes it, so that its versions have an order.
 */
import { createHash } from 'node:crypto'

export type Side = 'host' | 'device'

interface Entry {
  readonly side: Side
  /** SHA-256 of each content it was given, the oldest first; undefined where it was removed. */
  readonly versions: (string | undefined)[]
  /** Place in `versions` of the last one that is written whole; -1 for none. */
  written: number
  /** Place in `versions` from which on it must survive; -1 for none. */
  confirmed: number
}

export interface Ledger {
  /** Before it is written. */
  note(side: Side, path: string, content: Buffer): void
  /** Before it is removed. */
  noteRemoval(path: string): void
  /** What was noted of it last has happened. */
  noteDone(path: string): void
  /** What a side has written so far, to be confirmed later. */
  mark(side: Side): Mark
  /** Whatever was written before the mark was made has arrived where no power cut reaches it. */
  confirm(mark: Mark): void
  /** What is wrong with the files found by path, as they lie on the device; `found` gives SHA-256. */
  faultsOnDevice(found: ReadonlyMap<string, string>): string[]
  /** What is wrong with the files of a side after both agree. */
  faultsAfterwards(found: ReadonlyMap<string, string>): string[]
  /** Whether a path was ever given this content. */
  knows(path: string, content: string): boolean
}

export type Mark = ReadonlyMap<string, number>

export function createLedger(): Ledger {
  const entries = new Map<string, Entry>()

  function entryOf(side: Side, path: string): Entry {
    const entry = entries.get(path) ?? { side, versions: [], written: -1, confirmed: -1 }
    entries.set(path, entry)
    return entry
  }

  return {
    note(side, path, content) {
      entryOf(side, path).versions.push(hashOf(content))
    },
    noteRemoval(path) {
      entries.get(path)!.versions.push(undefined)
    },
    noteDone(path) {
      const entry = entries.get(path)!
      entry.written = entry.versions.length - 1
    },
    mark: (side) =>
      new Map(
        [...entries].filter(([, entry]) => entry.side === side).map(([path, { written }]) => [path, written]),
      ),
    confirm(mark) {
      for (const [path, at] of mark) {
        const entry = entries.get(path)!
        entry.confirmed = Math.max(entry.confirmed, at)
      }
    },
    faultsOnDevice(found) {
      return [...entries].flatMap(([path, { side, versions, confirmed }]) => {
        const content = found.get(path)
        const allowed = versions.slice(Math.max(confirmed, 0))
        // What was never confirmed may also be missing.
        if (confirmed < 0) allowed.push(undefined)
        if (allowed.includes(content)) return []
        // A person who writes on the device itself and does not wait for the disk may find half of it.
        if (side === 'device' && confirmed < versions.length - 1) return []
        return [
          `${path} ${describe(content, versions)}, though version ${confirmed + 1} of ${versions.length} was confirmed`,
        ]
      })
    },
    faultsAfterwards(found) {
      return [...entries].flatMap(([path, { side, versions, confirmed }]) => {
        const content = found.get(path)
        // The host was never without power: what it did last is what counts.
        if (side === 'host')
          return content === versions.at(-1) ? [] : [`${path} ${describe(content, versions)}`]
        if (confirmed < 0 || versions.slice(confirmed).includes(content)) return []
        return confirmed < versions.length - 1 && content !== undefined
          ? []
          : [`${path} ${describe(content, versions)}`]
      })
    },
    knows: (path, content) => entries.get(path)?.versions.includes(content) ?? false,
  }
}

export function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function describe(content: string | undefined, versions: readonly (string | undefined)[]): string {
  if (content === undefined) return 'is missing'
  const at = versions.lastIndexOf(content)
  return at < 0 ? 'is none of the versions ever written' : `is version ${at + 1} of ${versions.length}`
}
