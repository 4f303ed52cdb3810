import type { Command } from 'commander'
import type { Archive, ArchiveRestored, AsOf } from '../api/schemas/files.ts'
import { plainText } from '../core/plain-text.ts'
import { type Client, folderRoute } from './client.ts'
import { readLimit } from './define-list.ts'
import { sizeToText, tableToText, timeToText } from './print.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'

export function defineArchive(program: Command, around: Surroundings): void {
  const archive = program.command('archive').description('what peers deleted or replaced, and is kept here')

  archive
    .command('list')
    .description('list it, newest first; or what files were at a time')
    .argument('[DIR]', 'the folder')
    .option('--limit <N>', 'how many rows at most', '100')
    .option(
      '--at <TIME>',
      "only what DIR held at that time and does not now, like 2026-01-31 or '2026-01-31 18:00'",
    )
    .action(async (directory: string | undefined, { limit: typed, at }: ListOptions, command: Command) => {
      const limit = readLimit(command, typed)
      const session = openSession(command, around)
      const folder = directory === undefined ? undefined : absolute(directory)
      if (at === undefined) {
        session.show(await session.client.get<Archive>('/api/archive', { folder, limit }), archiveToText)
        return
      }
      if (folder === undefined) wrongUsage(command, 'with --at, DIR has to be named')
      const route = folderRoute(folder, '/archive/as-of')
      const query = { at: readTime(command, at), limit }
      session.show(await takeAsOf(session.client, route, query), (answer) => asOfToText(answer))
    })

  archive
    .command('restore')
    .description('put an archived file back')
    .argument('<DIR>', 'the folder')
    .argument('<ID>', 'as it stands in the list')
    .option(
      '--replace',
      'in the place of what lies at its path now, which goes to the archive; without this, beside it',
    )
    .action(async (directory: string, id: string, { replace }: { replace?: true }, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/archive/restore')
      const body = { id, ...(replace && { replace }) }
      session.show(await session.client.post<ArchiveRestored>(route, body), ({ path }) => {
        return `Put back as ${plainText(path)}.`
      })
    })
}

interface ListOptions {
  readonly limit: string
  readonly at?: string
}

/** As a person writes it, in the time of this computer where none is named. */
function readTime(command: Command, typed: string): string {
  // A day alone would be read as one of UTC.
  const date = new Date(/^\d{4}-\d{2}-\d{2}$/.test(typed) ? `${typed} 00:00` : typed)
  if (Number.isNaN(date.getTime())) wrongUsage(command, `'${typed}' is not a time`)
  return date.toISOString()
}

/** A page may be short: goes on to the limit or the end. */
async function takeAsOf(
  client: Client,
  route: string,
  { at, limit }: { readonly at: string; readonly limit: number },
): Promise<AsOf> {
  const files: AsOf['files'] = []
  let after: string | undefined
  do {
    const page: AsOf = await client.get<AsOf>(route, { at, after, limit: limit - files.length })
    files.push(...page.files)
    after = page.next
  } while (after !== undefined && files.length < limit)
  return { files }
}

function archiveToText({ archive }: Archive): string {
  return tableToText(
    ['ARCHIVED', 'PATH', 'SIZE', 'ID', 'FOLDER'],
    archive.map(({ archived, path, sizeBytes, id, folder }) => [
      timeToText(archived),
      path,
      sizeToText(sizeBytes),
      id,
      folder,
    ]),
    'The archive is empty.',
  )
}

function asOfToText({ files }: AsOf): string {
  return tableToText(
    ['PATH', 'SIZE', 'SINCE THEN', 'ARCHIVED', 'ID'],
    files.map(({ path, sizeBytes, now, archived, id }) => [
      path,
      sizeToText(sizeBytes),
      now,
      timeToText(archived),
      id,
    ]),
    'The archive has nothing that was there then and is not now.',
  )
}
