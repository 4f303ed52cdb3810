/** The disks of an appliance, and what may be done with them. */
import Type, { type Static } from 'typebox'
import { diskReasons, diskStates } from '../../appliance/disk-facts.ts'
import { closed, ReasonSchema } from './basics.ts'

const verbs = ['attach', 'eject', 'prepare', 'erase', 'repair'] as const

/** A disk, or a partition of one. */
export const DiskSchema = Type.Object({
  /** The kernel's name, like sdb1: good until it is pulled. */
  device: Type.String(),
  /** What it is called on this device; it keeps that. */
  name: Type.String(),
  model: Type.String(),
  /** Left out where the disk says none. */
  serial: Type.Optional(Type.String()),
  /** Of the whole disk. */
  sizeBytes: Type.Number(),
  /** The number of its plugging-in; another one each time. */
  sequence: Type.Number(),
  /** Left out where there is none. */
  fileSystem: Type.Optional(
    Type.Object({
      kind: Type.String(),
      uuid: Type.Optional(Type.String()),
      label: Type.Optional(Type.String()),
    }),
  ),
  state: Type.Enum(diskStates),
  /** Only while attached. */
  mountPoint: Type.Optional(Type.String()),
  readOnly: Type.Boolean(),
  /** Why it is not attached, or only for reading. */
  reason: Type.Optional(Type.Enum(diskReasons)),
  /** Of what `doing` or the state says, 0 to 1, where known. */
  progress: Type.Optional(Type.Number()),
  /** Only while attached. */
  freeBytes: Type.Optional(Type.Number()),
  totalBytes: Type.Optional(Type.Number()),
  /** Ids of the folders that are on it, open or waiting. */
  folders: Type.Array(Type.String()),
  /** What is being done to it at somebody's request. */
  doing: Type.Optional(Type.Enum(verbs)),
  /** How what was last asked of it failed, until something else is asked. */
  problem: Type.Optional(ReasonSchema),
  /** Before it is erased, the last four characters of this are to be typed. */
  eraseBy: Type.Union([Type.Literal('serial'), Type.Literal('size')]),
})
export type DiskBody = Static<typeof DiskSchema>

export const DisksSchema = Type.Object({ disks: Type.Array(DiskSchema) })
export type DisksBody = Static<typeof DisksSchema>

/** A disk in an address: its device, or its name. */
export const DiskParams = Type.Object({ disk: Type.String({ minLength: 1, maxLength: 64 }) })

/** The disk as it was shown; what is there by then has to be the same. */
const shown = {
  serial: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  sizeBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  sequence: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
}
export const PrepareBody = Type.Object(shown, closed)
export const EraseBody = Type.Object({ ...shown, typed: Type.String({ maxLength: 64 }) }, closed)
export type DiskShown = Static<typeof PrepareBody>

export const DiskDoneSchema = Type.Object({
  /** What it is called by the kernel now. */
  device: Type.String(),
  /** False where it goes on after the answer: events tell how, `doing` until it ends and `problem` if it fails. */
  finished: Type.Boolean(),
})
export type DiskDone = Static<typeof DiskDoneSchema>
