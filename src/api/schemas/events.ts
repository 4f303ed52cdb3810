/** The stream of events: everything that is so once, then what has changed, each with a number. */
import Type, { type Static } from 'typebox'
import { DiskSchema } from './disks.ts'
import { FolderStatusSchema, PeerStatusSchema, StatusSchema } from './status.ts'
import { TransferSchema } from './transfers.ts'

/** All that is so. A folder's peers come in events of their own, because there can be many. */
export const SnapshotSchema = Type.Object({
  status: StatusSchema,
  /** Of every folder with any on their way, by its id. */
  transfers: Type.Record(Type.String(), Type.Array(TransferSchema)),
  /** Of an appliance. */
  disks: Type.Optional(Type.Array(DiskSchema)),
})
export type Snapshot = Static<typeof SnapshotSchema>

/** A folder without its peers. */
export const FolderOnlySchema = Type.Omit(FolderStatusSchema, ['peers'])
export type FolderOnly = Static<typeof FolderOnlySchema>

/** One thing that has changed, told whole. */
export const ChangeSchema = Type.Union([
  Type.Object({ kind: Type.Literal('device'), device: StatusSchema.properties.device }),
  Type.Object({ kind: Type.Literal('traffic'), traffic: StatusSchema.properties.traffic }),
  /** New, or other than before. */
  Type.Object({ kind: Type.Literal('folder'), folder: FolderOnlySchema }),
  Type.Object({ kind: Type.Literal('folder-gone'), folder: Type.String() }),
  Type.Object({ kind: Type.Literal('peer'), folder: Type.String(), peer: PeerStatusSchema }),
  Type.Object({ kind: Type.Literal('peer-gone'), folder: Type.String(), peer: Type.String() }),
  Type.Object({
    kind: Type.Literal('transfers'),
    folder: Type.String(),
    transfers: Type.Array(TransferSchema),
  }),
  /** All of them: there are few. */
  Type.Object({ kind: Type.Literal('disks'), disks: Type.Array(DiskSchema) }),
])
export type Change = Static<typeof ChangeSchema>
