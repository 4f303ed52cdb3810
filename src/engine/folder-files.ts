/** The part of a folder's door that is about its files: lists, contents, and what a person decides. Asks the parts; decides nothing. */
import { conflictDevice, conflictOriginal } from '../core/conflict-name.ts'
import { SyncError } from '../core/errors.ts'
import type { RelPath } from '../core/path.ts'
import type { ArchiveEntry } from '../ports.ts'
import { type HeldEntry, listArchive, listHeldAt } from './archive-list.ts'
import { type FileRow, type LocalChange, listFiles, listLocalChanges } from './file-list.ts'
import type { FolderContext } from './folder-context.ts'
import { type IgnorePreview, previewIgnore } from './ignore-preview.ts'
import { readIgnoreText, writeIgnoreText } from './ignore-rules.ts'
import type { Loop } from './loop.ts'
import { undoDeletions } from './mass-delete.ts'
import type { Page, PageQuery } from './pages.ts'
import type { Pull } from './pull.ts'
import { restoreArchived, restoreLocal } from './restore.ts'
import { type Kept, settleConflict } from './settle-conflict.ts'
import { type ContentPlace, type ShownContent, showContent } from './show-content.ts'
import type { Transfers } from './transfers.ts'

/** A copy that was kept when two devices changed a file, and the name it lies beside. */
export interface ConflictRow {
  readonly path: string
  readonly beside: string
  readonly sizeBytes: number
  readonly mtimeNs: bigint
  /** Who wrote the copy. */
  readonly device: string
  /** The file beside it, when there is one. */
  readonly original: { readonly sizeBytes: number; readonly mtimeNs: bigint } | undefined
}

export interface FolderFiles {
  listFiles(query: PageQuery, only?: 'needed' | 'problem'): Promise<Page<FileRow>>
  /** Opens a file of the folder or of its archive for being shown. Throws `not-found` and `not-showable`. The caller disposes it. */
  showContent(place: ContentPlace): Promise<ShownContent>
  localChanges(query: PageQuery): Promise<Page<LocalChange>>
  /** Read-only: undoes local changes (all, or those at or below the path). Returns how many will be undone. */
  restoreLocal(path: string | undefined): Promise<number>
  /** Answers a mass-delete halt. */
  settleDeletes(choice: 'confirm' | 'undo'): Promise<void>
  /** The files a mass-delete halt is about. */
  heldDeletes(limit: number): readonly string[]
  /** Names of the devices that deleted these files, as far as somebody did. */
  deletersOf(paths: readonly string[]): readonly string[]
  conflicts(limit: number): readonly ConflictRow[]
  /** By the path of the copy; returns where what was kept lies. Throws as the function of that name in `settle-conflict.ts`. */
  settleConflict(path: string, keep: Kept): Promise<string>
  /** The newest first. */
  listArchive(query: PageQuery): Promise<Page<ArchiveEntry>>
  /** What paths held at a time, as far as the archive has it and they hold something else now. */
  listHeldAt(atMs: number, query: PageQuery): Promise<Page<HeldEntry>>
  /** Puts an archived file back at its path, or beside it when something else lies there and is not to be replaced. Returns the path. */
  restoreArchived(id: string, replace?: boolean): Promise<string>
  ignoreText(): Promise<string>
  /** From then on these patterns hold. */
  setIgnoreText(text: string): Promise<void>
  /** What these patterns would do. Asked again, the one before ends with `cancelled`. */
  previewIgnore(text: string): Promise<IgnorePreview>
}

export function createFolderFiles(
  context: FolderContext,
  { loop, pull, transfers }: { readonly loop: Loop; readonly pull: Pull; readonly transfers: Transfers },
): FolderFiles {
  const { store, rootPath } = context
  let previews = 0

  return {
    listFiles: (query, only) => listFiles(context, transfers, query, only),
    showContent: (place) => showContent(context, place),
    localChanges: (query) => listLocalChanges(context, query),
    restoreLocal: (path) =>
      loop.between(() => restoreLocal(context, pull, path)).finally(() => loop.pullSoon()),
    async settleDeletes(choice) {
      if (loop.halt?.error.code !== 'mass-delete')
        throw new SyncError('request-invalid', { reason: `No deletions wait in ${rootPath}.` })
      if (choice === 'undo') await loop.between(() => undoDeletions(context, loop.heldDeletes))
      loop.resume(choice === 'confirm')
    },
    heldDeletes: (limit) => loop.heldDeletes.slice(0, limit),
    deletersOf(paths) {
      const names = new Set<string>()
      for (const path of paths) {
        const winner = store.state(path as RelPath)?.winner
        if (winner?.kind === 'deleted') names.add(winner.deviceName)
      }
      return [...names]
    },
    conflicts: (limit) =>
      store.conflictCopies(limit).map(({ path, sizeBytes, mtimeNs, deviceName }) => {
        const beside = conflictOriginal(path) ?? path
        const original = store.state(beside)?.winner
        return {
          ...{ path, beside, sizeBytes, mtimeNs, device: conflictDevice(path) ?? deviceName },
          original: original?.kind === 'deleted' ? undefined : original,
        }
      }),
    settleConflict: (path, keep) => loop.between(() => settleConflict(context, path, keep)),
    listArchive: (query) => listArchive(context, query),
    listHeldAt: (atMs, query) => listHeldAt(context, atMs, query),
    restoreArchived: (id, replace = false) => loop.between(() => restoreArchived(context, id, replace)),
    ignoreText: () => readIgnoreText(context),
    async setIgnoreText(text) {
      await loop.between(() => writeIgnoreText(context, text))
      loop.scanAll()
    },
    async previewIgnore(text) {
      previews += 1
      const own = previews
      const preview = await previewIgnore(context, text, () => own !== previews)
      if (own !== previews) throw new SyncError('cancelled')
      return preview
    },
  }
}
