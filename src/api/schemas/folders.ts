/** Adding, leaving and changing folders, and their secrets. */
import Type, { type Static } from 'typebox'
import { maxQrBytes } from '../../core/qr-code.ts'
import { closed, maxHostCharacters, maxSecretCharacters, Path, RoleSchema } from './basics.ts'
import { PeerSchema } from './members.ts'

export const HostParams = Type.Object({ folder: Path, host: Type.String({ maxLength: maxHostCharacters }) })

/** What somebody pasted: a secret of any kind, or a `berrysync://` link with one in it. */
export const SecretTextBody = Type.Object({ text: Type.String({ maxLength: 4096 }) }, closed)

export const SecretKindSchema = Type.Object({
  kind: Type.Union([Type.Literal('full'), Type.Literal('read-only'), Type.Literal('one-time')]),
  /** The secret by itself, as it is to be given with `AddBody`. */
  secret: Type.String(),
  /** A secret of a person's own, which has no checksum. */
  own: Type.Boolean(),
  /** Out of a link: what the folder is called where it comes from, and where to reach somebody. */
  name: Type.Optional(Type.String()),
  hosts: Type.Array(Type.String()),
  /** The directory of this device that syncs it already. */
  path: Type.Optional(Type.String()),
})
export type SecretKind = Static<typeof SecretKindSchema>

/** A picture that may show a QR code. Larger ones show no more of it, and take a small device long. */
export const maxPictureSide = 640
export const PictureQuery = Type.Object(
  {
    width: Type.Integer({ minimum: 1, maximum: maxPictureSide }),
    height: Type.Integer({ minimum: 1, maximum: maxPictureSide }),
  },
  closed,
)

export const QrTextSchema = Type.Object({
  /** Not where no code was found. */
  text: Type.Optional(Type.String()),
})
export type QrText = Static<typeof QrTextSchema>

export const QrTextBody = Type.Object({ text: Type.String({ minLength: 1, maxLength: maxQrBytes }) }, closed)

export const QrDrawingSchema = Type.Object({
  /** Of a side, in dots, with a clear margin. */
  size: Type.Integer(),
  /** All that is dark, as an SVG path in dots. */
  path: Type.String(),
})
export type QrDrawing = Static<typeof QrDrawingSchema>

export const AddBody = Type.Object(
  {
    path: Path,
    secret: Type.Optional(Type.String({ maxLength: maxSecretCharacters })),
    /** Predefined hosts to begin with. */
    hosts: Type.Optional(Type.Array(Type.String({ maxLength: maxHostCharacters }))),
  },
  closed,
)

export const HostBody = Type.Object({ host: Type.String({ maxLength: maxHostCharacters }) }, closed)

/** With `release` the file is not asked for any more. */
export const FetchBody = Type.Object({ path: Path, release: Type.Optional(Type.Boolean()) }, closed)

/** What this device holds: a read-only device has no full secret. */
export const SecretsSchema = Type.Object({ full: Type.Optional(Type.String()), readOnly: Type.String() })
export type Secrets = Static<typeof SecretsSchema>

/** What may be passed on to whoever is only to receive. */
export const ReadOnlySecretSchema = Type.Object({ readOnly: Type.String() })
export type ReadOnlySecret = Static<typeof ReadOnlySecretSchema>

export const AddedSchema = Type.Object({
  id: Type.String(),
  path: Type.String(),
  role: RoleSchema,
  /** The folder is new: its secret was made here. */
  created: Type.Boolean(),
  /** A one-time secret is being redeemed; see the folder's status. */
  joining: Type.Boolean(),
  full: Type.Optional(Type.String()),
  /** Not where a one-time secret was given. */
  readOnly: Type.Optional(Type.String()),
})
export type Added = Static<typeof AddedSchema>

export const HostsSchema = Type.Object({ hosts: Type.Array(Type.String()) })
export type Hosts = Static<typeof HostsSchema>

export const FetchedSchema = Type.Object({
  /** As it is named in the folder. */
  path: Type.String(),
  state: Type.Union([Type.Literal('here'), Type.Literal('coming'), Type.Literal('released')]),
})
export type Fetched = Static<typeof FetchedSchema>

/** What a change of the secret would do. */
export const RotationPlanSchema = Type.Object({
  /** Devices that go on with the new secret by themselves. */
  moving: Type.Array(PeerSchema),
  /** Devices that have only a secret of the folder, and get nothing new any more. */
  left: Type.Array(PeerSchema),
  /** One-time secrets that would be cancelled. */
  cancelledInvites: Type.Number(),
})
export type RotationPlanBody = Static<typeof RotationPlanSchema>

/** The folder under its new secret. */
export const RotatedSchema = Type.Object({ id: Type.String(), path: Type.String() })
export type Rotated = Static<typeof RotatedSchema>
