import type { Command } from 'commander'
import type { Settings } from '../api/schemas/settings.ts'
import { openSession, readPairs, type Surroundings } from './session.ts'
import { settingsToText } from './set.ts'

export function defineConfig(program: Command, around: Surroundings): void {
  program
    .command('config')
    .description(
      'set how this device works; without KEY=VALUE show it, and what holds from the next start on only',
    )
    .argument(
      '[KEY=VALUE...]',
      'settings, like name=studio, uploadLimit=500K or limitSchedule="mon-fri 08:00-18:00 up=500K"',
    )
    .action(async (pairs: string[], _options, command: Command) => {
      const session = openSession(command, around)
      const texts = readPairs(command, pairs)
      const answer =
        pairs.length === 0
          ? await session.client.get<Settings>('/api/settings')
          : await session.client.patch<Settings>('/api/settings', { texts })
      session.show(answer, (all) => settingsToText(all, Object.keys(texts), session.columns))
    })
}
