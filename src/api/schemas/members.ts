/** Who shares a folder: devices, one-time secrets, and who lets whom in. */
import Type, { type Static } from 'typebox'
import { closed, Path, RoleSchema } from './basics.ts'

export const InviteParams = Type.Object({ folder: Path, invite: Type.String({ maxLength: 64 }) })

/** How long it is good for: 24 hours where it is left out, and at most. */
export const InviteParameters = Type.Object(
  { role: RoleSchema, lifeSeconds: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 86_400 })) },
  closed,
)

export const AdmissionSchema = Type.Object({
  rule: Type.Union([Type.Literal('secret'), Type.Literal('approval'), Type.Literal('invite')]),
})
export type AdmissionBody = Static<typeof AdmissionSchema>

/** A device by its name or the first characters of its id. */
export const DeviceBody = Type.Object({ device: Type.String({ minLength: 1, maxLength: 100 }) }, closed)

export const InviteSchema = Type.Object({
  /** Names the one-time secret without telling it. */
  id: Type.String(),
  role: RoleSchema,
  state: Type.Union([
    Type.Literal('open'),
    Type.Literal('redeemed'),
    Type.Literal('expired'),
    Type.Literal('cancelled'),
    /** An older database of this device was put back, so nobody knows whether it was used. */
    Type.Literal('restored'),
  ]),
  /** ISO 8601, UTC; these too. */
  created: Type.String(),
  expires: Type.String(),
  redeemed: Type.Optional(Type.String()),
  redeemedBy: Type.Optional(Type.Object({ id: Type.String(), name: Type.String() })),
})
export type InviteBody = Static<typeof InviteSchema>

export const InvitedSchema = Type.Object({ ...InviteSchema.properties, secret: Type.String() })
export type Invited = Static<typeof InvitedSchema>

export const InvitesSchema = Type.Object({ invites: Type.Array(InviteSchema) })
export type Invites = Static<typeof InvitesSchema>

export const PeerSchema = Type.Object({
  folder: Type.String(),
  id: Type.String(),
  name: Type.String(),
  role: RoleSchema,
  connected: Type.Boolean(),
  /** Waiting: until somebody with full access lets it in. Awaited: not seen since the secret was changed. */
  state: Type.Union([
    Type.Literal('member'),
    Type.Literal('waiting'),
    Type.Literal('awaited'),
    Type.Literal('revoked'),
  ]),
  /** The name of the device that let it in; none for who holds a secret of the folder. */
  invitedBy: Type.Optional(Type.String()),
  /** Only while connected. */
  address: Type.Optional(Type.String()),
  /** ISO 8601, UTC; none for a device that was never connected to this one. */
  firstSeen: Type.Optional(Type.String()),
  lastSeen: Type.Optional(Type.String()),
})
export type PeerBody = Static<typeof PeerSchema>

export const PeersSchema = Type.Object({ peers: Type.Array(PeerSchema) })
export type Peers = Static<typeof PeersSchema>
