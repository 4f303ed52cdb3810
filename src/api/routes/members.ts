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

const tag = 'members'

export function addMemberRoutes(app: App, steering: Steering): void {
  app.post(
    '/api/folders/:folder/invites',
    takes({ params: FolderParams, body: InviteParameters }, InvitedSchema, {
      tag,
      summary: 'Make a one-time secret; one with full access only with the password typed anew',
      needs: (body) => ((body as Static<typeof InviteParameters>).role === 'full' ? 'confirmed' : 'control'),
    }),
    ({ params, body: { role, lifeSeconds } }) =>
      steering.invite(params.folder, role, lifeSeconds === undefined ? maxInviteMs : lifeSeconds * 1000),
  )
  app.get(
    '/api/folders/:folder/invites',
    takes({ params: FolderParams }, InvitesSchema, {
      tag,
      summary: 'The one-time secrets of a folder, and who used them',
    }),
    ({ params }) => steering.invites(params.folder),
  )
  app.delete(
    '/api/folders/:folder/invites/:invite',
    takes({ params: InviteParams }, InviteSchema, { tag, summary: 'Cancel a one-time secret' }),
    ({ params }) => steering.cancelInvite(params.folder, params.invite),
  )
  app.get(
    '/api/folders/:folder/admission',
    takes({ params: FolderParams }, AdmissionSchema, { tag, summary: 'Who lets newcomers in' }),
    ({ params }) => steering.admission(params.folder),
  )
  app.patch(
    '/api/folders/:folder/admission',
    takes({ params: FolderParams, body: AdmissionSchema }, AdmissionSchema, {
      tag,
      summary: 'Choose who lets newcomers in',
    }),
    ({ params, body }) => steering.setAdmission(params.folder, body.rule),
  )
  app.post(
    '/api/folders/:folder/revoke',
    takes({ params: FolderParams, body: DeviceBody }, PeerSchema, {
      tag,
      summary: 'Take a device out of a folder',
    }),
    ({ params, body }) => steering.revoke(params.folder, body.device),
  )
  app.post(
    '/api/folders/:folder/approve',
    takes({ params: FolderParams, body: DeviceBody }, PeerSchema, {
      tag,
      summary: 'Let a device in that waits',
    }),
    ({ params, body }) => steering.approve(params.folder, body.device),
  )
  app.get(
    '/api/folders/:folder/explanation',
    takes({ params: FolderParams }, ExplanationSchema, {
      tag,
      summary: 'Why peers of a folder are connected or not',
    }),
    ({ params }) => steering.explain(params.folder),
  )
  app.get(
    '/api/peers',
    takes({ querystring: FolderQuery }, PeersSchema, { tag, summary: 'The devices that share folders' }),
    ({ query }) => steering.peers(query.folder),
  )
}
