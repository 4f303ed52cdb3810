import type { Command } from 'commander'
import type { Added } from '../api/schemas/folders.ts'
import type { Status } from '../api/schemas/status.ts'
import { SyncError } from '../core/errors.ts'
import { plainText } from '../core/plain-text.ts'
import { isSecretLink, textToSecretLink } from '../core/secret-link.ts'
import { folderRoute } from './client.ts'
import { secretsToText } from './secrets.ts'
import { absolute, openSession, type Session, type Surroundings, wrongUsage } from './session.ts'
import { collect } from './share.ts'

/** So long the command waits for whoever made a one-time secret; the daemon goes on trying. */
const waitMs = 10_000
const lookEveryMs = 250

export function defineAdd(program: Command, around: Surroundings): void {
  program
    .command('add')
    .description('start syncing a directory; without a secret it becomes a new folder')
    .argument('<DIR>', 'the directory')
    .argument(
      '[SECRET]',
      'secret of the folder to join, or a link that holds it; "-" reads it from standard input',
    )
    .option(
      '--host <HOST:PORT>',
      'where a peer is, or who made the one-time secret; more than once for more',
      collect,
    )
    .action(async (directory: string, given: string | undefined, options, command: Command) => {
      const { host = [] } = options as { readonly host?: readonly string[] }
      if (given !== undefined && isSecret(directory))
        wrongUsage(command, 'the directory comes first: berrysync add DIR SECRET')
      const session = openSession(command, around)
      const typed = given === '-' ? (await around.readInput()).trim() : given
      const link = typed !== undefined && isSecretLink(typed) ? textToSecretLink(typed) : undefined
      const secret = link?.secret ?? typed
      const path = absolute(directory)
      const added = await session.client.post<Added>('/api/folders', {
        path,
        ...(secret === undefined ? {} : { secret }),
        hosts: [...(link?.hosts ?? []), ...host],
      })
      if (added.joining) await showJoined(session, around, path)
      else session.show(added, addedToText)
    })
}

/** Waits a while for the one-time secret to be redeemed. A secret that is refused for good leaves nothing behind. */
async function showJoined(session: Session, around: Surroundings, path: string): Promise<void> {
  const untilMs = around.monotonicMs() + waitMs
  for (;;) {
    const { folders } = await session.client.get<Status>('/api/status', { folder: path })
    const folder = folders[0]!
    if (folder.state === 'refused') {
      await session.client.remove(folderRoute(path, ''))
      throw new SyncError('request-invalid', { reason: folder.explanation })
    }
    const isJoined = folder.state !== 'joining'
    if (isJoined || around.monotonicMs() >= untilMs) {
      return session.show(folder, () =>
        isJoined
          ? `Joined ${plainText(folder.path)} (${folder.role}).`
          : `${plainText(folder.path)} is not joined yet. ${folder.explanation} See: berrysync status`,
      )
    }
    await around.pause(lookEveryMs)
  }
}

function addedToText({ path, role, created, full, readOnly = '' }: Added): string {
  if (!created) return `Syncing ${plainText(path)} (${role}).`
  return [
    `Syncing ${plainText(path)}. It is a new folder; whoever has one of its secrets can join:`,
    secretsToText({ ...(full === undefined ? {} : { full }), readOnly }),
  ].join('\n')
}

/** A secret as it is printed: no path looks like that, unless somebody makes it so, and then `./` before it helps. */
const printedSecret = /^[ABC](?:[\w-]{32}|[\w-]{75})$/

/** Whether a text is what one joins a folder with. */
function isSecret(text: string): boolean {
  return isSecretLink(text) || printedSecret.test(text)
}
