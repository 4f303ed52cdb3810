/** What backups ask of an appliance: its names and disks, and setting the names again. Decides nothing. */
import type { CopyPlace } from './appliance/backup-copies.ts'
import type { Disks } from './appliance/disks.ts'
import type { HelperClient } from './appliance/helper-client.ts'
import type { ApplianceState, BackupNeeds } from './backup.ts'
import type { Log } from './ports.ts'

interface Needs {
  readonly helper: HelperClient
  readonly disks: Pick<Disks, 'attached'>
  readonly log: Log
}

export function createBackupSurroundings({
  helper,
  disks,
  log,
}: Needs): Required<Pick<BackupNeeds, 'applianceState' | 'applyAppliance' | 'restart'>> {
  return {
    async applianceState(): Promise<ApplianceState> {
      const attached = placesOfCopies(disks).map(({ uuid, mountPoint }) => ({ uuid, mountPoint }))
      try {
        const { hostName, timeZone } = await helper.ask({ verb: 'describe' })
        return { hostName, timeZone, disks: attached }
      } catch (error) {
        // A backup without the names is better than none.
        log.warn({ error }, 'the backup does not know host name and time zone of this machine')
        return { disks: attached }
      }
    },
    async applyAppliance({ hostName, timeZone }) {
      if (timeZone !== undefined) await helper.ask({ verb: 'set-time-zone', value: timeZone })
      if (hostName !== undefined) await helper.ask({ verb: 'set-host-name', value: hostName })
    },
    restart() {
      helper.ask({ verb: 'restart' }).catch((error) => {
        log.error(
          { error },
          'the backup is put in place when this device starts again, which has to be asked for by hand',
        )
      })
    },
  }
}

/** Attached disks whose file system can be told from others. */
export function placesOfCopies(disks: Pick<Disks, 'attached'>): CopyPlace[] {
  return disks.attached().flatMap(({ facts, mountPoint }) => {
    const uuid = facts.fileSystem?.uuid ?? undefined
    return uuid === undefined ? [] : [{ disk: facts.name, uuid, mountPoint, isReadOnly: facts.readOnly }]
  })
}
