/** What the archive of a folder holds, in pages: everything, the newest first, or what paths held at a time. Keeps no more of it than a page needs. */
import type { RelPath } from '../core/path.ts'
import { isRounded } from '../core/stat.ts'
import type { ArchiveEntry } from '../ports.ts'
import type { FolderContext } from './folder-context.ts'
import { createMatcher, type Page, type PageQuery } from './pages.ts'

/** Paths looked into for one page, some megabytes: many of them may hold the same again, or nothing the archive has. */
const maxPaths = 20_000
/** So many more are gathered before they are sorted and the last of them let go again. */
const slackPaths = 5_000

/** What a path held at a time, and what is there instead now. */
export interface HeldEntry extends ArchiveEntry {
  readonly now: 'changed' | 'deleted'
}

/** The newest first. `after` is the id of an entry. */
export async function listArchive(
  { disk }: FolderContext,
  { after, limit, search }: PageQuery,
): Promise<Page<ArchiveEntry>> {
  const matches = createMatcher(search)
  const rows: ArchiveEntry[] = []
  for await (const entry of disk.listArchive(after)) {
    if (!matches(entry.path)) continue
    if (rows.length === limit) return { rows, next: rows.at(-1)!.id }
    rows.push(entry)
  }
  return { rows, next: undefined }
}

/**
 * By path, those that hold something else now. What a path held at a time is what left it first after that time, unless it was written later
 * still: then the archive does not have it. `after` is a path. A page may be short though there is a next one.
 */
export async function listHeldAt(
  { disk, store }: FolderContext,
  atMs: number,
  { after, limit, search }: PageQuery,
): Promise<Page<HeldEntry>> {
  const matches = createMatcher(search)
  const firstByPath = new Map<RelPath, ArchiveEntry>()
  /** Nothing behind this path fits any more. */
  let end: RelPath | undefined

  function keepFirst(): void {
    if (firstByPath.size <= maxPaths) return
    const paths = [...firstByPath.keys()].sort()
    for (const path of paths.slice(maxPaths)) firstByPath.delete(path)
    end = paths[maxPaths - 1]
  }

  // From the newest back, so what is seen last of a path is what left it first.
  for await (const entry of disk.listArchive()) {
    const { path, archivedMs } = entry
    if (archivedMs <= atMs) break
    if ((after !== undefined && path <= after) || (end !== undefined && path > end) || !matches(path))
      continue
    firstByPath.set(path, entry)
    if (firstByPath.size > maxPaths + slackPaths) keepFirst()
  }
  keepFirst()
  const rows = [...firstByPath.values()]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .flatMap((entry) => heldAt(entry) ?? [])
  return rows.length > limit
    ? { rows: rows.slice(0, limit), next: rows[limit - 1]!.path }
    : { rows, next: end }

  function heldAt(entry: ArchiveEntry): HeldEntry | undefined {
    if (entry.mtimeNs > BigInt(atMs) * 1_000_000n) return undefined
    const here = store.state(entry.path)?.here
    if (here === undefined) return { ...entry, now: 'deleted' }
    // What was put back has its time only as exactly as times can be set.
    const isSame =
      here.kind === 'file' &&
      here.sizeBytes === entry.sizeBytes &&
      isRounded(here.mtimeNs, entry.mtimeNs, disk.capabilities.timeGrainNs)
    return isSame ? undefined : { ...entry, now: 'changed' }
  }
}
