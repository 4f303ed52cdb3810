/** The files of folders, and what a person decides about them. Decides nothing: every route asks the steering. */
import { Readable } from 'node:stream'
import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import { isSyncError } from '../../core/errors.ts'
import type { ShownContent } from '../../engine/show-content.ts'
import { defaultRows, FolderParams, maxRows, RowsQuery } from '../schemas/basics.ts'
import {
  ArchivePageQuery,
  ArchiveRestoreBody,
  ArchiveRestoredSchema,
  ArchiveSchema,
  AsOfQuery,
  AsOfSchema,
  ConflictBody,
  ConflictSettledSchema,
  ConflictsSchema,
  ContentQuery,
  DecidedSchema,
  DeletesBody,
  DeletesSchema,
  FilesQuery,
  FilesSchema,
  IgnoreBody,
  IgnorePreviewSchema,
  IgnoreSchema,
  LocalChangesQuery,
  LocalChangesSchema,
  RestoreBody,
  RestoredSchema,
} from '../schemas/files.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'files'

export function addFileRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/folders/:folder/files',
    takes({ params: FolderParams, querystring: FilesQuery }, FilesSchema, {
      tag,
      summary: 'The files of a folder',
    }),
    ({ params, query: { only, ...query } }) => steering.files(params.folder, paged(query), only),
  )
  app.get(
    '/api/folders/:folder/content',
    // What stands in files is no status, which is what reading is for.
    {
      schema: {
        params: FolderParams,
        querystring: ContentQuery,
        response: {
          200: { content: { 'application/octet-stream': { schema: Type.String() } } },
          204: Type.Null(),
        },
        summary: 'What is in a file, as far as a browser can show it safely',
        tags: [tag],
      },
      config: { needs: 'control' },
    },
    async ({ params, query: { ifShowable, ...place } }, reply) => {
      try {
        return sendContent(reply, await steering.content(params.folder, place))
      } catch (error) {
        if (ifShowable && isSyncError(error, 'not-showable')) return reply.code(204).send(null)
        throw error
      }
    },
  )
  addConflictRoutes(app, steering)
  addArchiveRoutes(app, steering)
  addIgnoreRoutes(app, steering)
  app.get(
    '/api/folders/:folder/local-changes',
    takes({ params: FolderParams, querystring: LocalChangesQuery }, LocalChangesSchema, {
      tag,
      summary: 'What was changed in a read-only folder here',
    }),
    ({ params, query }) => steering.localChanges(params.folder, { limit: maxRows, ...query }),
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
}

function addConflictRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/conflicts',
    takes({ querystring: RowsQuery }, ConflictsSchema, { tag, summary: 'Conflict copies' }),
    ({ query }) => steering.conflicts(query.folder, query.limit ?? defaultRows),
  )
  app.post(
    '/api/folders/:folder/conflicts',
    takes({ params: FolderParams, body: ConflictBody }, ConflictSettledSchema, {
      tag,
      summary: 'Settle a conflict',
    }),
    ({ params, body }) => steering.settleConflict(params.folder, body.path, body.keep),
  )
}

function addArchiveRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/archive',
    takes({ querystring: RowsQuery }, ArchiveSchema, {
      tag,
      summary: 'What peers deleted or replaced, newest first',
    }),
    ({ query }) => steering.archive(query.folder, query.limit ?? defaultRows),
  )
  app.get(
    '/api/folders/:folder/archive',
    takes({ params: FolderParams, querystring: ArchivePageQuery }, ArchiveSchema, {
      tag,
      summary: 'The archive of a folder in pages, newest first',
    }),
    ({ params, query }) => steering.archivePage(params.folder, paged(query)),
  )
  app.get(
    '/api/folders/:folder/archive/as-of',
    takes({ params: FolderParams, querystring: AsOfQuery }, AsOfSchema, {
      tag,
      summary: 'What paths held at a time, where it differs from now',
    }),
    ({ params, query: { at, ...query } }) => steering.archiveAsOf(params.folder, at, paged(query)),
  )
  app.post(
    '/api/folders/:folder/archive/restore',
    takes({ params: FolderParams, body: ArchiveRestoreBody }, ArchiveRestoredSchema, {
      tag,
      summary: 'Put an archived file back',
    }),
    ({ params, body }) => steering.restoreArchived(params.folder, body.id, body.replace === true),
  )
}

function addIgnoreRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/folders/:folder/ignore',
    takes({ params: FolderParams }, IgnoreSchema, { tag, summary: 'The ignore patterns of a folder' }),
    ({ params }) => steering.ignore(params.folder),
  )
  app.put(
    '/api/folders/:folder/ignore',
    takes({ params: FolderParams, body: IgnoreBody }, IgnoreSchema, {
      tag,
      summary: 'Change the ignore patterns of a folder',
    }),
    ({ params, body }) => steering.setIgnore(params.folder, body.text),
  )
  app.post(
    '/api/folders/:folder/ignore/preview',
    takes({ params: FolderParams, body: IgnoreBody }, IgnorePreviewSchema, {
      tag,
      summary: 'What ignore patterns would do, before they hold',
    }),
    ({ params, body }) => steering.previewIgnore(params.folder, body.text),
  )
}

function paged<Q extends { readonly limit?: number }>(query: Q): Q & { readonly limit: number } {
  return { ...query, limit: query.limit ?? defaultRows }
}

/** Whatever a file holds, the browser shows it and does nothing else with it: no script, no requests, no guess at another type. */
function sendContent(reply: FastifyReply, content: ShownContent): FastifyReply {
  // Who asks for the head alone has nothing read: Fastify would read to the end what it throws away.
  const pieces = reply.request.method === 'HEAD' ? [] : content.pieces()
  const bytes = Readable.from(pieces, { objectMode: false })
  bytes.once('close', () => void content[Symbol.asyncDispose]())
  return reply
    .headers({
      'content-type': content.type,
      'content-length': content.sizeBytes,
      'content-security-policy': "sandbox; default-src 'none'",
      'x-content-type-options': 'nosniff',
      'content-disposition': `inline; filename*=UTF-8''${encodeName(content.name)}`,
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
      ...(content.cutFromBytes === undefined ? {} : { 'x-cut-from-bytes': content.cutFromBytes }),
    })
    .send(bytes)
}

/** As RFC 8187 wants it; what could steer a terminal or turn the reading direction goes. */
function encodeName(name: string): string {
  return encodeURIComponent(name.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '_')).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
