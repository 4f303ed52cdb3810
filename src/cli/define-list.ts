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

/** Returns the command, for others below it. */
export function defineList<T>(parent: Command, around: Surroundings, list: List<T>): Command {
  const command = parent
    .command(list.name)
    .description(list.about)
    .argument('[DIR]', 'the folder')
    .option('--limit <N>', 'how many rows at most', '100')
  if (list.canSearch === true) command.option('--search <TEXT>', 'only paths with this in them')
  return command.action(
    async (directory: string | undefined, options: { limit: string; search?: string }, command: Command) => {
      const { search } = options
      const limit = readLimit(command, options.limit)
      const session = openSession(command, around)
      const folder = directory === undefined ? undefined : absolute(directory)
      session.show(await session.client.get<T>(list.route, { folder, limit, search }), list.toText)
    },
  )
}

export function readLimit(command: Command, typed: string): number {
  if (!/^[1-9]\d{0,4}$/.test(typed)) wrongUsage(command, `'${typed}' is not a number of rows`)
  return Number(typed)
}
