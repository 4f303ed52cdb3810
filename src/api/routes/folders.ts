/** Adding, leaving and changing folders, and their secrets. Decides nothing: every route asks the steering. */
import { DoneSchema, FolderParams } from '../schemas/basics.ts'
import {
  AddBody,
  AddedSchema,
  FetchBody,
  FetchedSchema,
  HostBody,
  HostParams,
  HostsSchema,
  RotatedSchema,
  RotationPlanSchema,
  SecretsSchema,
} from '../schemas/folders.ts'
import { SettingsBody, SettingsSchema } from '../schemas/settings.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

export function addFolderRoutes(app: App, steering: Steering): void {
  app.post('/api/folders', takes({ body: AddBody }, AddedSchema), ({ body }) =>
    steering.addFolder(body.path, body.secret, body.hosts ?? []),
  )
  app.delete('/api/folders/:folder', takes({ params: FolderParams }, DoneSchema), async ({ params }) => {
    await steering.removeFolder(params.folder)
    return {}
  })
  app.get(
    '/api/folders/:folder/secrets',
    { ...takes({ params: FolderParams }, SecretsSchema), config: { needs: 'confirmed' } },
    ({ params }) => steering.secrets(params.folder),
  )
  app.get(
    '/api/folders/:folder/rotation',
    takes({ params: FolderParams }, RotationPlanSchema),
    ({ params }) => steering.planRotation(params.folder),
  )
  app.post(
    '/api/folders/:folder/rotation',
    { ...takes({ params: FolderParams }, RotatedSchema), config: { needs: 'confirmed' } },
    ({ params }) => steering.rotate(params.folder),
  )
  app.get('/api/folders/:folder/settings', takes({ params: FolderParams }, SettingsSchema), ({ params }) =>
    steering.folderSettings(params.folder),
  )
  app.patch(
    '/api/folders/:folder/settings',
    takes({ params: FolderParams, body: SettingsBody }, SettingsSchema),
    ({ params, body }) => steering.setFolder(params.folder, body),
  )
  app.post(
    '/api/folders/:folder/fetch',
    takes({ params: FolderParams, body: FetchBody }, FetchedSchema),
    ({ params, body }) => steering.fetchNow(params.folder, body.path, body.release !== true),
  )
  app.post(
    '/api/folders/:folder/hosts',
    takes({ params: FolderParams, body: HostBody }, HostsSchema),
    ({ params, body }) => steering.addHost(params.folder, body.host),
  )
  app.delete('/api/folders/:folder/hosts/:host', takes({ params: HostParams }, HostsSchema), ({ params }) =>
    steering.removeHost(params.folder, params.host),
  )
}
