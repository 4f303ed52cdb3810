/** Looks whether the database of a folder agrees with itself, a part at a time, so that nothing else waits for long. */
import type { FolderStore } from '../store/folder-store.ts'

const partPaths = 200

export interface Inspected {
  /** What is not as it has to be. */
  readonly faults: readonly string[]
  /** Behind which path to go on; undefined when nothing is left. */
  readonly after: string | undefined
}

/** The next paths behind `after` (the first behind ''), and with the last of them what can only be asked of the whole. */
export function inspectPart(store: FolderStore, after: string): Inspected {
  const part = store.inspectPaths(after, partPaths)
  const isLast = part.faults.length === 0 && part.after === undefined
  return isLast ? { faults: store.inspect(), after: undefined } : part
}
