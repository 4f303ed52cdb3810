/** Releases of an appliance: uploaded in parts, installed, rolled back. Decides nothing: every route asks the steering. */

import type { ReleaseSteering } from '../release-steering.ts'
import { DoneSchema } from '../schemas/basics.ts'
import {
  InstallBody,
  maxPartBytes,
  ReleasesSchema,
  RestartingSchema,
  UploadQuery,
} from '../schemas/releases.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'device'

export function addReleaseRoutes(app: App, steering: ReleaseSteering): void {
  app.get(
    '/api/system/releases',
    takes({}, ReleasesSchema, { tag, summary: 'Releases an appliance runs, ran, or could install' }),
    () => steering.releases(),
  )
  // Bytes are understood here alone.
  app.register(async (inner: App) => {
    inner.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
      done(null, body),
    )
    inner.post(
      '/api/system/releases',
      {
        ...takes({ querystring: UploadQuery }, DoneSchema, {
          tag,
          summary: `Upload a release in parts of at most ${maxPartBytes} bytes, one after another`,
        }),
        bodyLimit: maxPartBytes,
      },
      async ({ query, body }) => {
        const part = Buffer.isBuffer(body) ? body : Buffer.alloc(0)
        await steering.uploadRelease(query.offset, query.size, part)
        return {}
      },
    )
  })
  app.post(
    '/api/system/releases/install',
    takes({ body: InstallBody }, RestartingSchema, {
      tag,
      summary: 'Install a release and start it on trial; one that does not get well is taken back',
      needs: 'confirmed',
    }),
    ({ body }) => steering.installRelease(body),
  )
  app.post(
    '/api/system/releases/roll-back',
    takes({}, RestartingSchema, {
      tag,
      summary: 'Go back to the release before',
      needs: 'confirmed',
    }),
    () => steering.rollBackRelease(),
  )
}
