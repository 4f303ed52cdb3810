/** Choosing a directory of this device in a browser. Nothing outside the allowed roots is ever told of. */
import Type, { type Static } from 'typebox'
import { closed, Path } from './basics.ts'

/** The roots themselves when left out. */
export const DirectoryQuery = Type.Object({ path: Type.Optional(Path) }, closed)

export const NewDirectoryBody = Type.Object(
  { parent: Path, name: Type.String({ minLength: 1, maxLength: 255 }) },
  closed,
)

const Directory = {
  name: Type.String(),
  path: Type.String(),
  /** Why it cannot be chosen, as an error code: `folder-exists`, `folder-nested`, `directory-unusable`, … */
  obstacle: Type.Optional(Type.String()),
}

export const DirectoriesSchema = Type.Object({
  /** None for the list of roots. */
  path: Type.Optional(Type.String()),
  /** None at a root. */
  parent: Type.Optional(Type.String()),
  /** Why this one cannot be chosen, as an error code. */
  obstacle: Type.Optional(Type.String()),
  /** By name; only so many are listed. */
  directories: Type.Array(
    Type.Object({
      ...Directory,
      /** Told of roots, and of the directory itself. */
      freeBytes: Type.Optional(Type.Number()),
      /** Of a root on a disk of an appliance: what the disk is called. */
      disk: Type.Optional(Type.String()),
      totalBytes: Type.Optional(Type.Number()),
    }),
  ),
  /** There are more than are listed. */
  more: Type.Boolean(),
  freeBytes: Type.Optional(Type.Number()),
  totalBytes: Type.Optional(Type.Number()),
})
export type Directories = Static<typeof DirectoriesSchema>

export const DirectoryMadeSchema = Type.Object({ path: Type.String() })
export type DirectoryMade = Static<typeof DirectoryMadeSchema>
