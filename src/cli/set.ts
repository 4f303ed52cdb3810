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
      session.show(answer, (all) => settingsToText(all, Object.keys(texts), session.columns))
    })
}

/** The named settings, or all of them. */
export function settingsToText(
  { settings }: Settings,
  keys: readonly string[],
  columns: number | undefined,
): string {
  const shown = keys.length === 0 ? settings : settings.filter(({ key }) => keys.includes(key))
  const rows = shown.map((setting) => [setting.key, setting.text, noteOf(setting), setting.about])
  return tableToText(['SETTING', 'VALUE', '', 'MEANING'], rows, '', columns)
}

function noteOf({ key, isDefault, thisRun }: Settings['settings'][number]): string {
  const override = thisRun === undefined ? [] : [`until the daemon ends: ${thisRun}, by --${key}`]
  return [...(isDefault ? ['default'] : []), ...override].join('; ')
}
