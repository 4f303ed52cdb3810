import type { Command } from 'commander'
import type { Secrets } from '../api/schemas/folders.ts'
import { folderRoute } from './client.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'
import { collect, linkTo, linkToText, readHosts, type ShareOptions } from './share.ts'

export function defineSecrets(program: Command, around: Surroundings): void {
  program
    .command('secrets')
    .description('print the secrets this device holds for a folder')
    .argument('<DIR>', 'the folder')
    .option('--link', 'as a link with the read-only secret')
    .option('--qr', 'that link as a QR code')
    .option('--full', 'with the full secret instead')
    .option(
      '--host <HOST:PORT>',
      'put into the link: where this device can be reached; more than once for more',
      collect,
    )
    .action(async (directory: string, options: ShareOptions & { full?: boolean }, command: Command) => {
      const hosts = readHosts(command, options)
      const session = openSession(command, around)
      const secrets = await session.client.get<Secrets>(folderRoute(absolute(directory), '/secrets'))
      if (options.link !== true && options.qr !== true) return session.show(secrets, secretsToText)
      const secret = options.full === true ? secrets.full : secrets.readOnly
      if (secret === undefined) wrongUsage(command, 'this device does not hold the full secret of the folder')
      const link = linkTo(absolute(directory), secret, hosts)
      session.show({ link }, () => linkToText(link, options))
    })
}

export function secretsToText({ full, readOnly }: Secrets): string {
  return [...(full === undefined ? [] : [`full      ${full}`]), `readOnly  ${readOnly}`].join('\n')
}
