/** Backups of a device: its settings, secrets and identity in one locked file, and a device that becomes what is in one. */
import type { Command } from 'commander'
import type { BackupMade, RestoredBackup } from '../api/schemas/backups.ts'
import { plainText } from '../core/plain-text.ts'
import { askHiddenOnce, chooseHidden } from './password.ts'
import { countToText, timeToText } from './print.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineBackup(program: Command, around: Surroundings): void {
  program
    .command('backup')
    .description('write settings, secrets and identity of this device into a file, locked with a passphrase')
    .argument('<FILE>', 'a file that is not there yet')
    .action(async (file: string, _options, command: Command) => {
      const session = openSession(command, around)
      const passphrase = await chooseHidden(around, 'Passphrase for the backup: ', 'passphrase-weak')
      const { data } = await session.client.post<BackupMade>('/api/backups', { passphrase })
      const path = absolute(file)
      await around.writePrivate(path, Buffer.from(data, 'base64'))
      session.show({ file: path }, () =>
        [
          `The backup is in ${plainText(path)}. Files of folders are not in it.`,
          'Without the passphrase nobody can open it, you neither.',
        ].join('\n'),
      )
    })
}

export function defineRestoreBackup(program: Command, around: Surroundings): void {
  program
    .command('restore-backup')
    .description('make this device the one of a backup, which must not be in use any more')
    .argument('<FILE>', 'as `berrysync backup` wrote it')
    .option('--replace', 'also where this device has folders; their files stay')
    .action(async (file: string, { replace = false }: { replace?: boolean }, command: Command) => {
      const session = openSession(command, around)
      const data = Buffer.from(await around.readBytes(file)).toString('base64')
      const passphrase = await askHiddenOnce(around, 'Passphrase of the backup: ')
      const answer = await session.client.post<RestoredBackup>('/api/backups/restore', {
        ...{ data, passphrase, replace },
      })
      session.show(answer, ({ deviceName, made, folders }) =>
        [
          `This device starts again as ${plainText(deviceName)}, with ${countToText(folders, 'folder')}, as of ${timeToText(made)}.`,
          'Do not start the old one again: two devices must not live with one identity.',
        ].join('\n'),
      )
    })
}
