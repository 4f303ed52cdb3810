import type { Command } from 'commander'
import type { ConflictSettled, Conflicts } from '../api/schemas/files.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { defineList } from './define-list.ts'
import { sizeToText, tableToText, timeToText } from './print.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

const choices = ['original', 'copy', 'both']

export function defineConflicts(program: Command, around: Surroundings): void {
  const conflicts = defineList<Conflicts>(program, around, {
    name: 'conflicts',
    about: 'list files of which two versions were kept',
    route: '/api/conflicts',
    toText: ({ conflicts }) =>
      tableToText(
        ['KEPT COPY', 'BESIDE', 'SIZE', 'WRITTEN', 'BY', 'FOLDER'],
        conflicts.map(({ path, beside, sizeBytes, modified, device, folder }) => [
          path,
          beside,
          sizeToText(sizeBytes),
          timeToText(modified),
          device,
          folder,
        ]),
        'No conflicts.',
      ),
  })

  conflicts
    .command('keep')
    .description('settle a conflict: say which of the two versions is to stay')
    .argument('<DIR>', 'the folder')
    .argument('<COPY>', 'the kept copy, as `conflicts` lists it')
    .argument(
      '<WHICH>',
      'original: the copy goes to the archive; copy: it takes the place of the file beside it, which goes there; both: it gets a name of its own',
    )
    .action(async (directory: string, path: string, keep: string, _options, command: Command) => {
      if (!choices.includes(keep)) wrongUsage(command, `'${keep}' is none of ${choices.join(', ')}`)
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/conflicts')
      session.show(await session.client.post<ConflictSettled>(route, { path, keep }), (answer) => {
        return `Kept as ${plainText(answer.path)}.`
      })
    })
}
