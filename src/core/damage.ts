/**
 * Silent damage: a file whose stat is just what it was when it was last read, and whose content is another, or cannot be read. Nobody wrote
 * that. What is found so is remembered of the file, so that no later look takes it for a person's edit.
 */
import type { ContentRoot } from './ids.ts'
import type { HoldableStat } from './stat.ts'

/** What was found instead of the content: another one, or nothing that could be read. */
export type Damage = ContentRoot | 'unreadable'

export interface Damageable extends HoldableStat {
  readonly damage?: Damage
}

/**
 * Whether a damaged file that was looked at again is the damaged file still. Putting it into the archive moves its ctime, and a disk without
 * inodes makes up others: so what it holds decides. A person's edit has another time or size, or another content.
 */
export function isStillDamaged(before: Damageable | undefined, seen: HoldableStat, found: Damage): boolean {
  return (
    before?.damage !== undefined &&
    before.damage === found &&
    before.kind === seen.kind &&
    before.sizeBytes === seen.sizeBytes &&
    before.mtimeNs === seen.mtimeNs
  )
}
