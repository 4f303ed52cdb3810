import type { Command } from 'commander'
import type { Added } from '../api/schemas.ts'
import { plainText } from './print.ts'
import { secretsToText } from './secrets.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineAdd(program: Command, around: Surroundings): void {
  program
    .command('add')
    .description('start syncing a directory; without a secret it becomes a new folder')
    .argument('<DIR>', 'the directory')
    .argument('[SECRET]', 'secret of the folder to join; "-" reads it from standard input')
    .action(async (directory: string, given: string | undefined, _options, command: Command) => {
      const session = openSession(command, around)
      const secret = given === '-' ? (await around.readInput()).trim() : given
      const body = { path: absolute(directory), ...(secret === undefined ? {} : { secret }) }
      session.show(await session.client.post<Added>('/api/folders', body), addedToText)
    })
}

function addedToText(added: Added): string {
  if (!added.created) return `Syncing ${plainText(added.path)} (${added.role}).`
  return [
    `Syncing ${plainText(added.path)}. It is a new folder; whoever has one of its secrets can join:`,
    secretsToText(added),
  ].join('\n')
}
