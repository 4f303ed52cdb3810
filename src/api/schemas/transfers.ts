/** What is on its way right now, and how much passed before. */
import Type, { type Static } from 'typebox'
import { closed, Path } from './basics.ts'

/** A file that is being put together here. */
export const TransferSchema = Type.Object({
  path: Type.String(),
  sizeBytes: Type.Number(),
  haveBytes: Type.Number(),
  receivedPerSecond: Type.Number(),
  /** Peers known to have all or some of it. */
  holders: Type.Number(),
  /** A person asked for it. */
  asked: Type.Boolean(),
})
export type Transfer = Static<typeof TransferSchema>

export const PartsQuery = Type.Object({ path: Path }, closed)

/** How full each of equal stretches of the file is, from first to last: 0 to 100. At most a hundred of them. */
const CellsSchema = Type.Array(Type.Number())

/** Who has which part of a file. */
export const PartsSchema = Type.Object({
  path: Type.String(),
  sizeBytes: Type.Number(),
  here: CellsSchema,
  peers: Type.Array(Type.Object({ id: Type.String(), name: Type.String(), cells: CellsSchema })),
})
export type Parts = Static<typeof PartsSchema>

export const TrafficQuery = Type.Object(
  { span: Type.Union([Type.Literal('minutes'), Type.Literal('days')]) },
  closed,
)

/** Equally spaced, the oldest first; a time without a value was not watched. */
export const TrafficHistorySchema = Type.Object({
  /** When the first sample begins; ISO 8601, UTC. */
  from: Type.String(),
  /** 1 for the last ten minutes, 3,600 for the last thirty days. */
  stepSeconds: Type.Number(),
  /** Bytes in each step. */
  received: Type.Array(Type.Union([Type.Number(), Type.Null()])),
  sent: Type.Array(Type.Union([Type.Number(), Type.Null()])),
})
export type TrafficHistory = Static<typeof TrafficHistorySchema>
