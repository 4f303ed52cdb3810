import type { Command } from 'commander'
import type { Archive, ArchiveRestored } from '../api/schemas/files.ts'
import { folderRoute } from './client.ts'
import { defineList } from './define-list.ts'
import { plainText, sizeToText, tableToText, timeToText } from './print.ts'
import { absolute, openSession, type Surroundings } from './session.ts'

export function defineArchive(program: Command, around: Surroundings): void {
  const archive = program.command('archive').description('what peers deleted or replaced, and is kept here')

  defineList<Archive>(archive, around, {
    name: 'list',
    about: 'list it, newest first',
    route: '/api/archive',
    toText: (answer) =>
      tableToText(
        ['ARCHIVED', 'PATH', 'SIZE', 'ID', 'FOLDER'],
        answer.archive.map(({ archived, path, sizeBytes, id, folder }) => [
          timeToText(archived),
          path,
          sizeToText(sizeBytes),
          id,
          folder,
        ]),
        'The archive is empty.',
      ),
  })

  archive
    .command('restore')
    .description('put an archived file back')
    .argument('<DIR>', 'the folder')
    .argument('<ID>', 'as it stands in the list')
    .action(async (directory: string, id: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/archive/restore')
      session.show(await session.client.post<ArchiveRestored>(route, { id }), ({ path }) => {
        return `Put back as ${plainText(path)}.`
      })
    })
}
