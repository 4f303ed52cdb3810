/** Releases of an appliance: which one runs, which one is tried, and which could be installed. */
import Type, { type Static } from 'typebox'
import { closed, ReasonSchema } from './basics.ts'

/** A part of an upload: small enough that each arrives within the time a request may take. */
export const maxPartBytes = 1024 ** 2

/** A release file that is here. */
export const OfferedReleaseSchema = Type.Object({
  /** Left out for what was uploaded. */
  disk: Type.Optional(Type.String()),
  file: Type.String(),
  sizeBytes: Type.Number(),
  /** Left out where nothing it says is to be believed. */
  version: Type.Optional(Type.String()),
  /** Why it cannot be installed. */
  fault: Type.Optional(ReasonSchema),
})
export type OfferedRelease = Static<typeof OfferedReleaseSchema>

export const ReleasesSchema = Type.Object({
  /** The one that runs. */
  running: Type.String(),
  /** It has so many starts left to prove itself. */
  triesLeft: Type.Optional(Type.Integer()),
  /** What rolling back leads to. */
  before: Type.Optional(Type.String()),
  /** The last one that did not prove itself, and was taken back. */
  failed: Type.Optional(Type.String()),
  /** One is being installed: how far that is, from 0 to 1. */
  progress: Type.Optional(Type.Number()),
  offered: Type.Array(OfferedReleaseSchema),
})
export type Releases = Static<typeof ReleasesSchema>

/** Parts come in order; the first makes away with what was uploaded before. */
export const UploadQuery = Type.Object(
  { offset: Type.Integer({ minimum: 0 }), size: Type.Integer({ minimum: 1 }) },
  closed,
)

export const InstallBody = Type.Object(
  {
    disk: Type.Optional(Type.String({ maxLength: 64 })),
    file: Type.String({ minLength: 1, maxLength: 255 }),
  },
  closed,
)
export type InstallAsked = Static<typeof InstallBody>

export const RestartingSchema = Type.Object({
  /** What runs after the restart that is about to come. */
  version: Type.String(),
})
export type Restarting = Static<typeof RestartingSchema>
