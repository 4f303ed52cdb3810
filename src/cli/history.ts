import type { Command } from 'commander'
import type { History } from '../api/schemas/history.ts'
import { defineList } from './define-list.ts'
import { sizeToText, tableToText, timeToText } from './print.ts'
import type { Surroundings } from './session.ts'

export function defineHistory(program: Command, around: Surroundings): void {
  defineList<History>(program, around, {
    name: 'history',
    about: 'list what happened, newest first',
    route: '/api/history',
    canSearch: true,
    toText: ({ history }) =>
      tableToText(
        ['TIME', 'WHAT', 'PATH', 'SIZE', 'DEVICE', 'FOLDER'],
        history.map((row) => [
          timeToText(row.at),
          row.action,
          row.path,
          row.sizeBytes === 0 ? '' : sizeToText(row.sizeBytes),
          row.device,
          row.folder,
        ]),
        'Nothing happened yet.',
      ),
  })
}
