import type { Command } from 'commander'
import type { Deletes } from '../api/schemas.ts'
import { folderRoute } from './client.ts'
import { plainText } from './print.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

interface Options {
  readonly confirm?: true
  readonly undo?: true
}

export function defineDeletes(program: Command, around: Surroundings): void {
  program
    .command('deletes')
    .description('list the deletions that wait for a person, or decide about them')
    .argument('<DIR>', 'the folder')
    .option('--confirm', 'let them happen')
    .option('--undo', 'bring the files back')
    .action(async (directory: string, { confirm, undo }: Options, command: Command) => {
      if (confirm && undo) command.error('error: --confirm and --undo exclude each other')
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/deletes')
      if (confirm || undo) {
        const answer = await session.client.post<object>(route, { choice: confirm ? 'confirm' : 'undo' })
        session.show(answer, () => (confirm ? 'The deletions go on.' : 'The files come back.'))
        return
      }
      session.show(await session.client.get<Deletes>(route), ({ held }) =>
        held.length === 0 ? 'No deletions wait.' : held.map(plainText).join('\n'),
      )
    })
}
