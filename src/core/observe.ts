/**
 * Compares what is known of a path with what the disk shows, and says what a person did. Pure: hashing is done by the caller when
 * `needsHash` asks for it. Says nothing about what it could not see: an unreadable path is not a missing one (I10).
 */
import type { Damage } from './damage.ts'
import { type HoldableStat, isSameStat } from './stat.ts'
import { type Content, sameContent, type Version } from './version.ts'

/**
 * What was recorded of it the last time; `verified` is false when content and stat may not belong together. Of what is damaged the content is
 * what ought to lie there, and it is not verified.
 */
export interface Remembered extends HoldableStat, Content {
  readonly kind: HoldableStat['kind']
  readonly verified: boolean
  readonly damage?: Damage
}

/**
 * Whether the content has to be read again: when anything moved that moves with a write. Times alone can be set back by hand, so
 * ctime and inode count too.
 */
export function needsHash(remembered: Remembered | undefined, seen: HoldableStat): boolean {
  if (seen.kind !== 'file') return false
  return (
    remembered === undefined ||
    remembered.kind !== 'file' ||
    !remembered.verified ||
    !isSameStat(remembered, seen)
  )
}

/**
 * - `same`: nothing to tell anybody; what is remembered may still be refreshed.
 * - `edited`: content, time or executable bit is not what was agreed.
 */
export type Observation = 'same' | 'edited'

/**
 * What happened at a path that is there. `content` is what `seen` holds, freshly read or, when `needsHash` said no, remembered.
 * Time and executable bit are compared with what was remembered, not with what was agreed: a coarse disk may not keep the
 * agreed ones, and that is nobody's edit.
 */
export function observe(
  agreed: Version | undefined,
  remembered: (Content & HoldableStat) | undefined,
  seen: HoldableStat,
  content: Content,
): Observation {
  if (agreed === undefined || !sameContent(agreed, content)) return 'edited'
  if (content.kind !== 'file') return 'same'
  const before = remembered?.kind === 'file' ? remembered : agreed
  return before.mtimeNs === seen.mtimeNs && before.executable === seen.executable ? 'same' : 'edited'
}
