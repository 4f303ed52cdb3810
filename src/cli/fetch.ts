import type { Command } from 'commander'
import type { Fetched } from '../api/schemas/folders.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineFetch(program: Command, around: Surroundings): void {
  program
    .command('fetch')
    .description(
      'get one file before all others; where only the newest are kept, also one that is not, and keep it',
    )
    .argument('<DIR>', 'the folder')
    .argument('<PATH>', 'the file, as it is named in the folder')
    .option('--release', 'treat it like the others again')
    .action(async (directory: string, path: string, { release }: { release?: true }, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/fetch')
      const body = { path, ...(release && { release }) }
      session.show(await session.client.post<Fetched>(route, body), fetchedToText)
    })
}

function fetchedToText({ path, state }: Fetched): string {
  switch (state) {
    case 'here':
      return `${plainText(path)} is here already.`
    case 'coming':
      return `${plainText(path)} comes next, as soon as a peer can send it.`
    case 'released':
      return `${plainText(path)} goes its way with the other files again.`
  }
}
