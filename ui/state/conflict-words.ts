/** Which conflicts are still to be decided, and which comes next. */
import type { Archive, Conflicts } from '../../src/api/schemas/files.ts'
import type { History } from '../../src/api/schemas/history.ts'

export type Conflict = Conflicts['conflicts'][number]

/** Those that were not decided just now: the daemon tells of a decision only when it has looked at the disk. */
export function undecided(conflicts: readonly Conflict[], decided: ReadonlySet<string>): readonly Conflict[] {
  return conflicts.filter(({ path }) => !decided.has(path))
}

/** What comes after one of them; from the top again at the end. */
export function nextAfter(conflicts: readonly Conflict[], path: string): Conflict | undefined {
  const others = conflicts.filter((conflict) => conflict.path !== path)
  return others.find((conflict) => conflict.path > path) ?? others[0]
}

export type Newer = 'original' | 'copy' | undefined

/** Which of the two was written later. */
export function newerOf({ modified, original }: Pick<Conflict, 'modified' | 'original'>): Newer {
  if (original === undefined || original.modified === modified) return undefined
  return original.modified > modified ? 'original' : 'copy'
}

/** Who wrote what lies at a path, as far as the history goes back: the newest first. */
export function authorOf(
  { history }: Pick<History, 'history'>,
  path: string,
  sizeBytes: number,
): string | undefined {
  return history.find(
    (entry) => entry.path === path && entry.sizeBytes === sizeBytes && arrivals.has(entry.action),
  )?.device
}

/** What puts a content at a path. */
const arrivals: ReadonlySet<string> = new Set(['changed', 'received', 'moved'])

/** How much of a path is looked for: the archive matches any part of a path. */
const searchedCharacters = 100

/** What finds the entries of a path in the archive. */
export function archiveSearch(path: string): string {
  return [...path].slice(-searchedCharacters).join('')
}

/** What left a path last. */
export function lastArchived({ archive }: Pick<Archive, 'archive'>, path: string): string | undefined {
  return archive.find((entry) => entry.path === path)?.id
}
