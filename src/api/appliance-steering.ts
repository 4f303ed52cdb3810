/** What the API asks of an appliance beyond what every device does, as an interface. A disk is named by its device or by its name. */
import type { DiskBody, DiskDone, DiskShown } from './schemas/disks.ts'

export interface ApplianceSteering {
  disks(): Promise<readonly DiskBody[]>
  /** Closes the folders on it, and lets it be pulled. Throws `disk-unknown`, `disk-in-use` and what the helper says; the folders go on then. */
  ejectDisk(disk: string): Promise<DiskDone>
  attachDisk(disk: string): Promise<DiskDone>
  /** Checks and mends it, which may take hours. */
  repairDisk(disk: string): Promise<DiskDone>
  /** Makes a file system on one that is blank. */
  prepareDisk(disk: string, shown: DiskShown): Promise<DiskDone>
  /** The same on one with content. Throws `disk-has-folders`. */
  eraseDisk(disk: string, shown: DiskShown, typed: string): Promise<DiskDone>
}
