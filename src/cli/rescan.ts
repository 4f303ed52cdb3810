import type { Command } from 'commander'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineRescan(program: Command, around: Surroundings): void {
  program
    .command('rescan')
    .description('look at a whole folder, or all, now')
    .argument('[DIR]', 'the folder')
    .action(async (directory: string | undefined, _options, command: Command) => {
      const session = openSession(command, around)
      const folder = directory === undefined ? undefined : absolute(directory)
      session.show(await session.client.post<object>('/api/rescan', undefined, { folder }), () => 'Looking.')
    })
}
