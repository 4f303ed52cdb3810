import type { Command } from 'commander'
import type { InviteBody, Invited, Invites } from '../api/schemas/members.ts'
import { plainText } from '../core/plain-text.ts'
import { folderRoute } from './client.ts'
import { readDuration } from './duration.ts'
import { tableToText, timeToText } from './print.ts'
import { absolute, openSession, type Surroundings, wrongUsage } from './session.ts'
import { collect, linkTo, linkToText, readHosts, type ShareOptions } from './share.ts'

const maxSeconds = 24 * 3600
/** As many characters of an id as people are shown and may type. */
const shownIdCharacters = 12

interface InviteOptions extends ShareOptions {
  readonly full?: boolean
  readonly expires?: string
}

export function defineInvite(program: Command, around: Surroundings): void {
  const invite = program
    .command('invite')
    .description('one-time secrets: each lets one device into a folder')
    .argument('[DIR]', 'the folder; makes a one-time secret for it')
    .option('--full', 'the guest may change files; read-only without this')
    .option('--expires <DURATION>', 'like 90m or 2h; 24h when left out, and at most')
    .option('--link', 'as a link')
    .option('--qr', 'as a link and a QR code')
    .option(
      '--host <HOST:PORT>',
      'put into the link: where this device can be reached; more than once for more',
      collect,
    )
    .action(async (directory: string | undefined, options: InviteOptions, command: Command) => {
      if (directory === undefined) wrongUsage(command, "missing required argument 'DIR'")
      const lifeSeconds = options.expires === undefined ? undefined : readDuration(command, options.expires)
      if (lifeSeconds !== undefined && lifeSeconds > maxSeconds)
        wrongUsage(command, 'a one-time secret is good for 24h at most')
      const hosts = readHosts(command, options)
      const session = openSession(command, around)
      const body = {
        role: options.full === true ? 'full' : 'read-only',
        ...(lifeSeconds === undefined ? {} : { lifeSeconds }),
      }
      const route = folderRoute(absolute(directory), '/invites')
      const invited = await session.client.post<Invited>(route, body)
      const isShared = options.link === true || options.qr === true
      const link = isShared ? linkTo(absolute(directory), invited.secret, hosts) : undefined
      const shown = link === undefined ? invited.secret : linkToText(link, options)
      session.show({ ...invited, ...(link === undefined ? {} : { link }) }, () =>
        invitedToText(invited, shown, link === undefined ? 'SECRET' : "'LINK'"),
      )
    })

  invite
    .command('list')
    .description('list the one-time secrets made here, and who used them')
    .argument('<DIR>', 'the folder')
    .action(async (directory: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), '/invites')
      session.show(await session.client.get<Invites>(route), invitesToText)
    })

  invite
    .command('cancel')
    .description('make a one-time secret worthless before it is used')
    .argument('<DIR>', 'the folder')
    .argument('<ID>', 'as the list shows it')
    .action(async (directory: string, id: string, _options, command: Command) => {
      const session = openSession(command, around)
      const route = folderRoute(absolute(directory), `/invites/${encodeURIComponent(id)}`)
      session.show(
        await session.client.remove<InviteBody>(route),
        () => 'Cancelled: nobody can use it any more.',
      )
    })
}

function invitedToText({ role, expires }: Invited, shown: string, given: string): string {
  return [
    shown,
    `It lets one device in (${role}), once, until ${timeToText(expires)}. This device has to be online when it is used.`,
    `On the other device: berrysync add DIR ${given}`,
  ].join('\n')
}

function invitesToText({ invites }: Invites): string {
  const rows = invites.map((invite) => [
    invite.id.slice(0, shownIdCharacters),
    invite.role,
    stateToText(invite),
    timeToText(invite.created),
    timeToText(invite.expires),
  ])
  return tableToText(
    ['ID', 'ROLE', 'STATE', 'CREATED', 'EXPIRES'],
    rows,
    'No one-time secrets were made here lately.',
  )
}

function stateToText({ state, redeemedBy, redeemed }: InviteBody): string {
  switch (state) {
    case 'redeemed':
      return `used by ${plainText(redeemedBy?.name ?? '?')}, ${timeToText(redeemed ?? '')}`
    case 'restored':
      return 'void since an older database was put back'
    default:
      return state
  }
}
