/** What the shapes of the API are made of, and the one shape of every error. Clients import these modules, so there is no code but the shapes. */
import Type, { type Static } from 'typebox'

export const closed = { additionalProperties: false } as const

/** A path longer than the system allows is not a path. */
const maxPathCharacters = 4096

export const maxSecretCharacters = 2048

export const maxHostCharacters = 300

/** Rows a list may give at once: more than a person reads, few enough to hold in memory. */
export const maxRows = 10_000

export const defaultRows = 100

export const Path = Type.String({ minLength: 1, maxLength: maxPathCharacters })

/** ISO 8601, UTC. */
export const TimeText = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,3})?Z$' })

export const RoleSchema = Type.Union([Type.Literal('full'), Type.Literal('read-only')])

export const ErrorSchema = Type.Object({
  code: Type.String(),
  message: Type.String(),
  data: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
})
export type ErrorBody = Static<typeof ErrorSchema>

/** A folder in an address: its id, or its absolute path. */
export const FolderParams = Type.Object({ folder: Path })

/** One folder, or all when left out. */
export const FolderQuery = Type.Object({ folder: Type.Optional(Path) }, closed)

/** A page of a long list: what comes after the place the last page ended at. */
export const Paged = {
  after: Type.Optional(Type.String({ maxLength: 8192 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxRows })),
  /** Only paths with this text in them, in any case. */
  search: Type.Optional(Type.String({ maxLength: 200 })),
}

export const RowsQuery = Type.Object(
  { folder: Type.Optional(Path), limit: Type.Optional(Type.Integer({ minimum: 1, maximum: maxRows })) },
  closed,
)

/** Why something does not go on. `data` fills the sentence, so that a client can say it in another language. */
export const ReasonSchema = Type.Object({
  code: Type.String(),
  message: Type.String(),
  data: Type.Optional(ErrorSchema.properties.data),
})
export type Reason = Static<typeof ReasonSchema>

export const DoneSchema = Type.Object({})
