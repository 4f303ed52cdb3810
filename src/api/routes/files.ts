/** What a person decides about files. Decides nothing: every route asks the steering. */
import { defaultRows, FolderParams, maxRows, RowsQuery } from '../schemas/basics.ts'
import {
  ArchiveRestoreBody,
  ArchiveRestoredSchema,
  ArchiveSchema,
  ConflictsSchema,
  DecidedSchema,
  DeletesBody,
  DeletesSchema,
  LocalChangesSchema,
  RestoreBody,
  RestoredSchema,
} from '../schemas/files.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'files'

export function addFileRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/conflicts',
    takes({ querystring: RowsQuery }, ConflictsSchema, { tag, summary: 'Conflict copies' }),
    ({ query }) => steering.conflicts(query.folder, query.limit ?? defaultRows),
  )
  app.get(
    '/api/archive',
    takes({ querystring: RowsQuery }, ArchiveSchema, {
      tag,
      summary: 'What peers deleted or replaced, newest first',
    }),
    ({ query }) => steering.archive(query.folder, query.limit ?? defaultRows),
  )
  app.get(
    '/api/folders/:folder/local-changes',
    takes({ params: FolderParams }, LocalChangesSchema, {
      tag,
      summary: 'What was changed in a read-only folder here',
    }),
    ({ params }) => steering.localChanges(params.folder, maxRows),
  )
  app.post(
    '/api/folders/:folder/restore',
    takes({ params: FolderParams, body: RestoreBody }, RestoredSchema, {
      tag,
      summary: 'Undo changes made here in a read-only folder',
    }),
    ({ params, body }) => steering.restoreLocal(params.folder, body.path),
  )
  app.get(
    '/api/folders/:folder/deletes',
    takes({ params: FolderParams }, DeletesSchema, { tag, summary: 'Deletions that wait for a person' }),
    ({ params }) => steering.heldDeletes(params.folder, maxRows),
  )
  app.post(
    '/api/folders/:folder/deletes',
    takes({ params: FolderParams, body: DeletesBody }, DecidedSchema, {
      tag,
      summary: 'Let waiting deletions happen, or bring the files back',
    }),
    ({ params, body }) => steering.settleDeletes(params.folder, body.choice),
  )
  app.post(
    '/api/folders/:folder/archive/restore',
    takes({ params: FolderParams, body: ArchiveRestoreBody }, ArchiveRestoredSchema, {
      tag,
      summary: 'Put an archived file back',
    }),
    ({ params, body }) => steering.restoreArchived(params.folder, body.id),
  )
}
