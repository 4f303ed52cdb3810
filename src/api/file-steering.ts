/** What the API asks about the files of folders. The daemon answers it in `file-steering.ts`. Errors of folders as in `steering.ts`. */
import type { PageQuery } from '../engine/pages.ts'
import type { Kept } from '../engine/settle-conflict.ts'
import type { ContentPlace, ShownContent } from '../engine/show-content.ts'
import type {
  Archive,
  ArchiveRestored,
  AsOf,
  ConflictSettled,
  Conflicts,
  Decided,
  Deletes,
  Files,
  Ignore,
  IgnorePreview,
  LocalChanges,
  Restored,
} from './schemas/files.ts'
import type { Fetched } from './schemas/folders.ts'
import type { CheckBody, ScrubBody } from './schemas/self-check.ts'
import type { Parts } from './schemas/transfers.ts'

/** Paths are as they are named in the folder, or absolute, where nothing else is said. */
export interface FileSteering {
  files(folder: string, query: PageQuery, only: 'needed' | 'problem' | undefined): Promise<Files>
  /** `path` exactly as it is named in the folder. Throws `not-found` and `not-showable`. The caller disposes it. */
  content(folder: string, place: ContentPlace): Promise<ShownContent>
  /** Who has which part of a file. Throws `not-found`. */
  parts(folder: string, path: string): Promise<Parts>
  /** Not `wanted`: what was asked for is not any more. Throws `not-found` and `request-invalid`. */
  fetchNow(folder: string, path: string, wanted: boolean): Promise<Fetched>
  scrub(folder: string): Promise<ScrubBody>
  startScrub(folder: string): Promise<ScrubBody>
  stopScrub(folder: string): Promise<ScrubBody>
  /** Throws `not-found` where nothing damaged lies, and `request-invalid` for what cannot be read. */
  keepDamaged(folder: string, path: string): Promise<void>
  checkFolder(folder: string): Promise<CheckBody>
  localChanges(folder: string, query: PageQuery): Promise<LocalChanges>
  /** Throws `unchanged-here` when nothing was changed at or below the path. */
  restoreLocal(folder: string, path: string | undefined): Promise<Restored>
  heldDeletes(folder: string, limit: number): Promise<Deletes>
  settleDeletes(folder: string, choice: 'confirm' | 'undo'): Promise<Decided>
  conflicts(folder: string | undefined, limit: number): Promise<Conflicts>
  /** `path` of the copy. Throws `needs-full-secret` on a read-only device, `not-found`, `request-invalid` and `obstructed`. */
  settleConflict(folder: string, path: string, keep: Kept): Promise<ConflictSettled>
  /** Of one folder, or all; newest first. */
  archive(folder: string | undefined, limit: number): Promise<Archive>
  /** Newest first. */
  archivePage(folder: string, query: PageQuery): Promise<Archive>
  /** What paths held at a time in ISO 8601. */
  archiveAsOf(folder: string, at: string, query: PageQuery): Promise<AsOf>
  restoreArchived(folder: string, id: string, replace: boolean): Promise<ArchiveRestored>
  ignore(folder: string): Promise<Ignore>
  setIgnore(folder: string, text: string): Promise<Ignore>
  /** Asked again for the same folder, the one before ends with `cancelled`. */
  previewIgnore(folder: string, text: string): Promise<IgnorePreview>
}
