import type { Command } from 'commander'
import type { LocalChanges, Restored } from '../api/schemas/files.ts'
import { folderRoute } from './client.ts'
import { countToText, tableToText } from './print.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

const nothingChanged = 'Nothing was changed here.'

export function defineRestore(program: Command, around: Surroundings): void {
  program
    .command('restore')
    .description('undo what was changed here in a read-only folder')
    .argument('<DIR>', 'the folder')
    .argument('[PATH]', 'only this file or directory, as it is named in the folder')
    .option('--list', 'only list what was changed here')
    .action(
      async (directory: string, path: string | undefined, { list }: { list?: true }, command: Command) => {
        const session = openSession(command, around)
        const folder = absolute(directory)
        if (list) {
          session.show(
            await session.client.get<LocalChanges>(folderRoute(folder, '/local-changes')),
            changesToText,
          )
          return
        }
        const answer = await session.client.post<Restored>(
          folderRoute(folder, '/restore'),
          path === undefined ? {} : { path },
        )
        session.show(answer, restoredToText)
      },
    )
}

function restoredToText({ restored }: Restored): string {
  return restored === 0 ? nothingChanged : `Undoing ${countToText(restored, 'local change')}.`
}

function changesToText({ changes }: LocalChanges): string {
  const rows = changes.map(({ path, change }) => [change, path])
  return tableToText(['CHANGE', 'PATH'], rows, nothingChanged)
}
