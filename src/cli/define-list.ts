/** A command that lists rows of one folder, or of all. */
import type { Command } from 'commander'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

interface List<T> {
  readonly name: string
  readonly about: string
  readonly route: string
  /** Rows can be looked for by their paths. */
  readonly canSearch?: boolean
  toText(answer: T): string
}

export function defineList<T>(parent: Command, around: Surroundings, list: List<T>): void {
  const command = parent
    .command(list.name)
    .description(list.about)
    .argument('[DIR]', 'the folder')
    .option('--limit <N>', 'how many rows at most', '100')
  if (list.canSearch === true) command.option('--search <TEXT>', 'only paths with this in them')
  command.action(
    async (
      directory: string | undefined,
      { limit, search }: { limit: string; search?: string },
      command: Command,
    ) => {
      if (!/^[1-9]\d{0,4}$/.test(limit)) wrongUsage(command, `'${limit}' is not a number of rows`)
      const session = openSession(command, around)
      const folder = directory === undefined ? undefined : absolute(directory)
      session.show(await session.client.get<T>(list.route, { folder, limit, search }), list.toText)
    },
  )
}
