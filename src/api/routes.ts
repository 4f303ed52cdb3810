/** The routes of the API, each with the shapes it takes and answers. Decides nothing: every route asks the steering. */
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify'
import type { Static, TSchema } from 'typebox'
import { maxInviteMs } from '../core/invite.ts'
import {
  AddBody,
  AddedSchema,
  AdmissionSchema,
  ArchiveRestoreBody,
  ArchiveRestoredSchema,
  ArchiveSchema,
  ConflictsSchema,
  DecidedSchema,
  DeletesBody,
  DeletesSchema,
  DeviceBody,
  DoneSchema,
  defaultRows,
  ExplanationSchema,
  FetchBody,
  FetchedSchema,
  FolderParams,
  FolderQuery,
  HistorySchema,
  HostBody,
  HostParams,
  HostsSchema,
  InvitedSchema,
  InviteParameters,
  InviteParams,
  InviteSchema,
  InvitesSchema,
  LocalChangesSchema,
  maxRows,
  PeerSchema,
  PeersSchema,
  RestoreBody,
  RestoredSchema,
  RotatedSchema,
  RotationPlanSchema,
  RowsQuery,
  SecretsSchema,
  SettingsBody,
  SettingsSchema,
  StatusSchema,
} from './schemas.ts'
import type { Steering } from './steering.ts'

interface SchemaTypes extends FastifyTypeProvider {
  validator: this['schema'] extends TSchema ? Static<this['schema']> : unknown
  serializer: this['schema'] extends TSchema ? Static<this['schema']> : unknown
}

type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  SchemaTypes
>

/** Route options: the shapes taken, and the shape of a success. */
function takes<S extends object, R extends TSchema>(
  shapes: S,
  answer: R,
): { schema: S & { response: { 200: R } } } {
  return { schema: { ...shapes, response: { 200: answer } } }
}

export function addRoutes(app: FastifyInstance, steering: Steering): void {
  const typed = app.withTypeProvider<SchemaTypes>()
  addDeviceRoutes(typed, steering)
  addListRoutes(typed, steering)
  addFolderRoutes(typed, steering)
  addRepairRoutes(typed, steering)
}

function addDeviceRoutes(app: App, steering: Steering): void {
  app.get('/api/status', takes({ querystring: FolderQuery }, StatusSchema), ({ query }) =>
    steering.status(query.folder),
  )
  app.post('/api/rescan', takes({ querystring: FolderQuery }, DoneSchema), async ({ query }) => {
    await steering.rescan(query.folder)
    return {}
  })
  app.get('/api/settings', takes({}, SettingsSchema), () => steering.deviceSettings())
  app.patch('/api/settings', takes({ body: SettingsBody }, SettingsSchema), ({ body }) =>
    steering.setDevice(body),
  )
}

function addListRoutes(app: App, steering: Steering): void {
  app.get('/api/conflicts', takes({ querystring: RowsQuery }, ConflictsSchema), ({ query }) =>
    steering.conflicts(query.folder, query.limit ?? defaultRows),
  )
  app.get('/api/history', takes({ querystring: RowsQuery }, HistorySchema), ({ query }) =>
    steering.history(query.folder, query.limit ?? defaultRows),
  )
  app.get('/api/archive', takes({ querystring: RowsQuery }, ArchiveSchema), ({ query }) =>
    steering.archive(query.folder, query.limit ?? defaultRows),
  )
  app.get('/api/peers', takes({ querystring: FolderQuery }, PeersSchema), ({ query }) =>
    steering.peers(query.folder),
  )
}

function addFolderRoutes(app: App, steering: Steering): void {
  app.post('/api/folders', takes({ body: AddBody }, AddedSchema), ({ body }) =>
    steering.addFolder(body.path, body.secret, body.hosts ?? []),
  )
  app.delete('/api/folders/:folder', takes({ params: FolderParams }, DoneSchema), async ({ params }) => {
    await steering.removeFolder(params.folder)
    return {}
  })
  app.get('/api/folders/:folder/secrets', takes({ params: FolderParams }, SecretsSchema), ({ params }) =>
    steering.secrets(params.folder),
  )
  app.post(
    '/api/folders/:folder/invites',
    takes({ params: FolderParams, body: InviteParameters }, InvitedSchema),
    ({ params, body }) =>
      steering.invite(
        params.folder,
        body.role,
        body.lifeSeconds === undefined ? maxInviteMs : body.lifeSeconds * 1000,
      ),
  )
  app.get('/api/folders/:folder/invites', takes({ params: FolderParams }, InvitesSchema), ({ params }) =>
    steering.invites(params.folder),
  )
  app.delete(
    '/api/folders/:folder/invites/:invite',
    takes({ params: InviteParams }, InviteSchema),
    ({ params }) => steering.cancelInvite(params.folder, params.invite),
  )
  app.get('/api/folders/:folder/admission', takes({ params: FolderParams }, AdmissionSchema), ({ params }) =>
    steering.admission(params.folder),
  )
  app.patch(
    '/api/folders/:folder/admission',
    takes({ params: FolderParams, body: AdmissionSchema }, AdmissionSchema),
    ({ params, body }) => steering.setAdmission(params.folder, body.rule),
  )
  app.post(
    '/api/folders/:folder/revoke',
    takes({ params: FolderParams, body: DeviceBody }, PeerSchema),
    ({ params, body }) => steering.revoke(params.folder, body.device),
  )
  app.post(
    '/api/folders/:folder/approve',
    takes({ params: FolderParams, body: DeviceBody }, PeerSchema),
    ({ params, body }) => steering.approve(params.folder, body.device),
  )
  app.get(
    '/api/folders/:folder/explanation',
    takes({ params: FolderParams }, ExplanationSchema),
    ({ params }) => steering.explain(params.folder),
  )
  app.get(
    '/api/folders/:folder/rotation',
    takes({ params: FolderParams }, RotationPlanSchema),
    ({ params }) => steering.planRotation(params.folder),
  )
  app.post('/api/folders/:folder/rotation', takes({ params: FolderParams }, RotatedSchema), ({ params }) =>
    steering.rotate(params.folder),
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

function addRepairRoutes(app: App, steering: Steering): void {
  app.get(
    '/api/folders/:folder/local-changes',
    takes({ params: FolderParams }, LocalChangesSchema),
    ({ params }) => steering.localChanges(params.folder, maxRows),
  )
  app.post(
    '/api/folders/:folder/restore',
    takes({ params: FolderParams, body: RestoreBody }, RestoredSchema),
    ({ params, body }) => steering.restoreLocal(params.folder, body.path),
  )
  app.get('/api/folders/:folder/deletes', takes({ params: FolderParams }, DeletesSchema), ({ params }) =>
    steering.heldDeletes(params.folder, maxRows),
  )
  app.post(
    '/api/folders/:folder/deletes',
    takes({ params: FolderParams, body: DeletesBody }, DecidedSchema),
    ({ params, body }) => steering.settleDeletes(params.folder, body.choice),
  )
  app.post(
    '/api/folders/:folder/archive/restore',
    takes({ params: FolderParams, body: ArchiveRestoreBody }, ArchiveRestoredSchema),
    ({ params, body }) => steering.restoreArchived(params.folder, body.id),
  )
}
