import type { Command } from 'commander'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineRemove(program: Command, around: Surroundings): void {
  program
    .command('remove')
    .description('stop syncing a folder; every file stays')
    .argument('<DIR>', 'the folder')
    .action(async (directory: string, _options, command: Command) => {
      const session = openSession(command, around)
      const path = absolute(directory)
      session.show(await session.client.remove<object>(folderRoute(path)), () => {
        return `${plainText(path)} is not synced any more. Its files stay.`
      })
    })
}
