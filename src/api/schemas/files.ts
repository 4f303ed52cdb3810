/** What a person decides about files: conflicts, the archive, local changes, deletions that wait. */
import Type, { type Static } from 'typebox'
import { closed, Paged, Path, ReasonSchema, TimeText } from './basics.ts'

/** Far more than anybody writes by hand. */
const maxIgnoreCharacters = 100_000

export const FilesQuery = Type.Object(
  { ...Paged, only: Type.Optional(Type.Union([Type.Literal('needed'), Type.Literal('problem')])) },
  closed,
)

/** By path. */
export const FilesSchema = Type.Object({
  files: Type.Array(
    Type.Object({
      path: Type.String(),
      kind: Type.Union([
        Type.Literal('file'),
        Type.Literal('directory'),
        Type.Literal('link'),
        /** Nothing is known of it but its problem. */
        Type.Literal('other'),
      ]),
      sizeBytes: Type.Number(),
      /** ISO 8601, UTC; empty for `other`. */
      modified: Type.String(),
      state: Type.Union([
        Type.Literal('here'),
        Type.Literal('needed'),
        Type.Literal('coming'),
        /** None of the newest, and only those are kept. */
        Type.Literal('not-kept'),
        /** Not as the folder has it: changed on this read-only device. */
        Type.Literal('changed-here'),
        Type.Literal('ignored'),
        /** It cannot sync; see its problem. */
        Type.Literal('unsynced'),
      ]),
      problem: Type.Optional(ReasonSchema),
      /** A person asked for it before others. */
      asked: Type.Boolean(),
    }),
  ),
  /** Give it as `after` for the next page; none at the end. */
  next: Type.Optional(Type.String()),
})
export type Files = Static<typeof FilesSchema>

/** What cannot be shown is no error, but an empty answer (204): a browser writes every error to its console. */
const IfShowable = Type.Optional(Type.Boolean())

/**
 * What of a file is shown in a browser: a path of the folder, or an entry of the archive. The answer is the bytes themselves, of a picture
 * or a text and of nothing else. Of a long text only the beginning comes, with its whole size in the header `x-cut-from-bytes`.
 */
export const ContentQuery = Type.Union([
  Type.Object({ path: Path, ifShowable: IfShowable }, closed),
  Type.Object({ archived: Path, ifShowable: IfShowable }, closed),
])

/** `copy` puts the conflict copy in the place of the file beside it, `original` lets go of the copy, `both` gives it a name of its own. */
export const ConflictBody = Type.Object(
  {
    path: Path,
    keep: Type.Union([Type.Literal('original'), Type.Literal('copy'), Type.Literal('both')]),
  },
  closed,
)
/** Where what was kept lies now. */
export const ConflictSettledSchema = Type.Object({ path: Type.String() })
export type ConflictSettled = Static<typeof ConflictSettledSchema>

export const ArchivePageQuery = Type.Object(Paged, closed)
export const AsOfQuery = Type.Object({ ...Paged, at: TimeText }, closed)

/**
 * What paths held at a time, as far as the archive still has it: only those that hold something else now. By path. A page may be short, or
 * empty, though there is a next one.
 */
export const AsOfSchema = Type.Object({
  files: Type.Array(
    Type.Object({
      /** The archive's entry. */
      id: Type.String(),
      path: Type.String(),
      sizeBytes: Type.Number(),
      archived: Type.String(),
      /** What is there instead. */
      now: Type.Union([Type.Literal('changed'), Type.Literal('deleted')]),
    }),
  ),
  next: Type.Optional(Type.String()),
})
export type AsOf = Static<typeof AsOfSchema>

export const IgnoreBody = Type.Object({ text: Type.String({ maxLength: maxIgnoreCharacters }) }, closed)
export const IgnoreSchema = Type.Object({ text: Type.String() })
export type Ignore = Static<typeof IgnoreSchema>

const MatchedSchema = Type.Object({
  files: Type.Number(),
  bytes: Type.Number(),
  /** The first of them. */
  examples: Type.Array(Type.String()),
})

/** What these patterns would do, before they hold, as far as it is known: files that never synced count only where some of those may sync now. */
export const IgnorePreviewSchema = Type.Object({
  ignored: MatchedSchema,
  /** Synced now, and would not be any more. They stay where they are. */
  newlyIgnored: MatchedSchema,
  /** Ignored now, and would be synced. */
  newlySynced: MatchedSchema,
  /** Only so many paths were looked at. */
  partial: Type.Boolean(),
})
export type IgnorePreview = Static<typeof IgnorePreviewSchema>

export const RestoreBody = Type.Object({ path: Type.Optional(Path) }, closed)

export const DeletesBody = Type.Object(
  { choice: Type.Union([Type.Literal('confirm'), Type.Literal('undo')]) },
  closed,
)

/** Where its path is taken, the file is put beside what lies there, or with `replace` in its place; what lay there is archived. */
export const ArchiveRestoreBody = Type.Object({ id: Path, replace: Type.Optional(Type.Boolean()) }, closed)

export const LocalChangesQuery = Type.Object(Paged, closed)

/** By path. */
export const LocalChangesSchema = Type.Object({
  changes: Type.Array(
    Type.Object({
      path: Type.String(),
      change: Type.Union([Type.Literal('added'), Type.Literal('edited'), Type.Literal('deleted')]),
      sizeBytes: Type.Number(),
    }),
  ),
  /** Give it as `after` for the next page; none at the end. */
  next: Type.Optional(Type.String()),
})
export type LocalChanges = Static<typeof LocalChangesSchema>

export const RestoredSchema = Type.Object({ restored: Type.Number() })
export type Restored = Static<typeof RestoredSchema>

/** The files a mass-delete halt is about. */
export const DeletesSchema = Type.Object({
  held: Type.Array(Type.String()),
  /** Names of the devices that deleted them; none where they are gone from this disk and nobody signed that yet. */
  by: Type.Array(Type.String()),
})
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
      /** ISO 8601, UTC. */
      modified: Type.String(),
      /** Who wrote the copy, as its name tells it. */
      device: Type.String(),
      /** Of the file beside it, when there is one. */
      original: Type.Optional(Type.Object({ sizeBytes: Type.Number(), modified: Type.String() })),
    }),
  ),
})
export type Conflicts = Static<typeof ConflictsSchema>

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
  /** Give it as `after` for the next page; none at the end. */
  next: Type.Optional(Type.String()),
})
export type Archive = Static<typeof ArchiveSchema>

export const ArchiveRestoredSchema = Type.Object({ path: Type.String() })
export type ArchiveRestored = Static<typeof ArchiveRestoredSchema>
