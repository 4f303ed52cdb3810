/** A path as a person reads it: the name first, and where it lies below. */
import { splitPath } from '../state/file-words.ts'

export function FilePath({ path }: { readonly path: string }) {
  const { name, directory } = splitPath(path)
  return (
    <>
      <bdi class="path-name">{name}</bdi>
      {directory !== '' && <bdi class="path-directory">{directory}</bdi>}
    </>
  )
}
