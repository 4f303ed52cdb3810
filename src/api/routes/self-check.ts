/** What a folder finds out about itself. Decides nothing: every route asks the steering. */
import { DoneSchema, FolderParams } from '../schemas/basics.ts'
import { CheckSchema, KeepBody, ScrubSchema } from '../schemas/self-check.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'files'

export function addSelfCheckRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/folders/:folder/scrub',
    takes({ params: FolderParams }, ScrubSchema, {
      tag,
      summary: 'How far a scrub is, which reads every file again to find what the disk has damaged',
    }),
    ({ params }) => steering.scrub(params.folder),
  )
  app.post(
    '/api/folders/:folder/scrub',
    takes({ params: FolderParams }, ScrubSchema, { tag, summary: 'Begin a scrub' }),
    ({ params }) => steering.startScrub(params.folder),
  )
  app.delete(
    '/api/folders/:folder/scrub',
    takes({ params: FolderParams }, ScrubSchema, { tag, summary: 'Stop a scrub' }),
    ({ params }) => steering.stopScrub(params.folder),
  )
  app.post(
    '/api/folders/:folder/damaged',
    takes({ params: FolderParams, body: KeepBody }, DoneSchema, {
      tag,
      summary: 'Keep what lies at a damaged path, as if a person had written it',
    }),
    async ({ params, body }) => {
      await steering.keepDamaged(params.folder, body.path)
      return {}
    },
  )
  app.post(
    '/api/folders/:folder/check',
    takes({ params: FolderParams }, CheckSchema, {
      tag,
      summary: 'Why a folder is not in sync, and whether its database is sound',
    }),
    ({ params }) => steering.checkFolder(params.folder),
  )
}
