/** What was done to files, and when. */
import Type, { type Static } from 'typebox'
import { closed, Paged, Path } from './basics.ts'

export const HistoryQuery = Type.Object(
  {
    folder: Type.Optional(Path),
    ...Paged,
    /** Only this was done. */
    action: Type.Optional(Type.String({ maxLength: 20 })),
  },
  closed,
)
export type HistoryAsked = Static<typeof HistoryQuery>

/** Newest first. */
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
  /** Give it as `after` for the next page; none at the end. */
  next: Type.Optional(Type.String()),
})
export type History = Static<typeof HistorySchema>
