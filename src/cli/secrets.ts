import type { Command } from 'commander'
import type { Secrets } from '../api/schemas.ts'
import { folderRoute } from './client.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineSecrets(program: Command, around: Surroundings): void {
  program
    .command('secrets')
    .description('print the secrets this device holds for a folder')
    .argument('<DIR>', 'the folder')
    .action(async (directory: string, _options, command: Command) => {
      const session = openSession(command, around)
      session.show(
        await session.client.get<Secrets>(folderRoute(absolute(directory), '/secrets')),
        secretsToText,
      )
    })
}

export function secretsToText({ full, readOnly }: Secrets): string {
  return [...(full === undefined ? [] : [`full      ${full}`]), `readOnly  ${readOnly}`].join('\n')
}
