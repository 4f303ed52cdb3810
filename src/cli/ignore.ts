import type { Command } from 'commander'
import type { Ignore, IgnorePreview } from '../api/schemas/files.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { countToText, sizeToText } from './print.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

/** Of each kind of change, to see what the patterns are about. */
const shownExamples = 10

interface Options {
  readonly set?: string
  readonly preview?: string
}

export function defineIgnore(program: Command, around: Surroundings): void {
  program
    .command('ignore')
    .description('print the patterns of what this device does not sync, or change them')
    .argument('<DIR>', 'the folder')
    .option('--set <FILE>', 'from now on these patterns hold; - for standard input')
    .option('--preview <FILE>', 'only say what these patterns would do; - for standard input')
    .action(async (directory: string, { set, preview }: Options, command: Command) => {
      if (set !== undefined && preview !== undefined)
        wrongUsage(command, '--set and --preview exclude each other')
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/ignore')
      if (preview !== undefined) {
        const body = { text: await around.readText(preview) }
        session.show(await session.client.post<IgnorePreview>(`${route}/preview`, body), previewToText)
      } else if (set !== undefined) {
        const body = { text: await around.readText(set) }
        session.show(await session.client.put<Ignore>(route, body), () => 'These patterns hold now.')
      } else session.show(await session.client.get<Ignore>(route), patternsToText)
    })
}

function patternsToText({ text }: Ignore): string {
  return text.trimEnd().split('\n').map(plainText).join('\n')
}

function previewToText({ ignored, newlyIgnored, newlySynced, partial }: IgnorePreview): string {
  return [
    matchedToText('Ignored', { ...ignored, examples: [] }),
    matchedToText('Not synced any more', newlyIgnored),
    matchedToText('Synced from then on', newlySynced),
    ...(partial ? ['There are more: not everything could be looked at in time.'] : []),
  ].join('\n')
}

function matchedToText(what: string, { files, bytes, examples }: IgnorePreview['ignored']): string {
  const shown = examples.slice(0, shownExamples).map((path) => `  ${plainText(path)}`)
  const rest = examples.length === 0 ? 0 : files - shown.length
  return [
    `${what}: ${countToText(files, 'file')}${files === 0 ? '' : `, ${sizeToText(bytes)}`}`,
    ...shown,
    ...(rest > 0 ? [`  and ${rest.toLocaleString('en-US')} more`] : []),
  ].join('\n')
}
