import type { Command } from 'commander'
import type { Settings } from '../api/schemas/settings.ts'
import { folderRoute } from './client.ts'
import { tableToText } from './print.ts'
import { absolute, openSession, readPairs, type Surroundings } from './session.ts'

export function defineSet(program: Command, around: Surroundings): void {
  program
    .command('set')
    .description('set how a folder is synced; without KEY=VALUE show it')
    .argument('<DIR>', 'the folder')
    .argument('[KEY=VALUE...]', 'settings, like paused=on')
    .action(async (directory: string, pairs: string[], _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/settings')
      const texts = readPairs(command, pairs)
      const answer =
        pairs.length === 0
          ? await session.client.get<Settings>(route)
          : await session.client.patch<Settings>(route, { texts })
      session.show(answer, (all) => settingsToText(all, Object.keys(texts)))
    })
}

/** The named settings, or all of them. */
export function settingsToText({ settings }: Settings, keys: readonly string[]): string {
  const shown = keys.length === 0 ? settings : settings.filter(({ key }) => keys.includes(key))
  const rows = shown.map(({ key, text, isDefault, about }) => [key, text, isDefault ? 'default' : '', about])
  return tableToText(['SETTING', 'VALUE', '', 'MEANING'], rows, '')
}
