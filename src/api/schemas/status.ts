/** What a device and its folders are doing. */
import Type, { type Static } from 'typebox'
import { ReasonSchema, RoleSchema } from './basics.ts'
import { RouteSchema } from './explanation.ts'

export const PeerStatusSchema = Type.Object({
  id: Type.String(),
  name: Type.String(),
  address: Type.String(),
  via: Type.Union([Type.Literal('direct'), Type.Literal('relay')]),
  role: RoleSchema,
  needFiles: Type.Number(),
  needBytes: Type.Number(),
  /** Over this link, since it was opened. */
  received: Type.Number(),
  sent: Type.Number(),
  receivedPerSecond: Type.Number(),
  sentPerSecond: Type.Number(),
})

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
  halt: Type.Optional(ReasonSchema),
  /** What keeps it from its peers: it waits to be let in, was taken out, or cannot redeem its secret. */
  obstacle: Type.Optional(ReasonSchema),
  /** Why the folder is not up to date, or why nobody can tell; empty when it is. */
  explanation: Type.String(),
  /** The disk of an appliance it is on; it waits for that with the code `disk-away`. */
  disk: Type.Optional(Type.Object({ name: Type.String(), uuid: Type.Optional(Type.String()) })),
  /** A peer is connected, and nothing is left to send or receive. */
  settled: Type.Boolean(),
  files: Type.Number(),
  bytes: Type.Number(),
  needFiles: Type.Number(),
  needBytes: Type.Number(),
  localChanges: Type.Number(),
  /** Devices that wait to be let in; only where this device may do so. */
  waiting: Type.Optional(Type.Number()),
  /** Copies of files that were changed in two places, which wait for a person. */
  conflicts: Type.Number(),
  /** Of the folder's files, those that are none of the newest and not kept here. */
  notKept: Type.Object({ files: Type.Number(), bytes: Type.Number() }),
  hosts: Type.Array(Type.String()),
  /** The folder's own; those of the device hold besides. */
  limits: Type.Object(Limits),
  peers: Type.Array(PeerStatusSchema),
  routes: Type.Array(RouteSchema),
  problems: Type.Array(Type.Object({ path: Type.String(), ...ReasonSchema.properties })),
  /** Bytes a second over all its links. */
  receivedPerSecond: Type.Number(),
  sentPerSecond: Type.Number(),
})
export type FolderStatusBody = Static<typeof FolderStatusSchema>

export const StatusSchema = Type.Object({
  device: Type.Object({
    id: Type.String(),
    name: Type.String(),
    version: Type.String(),
    listen: Type.String(),
    /** The address of the web interface, for a browser; left out where there is none. */
    web: Type.Optional(Type.String()),
    /** Of the certificate of the web interface, as browsers show it; none without HTTPS. */
    webFingerprint: Type.Optional(Type.String()),
    pid: Type.Number(),
    /** It looks after its disks. */
    appliance: Type.Boolean(),
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
