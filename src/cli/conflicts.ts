import type { Command } from 'commander'
import type { Conflicts } from '../api/schemas/files.ts'
import { defineList } from './define-list.ts'
import { sizeToText, tableToText } from './print.ts'
import type { Surroundings } from './session.ts'

export function defineConflicts(program: Command, around: Surroundings): void {
  defineList<Conflicts>(program, around, {
    name: 'conflicts',
    about: 'list files of which two versions were kept',
    route: '/api/conflicts',
    toText: ({ conflicts }) =>
      tableToText(
        ['KEPT COPY', 'BESIDE', 'SIZE', 'FOLDER'],
        conflicts.map(({ path, beside, sizeBytes, folder }) => [path, beside, sizeToText(sizeBytes), folder]),
        'No conflicts.',
      ),
  })
}
