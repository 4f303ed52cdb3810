/** What the LEDs are chosen by, from what the device says of its folders. Pure. */
import { flowBytesPerSecond } from '../core/speed.ts'
import type { FolderView } from './led-patterns.ts'

/** As far as it is looked at of a folder's status. */
export interface FolderLook {
  readonly state: string
  readonly halt?: { readonly code: string }
  readonly obstacle?: { readonly code: string }
  readonly problems: readonly unknown[]
  readonly peers: readonly unknown[]
  readonly waiting?: number
  readonly conflicts: number
  readonly sentPerSecond: number
}

export function folderView(folder: FolderLook): FolderView {
  const { state, halt, obstacle, problems, peers, waiting = 0, conflicts, sentPerSecond } = folder
  const waitsForDisk = halt?.code === 'disk-away' || obstacle?.code === 'disk-away'
  return {
    // Without a peer nothing comes, whatever is missing.
    isBusy:
      state === 'scanning' ||
      (state === 'syncing' && peers.length > 0) ||
      sentPerSecond >= flowBytesPerSecond,
    waitsForDisk,
    needsPerson:
      ((state === 'halted' || state === 'refused') && !waitsForDisk) ||
      problems.length + waiting + conflicts > 0,
  }
}
