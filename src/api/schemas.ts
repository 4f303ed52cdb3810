/**
 * The words of the API: shapes that the daemon checks what it is asked against, and that its clients are typed by. Fields are added,
 * never renamed. No code but the shapes, because clients import this module.
 */
import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false } as const

/** A path longer than the system allows is not a path. */
const maxPathCharacters = 4096
const maxSecretCharacters = 2048
const maxHostCharacters = 300
/** Rows a list may give at once: more than a person reads, few enough to hold in memory. */
export const maxRows = 10_000
export const defaultRows = 100

const Path = Type.String({ minLength: 1, maxLength: maxPathCharacters })

export const RoleSchema = Type.Union([Type.Literal('full'), Type.Literal('read-only')])

export const ErrorSchema = Type.Object({
  code: Type.String(),
  message: Type.String(),
  data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
})
export type ErrorBody = Static<typeof ErrorSchema>

// ---- asking -------------------------------------------------------------------------------------------------------------

/** A folder in an address: its id, or its absolute path. */
export const FolderParams = Type.Object({ folder: Path })
export const InviteParams = Type.Object({ folder: Path, invite: Type.String({ maxLength: 64 }) })
export const HostParams = Type.Object({ folder: Path, host: Type.String({ maxLength: maxHostCharacters }) })

/** One folder, or all when left out. */
export const FolderQuery = Type.Object({ folder: Type.Optional(Path) }, closed)

export const RowsQuery = Type.Object(
  { folder: Type.Optional(Path), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxRows })) },
  closed,
)

export const AddBody = Type.Object(
  {
    path: Path,
    secret: Type.Optional(Type.String({ maxLength: maxSecretCharacters })),
    /** Predefined hosts to begin with. */
    hosts: Type.Optional(Type.Array(Type.String({ maxLength: maxHostCharacters }))),
  },
  closed,
)

/** Values as JSON has them, or as texts a person typed after `key=`. */
export const SettingsBody = Type.Union([
  Type.Object({ values: Type.Record(Type.String(), Type.Unknown()) }, closed),
  Type.Object({ texts: Type.Record(Type.String(), Type.String()) }, closed),
])
export type SettingsChange = Static<typeof SettingsBody>

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

export const HostBody = Type.Object({ host: Type.String({ maxLength: maxHostCharacters }) }, closed)
/** With `release` the file is not asked for any more. */
export const FetchBody = Type.Object({ path: Path, release: Type.Optional(Type.Boolean()) }, closed)
export const RestoreBody = Type.Object({ path: Type.Optional(Path) }, closed)
export const DeletesBody = Type.Object(
  { choice: Type.Union([Type.Literal('confirm'), Type.Literal('undo')]) },
  closed,
)
export const ArchiveRestoreBody = Type.Object({ id: Path }, closed)

// ---- answers ------------------------------------------------------------------------------------------------------------

export const PeerStatusSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  address: Type.String(),
  via: Type.Union([Type.Literal('direct'), Type.Literal('relay')]),
  role: RoleSchema,
  needFiles: Type.Number(),
  needBytes: Type.Number(),
})

const Failure = { code: Type.String(), message: Type.String() }

/** By which peers are found that nobody typed in; each is the name of a switch of the folder. */
const FoundBySchema = Type.Union([
  Type.Literal('lan'),
  Type.Literal('tracker'),
  Type.Literal('dht'),
  Type.Literal('relay'),
])

/** A way to peers that this device goes itself, and what came of it. Peers that connect from their side are in none. */
export const RouteSchema = Type.Object({
  /** Where it was learned of; `host` is a predefined one. */
  source: Type.Union([Type.Literal('host'), FoundBySchema]),
  /** `host:port`, as it was given, or what names a member at a relay. */
  target: Type.String(),
  via: Type.Union([Type.Literal('direct'), Type.Literal('relay')]),
  state: Type.Union([
    Type.Literal('connected'),
    Type.Literal('trying'),
    Type.Literal('waiting'),
    /** Not tried again before the settings change. */
    Type.Literal('given-up'),
  ]),
  /** How the last try or link ended. */
  lastResult: Type.Optional(Type.Object(Failure)),
  /** The addresses of the target that the last try went through in vain. */
  tried: Type.Array(Type.Object({ address: Type.String(), ...Failure })),
  /** When state or result last changed; ISO 8601, UTC. */
  at: Type.String(),
  /** While waiting: when it is tried again. */
  nextInSeconds: Type.Optional(Type.Number()),
})
export type Route = Static<typeof RouteSchema>

/** One thing that was asked, and what came of it. */
const Asked = {
  /** The address of a tracker or router, the name of a network interface. */
  at: Type.String(),
  state: Type.Union([Type.Literal('working'), Type.Literal('failed'), Type.Literal('waiting')]),
  message: Type.String(),
  /** Addresses it told last. */
  found: Type.Number(),
  time: Type.String(),
}

/** Why peers of a folder are connected or not: everything that was tried. */
export const ExplanationSchema = Type.Object({
  path: Type.String(),
  /** Ways that are switched on, for this folder and for the device. */
  switches: Type.Array(FoundBySchema),
  /** Whether nothing goes anywhere but to predefined hosts. */
  closed: Type.Boolean(),
  routes: Type.Array(RouteSchema),
  /** What was asked for peers. */
  searches: Type.Array(Type.Object({ by: FoundBySchema, ...Asked })),
  /** Whether peers outside the local network can connect to this device. */
  reachable: Type.Object({
    state: Type.Union([
      Type.Literal('reachable'),
      Type.Literal('likely'),
      Type.Literal('relayed'),
      Type.Literal('unlikely'),
      Type.Literal('closed'),
    ]),
    message: Type.String(),
    /** Routers that were asked to let them in. */
    routers: Type.Array(Type.Object(Asked)),
  }),
})
export type ExplanationBody = Static<typeof ExplanationSchema>

/** Bytes a second; 0 for no limit. */
const Limits = { upload: Type.Number(), download: Type.Number() }

export const FolderStatusSchema = Type.Object({
  id: Type.String(),
  path: Type.String(),
  role: RoleSchema,
  state: Type.Union([
    Type.Literal('scanning'),
    Type.Literal('syncing'),
    Type.Literal('up-to-date'),
    Type.Literal('paused'),
    Type.Literal('halted'),
    /** A one-time secret is being redeemed: the folder is not shared with this device yet, and its role is not known. */
    Type.Literal('joining'),
    /** It cannot be redeemed; `halt` says why. */
    Type.Literal('refused'),
  ]),
  halt: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
  /** Why the folder is not up to date, or why nobody can tell; empty when it is. */
  explanation: Type.String(),
  /** A peer is connected, and nothing is left to send or receive. */
  settled: Type.Boolean(),
  files: Type.Number(),
  bytes: Type.Number(),
  needFiles: Type.Number(),
  needBytes: Type.Number(),
  localChanges: Type.Number(),
  /** Of the folder's files, those that are none of the newest and not kept here. */
  notKept: Type.Object({ files: Type.Number(), bytes: Type.Number() }),
  hosts: Type.Array(Type.String()),
  /** The folder's own; those of the device hold besides. */
  limits: Type.Object(Limits),
  peers: Type.Array(PeerStatusSchema),
  routes: Type.Array(RouteSchema),
  problems: Type.Array(Type.Object({ path: Type.String(), code: Type.String(), message: Type.String() })),
})
export type FolderStatusBody = Static<typeof FolderStatusSchema>

export const StatusSchema = Type.Object({
  device: Type.Object({
    id: Type.String(),
    name: Type.String(),
    version: Type.String(),
    listen: Type.String(),
    pid: Type.Number(),
    /** What holds now for all folders together. */
    limits: Type.Object({
      ...Limits,
      /** They hold within the local network as well. */
      lan: Type.Boolean(),
      /** Nothing passes, because the schedule says so. */
      paused: Type.Boolean(),
      by: Type.Union([Type.Literal('settings'), Type.Literal('schedule')]),
      /** When the schedule may change them; ISO 8601, UTC. */
      until: Type.Optional(Type.String()),
    }),
  }),
  folders: Type.Array(FolderStatusSchema),
  traffic: Type.Object({
    received: Type.Number(),
    sent: Type.Number(),
    receivedPerSecond: Type.Number(),
    sentPerSecond: Type.Number(),
  }),
})
export type Status = Static<typeof StatusSchema>

/** What this device holds: a read-only device has no full secret. */
export const SecretsSchema = Type.Object({ full: Type.Optional(Type.String()), readOnly: Type.String() })
export type Secrets = Static<typeof SecretsSchema>

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

export const SettingsSchema = Type.Object({
  settings: Type.Array(
    Type.Object({
      key: Type.String(),
      value: Type.Unknown(),
      /** As it would be typed after `key=`. */
      text: Type.String(),
      isDefault: Type.Boolean(),
      about: Type.String(),
    }),
  ),
})
export type Settings = Static<typeof SettingsSchema>

export const HostsSchema = Type.Object({ hosts: Type.Array(Type.String()) })
export type Hosts = Static<typeof HostsSchema>

export const LocalChangesSchema = Type.Object({
  changes: Type.Array(
    Type.Object({
      path: Type.String(),
      change: Type.Union([Type.Literal('added'), Type.Literal('edited'), Type.Literal('deleted')]),
    }),
  ),
})
export type LocalChanges = Static<typeof LocalChangesSchema>

export const FetchedSchema = Type.Object({
  /** As it is named in the folder. */
  path: Type.String(),
  state: Type.Union([Type.Literal('here'), Type.Literal('coming'), Type.Literal('released')]),
})
export type Fetched = Static<typeof FetchedSchema>

export const RestoredSchema = Type.Object({ restored: Type.Number() })
export type Restored = Static<typeof RestoredSchema>

/** The files a mass-delete halt is about. */
export const DeletesSchema = Type.Object({ held: Type.Array(Type.String()) })
export type Deletes = Static<typeof DeletesSchema>

/** How many deletions were decided about. */
export const DecidedSchema = Type.Object({ deletions: Type.Number() })
export type Decided = Static<typeof DecidedSchema>

export const ConflictsSchema = Type.Object({
  conflicts: Type.Array(
    Type.Object({
      folder: Type.String(),
      path: Type.String(),
      beside: Type.String(),
      sizeBytes: Type.Number(),
    }),
  ),
})
export type Conflicts = Static<typeof ConflictsSchema>

export const HistorySchema = Type.Object({
  history: Type.Array(
    Type.Object({
      folder: Type.String(),
      /** ISO 8601, UTC. */
      at: Type.String(),
      path: Type.String(),
      action: Type.String(),
      device: Type.String(),
      sizeBytes: Type.Number(),
    }),
  ),
})
export type History = Static<typeof HistorySchema>

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

export const ArchiveSchema = Type.Object({
  archive: Type.Array(
    Type.Object({
      folder: Type.String(),
      id: Type.String(),
      path: Type.String(),
      /** ISO 8601, UTC. */
      archived: Type.String(),
      sizeBytes: Type.Number(),
    }),
  ),
})
export type Archive = Static<typeof ArchiveSchema>

export const ArchiveRestoredSchema = Type.Object({ path: Type.String() })
export type ArchiveRestored = Static<typeof ArchiveRestoredSchema>

export const DoneSchema = Type.Object({})
