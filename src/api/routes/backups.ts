/** Backups of the configuration. They hold every secret, so each request takes the password typed anew. Decides nothing: asks the steering. */
import type { BackupSteering } from '../backup-steering.ts'
import {
  BackupMadeSchema,
  BackupsSchema,
  maxBackupCharacters,
  PassphraseBody,
  RestoreBackupBody,
  RestoredBackupSchema,
} from '../schemas/backups.ts'
import { DoneSchema } from '../schemas/basics.ts'
import { type App, takes } from './typed-app.ts'

const tag = 'device'
/** Room for the other fields. */
const maxBodyBytes = maxBackupCharacters + 16 * 1024

export function addBackupRoutes(app: App, steering: BackupSteering): void {
  app.get(
    '/api/backups',
    takes({}, BackupsSchema, {
      tag,
      summary: 'Whether backups are kept on disks, and which lie there',
      needs: 'control',
    }),
    () => steering.backups(),
  )
  app.post(
    '/api/backups',
    takes({ body: PassphraseBody }, BackupMadeSchema, {
      tag,
      summary: 'Make a backup of settings, secrets and identity, locked with a passphrase',
      needs: 'confirmed',
    }),
    ({ body }) => steering.makeBackup(body.passphrase),
  )
  app.put(
    '/api/backups/passphrase',
    takes({ body: PassphraseBody }, DoneSchema, {
      tag,
      summary: 'Keep backups on each attached disk from now on, locked with this passphrase',
      needs: 'confirmed',
    }),
    async ({ body }) => {
      await steering.keepBackups(body.passphrase)
      return {}
    },
  )
  app.delete(
    '/api/backups/passphrase',
    takes({}, DoneSchema, {
      tag,
      summary: 'Make no more backups on disks; those there stay',
      needs: 'confirmed',
    }),
    async () => {
      await steering.keepBackups(undefined)
      return {}
    },
  )
  app.post(
    '/api/backups/restore',
    {
      ...takes({ body: RestoreBackupBody }, RestoredBackupSchema, {
        tag,
        summary: 'Become the device of a backup, and start again as that',
        needs: 'confirmed',
      }),
      bodyLimit: maxBodyBytes,
    },
    ({ body }) => steering.restoreBackup(body),
  )
}
