import type { Command } from 'commander'
import type { Decided, Deletes } from '../api/schemas/files.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { countToText } from './print.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

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
    .option('--undo', 'keep the files that are still here, and get back the others')
    .action(async (directory: string, { confirm, undo }: Options, command: Command) => {
      if (confirm && undo) wrongUsage(command, '--confirm and --undo exclude each other')
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/deletes')
      if (confirm || undo) {
        const answer = await session.client.post<Decided>(route, { choice: confirm ? 'confirm' : 'undo' })
        session.show(answer, confirm ? confirmedToText : undoneToText)
        return
      }
      session.show(await session.client.get<Deletes>(route), ({ held }) =>
        held.length === 0 ? 'No deletions wait.' : held.map(plainText).join('\n'),
      )
    })
}

function confirmedToText({ deletions }: Decided): string {
  return `${countToText(deletions, 'deletion')} confirmed: they happen now.`
}

function undoneToText({ deletions }: Decided): string {
  return `${countToText(deletions, 'deletion')} undone: files that are still here stay, the others come back from peers that have them.`
}
