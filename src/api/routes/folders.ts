/** Adding, leaving and changing folders, and their secrets. Decides nothing: every route asks the steering. */
import Type from 'typebox'
import { SyncError } from '../../core/errors.ts'
import { maxQrBytes } from '../../core/qr-code.ts'
import { DoneSchema, FolderParams } from '../schemas/basics.ts'
import {
  AddBody,
  AddedSchema,
  FetchBody,
  FetchedSchema,
  HostBody,
  HostParams,
  HostsSchema,
  maxPictureSide,
  PictureQuery,
  QrDrawingSchema,
  QrTextBody,
  QrTextSchema,
  ReadOnlySecretSchema,
  RotatedSchema,
  RotationPlanSchema,
  SecretKindSchema,
  SecretsSchema,
  SecretTextBody,
} from '../schemas/folders.ts'
import { SettingsBody, SettingsSchema } from '../schemas/settings.ts'
import type { Steering } from '../steering.ts'
import { type App, type SchemaTypes, takes } from './typed-app.ts'

const tag = 'folders'

export function addFolderRoutes(app: App, steering: Steering): void {
  app.post(
    '/api/folders',
    takes({ body: AddBody }, AddedSchema, {
      tag,
      summary: 'Sync a directory: as a new folder, or as the one a secret is of',
    }),
    ({ body, door }) => steering.addFolder(body.path, body.secret, body.hosts ?? [], door),
  )
  app.post(
    '/api/secret-kind',
    takes({ body: SecretTextBody }, SecretKindSchema, {
      tag,
      summary: 'What a pasted secret or link is; nothing is kept of it',
    }),
    ({ body }) => steering.secretKind(body.text),
  )
  addQrCodeRoute(app, steering)
  app.post(
    '/api/qr-code/drawing',
    takes({ body: QrTextBody }, QrDrawingSchema, {
      tag,
      summary: 'A QR code that holds a text; nothing is kept of it',
    }),
    ({ body: { text } }) => {
      if (Buffer.byteLength(text) > maxQrBytes) {
        const reason = `A QR code holds ${maxQrBytes} bytes at most.`
        throw new SyncError('request-invalid', { reason })
      }
      return steering.drawQrCode(text)
    },
  )
  app.delete(
    '/api/folders/:folder',
    takes({ params: FolderParams }, DoneSchema, { tag, summary: 'Stop syncing a folder; every file stays' }),
    async ({ params }) => {
      await steering.removeFolder(params.folder)
      return {}
    },
  )
  app.get(
    '/api/folders/:folder/secrets',
    takes({ params: FolderParams }, SecretsSchema, {
      tag,
      summary: 'The secrets of a folder that this device holds',
      needs: 'confirmed',
    }),
    ({ params }) => steering.secrets(params.folder),
  )
  app.get(
    '/api/folders/:folder/secrets/read-only',
    takes({ params: FolderParams }, ReadOnlySecretSchema, {
      tag,
      summary: 'The read-only secret of a folder',
      needs: 'control',
    }),
    ({ params }) => steering.readOnlySecret(params.folder),
  )
  app.get(
    '/api/folders/:folder/rotation',
    takes({ params: FolderParams }, RotationPlanSchema, {
      tag,
      summary: 'What a change of the secret would do',
    }),
    ({ params }) => steering.planRotation(params.folder),
  )
  app.post(
    '/api/folders/:folder/rotation',
    takes({ params: FolderParams }, RotatedSchema, {
      tag,
      summary: 'Change the secret of a folder',
      needs: 'confirmed',
    }),
    ({ params }) => steering.rotate(params.folder),
  )
  app.get(
    '/api/folders/:folder/settings',
    takes({ params: FolderParams }, SettingsSchema, {
      tag,
      summary: 'The settings of a folder, with their meaning',
    }),
    ({ params }) => steering.folderSettings(params.folder),
  )
  app.patch(
    '/api/folders/:folder/settings',
    takes({ params: FolderParams, body: SettingsBody }, SettingsSchema, {
      tag,
      summary: 'Change settings of a folder',
    }),
    ({ params, body }) => steering.setFolder(params.folder, body),
  )
  app.post(
    '/api/folders/:folder/fetch',
    takes({ params: FolderParams, body: FetchBody }, FetchedSchema, {
      tag,
      summary: 'Fetch a file before others, or no more',
    }),
    ({ params, body }) => steering.fetchNow(params.folder, body.path, body.release !== true),
  )
  app.post(
    '/api/folders/:folder/hosts',
    takes({ params: FolderParams, body: HostBody }, HostsSchema, { tag, summary: 'Add a predefined host' }),
    ({ params, body }) => steering.addHost(params.folder, body.host),
  )
  app.delete(
    '/api/folders/:folder/hosts/:host',
    takes({ params: HostParams }, HostsSchema, { tag, summary: 'Remove a predefined host' }),
    ({ params }) => steering.removeHost(params.folder, params.host),
  )
}

const pixelBytes = 'application/octet-stream'

/** The one route that takes no JSON, but pixels: in a scope of its own, so that no other takes them. */
function addQrCodeRoute(app: App, steering: Steering): void {
  app.register(async (scope) => {
    const options = { parseAs: 'buffer', bodyLimit: maxPictureSide ** 2 } as const
    scope.addContentTypeParser(pixelBytes, options, (_request, body, done) => done(null, body))
    scope.withTypeProvider<SchemaTypes>().post(
      '/api/qr-code',
      takes(
        { querystring: PictureQuery, body: { content: { [pixelBytes]: { schema: Type.Unknown() } } } },
        QrTextSchema,
        {
          tag,
          summary: 'The text of a QR code in a picture, of which one byte a pixel is sent',
        },
      ),
      ({ query: { width, height }, body }) => {
        if (!(body instanceof Uint8Array) || body.length !== width * height) {
          const reason = `A picture of ${width} × ${height} pixels has as many bytes (${pixelBytes}).`
          throw new SyncError('request-invalid', { reason })
        }
        return steering.readQrCode({ width, height, pixels: body })
      },
    )
  })
}
