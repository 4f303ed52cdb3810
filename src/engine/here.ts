/** What the disk shows of something whose content is known, as the store keeps it. */

import type { Damage } from '../core/damage.ts'
import type { Content } from '../core/version.ts'
import type { Found } from '../ports.ts'
import type { Here } from '../store/folder-store.ts'

/** `verified` is false when the content was not read after the last change of metadata. */
export function foundToHere(found: Found, content: Content, verified = true): Here {
  const { stat } = found
  if (stat.kind === 'other' || content.kind === 'deleted')
    throw new Error(`assertion: ${found.path} cannot lie here`)
  return {
    kind: content.kind,
    root: content.root,
    diskPath: found.diskPath,
    sizeBytes: stat.sizeBytes,
    mtimeNs: stat.mtimeNs,
    ctimeNs: stat.ctimeNs,
    inode: stat.inode,
    device: stat.device,
    executable: stat.executable,
    verified,
  }
}

/** The same of what is damaged; `content` is what ought to lie there. */
export function damagedHere(found: Found, content: Content, damage: Damage): Here {
  return { ...foundToHere(found, content, false), damage }
}
