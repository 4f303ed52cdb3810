/** What the API asks about backups of the configuration, as an interface. Every machine has them; copies on disks only an appliance. */
import type { BackupMade, Backups, RestoreBackup, RestoredBackup } from './schemas/backups.ts'

export interface BackupSteering {
  backups(): Promise<Backups>
  /** Throws `passphrase-weak`. */
  makeBackup(passphrase: string): Promise<BackupMade>
  /** From now on each attached disk gets a copy; undefined for no more. Throws `passphrase-weak` or `appliance-only`. */
  keepBackups(passphrase: string | undefined): Promise<void>
  /** The device starts again with it. Throws what stands in the error table under "A backup of the configuration". */
  restoreBackup(asked: RestoreBackup): Promise<RestoredBackup>
}
