/** Who shares a folder. Decides nothing: every route asks the steering. */
import type { Static } from 'typebox'
import { maxInviteMs } from '../../core/invite.ts'
import { FolderParams, FolderQuery } from '../schemas/basics.ts'
import { ExplanationSchema } from '../schemas/explanation.ts'
import {
  AdmissionSchema,
  DeviceBody,
  InvitedSchema,
  InviteParameters,
  InviteParams,
  InviteSchema,
  InvitesSchema,
  PeerSchema,
  PeersSchema,
} from '../schemas/members.ts'
import type { Steering } from '../steering.ts'
import { type App, takes } from './typed-app.ts'

export function addMemberRoutes(app: App, steering: Steering): void {
  app.post(
    '/api/folders/:folder/invites',
    {
      ...takes({ params: FolderParams, body: InviteParameters }, InvitedSchema),
      config: {
        needs: (body) =>
          (body as Static<typeof InviteParameters>).role === 'full' ? 'confirmed' : 'control',
      },
    },
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
  app.get('/api/peers', takes({ querystring: FolderQuery }, PeersSchema), ({ query }) =>
    steering.peers(query.folder),
  )
}
